"""Reading files that people name, or that a pull request may have put there. One way for all.

A name says nothing of what is behind it: a FIFO or a terminal would make the reader wait for ever,
a device never ends, and a link may lead to either.
"""

import errno
import os
import select
import stat
from pathlib import Path

NOT_A_FILE = "not a regular file"
CHUNK = 1024 * 1024


def read_regular(path: str | Path, *, most: int) -> bytes:
    """All bytes of a regular file of at most `most` bytes; links are followed, nothing is awaited.

    Raises OSError, whose `strerror` says what is wrong: FileNotFoundError where there is nothing.
    """
    _check(os.stat(path), most)  # noqa: PTH116 - opening some devices already does something
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        status = os.fstat(handle)
        _check(status, most)  # once more: it may have been replaced meanwhile
        return _read(handle, most, min(status.st_size, most) + 1)
    finally:
        os.close(handle)


def read_stream(handle: int, *, most: int) -> bytes:
    """All bytes of an open stream, such as standard input, however slowly they come.

    Raises OSError where there are more than `most`.
    """
    return _read(handle, most, CHUNK)


def check_regular(path: str | Path) -> None:
    """Raise OSError unless a regular file is there, or nothing. For what another library opens."""
    try:
        _check(os.stat(path), None)  # noqa: PTH116 - as above
    except FileNotFoundError:
        return


def real_path(path: str | Path) -> Path:
    """Where a path leads, as far as it can be followed; `Path.resolve` breaks at a link to itself.

    Raises OSError where the current folder is gone, and the path begins there.
    """
    return Path(os.path.realpath(path))


def is_there(path: str | Path) -> bool:
    """Whether something is there that can be reached; `Path.exists` raises where that is denied."""
    return os.path.exists(path)  # noqa: PTH110 - as said


def _check(status: os.stat_result, most: int | None) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, NOT_A_FILE)
    if most is not None and status.st_size > most:
        raise OSError(errno.EFBIG, _too_large(most, status.st_size))


def _too_large(most: int, size: int | None = None) -> str:
    has = "it has more" if size is None else f"it has {size:,} bytes, more"
    return f"{has} than the {most:,} bytes that are taken"


def _read(handle: int, most: int, size: int) -> bytes:
    """To the end, whatever the size was said to be: it may grow, and some file systems say 0."""
    parts: list[bytes] = []
    total = 0
    while True:
        try:
            part = os.read(handle, size)
        except BlockingIOError:  # somebody else made the stream so
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            poll.poll()
            continue
        if not part:
            return b"".join(parts)
        parts.append(part)
        total += len(part)
        if total > most:
            raise OSError(errno.EFBIG, _too_large(most))
        size = min(CHUNK, most - total + 1)
