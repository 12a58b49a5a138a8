"""What a shared store does not have yet, kept on this machine for as long as that lasts.

A run whose process dies leaves it; the next run on this machine takes it in. One whose machine is
thrown away as well is settled by looking.
"""

import os
from pathlib import Path

from aepctl.gitignore import ignore_own
from aepctl.state.stores.disk import Disk, replace_file
from aepctl.state.stores.journal_file import JournalFile

SUFFIX = ".journal"


class RescueFile:
    """The journal of one run. Not for two threads at once. Raises OSError."""

    def __init__(self, folder: Path, name: str, run: str, *, disk: Disk | None = None) -> None:
        self._disk = disk or Disk()
        self._path = folder / f"{name}@{run}{SUFFIX}"
        self._journal: JournalFile | None = None

    def append(self, header: bytes, lines: bytes) -> None:
        """Make lines durable; `header` stands first in the file."""
        if self._journal is None:
            self._disk.make_folder(self._path.parent)
            ignore_own(self._path.parent)
            self._journal = JournalFile(self._disk, self._path, size=0)
            lines = header + lines
        self._journal.append(lines)

    def restart(self, header: bytes, lines: bytes) -> None:
        """The store has all but these lines now."""
        if self._journal is None:
            return
        self.close()
        if not lines:
            self._disk.remove(self._path)
            return
        replace_file(self._disk, self._path, header + lines)
        self._journal = JournalFile(self._disk, self._path, size=len(header + lines))

    def close(self) -> None:
        """Give the handle back; the file stays."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()


def left_behind(folder: Path, name: str) -> list[Path]:
    """The files that runs for the environment `name` have left in this folder."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(one.name for one in entries if one.is_file(follow_symlinks=False))
    except OSError:  # nothing was ever left
        return []
    return [folder / one for one in names if one.startswith(f"{name}@") and one.endswith(SUFFIX)]
