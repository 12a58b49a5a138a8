"""Runners that take turns: each stops at every call to a store and every wait, until it is let go.

What happens between any two of these is up to the test: other runners, time, lost answers.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fakes import Crash
from memory_documents import MemoryDocuments, MemoryServer

from aepctl.state.stores.documents import Document, maybe_written, unreadable, unwritten


class Time:
    """The one true time. Each machine's clock is somewhere else, and goes as fast."""

    def __init__(self) -> None:
        self.now = 1000.0


class Runner:
    """A program on a machine of its own. `go` lets it come to its next stop."""

    def __init__(self, name: str, time: Time, offset: float) -> None:
        self.name = name
        self.at = "the beginning"
        self.wakes = 0.0
        self.over = False
        self.error: BaseException | None = None
        self._time = time
        self._offset = offset
        self._killed = False
        self._mine, self._theirs = threading.Semaphore(0), threading.Semaphore(0)

    def start(self, program: Callable[[], None]) -> None:
        def work() -> None:
            self._mine.acquire()
            try:
                program()
            except Crash:
                pass
            except BaseException as error:  # noqa: BLE001 - told to the test
                self.error = error
            self.over = True
            self._theirs.release()

        threading.Thread(target=work, daemon=True).start()

    def stop(self, at: str, wakes: float = 0.0) -> None:
        """Called by the program: wait to be let go."""
        self.at, self.wakes = at, wakes
        self._theirs.release()
        self._mine.acquire()
        if self._killed:
            raise Crash

    def may_go(self) -> bool:
        return not self.over and self._time.now >= self.wakes

    def go(self) -> None:
        """Called by the test."""
        self._mine.release()
        self._theirs.acquire()

    def kill(self) -> None:
        if not self.over:
            self._killed = True
            self.go()

    # A clock

    def now(self) -> datetime:
        return datetime(2026, 1, 31, 12, tzinfo=UTC) + timedelta(seconds=self.running())

    def running(self) -> float:
        return self._time.now + self._offset

    monotonic = running

    def sleep(self, seconds: float) -> None:
        self.stop("a wait", self._time.now + seconds)


class SteppedDocuments(MemoryDocuments):
    """A store whose every call is two stops: when it arrives, and when its answer is read."""

    def __init__(self, server: MemoryServer, runner: Runner) -> None:
        super().__init__(server)
        self._runner = runner
        self.trouble: str | None = None

    def _trouble(self) -> str | None:
        trouble, self.trouble = self.trouble, None
        return trouble

    def get(self) -> Document | None:
        self._runner.stop("a read")
        trouble = self._trouble()
        found = super().get()
        self._runner.stop("what was read")
        if trouble:
            raise unreadable(self.where, "the connection broke")
        return found

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        self._runner.stop("a write")
        trouble = self._trouble()
        if trouble == "not sent":
            raise unwritten(self.where, "the connection was refused")
        if trouble == "lost on its way":
            raise maybe_written(self.where, "the connection broke")
        version = super().put(data, expected, note)
        self._runner.stop("what was written")
        if trouble == "lost on its way back":
            raise maybe_written(self.where, "the connection broke")
        return version
