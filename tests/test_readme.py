"""The README's first command does what it says, on a machine that has nothing yet."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from projects import copy_tracked

ROOT = Path(__file__).resolve().parent.parent


def command(name: str) -> str:
    text = (ROOT / "README.md").read_text()
    found = re.search(rf"<!-- command: {name} -->\n```sh\n(.*)\n```", text)
    assert found, f"README.md has no command {name} on one line"
    return found[1]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of the repository, and none that are not."""
    copy_tracked(ROOT, tmp_path)
    return tmp_path


@pytest.fixture
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which only the interpreter is found, not what this run installed."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "python3").symlink_to(Path(sys.base_prefix) / "bin/python3")
    ours = ("COV", "PYTEST")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.rig
@pytest.mark.timeout(600)
def test_the_first_command_creates_the_samples_and_then_finds_nothing_to_do(
    clone: Path, bare: dict[str, str]
) -> None:
    def run() -> str:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command("apply")],
            cwd=clone, env=bare, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    assert "4 created." in run()
    state = json.loads((clone / "state/local.json").read_text())
    assert "sample-audience" in state["audiences"]
    assert "Nothing to do." in run()


def test_the_second_command_is_what_the_gate_runs() -> None:
    """The line that takes it from README.md, run; and the line that runs what was taken."""
    gate = (ROOT / ".ci/run").read_text()
    taking = re.search(r"^test_command=.*$", gate, re.MULTILINE)
    assert taking
    script = f'{taking[0]}\nprintf %s "$test_command"'
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.decode() == command("test")
    assert re.search(
        r'^PYTEST_ADDOPTS=.+ bash -euo pipefail -c "\$test_command"$', gate, re.MULTILINE
    )
    assert command("test").endswith(".venv/bin/pytest")


@pytest.mark.parametrize("name", ["apply", "test"])
def test_both_commands_keep_to_the_constraints(name: str) -> None:
    assert " -c constraints.txt " in command(name)


def test_the_constraints_name_versions_and_no_place_on_a_network_or_a_machine() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.lstrip().startswith("#")]
    assert [line for line in pins if not re.match(r"[a-z0-9-]+==[0-9a-z.]+( ; |$)", line)] == []
    assert "aepctl" not in {line.split("==")[0] for line in pins}
    assert not [line for line in lines if "://" in line or "--" in line]
