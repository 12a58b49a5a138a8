"""Writing the log of a file store: what is appended is durable on return, or it does not count."""

import errno
from pathlib import Path

from aepctl.state.stores.disk import Disk, write_all


class JournalFile:
    """A journal that lines are appended to. Not for two threads at once.

    `size` counts the bytes of what was appended in whole.
    """

    def __init__(self, disk: Disk, path: Path, *, size: int) -> None:
        """Open it, cut off what lies behind `size` (the torn end of an earlier run)."""
        self._disk = disk
        self._path = path
        self._torn = False
        self._gone = False
        self.size = size
        self._handle = disk.open_append(path)
        try:
            disk.truncate(self._handle, size)
            disk.sync_folder(path.parent)
        except OSError:
            disk.close(self._handle)
            raise

    def append(self, lines: bytes) -> None:
        """Return when the lines are durable, in the file that the next run will read.

        Raises OSError; they then do not count.
        """
        if self._gone:
            raise _gone(self._path)
        if self._torn:
            raise OSError(errno.EIO, "an earlier line could not be taken back", str(self._path))
        try:
            write_all(self._disk, self._handle, lines)
            self._disk.sync(self._handle)
            if not self._disk.is_at(self._handle, self._path):
                self._gone = True
                raise _gone(self._path)
        except OSError:
            self._torn = True
            self._disk.truncate(self._handle, self.size)
            self._torn = False
            raise
        self.size += len(lines)

    def close(self) -> None:
        """Give the handle back. What was appended stays."""
        self._disk.close(self._handle)


def _gone(path: Path) -> OSError:
    """Nobody will ever read what is written from here on, also where the file is put back."""
    return OSError(errno.ENOENT, "it was deleted or replaced while it was in use", str(path))
