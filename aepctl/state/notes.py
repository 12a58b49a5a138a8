"""Writing the journal: a line is durable when `append` returns, or it does not count."""

import errno
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from aepctl.state.disk import Disk, replace_file, write_all


class Notes:
    """The journal of a held state: made with its first line, gone when nothing is open any more.

    `size` counts the bytes of its whole lines. Not for two threads at once.
    """

    def __init__(self, disk: Disk, path: Path, size: int) -> None:
        self._disk = disk
        self._path = path
        self._file: JournalFile | None = None
        self._released = False
        self._size = size

    @property
    def size(self) -> int:
        return self._file.size if self._file is not None else self._size

    def append(self, line: str, header: str) -> None:
        """Return when the line is durable; a new journal begins with `header`. Raises OSError."""
        if self._released:
            raise OSError(errno.EBADF, "the state is no longer held")
        if self._file is None:
            self._file = JournalFile(self._disk, self._path, size=self._size)
        if self._file.size == 0:
            self._file.append(header)
        self._file.append(line)

    def shorten(self, lines: Sequence[str]) -> None:
        """Leave only these lines; none: no journal. The handle is closed before. Raises OSError."""
        if lines:
            data = "".join(lines).encode()
            replace_file(self._disk, self._path, data)
            self._size = len(data)
        else:
            self._disk.remove(self._path)
            self._disk.sync_folder(self._path.parent)
            self._size = 0

    def close(self) -> None:
        """Give the handle back. What was noted stays noted."""
        file, self._file = self._file, None
        if file is not None:
            self._size = file.size
            file.close()

    def release(self) -> None:
        """Take no line any more, from whichever thread is late."""
        self._released = True
        with suppress(OSError):  # every line that counts was synced: closing adds nothing
            self.close()


class JournalFile:
    """A journal that lines are appended to. Not for two threads at once."""

    def __init__(self, disk: Disk, path: Path, *, size: int) -> None:
        """Open it, cut off what lies behind `size` (the torn end of an earlier run)."""
        self._disk = disk
        self._path = path
        self._torn = False
        self.size = size
        self._handle = disk.open_append(path)
        try:
            disk.truncate(self._handle, size)
            disk.sync_folder(path.parent)
        except OSError:
            disk.close(self._handle)
            raise

    def append(self, line: str) -> None:
        """Return when the line is durable. Raises OSError; the line then does not count."""
        if self._torn:
            raise OSError(errno.EIO, "an earlier line could not be taken back", str(self._path))
        data = line.encode()
        try:
            write_all(self._disk, self._handle, data)
            self._disk.sync(self._handle)
        except OSError:
            self._torn = True
            self._disk.truncate(self._handle, self.size)
            self._torn = False
            raise
        self.size += len(data)

    def close(self) -> None:
        self._disk.close(self._handle)
