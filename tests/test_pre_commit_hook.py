"""The hooks for pre-commit (docs/editors.md), tried with pre-commit itself on a scratch project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from projects import copy_tracked

ROOT = Path(__file__).resolve().parent.parent
GIT = {
    "GIT_AUTHOR_NAME": "tests", "GIT_AUTHOR_EMAIL": "tests@example.com",
    "GIT_COMMITTER_NAME": "tests", "GIT_COMMITTER_EMAIL": "tests@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip
HOOKS = ("aepctl-validate", "aepctl-fmt")
SETTINGS = "environments: {local: {endpoint: emulator, sandbox: dev}}\n"
SOUND = "audiences:\n  gold: {name: Gold, namespace: agora, originName: Tests}\n"


@pytest.fixture(scope="module")
def pre_commit() -> str:
    beside = Path(sys.executable).with_name("pre-commit")
    found = str(beside) if beside.exists() else shutil.which("pre-commit")
    if found is None:
        pytest.skip("pre-commit is not installed: pip install -e '.[dev]'")
    return found


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Nothing of the machine's own Git and pre-commit, and nothing that this run measures."""
    ours = ("COV", "PYTEST", "GIT_", "PRE_COMMIT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    home = tmp_path_factory.mktemp("pre-commit")
    return {**kept, **GIT, "PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never"}


def committed(folder: Path, environment: dict[str, str]) -> None:
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "As it is"]):
        subprocess.run(["git", *words], cwd=folder, env=environment, check=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """aepctl as it stands here, committed: pre-commit installs from commits."""
    folder = tmp_path_factory.mktemp("aepctl")
    copy_tracked(ROOT, folder)
    committed(folder, environment)
    return folder


@pytest.mark.rig
@pytest.mark.timeout(600)  # pre-commit makes a virtual environment and installs into it
def test_the_hooks_pass_sound_manifests_and_show_what_is_wrong_with_others(
    tmp_path: Path, repository: Path, environment: dict[str, str], pre_commit: str
) -> None:
    def hooks() -> subprocess.CompletedProcess[str]:
        words = ["try-repo", str(repository), "--all-files", "--verbose"]
        return subprocess.run(
            [pre_commit, *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    (tmp_path / "audiences").mkdir()
    (tmp_path / "aepctl.yaml").write_text(SETTINGS)
    manifest = tmp_path / "audiences/gold.yaml"
    manifest.write_text(SOUND)
    committed(tmp_path, environment)
    passed = hooks()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "1 audience, no problems." in passed.stdout
    assert "0 files not formatted, 2 formatted." in passed.stdout

    manifest.write_text(SOUND.replace("name:", "nmae:"))
    (tmp_path / "aepctl.yaml").write_text(SETTINGS.replace("{local: {", "{ local: { "))
    failed = hooks()
    assert failed.returncode == 1
    assert "audiences/gold.yaml:2:" in failed.stdout
    assert "unknown field `nmae`" in failed.stdout
    assert "not formatted aepctl.yaml\n1 file not formatted, 0 formatted, 1 with" in failed.stdout

    manifest.unlink()
    (tmp_path / "aepctl.yaml").unlink()
    (tmp_path / "README.md").write_text("Nothing for the hook\n")
    committed(tmp_path, environment)
    assert hooks().stdout.count("(no files to check)Skipped") == len(HOOKS)
