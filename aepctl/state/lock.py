"""The lock: who may write state. Held by the kernel for a process, so it dies with the process.

A file of its own that is never deleted: renaming state would move a lock on state itself to a dead
inode, and closing any second handle on it would drop a POSIX lock.
"""

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from aepctl.errors import StateError, StateLocked

JOB_URLS = ("CI_JOB_URL", "BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL")


def holder(environ: Mapping[str, str], command: str) -> dict[str, str]:
    """Who this process is, for whoever finds the state locked."""
    who = {
        "pid": str(os.getpid()),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
    }
    job = next((environ[name] for name in JOB_URLS if environ.get(name)), "")
    server, repository = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
    if server and repository and environ.get("GITHUB_RUN_ID"):
        job = f"{server}/{repository}/actions/runs/{environ['GITHUB_RUN_ID']}"
    return {**who, "job": job} if job else who


@contextmanager
def locked(
    path: Path,
    who: Mapping[str, str],
    *,
    wait: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the lock. Raises StateLocked, after waiting up to `wait` seconds for it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise StateError(
            f"{path}: the lock cannot be opened: {error.strerror}",
            next="apply writes state: make the folder writable",
        ) from error
    try:
        _take(handle, path, wait, sleep)
        with contextlib.suppress(OSError):  # on a full disk the lock holds without a signature
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(dict(who)).encode(), 0)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path, wait: float, sleep: Callable[[float], None]) -> None:
    pause = 0.05
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait <= 0:
                raise StateLocked(
                    f"{path.with_suffix('.json')} is locked by {_shown(handle)}",
                    next="wait for it to end, or use --lock-timeout 60s; the lock goes away by "
                    "itself when that process ends",
                ) from None
        except OSError as error:
            raise StateError(f"{path}: cannot be locked: {error.strerror}") from error
        else:
            return
        sleep(min(pause, wait))
        wait -= pause
        pause = min(pause * 2, 1.0)


def _shown(handle: int) -> str:
    try:
        who = json.loads(os.pread(handle, 4096, 0))
        text = f"`{who['command']}`, process {who['pid']} on {who['host']}, since {who['since']}"
        return f"{text}, {who['job']}" if "job" in who else text
    except (ValueError, KeyError, TypeError):  # taken a moment ago, and not yet signed
        return "another process"
