"""The journal as it is written: what is told where the disk fails, and how it goes on."""

import errno
import os
from pathlib import Path

import pytest
from fakes import TARGET, FaultyDisk, MemoryDisk

from aepctl.state.disk import Disk
from aepctl.state.lines import encode_header
from aepctl.state.notes import JournalFile, Notes

HEADER = encode_header("L", 3, TARGET)
ONE, OTHER = "one line\n", "another line\n"


class NoTruncating(MemoryDisk):
    """A disk on which nothing can be synced, and what was written not be taken back."""

    broken = False

    def sync(self, handle: int) -> None:
        if self.broken:
            raise OSError(errno.EIO, "Input/output error")
        super().sync(handle)

    def truncate(self, handle: int, size: int) -> None:
        if self.broken:
            raise OSError(errno.EIO, "Input/output error")
        super().truncate(handle, size)


def test_a_line_that_cannot_be_taken_back_ends_the_journal_and_says_which() -> None:
    disk, path = NoTruncating(), Path("/state/prod.journal")
    journal = JournalFile(disk, path, size=0)
    journal.append(HEADER)
    disk.broken = True
    with pytest.raises(OSError, match="Input/output error"):
        journal.append(ONE)
    disk.broken = False
    with pytest.raises(OSError, match="an earlier") as caught:
        journal.append(OTHER)
    assert caught.value.errno == errno.EIO
    assert caught.value.strerror == "an earlier line could not be taken back"
    assert caught.value.filename == str(path)


def test_after_a_line_that_was_taken_back_the_journal_goes_on() -> None:
    disk, path = FaultyDisk(MemoryDisk(), done="half"), Path("/state/prod.journal")
    journal = JournalFile(disk, path, size=0)
    journal.append(HEADER)
    disk.at = len(disk.calls) + 1
    with pytest.raises(OSError, match="No space left"):
        journal.append(ONE)
    journal.append(OTHER)
    assert disk.read(path) == (HEADER + OTHER).encode()


def test_notes_that_are_released_say_so() -> None:
    notes = Notes(MemoryDisk(), Path("/state/prod.journal"), 0)
    notes.append(ONE, HEADER)
    notes.release()
    with pytest.raises(OSError, match="held") as caught:
        notes.append(OTHER, HEADER)
    assert (caught.value.errno, caught.value.strerror) == (
        errno.EBADF,
        "the state is no longer held",
    )


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
