"""What no store has yet, on this machine: nothing of it is lost while the disk has trouble."""

import errno
from pathlib import Path

import pytest

from aepctl.state.rescue_file import RescueFile, left_behind
from aepctl.state.stores.disk import Disk

HEADER = b"header\n"


class FailingDisk(Disk):
    """`full`: nothing new can be written; `fails`: a call that cannot be done."""

    def __init__(self) -> None:
        super().__init__()
        self.full = False
        self.fails = ""

    def write(self, handle: int, data: bytes) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(handle, data)

    def open_append(self, path: Path) -> int:
        self._try("open")
        return super().open_append(path)

    def remove(self, path: Path) -> None:
        self._try("remove")
        super().remove(path)

    def _try(self, call: str) -> None:
        if self.fails == call:
            raise OSError(errno.EIO, "Input/output error")


@pytest.fixture
def disk() -> FailingDisk:
    return FailingDisk()


@pytest.fixture
def file(tmp_path: Path, disk: FailingDisk) -> RescueFile:
    return RescueFile(tmp_path, "prod", "run-1", disk=disk)


def kept(folder: Path) -> bytes:
    files = left_behind(folder, "prod")
    return files[0].read_bytes() if files else b""


def test_it_keeps_what_the_store_does_not_have_and_goes_when_that_is_nothing(
    tmp_path: Path, file: RescueFile
) -> None:
    file.append(HEADER, b"one\n")
    file.append(HEADER, b"two\n")
    assert kept(tmp_path) == b"header\none\ntwo\n"
    file.restart(b"next\n", b"two\n")
    file.append(HEADER, b"three\n")
    assert kept(tmp_path) == b"next\ntwo\nthree\n"
    file.restart(HEADER, b"")
    assert left_behind(tmp_path, "prod") == []
    file.append(HEADER, b"four\n")
    assert kept(tmp_path) == b"header\nfour\n"


def test_a_full_disk_takes_nothing_away_and_nothing_half(
    tmp_path: Path, file: RescueFile, disk: FailingDisk
) -> None:
    file.append(HEADER, b"one\n")
    disk.full = True
    with pytest.raises(OSError, match="No space left"):
        file.append(HEADER, b"two\n")
    with pytest.raises(OSError, match="No space left"):
        file.restart(b"next\n", b"one\n")
    disk.full = False
    file.append(HEADER, b"three\n")
    assert kept(tmp_path) == b"header\none\nthree\n"


def test_a_file_that_cannot_be_opened_again_keeps_what_it_has(
    tmp_path: Path, file: RescueFile, disk: FailingDisk
) -> None:
    file.append(HEADER, b"one\n")
    file.restart(b"next\n", b"one\n")
    disk.fails = "open"
    with pytest.raises(OSError, match="Input/output"):
        file.append(HEADER, b"two\n")
    disk.fails = ""
    file.append(HEADER, b"three\n")
    assert kept(tmp_path) == b"next\none\nthree\n"


def test_what_the_store_has_and_cannot_be_removed_is_written_over(
    tmp_path: Path, file: RescueFile, disk: FailingDisk
) -> None:
    file.append(HEADER, b"one\n")
    disk.fails = "remove"
    with pytest.raises(OSError, match="Input/output"):
        file.restart(HEADER, b"")
    disk.fails = ""
    file.append(HEADER, b"two\n")
    assert kept(tmp_path) == b"header\ntwo\n"


def test_nobody_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_handle: int) -> None:
        raise AssertionError("an outcome waits for the disk")

    monkeypatch.setattr("os.fsync", fsync)
    file = RescueFile(tmp_path / "new", "prod", "run-1")
    file.append(HEADER, b"one\n")
    file.restart(HEADER, b"one\n")
    file.append(HEADER, b"two\n")
    assert kept(tmp_path / "new") == b"header\none\ntwo\n"


def test_files_of_other_environments_and_links_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "prod-eu@run-1.journal").touch()
    (tmp_path / "prod@run-2.journal").symlink_to(tmp_path / "prod-eu@run-1.journal")
    (tmp_path / "prod@run-3.journal").touch()
    assert left_behind(tmp_path, "prod") == [tmp_path / "prod@run-3.journal"]
