"""Reading what somebody named: a regular file of bounded size, or an error at once."""

import errno
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from aepctl.files import (
    CHUNK,
    check_regular,
    is_there,
    read_regular,
    read_stream,
    real_path,
)

NUMBERS = {"Is a directory": errno.EISDIR, "not a regular file": errno.EINVAL}


def refused(path: Path, most: int = 100) -> str:
    with pytest.raises(OSError) as raised:
        read_regular(path, most=most)
    assert raised.value.strerror is not None
    assert raised.value.errno == NUMBERS.get(raised.value.strerror, errno.EFBIG)
    return raised.value.strerror


def test_a_regular_file_is_read_through_links_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "file", most=4) == b"text"
    assert read_regular(str(tmp_path / "link"), most=100) == b"text"


def test_what_is_not_there_is_its_own_error(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nothing")
    for name in ("nothing", "link"):
        with pytest.raises(FileNotFoundError):
            read_regular(tmp_path / name, most=1)


def test_nothing_else_is_opened_or_awaited(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "terminal").symlink_to("/dev/tty")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for name in ("fifo", "zero", "socket"):
            assert refused(tmp_path / name) == "not a regular file"
            with pytest.raises(OSError, match="not a regular file"):
                check_regular(tmp_path / name)
    assert refused(tmp_path) == "Is a directory"
    assert refused(Path("/proc/self/fd")) == "Is a directory"


def test_what_another_library_opens_may_also_not_be_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("file", "nothing"):
        check_regular(tmp_path / name)


def test_what_is_known_to_be_wrong_is_not_even_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening some devices already does something."""

    def opened(path: Path, _flags: int) -> int:
        raise AssertionError(f"{path} was opened")

    (tmp_path / "huge").write_bytes(b"x" * 101)
    monkeypatch.setattr(os, "open", opened)
    for path in (tmp_path / "huge", tmp_path, Path("/dev/null")):
        refused(path)


def test_one_that_is_a_terminal_by_now_does_not_become_that_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = os.open
    (tmp_path / "file").write_bytes(b"text")
    monkeypatch.setattr(os, "open", lambda path, flags: seen.append(flags) or real(path, flags))
    read_regular(tmp_path / "file", most=4)
    assert seen == [os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY]


def test_a_fifo_that_takes_the_files_place_is_not_awaited_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"text")
    before = (tmp_path / "file").stat()
    (tmp_path / "file").unlink()
    os.mkfifo(tmp_path / "file")
    monkeypatch.setattr(os, "stat", lambda _: before)
    assert refused(tmp_path / "file") == "not a regular file"


def test_one_that_has_become_too_large_is_told_with_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100)
    before = (tmp_path / "file").stat()
    (tmp_path / "file").write_bytes(b"x" * 101)
    monkeypatch.setattr(os, "stat", lambda _: before)
    said = "it has 101 bytes, more than the 100 bytes that are taken"
    assert refused(tmp_path / "file") == said


def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How much is asked for, each time that something is read from now on."""
    seen: list[int] = []
    real = os.read
    monkeypatch.setattr(os, "read", lambda handle, size: seen.append(size) or real(handle, size))
    return seen


def test_it_is_read_at_once_and_never_by_more_than_a_byte_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"text")
    asked = reads(monkeypatch)
    read_regular(tmp_path / "file", most=4)
    read_regular(tmp_path / "file", most=100)
    read_regular(tmp_path / "file", most=2 * CHUNK)
    assert asked == [5, 1, 5, 97, 5, CHUNK]


def test_its_size_is_bounded_whatever_it_says(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(2**40)
    said = "it has 1,099,511,627,776 bytes, more than the 100 bytes that are taken"
    assert refused(tmp_path / "huge") == said
    assert Path("/proc/self/status").stat().st_size == 0
    assert refused(Path("/proc/self/status"), 10) == "it has more than the 10 bytes that are taken"
    assert b"Name:" in read_regular("/proc/self/status", most=100_000)


def test_one_that_grows_while_it_is_read_is_bounded_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"x" * 50)
    real = os.read

    def read(handle: int, size: int) -> bytes:
        with (tmp_path / "file").open("ab") as more:
            more.write(b"x" * 50)
        return real(handle, size)

    monkeypatch.setattr(os, "read", read)
    assert "more than the 100 bytes" in refused(tmp_path / "file")


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_a_stream_is_read_to_its_end_however_slowly_it_comes(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Without asking over and over whether something is there."""
    pair = [one.detach() for one in socket.socketpair()] if kind == "socket" else os.pipe()
    reading, writing = pair
    os.set_blocking(reading, False)

    def write() -> None:
        for part in (b"one ", b"two"):
            time.sleep(0.05)
            os.write(writing, part)
        os.close(writing)

    asked = reads(monkeypatch)
    threading.Thread(target=write).start()
    assert read_stream(reading, most=100) == b"one two"
    assert len(asked) < 10
    os.close(reading)


def test_a_stream_without_an_end_is_given_up() -> None:
    with Path("/dev/zero").open("rb") as zero, pytest.raises(OSError) as raised:
        read_stream(zero.fileno(), most=3_000_000)
    assert raised.value.errno == errno.EFBIG


def test_a_path_is_followed_as_far_as_that_can_be(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "link").symlink_to("there")
    assert real_path(tmp_path / "loop/below") == tmp_path / "loop/below"
    assert real_path(tmp_path / "link/../link") == tmp_path / "there"
    assert [is_there(tmp_path / name) for name in ("loop", "link", "a" * 300)] == [False] * 3
    assert is_there(tmp_path)
