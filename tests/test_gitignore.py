"""What aepctl keeps beside a project's files is not committed with them; a journal is."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import Project

from aepctl.emulator import Emulator
from aepctl.gitignore import ignore_own
from aepctl.state.rescue_file import RescueFile
from aepctl.state.stores.file import FileStore


def added(folder: Path) -> set[str]:
    """What `git add` takes of a folder."""
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    for words in (["init", "--quiet"], ["add", "--all"], ["ls-files"]):
        done = subprocess.run(
            ["git", *words], cwd=folder, env=kept, capture_output=True, text=True, check=True
        )
    return set(done.stdout.split())


def held(path: str) -> None:
    with FileStore(path).hold({}, wait=0) as store:
        store.checkpoint(b"{}")


@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
def test_the_lock_beside_a_state_is_not_added_but_a_journal_is(folder: Path, there: bool) -> None:
    if there:
        Path("state").mkdir()
    held("state/prod.json")
    Path("state/prod.journal").write_text("what a killed run left\n")
    Path("state/.prod.json.0f.tmp").write_text("half")
    assert added(folder) == {"state/.gitignore", "state/prod.json", "state/prod.journal"}


def test_a_gitignore_that_is_there_stays_as_it_is(folder: Path) -> None:
    Path("state").mkdir()
    Path("state/.gitignore").write_text("/local.json\n")
    held("state/prod.json")
    assert Path("state/.gitignore").read_text() == "/local.json\n"


def test_a_folder_that_has_other_files_is_left_alone(folder: Path) -> None:
    Path("config").mkdir()
    Path("config/flake.lock").write_text("somebody else's")
    held("config/prod.json")
    held("prod.json")
    assert added(folder) >= {"config/flake.lock"}
    assert not Path(".gitignore").exists()


def test_a_folder_of_another_name_that_aepctl_makes_has_one(folder: Path) -> None:
    held("known/prod.json")
    assert added(folder) == {"known/.gitignore", "known/prod.json"}


def test_where_it_cannot_be_written_the_work_goes_on(folder: Path) -> None:
    Path("state/.gitignore").mkdir(parents=True)
    held("state/prod.json")
    assert Path("state/prod.json").exists()


def test_a_link_in_its_place_is_not_followed(folder: Path) -> None:
    Path("state").mkdir()
    Path("state/.gitignore").symlink_to("../elsewhere")
    held("state/prod.json")
    assert not Path("elsewhere").exists()


def test_nothing_of_aepctls_own_folder_is_added(folder: Path) -> None:
    RescueFile(Path(".aepctl/rescue"), "prod", "run").append(b"header\n", b"line\n")
    assert added(folder) == set()


def test_nor_the_embedded_platforms_file(
    project: Project, platform: Callable[..., Emulator]
) -> None:
    project.write("aepctl.yaml", "environments: {local: {endpoint: emulator, sandbox: dev}}\n")
    project.want("gold")
    assert project.apply().code == 0
    assert {name for name in added(project.root) if "aepctl/" in name} == set()
    assert Path(".aepctl/.gitignore").exists()


def test_elsewhere_it_ignores_nothing(folder: Path) -> None:
    Path("other").mkdir()
    ignore_own(Path("other"))
    assert os.listdir("other") == []  # noqa: PTH208 - names alone
