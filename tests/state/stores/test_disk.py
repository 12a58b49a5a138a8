"""The seam to the file system: what the real disk does, and how a file is replaced."""

import errno
import os
import stat
from pathlib import Path

import pytest
from fakes import FaultyDisk, MemoryDisk, full

from aepctl.state.stores.disk import Disk, remove_left_over, replace_file, write_all

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


def test_appending_keeps_what_is_there(tmp_path: Path) -> None:
    disk, path = Disk(), tmp_path / "file"
    for expected in (b"one", b"oneone"):
        handle = disk.open_append(path)
        disk.write(handle, b"one")
        disk.sync(handle)
        disk.close(handle)
        assert path.read_bytes() == expected


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


@pytest.mark.parametrize("there", ["file", "link", "hard link", "nothing behind the link"])
def test_a_new_file_is_never_one_that_is_there(tmp_path: Path, there: str) -> None:
    theirs, new = tmp_path / "theirs", tmp_path / "new"
    if there != "nothing behind the link":
        theirs.write_bytes(b"precious")
    if there == "file":
        theirs.rename(new)
    elif there == "hard link":
        new.hardlink_to(theirs)
    else:
        new.symlink_to(theirs)
    before = files(tmp_path) if there != "nothing behind the link" else None
    with pytest.raises(FileExistsError):
        Disk().open_new(new, tmp_path / "like")
    assert theirs.exists() == (there in {"link", "hard link"})
    assert before is None or files(tmp_path) == before


def opened(how: str, path: Path) -> int:
    return Disk().open_append(path) if how == "append" else Disk().open_new(path, path)


@pytest.mark.parametrize("how", ["append"])
def test_a_symbolic_link_is_not_written_through(tmp_path: Path, how: str) -> None:
    (tmp_path / "theirs").write_bytes(b"precious")
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError) as caught:
        opened(how, tmp_path / "link")
    assert caught.value.errno == errno.ELOOP
    assert (tmp_path / "theirs").read_bytes() == b"precious"


@pytest.mark.parametrize("how", ["new", "append"])
def test_programs_that_are_started_inherit_no_handle(tmp_path: Path, how: str) -> None:
    handle = opened(how, tmp_path / "file")
    assert not os.get_inheritable(handle)
    Disk().close(handle)


def test_short_writes_are_followed_by_more() -> None:
    disk = FaultyDisk(MemoryDisk())
    handle = disk.open_append(Path("/file"))
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


def test_an_old_temporary_file_is_no_obstacle_and_is_removed(tmp_path: Path) -> None:
    others = {"local.json.tmp", ".local.json5.tmp", ".prod.json.tmp", ".local.json.txt"}
    left = {".local.json.tmp", ".local.json.0123456789ab.tmp"}
    for name in others | left:
        (tmp_path / name).write_bytes(b"left behind by a crash, and longer")
    (tmp_path / ".local.json.folder.tmp").mkdir()
    replace_file(Disk(), tmp_path / "local.json", b"new")
    remove_left_over(Disk(), tmp_path / "local.json")
    (tmp_path / ".local.json.folder.tmp").rmdir()
    assert files(tmp_path).keys() == {"local.json", *others}


def test_a_hard_linked_temporary_file_keeps_its_content(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / ".local.json.tmp").hardlink_to(tmp_path / "precious")
    replace_file(Disk(), tmp_path / "local.json", b"new")
    remove_left_over(Disk(), tmp_path / "local.json")
    assert files(tmp_path) == {"local.json": b"new", "precious": b"precious"}


def test_where_nothing_can_be_removed_the_work_goes_on(tmp_path: Path) -> None:
    (tmp_path / ".local.json.tmp").touch()
    remove_left_over(BrokenDisk(), tmp_path / "local.json")
    assert files(tmp_path) == {".local.json.tmp": b""}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664])
def test_what_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "local.json"
    path.write_bytes(b"old")
    path.chmod(mode)
    replace_file(Disk(), path, b"new")
    assert path.stat().st_mode & 0o7777 == mode


def test_a_temporary_file_that_was_left_gives_its_mode_to_nothing(tmp_path: Path) -> None:
    for number, name in enumerate(("new.json", "old.json")):
        (tmp_path / f".{name}.tmp").touch()
        (tmp_path / f".{name}.tmp").chmod(0o666)
        if number:
            (tmp_path / name).touch(0o600)
        replace_file(Disk(), tmp_path / name, b"new")
    assert (tmp_path / "old.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new.json").stat().st_mode & 0o022 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_is_replaced_keeps_its_owner_and_group(tmp_path: Path) -> None:
    path = tmp_path / "local.json"
    path.write_bytes(b"old")
    os.chown(path, 1234, 2345)
    path.chmod(0o640)
    replace_file(Disk(), path, b"new")
    now = path.stat()
    assert (now.st_uid, now.st_gid, now.st_mode & 0o777) == (1234, 2345, 0o640)


@pytest.mark.parametrize(("mode", "left"), [(0o640, 0o600), (0o664, 0o644), (0o660, 0o600)])
def test_where_the_group_cannot_be_kept_another_one_gets_no_right_of_its(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, left: int
) -> None:
    path = tmp_path / "local.json"
    path.write_bytes(b"old")
    path.chmod(mode)
    real = path.stat()

    def somebody_elses(*_: object, **__: object) -> os.stat_result:
        return os.stat_result((*real[:4], 1234, 2345, *real[6:]))

    def forbidden(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", somebody_elses)
        patched.setattr(os, "fchown", forbidden)
        replace_file(Disk(), path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", left)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP])
def test_a_folder_that_cannot_be_synced_is_told_once_and_the_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """As on CIFS and on WSL's drives."""
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    told: list[str] = []
    disk = Disk(told.append)
    for content in (b"old", b"new"):
        replace_file(disk, tmp_path / "local.json", content)
    disk.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    assert (tmp_path / "local.json").read_bytes() == b"new"
    assert len(told) == 1
    assert told[0].startswith(f"{tmp_path}: this file system cannot make names durable (")


def test_another_error_of_a_folders_sync_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output error"):
        Disk().sync_folder(tmp_path)


def test_an_open_file_is_at_its_path_until_that_is_deleted_or_replaced(tmp_path: Path) -> None:
    path, disk = tmp_path / "file", Disk()
    handle = disk.open_append(path)
    assert disk.is_at(handle, path)
    path.rename(tmp_path / "moved")
    assert not disk.is_at(handle, path)
    path.touch()
    assert not disk.is_at(handle, path)
    path.unlink()
    path.symlink_to(tmp_path / "moved")
    assert not disk.is_at(handle, path)
    (tmp_path / "moved").rename(path)
    assert disk.is_at(handle, path)
    disk.close(handle)


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


@pytest.mark.parametrize("how", ["new", "append"])
def test_files_can_be_read_by_all_and_written_by_their_owner(tmp_path: Path, how: str) -> None:
    before = os.umask(0)
    try:
        Disk().close(opened(how, tmp_path / "file"))
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644


def test_what_is_no_folder_is_not_synced_as_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        Disk().sync_folder(tmp_path / "file")
