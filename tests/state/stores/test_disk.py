"""The seam to the file system: what the real disk does, and how a file is replaced."""

import errno
import os
from pathlib import Path

import pytest
from fakes import FaultyDisk, MemoryDisk, full

from aepctl.state.stores.disk import Disk, replace_file, write_all

REPLACING = ["open_new", "write", "sync", "close", "replace", "sync_folder"]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def open_handles() -> set[str]:
    return {handle.name for handle in Path("/dev/fd").iterdir()}


def test_what_is_not_there_is_none_and_not_an_error(tmp_path: Path) -> None:
    assert Disk().read(tmp_path / "local.json") is None


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        Disk().read(tmp_path)


def test_folders_are_made_with_those_above_them_and_may_be_there(tmp_path: Path) -> None:
    for _ in range(2):
        Disk().make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_appending_keeps_what_is_there_and_opening_anew_does_not(tmp_path: Path) -> None:
    disk, path = Disk(), tmp_path / "file"
    for opened, expected in ((disk.open_append, b"one"), (disk.open_append, b"oneone")):
        handle = opened(path)
        disk.write(handle, b"one")
        disk.sync(handle)
        disk.close(handle)
        assert path.read_bytes() == expected
    disk.close(disk.open_new(path))
    assert path.read_bytes() == b""


def test_truncating_cuts_off_the_end(tmp_path: Path) -> None:
    disk, path = Disk(), tmp_path / "file"
    path.write_bytes(b"whole torn")
    handle = disk.open_append(path)
    disk.truncate(handle, 6)
    disk.write(handle, b"again")
    disk.close(handle)
    assert path.read_bytes() == b"whole again"


def test_removing_what_is_gone_already_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    Disk().remove(tmp_path / "file")
    Disk().remove(tmp_path / "file")
    assert files(tmp_path) == {}


@pytest.mark.parametrize("how", ["open_new", "open_append"])
def test_a_symbolic_link_is_not_written_through(tmp_path: Path, how: str) -> None:
    (tmp_path / "theirs").write_bytes(b"precious")
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError) as caught:
        getattr(Disk(), how)(tmp_path / "link")
    assert caught.value.errno == errno.ELOOP
    assert (tmp_path / "theirs").read_bytes() == b"precious"


@pytest.mark.parametrize("how", ["open_new", "open_append"])
def test_programs_that_are_started_inherit_no_handle(tmp_path: Path, how: str) -> None:
    handle = getattr(Disk(), how)(tmp_path / "file")
    assert not os.get_inheritable(handle)
    Disk().close(handle)


def test_short_writes_are_followed_by_more() -> None:
    disk = FaultyDisk(MemoryDisk())
    handle = disk.open_new(Path("/file"))
    write_all(disk, handle, b"0123456789" * 40)
    assert disk.read(Path("/file")) == b"0123456789" * 40
    assert disk.calls.count("write") == 3


def test_a_file_is_replaced_by_way_of_a_synced_file_beside_it(tmp_path: Path) -> None:
    disk, path = FaultyDisk(Disk()), tmp_path / "local.json"
    path.write_bytes(b"old")
    replace_file(disk, path, b"new")
    assert disk.calls == REPLACING
    assert files(tmp_path) == {"local.json": b"new"}


@pytest.mark.parametrize("at", range(1, len(REPLACING) + 1), ids=REPLACING)
def test_whatever_fails_the_old_or_the_new_content_is_there_and_nothing_else(
    tmp_path: Path, at: int
) -> None:
    path = tmp_path / "local.json"
    path.write_bytes(b"old")
    before = open_handles()
    with pytest.raises(OSError, match="No space left"):
        replace_file(FaultyDisk(Disk(), at), path, b"new")
    last = REPLACING[at - 1] == "sync_folder"
    assert files(tmp_path) == {"local.json": b"new" if last else b"old"}
    if REPLACING[at - 1] != "close":  # a close that fails closes nothing here
        assert open_handles() == before


class BrokenDisk(Disk):
    """Nothing can be synced, and nothing removed."""

    def sync(self, handle: int) -> None:
        raise full()

    def remove(self, path: Path) -> None:
        raise PermissionError(errno.EACCES, "not removed either")


def test_where_cleaning_up_fails_as_well_the_first_failure_is_told(tmp_path: Path) -> None:
    (tmp_path / "local.json").write_bytes(b"old")
    with pytest.raises(OSError, match="No space left"):
        replace_file(BrokenDisk(), tmp_path / "local.json", b"new")
    assert (tmp_path / "local.json").read_bytes() == b"old"


def test_an_old_temporary_file_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".local.json.tmp").write_bytes(b"left behind by a crash, and longer")
    replace_file(Disk(), tmp_path / "local.json", b"new")
    assert files(tmp_path) == {"local.json": b"new"}


@pytest.mark.parametrize("lost", ["nothing", "contents", "names", "both"])
def test_after_the_last_step_no_power_cut_brings_back_the_old(lost: str) -> None:
    disk, path = MemoryDisk(), Path("/state/local.json")
    for content in (b"old", b"new"):
        replace_file(disk, path, content)
    disk.power_cut(lost)
    assert disk.read(path) == b"new"


def test_a_folder_that_is_made_survives_with_all_above_it(tmp_path: Path) -> None:
    disk = Syncs()
    disk.make_folder(tmp_path / "a" / "b")
    assert set(disk.folders) == {tmp_path, tmp_path / "a"}
    disk.folders.clear()
    disk.make_folder(tmp_path / "a" / "b")
    assert disk.folders == []


class Syncs(Disk):
    """Remembers which folders were synced."""

    def __init__(self) -> None:
        self.folders: list[Path] = []

    def sync_folder(self, folder: Path) -> None:
        self.folders.append(folder)
        super().sync_folder(folder)


@pytest.mark.parametrize("how", ["open_new", "open_append"])
def test_files_can_be_read_by_all_and_written_by_their_owner(tmp_path: Path, how: str) -> None:
    before = os.umask(0)
    try:
        Disk().close(getattr(Disk(), how)(tmp_path / "file"))
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644


def test_what_is_no_folder_is_not_synced_as_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        Disk().sync_folder(tmp_path / "file")
