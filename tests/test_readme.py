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
@pytest.mark.timeout(300)
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
    assert "command: test" in (ROOT / ".ci/run").read_text()
    assert command("test").endswith(".venv/bin/pytest")
