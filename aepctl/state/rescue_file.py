"""What a shared store does not have yet, kept on this machine for as long as that lasts.

A run whose process dies leaves it; the next run on this machine takes it in. One whose machine is
thrown away as well, or loses its power, is settled by looking. So nothing in here waits until the
disk has it: with sixteen workers that took a tenth of their time, on a busy disk a quarter.
"""

import os
from pathlib import Path

from aepctl.gitignore import ignore_own
from aepctl.state.stores.disk import Disk, replace_file
from aepctl.state.stores.journal_file import JournalFile

SUFFIX = ".journal"


class UnsyncedDisk(Disk):
    """What is written survives this process, and not the machine."""

    def sync(self, handle: int) -> None:  # noqa: ARG002 - nothing is done
        return

    def sync_folder(self, folder: Path) -> None:  # noqa: ARG002 - as above
        return


class RescueFile:
    """The journal of one run. Not for two threads at once. Raises OSError."""

    def __init__(self, folder: Path, name: str, run: str, *, disk: Disk | None = None) -> None:
        self._disk = disk or UnsyncedDisk()
        self._path = folder / f"{name}@{run}{SUFFIX}"
        self._journal: JournalFile | None = None
        self._size = 0

    @property
    def begun(self) -> bool:
        """Whether something is in it, and so its header."""
        return self._size > 0

    def append(self, header: bytes, lines: bytes) -> None:
        """Keep lines; `header` stands first in the file, and counts only where it is not begun."""
        if self._journal is None:
            self._disk.make_folder(self._path.parent)
            ignore_own(self._path.parent)
            self._journal = JournalFile(self._disk, self._path, size=self._size)
        self._journal.append(lines if self._size else header + lines)
        self._size = self._journal.size

    def restart(self, header: bytes, lines: bytes) -> None:
        """The store has all but these lines now. Where that fails, what is kept stays."""
        if not self._size:
            return
        if lines:
            replace_file(self._disk, self._path, header + lines)
        self.close()
        self._size = len(header + lines) if lines else 0
        if not lines:
            self._disk.remove(self._path)

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
