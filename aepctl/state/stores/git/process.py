"""The `git` program, run so that it can ask nobody, hang nowhere and mistake no repository.

It runs in a session of its own: without a terminal there is no question, Ctrl-C does not reach a
push at work, and what is over its time ends with all that it started.
"""

import atexit
import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MAX_TOLD = 256 * 1024
_MAX_BESIDES = 16 * 1024 * 1024
"""What may come with a document: the folders of its branch."""
_GRACE_SECONDS = 2.0
_RUNNING: set["subprocess.Popen[bytes]"] = set()
"""Those that this program waits for. What it leaves at its end, as nobody waits, ends with it."""
# `git rev-parse --local-env-vars` without the two of settings, and what else leads elsewhere: a
# hook or an alias around us has them set for the user's repository.
_ELSEWHERE = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_DEFAULT_HASH",
    "GIT_DIR", "GIT_GRAFT_FILE", "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS", "GIT_NAMESPACE", "GIT_NOGLOB_PATHSPECS", "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE", "GIT_TEMPLATE_DIR", "GIT_WORK_TREE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call of a store may take: seconds, and bytes of a document.

    After so many `gits` a private repository is thrown away: nothing in it is ever tidied.
    """

    seconds: float = 30.0
    size: int = 256 * 1024 * 1024
    gits: int = 300

    def begin(self) -> "Bounds":
        return Bounds(self, time.monotonic() + self.seconds)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is left to a call that has begun."""

    limits: Limits
    end: float

    def left(self) -> float:
        return max(self.end - time.monotonic(), 0.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git said. `code` is None where its time was over."""

    code: int | None
    out: bytes
    told: str

    @property
    def fine(self) -> bool:
        return self.code == 0


def for_git(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that a git of ours gets: the user's, less what asks, colours or misleads."""
    kept = {name: value for name, value in environ.items() if name not in _ELSEWHERE}
    for name in [
        name for name in kept if name.startswith("GIT_TRACE") or name == "GIT_CURL_VERBOSE"
    ]:
        if not kept[name].startswith("/"):  # to standard error, which is read here
            del kept[name]
    if kept.get("SSH_ASKPASS_REQUIRE") != "force":  # a window that nobody sees
        kept.pop("SSH_ASKPASS", None)
    kept.setdefault("GCM_INTERACTIVE", "never")
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


def with_settings(
    environ: Mapping[str, str], settings: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """These, and settings that no file and no list of processes shows (git 2.31)."""
    first = int(environ.get("GIT_CONFIG_COUNT") or 0)
    more = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (name, value) in enumerate(settings, start=first):
        more |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return {**environ, **more}


def run_git(
    arguments: Sequence[str],
    *,
    environ: Mapping[str, str],
    folder: Path,
    bounds: Bounds,
    given: bytes = b"",
) -> Answer:
    """Run it in `folder` until it ends or its time is over. Raises OSError: it cannot start."""
    with tempfile.TemporaryFile() if given else open(os.devnull, "rb") as source:  # noqa: PTH123
        if given:
            source.write(given)
            source.seek(0)
        with subprocess.Popen(  # noqa: S603 - no shell, and no word that begins with a dash
            ["git", *arguments],  # noqa: S607 - the user's git
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=dict(environ),
            start_new_session=True,
        ) as process:
            assert process.stdout is not None  # noqa: S101 - asked for above
            assert process.stderr is not None  # noqa: S101 - likewise
            _RUNNING.add(process)
            out = _Kept(process.stdout, bounds.limits.size + _MAX_BESIDES)
            told = _Kept(process.stderr, MAX_TOLD)
            try:
                code: int | None = process.wait(bounds.left())
            except subprocess.TimeoutExpired:
                code = None
            finally:  # also where this process is told to stop
                if process.returncode is None:
                    _end(process)
                _RUNNING.discard(process)
            return Answer(code, out.text(), told.text().decode(errors="replace"))


class _Kept:
    """What comes out of a pipe, up to a limit; the rest is read and thrown away."""

    def __init__(self, pipe: IO[bytes], limit: int) -> None:
        self._pipe = pipe
        self._limit = limit
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed under it, as nobody waits any more
            while chunk := os.read(self._pipe.fileno(), 1 << 16):
                self._kept += chunk[: self._limit - len(self._kept)]

    def text(self) -> bytes:
        self._thread.join(_GRACE_SECONDS)  # a helper that lives on may keep the pipe open
        return bytes(self._kept)


@atexit.register
def _end_all() -> None:
    for process in tuple(_RUNNING):
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kindly first: a git that is killed leaves its lock files behind, in a `file:` remote too."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
            return
