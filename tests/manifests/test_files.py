"""Which files are manifests, and what is refused on the way to them."""

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aepctl.manifests.files import MAX_BYTES, find_manifests

pytestmark = pytest.mark.usefixtures("folder")

Make = Callable[..., None]


@pytest.fixture
def make(folder: Path) -> Make:
    """Make empty files below the current folder."""

    def make(*paths: str) -> None:
        for path in paths:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).touch()

    return make


@contextmanager
def few_frames() -> Iterator[None]:
    """Let functions nest 200 deep from here, no deeper."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 200)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def refused(folder: str = "audiences") -> list[tuple[str, str, str]]:
    problems = find_manifests(folder).problems
    assert all((one.origin.line, one.origin.column, one.source) == (0, 0, None) for one in problems)
    return [(one.origin.file, one.rule, one.message) for one in problems]


def test_yaml_files_of_all_folders_in_the_order_of_their_paths(make: Make) -> None:
    make("audiences/b.yml", "audiences/c/a.yaml", "audiences/a.yaml", "audiences/A.YAML")
    make("audiences/c/d/e.yaml", "audiences/notes.txt", "audiences/c/yaml")
    listing = find_manifests("audiences")
    assert listing.problems == []
    assert listing.files == [
        "audiences/A.YAML",
        "audiences/a.yaml",
        "audiences/b.yml",
        "audiences/c/a.yaml",
        "audiences/c/d/e.yaml",
    ]


def test_names_that_start_with_a_dot_are_passed_over(make: Make) -> None:
    make("audiences/a.yaml", "audiences/.b.yaml", "audiences/.git/c.yaml")
    assert find_manifests("audiences").files == ["audiences/a.yaml"]


def test_no_folder() -> None:
    (problem,) = find_manifests("audiences").problems
    assert (problem.rule, problem.message) == ("no-folder", "there is no such folder")
    assert problem.hint == "make it, or name another one under `manifests:` in aepctl.yaml"


@pytest.mark.parametrize("name", ["x" * 300, "x/" * 3000])
def test_a_name_too_long_for_a_folder_is_none(name: str) -> None:
    assert [rule for _, rule, _ in refused(name)] == ["no-folder"]


def test_a_file_is_no_folder(make: Make) -> None:
    make("audiences")
    assert refused() == [("audiences", "no-folder", "is not a folder")]


def test_an_empty_folder(make: Make) -> None:
    make("audiences/notes.txt")
    assert refused() == [("audiences", "empty-folder", "no *.yaml or *.yml files here")]


def test_a_link_to_what_is_read_anyway_is_not_read_twice(make: Make) -> None:
    make("audiences/a.yaml", "audiences/sub/b.yaml")
    Path("audiences/link.yaml").symlink_to("sub/b.yaml")
    Path("audiences/linked").symlink_to("sub")
    Path("audiences/sub/up").symlink_to("..")
    listing = find_manifests("audiences")
    assert listing.files == ["audiences/a.yaml", "audiences/sub/b.yaml"]
    assert listing.problems == []


def test_the_folder_itself_may_be_a_link(make: Make) -> None:
    make("elsewhere/a.yaml", "elsewhere/sub/b.yaml")
    Path("audiences").symlink_to("elsewhere")
    Path("elsewhere/link.yaml").symlink_to("sub/b.yaml")
    assert find_manifests("audiences").files == ["audiences/a.yaml", "audiences/sub/b.yaml"]


@pytest.mark.parametrize("target", ["../secret.yaml", "../secrets", "/etc"])
def test_a_link_must_not_leave_the_folder(make: Make, target: str) -> None:
    make("secret.yaml", "secrets/a.yaml", "audiences/a.yaml")
    Path("audiences/link.yaml").symlink_to(target)
    message = "a symbolic link that leaves the manifest folder"
    assert refused() == [("audiences/link.yaml", "symlink", message)]


def test_a_linked_folder_must_not_leave_the_folder_whatever_its_name(make: Make) -> None:
    make("audiences-old/a.yaml", "audiences/a.yaml")
    Path("audiences/old").symlink_to("../audiences-old")
    assert [file for file, _, _ in refused()] == ["audiences/old"]
    assert find_manifests("audiences").files == ["audiences/a.yaml"]


def test_other_links_are_nobodys_business(make: Make) -> None:
    make("README.md", "audiences/a.yaml")
    Path("audiences/README.md").symlink_to("../README.md")
    Path("audiences/gone.md").symlink_to("nowhere")
    Path("audiences/loop").symlink_to("loop")
    assert refused() == []


@pytest.mark.parametrize("target", ["nowhere.yaml", "link.yaml", "../nowhere.yaml", "x" * 300])
def test_a_link_to_nothing(make: Make, target: str) -> None:
    make("audiences/a.yaml")
    Path("audiences/link.yaml").symlink_to(target)
    assert refused() == [("audiences/link.yaml", "symlink", "a symbolic link to nothing")]


def test_a_mounted_config_map_is_read_where_its_links_are(make: Make) -> None:
    """Its files are in a hidden folder of each version; `..data` leads to the present one."""
    make("audiences/..2026_01_31/all.yaml", "audiences/..2026_01_31/sub/deep/more.yaml")
    make("audiences/..2026_01_30/all.yaml", "audiences/..2026_01_31/README.md")
    for link, target in {
        "..data": "..2026_01_31",
        "all.yaml": "..data/all.yaml",
        "README.md": "..data/README.md",
        "sub": "..data/sub",
    }.items():
        Path("audiences", link).symlink_to(target)
    listing = find_manifests("audiences")
    assert listing.files == ["audiences/all.yaml", "audiences/sub/deep/more.yaml"]
    assert listing.problems == []


def test_what_is_hidden_is_read_once_however_many_links_lead_there(make: Make) -> None:
    make("audiences/.data/b.yaml", "audiences/.data/sub/c.yaml")
    for link, target in {
        "one.yaml": ".data/b.yaml",
        "two.yaml": ".data/b.yaml",
        "three.yaml": "one.yaml",
        "sub": ".data/sub",
        "again": "sub",
        ".data/sub/up": "../sub",
        ".data/sub/root": "../..",
    }.items():
        Path("audiences", link).symlink_to(target)
    listing = find_manifests("audiences")
    assert [len(listing.files), listing.problems] == [2, []]
    assert {Path(one).resolve().name for one in listing.files} == {"b.yaml", "c.yaml"}


@pytest.mark.parametrize("name", ["pipe.yaml", "huge.yaml"])
def test_what_is_hidden_is_looked_at_as_any_file_is(make: Make, name: str) -> None:
    make("audiences/.data/huge.yaml")
    os.truncate("audiences/.data/huge.yaml", MAX_BYTES + 1)
    os.mkfifo("audiences/.data/pipe.yaml")
    Path("audiences/link.yaml").symlink_to(f".data/{name}")
    ((file, rule, _),) = refused()
    assert (file, rule in {"not-a-file", "too-large"}) == ("audiences/link.yaml", True)


@pytest.mark.parametrize("target", [".data/b.txt", "b.txt"])
def test_a_link_to_what_is_passed_over_is_not_passed_over_silently(make: Make, target: str) -> None:
    make("audiences/a.yaml", "audiences/.data/b.txt", "audiences/b.txt")
    Path("audiences/link.yaml").symlink_to(target)
    message = "a symbolic link to a file that is not read"
    assert refused() == [("audiences/link.yaml", "symlink", message)]


def test_a_pipe_is_not_read(make: Make) -> None:
    make("audiences/a.yaml")
    os.mkfifo("audiences/pipe.yaml")
    assert refused() == [("audiences/pipe.yaml", "not-a-file", "is not a regular file")]


def test_a_file_too_large_is_not_read(make: Make) -> None:
    make("audiences/huge.yaml", "audiences/large.yaml")
    os.truncate("audiences/large.yaml", MAX_BYTES)
    os.truncate("audiences/huge.yaml", MAX_BYTES + 1)
    message = "has 67,108,865 bytes, more than the 67,108,864 that are taken"
    assert refused() == [("audiences/huge.yaml", "too-large", message)]
    assert find_manifests("audiences").files == ["audiences/large.yaml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read(make: Make) -> None:
    make("audiences/a.yaml", "audiences/closed/b.yaml")
    Path("audiences/closed").chmod(0)
    assert refused() == [
        ("audiences/closed", "file-unreadable", "cannot be read: Permission denied")
    ]
    Path("audiences/closed").chmod(0o700)


def test_folders_within_folders_need_no_recursion() -> None:
    deep = f"audiences/{'d/' * 300}"
    Path(deep).mkdir(parents=True)
    Path(f"{deep}a.yaml").touch()
    with few_frames():
        listing = find_manifests("audiences")
    assert listing.files == [f"{deep}a.yaml"]


@pytest.mark.parametrize("depth", [16, 17])
def test_a_path_too_long_for_the_system_is_a_problem(depth: int) -> None:
    here = Path.cwd()
    Path("audiences").mkdir()
    os.chdir("audiences")
    for _ in range(depth):
        Path("d" * 250).mkdir()
        os.chdir("d" * 250)
    Path(f"{'x' * 200}.yaml").touch()
    os.chdir(here)
    ((_, rule, message),) = refused()
    assert (rule, message) == ("file-unreadable", "cannot be read: File name too long")


def test_several_problems_are_all_told(make: Make) -> None:
    make("audiences/notes.txt")
    os.mkfifo("audiences/pipe.yaml")
    Path("audiences/link.yaml").symlink_to("nowhere.yaml")
    assert {rule for _, rule, _ in refused()} == {"not-a-file", "symlink"}
