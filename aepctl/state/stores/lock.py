"""The lock: who may write state. Held by the kernel for a process, so it dies with the process.

A file of its own that is never deleted: renaming state would move a lock on state itself to a dead
inode, and closing any second handle on it would drop a POSIX lock.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aepctl.errors import StateError, StateLocked

FIRST_PAUSE_SECONDS = 0.05
MAX_PAUSE_SECONDS = 1.0


@contextmanager
def locked(
    path: Path,
    holder: Mapping[str, str],
    *,
    name: str,
    wait: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the lock of the state called `name`.

    Raises StateLocked, after waiting up to `wait` seconds for it; StateError where there can be
    no lock.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise StateError(
            f"{path}: the lock cannot be opened: {error.strerror}",
            hint="the state is kept there: make the folder writable",
        ) from error
    try:
        _take(handle, path, name, wait, sleep)
        with contextlib.suppress(OSError):  # on a full disk the lock holds without a signature
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(dict(holder)).encode(), 0)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path, name: str, wait: float, sleep: Callable[[float], None]) -> None:
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait <= 0:
                raise StateLocked(
                    f"{name} is locked by {_shown(handle)}",
                    hint="wait for it to end, or use --lock-timeout 60s; the lock is released "
                    "when that process ends",
                ) from None
        except OSError as error:
            raise StateError(f"{path}: cannot be locked: {error.strerror}") from error
        else:
            return
        sleep(min(pause, wait))
        wait -= pause
        pause = min(pause * 2, MAX_PAUSE_SECONDS)


def _shown(handle: int) -> str:
    try:
        who = json.loads(os.pread(handle, 4096, 0))
        text = f"`{who['command']}`, process {who['pid']} on {who['host']}, since {who['since']}"
        return f"{text}, {who['job']}" if "job" in who else text
    except (ValueError, KeyError, TypeError):  # taken a moment ago, and not yet signed
        return "another process"
