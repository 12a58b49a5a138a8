"""A folder below `.aepctl/git` for each store that is open, thrown away with it.

So processes do not meet in a repository, and a killed one leaves nothing that another would use.
A locked file beside it says that its process lives; who comes next removes what has none.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import weakref
from pathlib import Path

from aepctl.gitignore import ignore_own
from aepctl.state.stores.disk import is_at

_MAX_SWEPT = 20


class Workspace:
    """An own name for a repository. Raises OSError where the folder may not be written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        ignore_own(folder)
        _sweep(folder)
        self.path, lock = _claimed(folder)
        self.drop = weakref.finalize(self, _remove, self.path, lock)


def _claimed(folder: Path) -> tuple[Path, int]:
    while True:
        path = folder / f"{os.getpid()}-{secrets.token_hex(4)}"
        lock = os.open(_lock_of(path), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        if _taken(lock) and is_at(lock, _lock_of(path)):
            return path, lock
        os.close(lock)  # swept between the two


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sweep(folder: Path) -> None:
    """Remove some of what killed processes left. What cannot be removed is in nobody's way."""
    for name in sorted(folder.glob("*.lock"))[:_MAX_SWEPT]:
        with contextlib.suppress(OSError):
            lock = os.open(name, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            if _taken(lock):
                _remove(name.with_suffix(""), lock)
            else:
                os.close(lock)


def _remove(path: Path, lock: int) -> None:
    """The lock last: whoever is killed in here leaves it to the next."""
    shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        _lock_of(path).unlink()
    os.close(lock)


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")
