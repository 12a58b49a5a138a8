"""The log of a file store: what is durable, what a torn end costs, what is told of a bad disk."""

import errno
from pathlib import Path

import pytest
from fakes import FaultyDisk, MemoryDisk, full

from aepctl.state.stores.journal_file import JournalFile

PATH = Path("/state/local.journal")


def journal(disk: MemoryDisk | FaultyDisk, *, size: int = 0) -> JournalFile:
    return JournalFile(disk, PATH, size=size)


def test_lines_are_durable_when_append_returns() -> None:
    disk = MemoryDisk()
    file = journal(disk)
    file.append(b"one\n")
    file.append("zwö\ndrei\n".encode())
    disk.power_cut("both")
    assert disk.read(PATH) == "one\nzwö\ndrei\n".encode()
    assert file.size == len("one\nzwö\ndrei\n".encode())


def test_the_torn_end_of_an_earlier_run_is_cut_off_when_the_file_is_opened() -> None:
    disk = MemoryDisk()
    first = journal(disk)
    first.append(b"whole\n")
    first.append(b"torn, and longer than what follows")
    first.close()
    second = journal(disk, size=len("whole\n"))
    second.append(b"next\n")
    second.close()
    assert disk.read(PATH) == b"whole\nnext\n"


@pytest.mark.parametrize("call", ["truncate", "sync_folder"])
def test_a_journal_that_cannot_be_opened_gives_its_handle_back(call: str) -> None:
    memory = MemoryDisk()
    at = ["open_append", "truncate", "sync_folder"].index(call) + 1
    with pytest.raises(OSError, match="No space left"):
        journal(FaultyDisk(memory, at))
    assert memory.open == {}


@pytest.mark.parametrize("done", ["none", "half", "all"])
@pytest.mark.parametrize("call", ["write", "sync"])
def test_a_line_that_could_not_be_made_durable_is_taken_back(call: str, done: str) -> None:
    memory = MemoryDisk()
    disk = FaultyDisk(memory, done=done)
    file = journal(disk)
    file.append(b"one\n")
    disk.at = len(disk.calls) + (1 if call == "write" else 1 + disk.calls.count("write"))
    with pytest.raises(OSError, match="No space left"):
        file.append(b"two\n")
    assert disk.calls[disk.at - 1] == call
    assert memory.read(PATH) == b"one\n"
    file.append(b"three\n")
    file.close()
    assert memory.read(PATH) == b"one\nthree\n"


def test_where_a_line_cannot_be_taken_back_no_other_is_put_behind_it() -> None:
    memory = MemoryDisk()
    disk = FaultyDisk(memory, lasting=True, done="half", error=full)
    file = journal(disk)
    file.append(b"one\n")
    disk.at = len(disk.calls) + 1
    with pytest.raises(OSError, match="No space left"):
        file.append(b"two\n")
    disk.at = None  # the disk has recovered; the torn line is still there
    with pytest.raises(OSError, match="could not be taken back") as caught:
        file.append(b"three\n")
    assert caught.value.errno == errno.EIO
    assert caught.value.strerror == "an earlier line could not be taken back"
    assert caught.value.filename == str(PATH)
    file.close()
    assert memory.read(PATH) == b"one\ntw"
    assert file.size == len("one\n")
