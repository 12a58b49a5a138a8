"""The lock: who may write state. Held by the kernel for a process, so it dies with the process.

A file of its own: renaming state would move a lock on state itself to a dead inode, and closing any
second handle on it would drop a POSIX lock. A file can be deleted or replaced under its holder
(`rm`, `git clean`, a checkout), so a name that nobody can delete is held with it: see `names`.
"""

import contextlib
import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aepctl.errors import StateError, StateLocked
from aepctl.state.stores.advice import hint_for
from aepctl.state.stores.disk import is_at
from aepctl.state.stores.names import Name, NameTaken
from aepctl.texts import json_of

FIRST_PAUSE_SECONDS = 0.05
MAX_PAUSE_SECONDS = 1.0
MAX_TAKEN_ANEW = 20
"""So often a lock file may be replaced between opening and locking it: nobody is that unlucky."""


@dataclass(slots=True)
class Lock:
    """A lock that is held. What is lost stays lost, also where the file is put back."""

    path: Path
    handle: int
    _lost: bool = field(default=False, init=False)

    def lost(self) -> str | None:
        """Why it excludes nobody any more; None as long as the file is at its path."""
        self._lost = self._lost or not is_at(self.handle, self.path)
        return "its lock file was deleted or replaced while it was held" if self._lost else None


@contextmanager
def locked(
    path: Path,
    holder: Mapping[str, str],
    *,
    name: str,
    wait: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Lock]:
    """Hold the lock of the state called `name`.

    Raises StateLocked, after waiting up to `wait` seconds for it; StateError where there can be
    no lock.
    """
    with contextlib.ExitStack() as held:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                handle = _take(path, name, held)
                break
            except StateLocked:
                if wait <= 0:
                    raise
            sleep(min(pause, wait))
            wait -= pause
            pause = min(pause * 2, MAX_PAUSE_SECONDS)
        with contextlib.suppress(OSError):  # on a full disk the lock holds without a signature
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(dict(holder)).encode(), 0)
        yield Lock(path, handle)


def _take(path: Path, name: str, held: contextlib.ExitStack) -> int:
    """The handle of the locked file, which `held` gives back. Raises StateLocked, StateError."""
    for _ in range(MAX_TAKEN_ANEW):
        with contextlib.ExitStack() as opened:
            handle = _open(path)
            opened.callback(os.close, handle)
            _flock(handle, path, name)
            if not is_at(handle, path):  # replaced since it was opened: it excludes nobody
                continue
            try:
                opened.enter_context(Name(path))
            except NameTaken as taken:
                who = f"process {taken.process}" if taken.process else "another process"
                raise _locked(name, f"{who} of this machine, whose lock file is gone") from None
            held.push(opened.pop_all())
            return handle
    raise StateError(
        f"{path}: the lock file is replaced again and again",
        hint="something writes to the folder of the state: stop it, or keep the state elsewhere",
        code="lock-unusable",
    )


def holder(path: Path) -> str | None:
    """Who holds the lock, as far as that can be told without taking it (on Linux, this machine)."""
    if Name(path).process() is None:
        return None
    with contextlib.suppress(OSError), _opened(path) as handle:
        return _shown(handle, path)
    return "another process"


def last_taken(path: Path) -> str | None:
    """When it was taken last, to the minute, as that process signed it."""
    unusable = (OSError, ValueError, KeyError, TypeError, OverflowError)
    with contextlib.suppress(*unusable), _opened(path) as handle:
        since = datetime.fromisoformat(json_of(os.pread(handle, 4096, 0))["since"])
        return since.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        yield handle
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    """For writing, where that is allowed: another user's lock file can be locked all the same."""
    flags = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o644)
        except OSError as error:
            if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
                raise
            with contextlib.suppress(OSError):  # the first reason is the one to tell
                return os.open(path, os.O_RDONLY | flags)
            raise
    except OSError as error:
        raise StateError(
            f"{path}: the lock cannot be opened: {error.strerror}",
            hint=hint_for(error, "the state is kept there: make the folder writable"),
            code="lock-unusable",
        ) from error


def _flock(handle: int, path: Path, name: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _locked(name, _shown(handle, path)) from None
    except OSError as error:
        raise StateError(
            f"{path}: cannot be locked: {error.strerror}",
            hint="keep the state on a file system that has locks, such as a local disk",
            code="lock-unusable",
        ) from error


def _locked(name: str, who: str) -> StateLocked:
    return StateLocked(
        f"{name} is locked by {who}",
        hint="wait for it to end, or use --lock-timeout 60s; the lock is released when that "
        "process ends",
    )


def _shown(handle: int, path: Path) -> str:
    import socket  # noqa: PLC0415 - who only reads meets no lock

    try:
        who = json_of(os.pread(handle, 4096, 0))
        text = f"`{who['command']}`, process {who['pid']} on {who['host']}, since {who['since']}"
        here = who["host"] == socket.gethostname()
        process = Name(path).process() if here else None
        if process not in {None, int(who["pid"])}:  # one that may not sign another user's file
            return f"process {process} of this machine"
        return f"{text}, {who['job']}" if "job" in who else text
    except (ValueError, KeyError, TypeError):  # taken a moment ago, and not yet signed
        return "another process"
