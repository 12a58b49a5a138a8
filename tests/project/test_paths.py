"""Paths as people write them, and what of them leads out of a project."""

import os
from pathlib import Path

import pytest

from aepctl.errors import AepctlError
from aepctl.project.paths import (
    Boundary,
    below_here,
    emulator_file,
    near_names,
    not_expanded,
    state_files,
)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project, which is the current one; there is another beside it."""
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("path", ["~", "~/x", "~me/x", "~me"])
def test_a_tilde_that_no_shell_replaced_is_refused(path: str) -> None:
    assert not_expanded(path) == (
        "`~` is not replaced here: write the path itself (`./~` for a folder of that name)"
    )


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("$HOME/x", "$HOME"),
        ("a/$home", "$home"),
        ("$_x", "$_x"),
        ("${HOME}/x", "${HOME}"),
        ("a/${x y}", "${x y}"),
    ],
)
def test_a_variable_that_no_shell_replaced_is_refused_by_its_name(path: str, named: str) -> None:
    assert not_expanded(path) == f"`{named}` is not replaced here: write the path itself"


@pytest.mark.parametrize("path", ["x", "./~", "a~", "a/~/b", "x$", "$1", "a$/b", "${", "", "."])
def test_other_paths_are_what_they_are(path: str) -> None:
    assert not_expanded(path) is None


def test_an_absolute_path_into_this_folder_is_told_as_a_relative_one(project: Path) -> None:
    assert below_here(str(project / "audiences" / "deep")) == "audiences/deep"
    assert below_here(str(project)) == "."
    assert below_here(str(project.parent / "elsewhere")) == str(project.parent / "elsewhere")
    for path in ("audiences", "./audiences", "../elsewhere"):
        assert below_here(path) == path


def test_a_folder_that_is_gone_is_a_clear_error(project: Path) -> None:
    project.rmdir()
    with pytest.raises(AepctlError) as caught:
        Boundary.here()
    assert caught.value.message == ("the current folder cannot be used: No such file or directory")
    assert caught.value.hint == "go to another folder, or name it with --chdir"


@pytest.mark.parametrize(
    ("path", "leaves"),
    [
        ("x", False),
        (".", False),
        ("a/../b", False),
        ("a/../../elsewhere", True),
        ("..", True),
        ("/", True),
        ("../project2", True),
        ("inner", False),
        ("outer", True),
        ("outer/x", True),
    ],
)
def test_what_leaves_is_told_by_where_it_leads(project: Path, path: str, leaves: bool) -> None:
    (project / "inner").symlink_to(project / "there")
    (project / "outer").symlink_to("../elsewhere")
    assert Boundary.here().leaves(path) is leaves
    assert Boundary.here(allow_outside=True).leaves(path) is False


@pytest.mark.parametrize(
    ("to", "trouble"),
    [
        ("real.yaml", None),
        ("real.YML", None),
        ("deep/real.yaml", None),
        ("notes.txt", "a symbolic link to what is no YAML file"),
        ("../elsewhere/x.yaml", "a symbolic link that leaves its folder"),
        ("../elsewhere/x.txt", "a symbolic link that leaves its folder"),
    ],
)
def test_settings_that_are_a_link_are_settings_of_this_project(
    project: Path, to: str, trouble: str | None
) -> None:
    (project / "aepctl.yaml").symlink_to(to)
    assert Boundary.here().settings_trouble("aepctl.yaml") == trouble
    assert Boundary.here(allow_outside=True).settings_trouble("aepctl.yaml") is None


@pytest.mark.parametrize("make", [Path.touch, lambda path: None])
def test_settings_that_are_no_link_have_no_trouble_here(project: Path, make: object) -> None:
    make(project / "aepctl.yaml")  # type: ignore[operator]
    assert Boundary.here().settings_trouble("aepctl.yaml") is None


def test_the_files_of_a_state_are_beside_what_it_really_is(project: Path) -> None:
    assert list(state_files("state/dev.json")) == [
        "state/dev.json",
        str(project / "state/dev.journal"),
        str(project / "state/dev.lock"),
    ]
    (project / "dev.json").symlink_to("../elsewhere/prod.json")
    elsewhere = project.parent / "elsewhere"
    assert list(state_files("dev.json")) == [
        "dev.json",
        str(elsewhere / "prod.journal"),
        str(elsewhere / "prod.lock"),
    ]
    assert list(state_files("/")) == ["/"]


def test_a_file_of_an_environment_that_would_be_outside_is_named(project: Path) -> None:
    here = Boundary.here()
    assert here.leaving("dev", "state/dev.json", emulated=True) is None
    assert here.leaving("dev", "../x.json", emulated=False) == "../x.json"
    (project / "dev.journal").symlink_to("../elsewhere/x")
    assert here.leaving("dev", "dev.json", emulated=False) == str(project / "dev.journal")


def test_so_is_where_its_embedded_platform_keeps_its_audiences(project: Path) -> None:
    assert emulator_file("dev") == ".aepctl/emulator-dev.sqlite3"
    (project / ".aepctl").mkdir()
    (project / emulator_file("dev")).symlink_to("../../elsewhere/x")
    here = Boundary.here()
    assert here.leaving("dev", "dev.json", emulated=True) == emulator_file("dev")
    assert here.leaving("dev", "dev.json", emulated=False) is None
    assert here.leaving("prod", "dev.json", emulated=True) is None


def test_names_that_were_perhaps_meant_are_found_and_the_right_one_is_none_of_them(
    project: Path,
) -> None:
    assert near_names() == []
    near = ["aepctl.yml", "AEPCTL.yaml", ".aepctl.yaml", "aepctl.json", "aepctl.toml", "Aepctl.YML"]
    for name in (*near, "aepctl.yaml", "aepctl.yamlx", "xaepctl.yaml", "aepctlxyaml", "aepctl.txt"):
        (project / name).touch()
    assert near_names() == sorted(near)


def test_a_folder_that_cannot_be_listed_has_no_such_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "scandir", forbidden)
    assert near_names() == []
