"""The file of this machine: what a shared store does not have yet."""

from pathlib import Path

import pytest
from fakes import MemoryDisk

from aepctl.state.rescue_file import RescueFile, left_behind

FOLDER = Path("rescue")
FILE = FOLDER / "prod@run-1.journal"
HEADER = b"header\n"


@pytest.fixture
def disk() -> MemoryDisk:
    return MemoryDisk()


@pytest.fixture
def file(disk: MemoryDisk) -> RescueFile:
    return RescueFile(FOLDER, "prod", "run-1", disk=disk)


def contents(disk: MemoryDisk) -> dict[Path, bytes]:
    """What a power cut would leave now, at its worst."""
    return {path: inode.safe for path, inode in disk.safe_names.items()}


def test_nothing_is_there_before_something_is_to_be_kept(
    disk: MemoryDisk, file: RescueFile
) -> None:
    file.restart(HEADER, b"")
    file.restart(HEADER, b"one\n")
    file.close()
    assert contents(disk) == {}


def test_lines_are_durable_behind_one_header(disk: MemoryDisk, file: RescueFile) -> None:
    file.append(HEADER, b"one\n")
    assert contents(disk) == {FILE: b"header\none\n"}
    file.append(b"other\n", b"two\n")
    assert contents(disk) == {FILE: b"header\none\ntwo\n"}


def test_where_the_store_has_all_of_it_the_file_goes(disk: MemoryDisk, file: RescueFile) -> None:
    file.append(HEADER, b"one\n")
    file.restart(b"second\n", b"")
    assert (disk.names, disk.open) == ({}, {})
    file.append(b"second\n", b"two\n")
    assert contents(disk) == {FILE: b"second\ntwo\n"}


def test_where_it_lacks_some_those_alone_are_left_and_more_may_come(
    disk: MemoryDisk, file: RescueFile
) -> None:
    file.append(HEADER, b"one\ntwo\n")
    file.restart(b"second\n", b"two\n")
    assert contents(disk) == {FILE: b"second\ntwo\n"}
    file.append(b"second\n", b"three\n")
    assert contents(disk) == {FILE: b"second\ntwo\nthree\n"}
    assert len(disk.open) == 1


def test_closing_gives_the_handle_back_and_leaves_the_file(
    disk: MemoryDisk, file: RescueFile
) -> None:
    file.append(HEADER, b"one\n")
    for _ in range(2):
        file.close()
    assert disk.open == {}
    assert contents(disk) == {FILE: b"header\none\n"}


def test_its_folder_is_made_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "rescue"
    file = RescueFile(folder, "prod", "run-1")
    file.append(HEADER, b"one\n")
    file.close()
    assert (folder / FILE.name).read_bytes() == b"header\none\n"


def test_what_runs_for_this_environment_have_left_is_found_in_order(tmp_path: Path) -> None:
    ours = [tmp_path / f"prod@run-{number}.journal" for number in (1, 2, 3)]
    for path in (*reversed(ours), *(tmp_path / name for name in (
        "stage@run-1.journal", "prod@run-1.txt", "prod.journal", ".prod@run-1.journal.x.tmp",
    ))):  # fmt: skip
        path.touch()
    (tmp_path / "prod@run-4.journal").mkdir()
    (tmp_path / "prod@run-5.journal").symlink_to(ours[0])
    assert left_behind(tmp_path, "prod") == ours


def test_where_there_is_no_folder_nothing_was_left(tmp_path: Path) -> None:
    assert left_behind(tmp_path / "none", "prod") == []
