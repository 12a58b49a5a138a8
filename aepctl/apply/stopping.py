"""Stopping early, and backing off for a while: what all workers heed."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aepctl.clock import Clock
from aepctl.patience import Patience, pause_seconds

GLANCE_SECONDS = 0.05


class StopSignal:
    """A request to start nothing new. The first reason stands.

    Signal handlers make it, so it takes no lock: not even an Event's, which the interrupted thread
    may hold just then, waiting for it.
    """

    def __init__(self) -> None:
        self._requested = False
        self.reason: str | None = None
        self.interrupted_at: float | None = None
        self.at_work = False
        self.error: BaseException | None = None

    def request(self, reason: str) -> None:
        """Ask for a stop; `reason` is told to people."""
        if self.reason is None:
            self.reason = reason
        self._requested = True

    def fail(self, error: BaseException, reason: str = "an unexpected error") -> None:
        """Something happened that nobody expected: the first one is told when all is recorded."""
        if self.error is None:
            self.error = error
        self.request(reason)

    def interrupt(self, signal_name: str) -> None:
        """Somebody asked for it from outside."""
        if self.interrupted_at is None:
            self.interrupted_at = time.monotonic()
        self.request(f"interrupted by {signal_name}")

    @property
    def interrupted(self) -> bool:
        """Whether somebody did."""
        return self.interrupted_at is not None

    @contextmanager
    def during_work(self) -> Iterator[None]:
        """Within, an interrupt is a request; elsewhere nothing is under way that it could hurt."""
        self.at_work = True
        try:
            yield
        finally:
            self.at_work = False

    def requested(self) -> bool:
        """Whether nothing new is to be started."""
        return self._requested

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until a stop is requested; whether it is."""
        ends = time.monotonic() + seconds
        while not self._requested and (left := ends - time.monotonic()) > 0:
            time.sleep(min(left, GLANCE_SECONDS))
        return self._requested


class Backoff:
    """When the platform asks for patience, every worker holds back."""

    def __init__(self, clock: Clock, stop: StopSignal, patience: Patience | None = None) -> None:
        self._clock = clock
        self._stop = stop
        self.patience = patience or Patience()
        self._mutex = threading.Lock()
        self._not_before = 0.0
        self._held = 0.0

    def waited(self) -> float:
        """For how many seconds up to now nothing was to be sent."""
        with self._mutex:
            return self._held - max(0.0, self._not_before - self._clock.monotonic())

    def hold_back(self, asked: float | None, own: float, why: str) -> bool:
        """Let nobody send anything for so long from now: what was asked for, and no less than ours.

        False where more is asked for than we are ready for: the run stops then.
        """
        too_long = self.patience.too_long(asked or 0.0, self._clock.now())
        if too_long is not None:
            self._stop.request(too_long)
            return False
        seconds = pause_seconds(asked, own)
        with self._mutex:
            now = self._clock.monotonic()
            until = now + seconds
            self._held += max(0.0, until - max(now, self._not_before))
            # Those who were turned away together ask for nearly the same: that is told once.
            is_news = until > self._not_before + seconds / 2
            self._not_before = max(self._not_before, until)
        if is_news:
            self.patience.announce(seconds, why)
        return True

    def left(self) -> float:
        """For how many seconds from now nothing is to be sent."""
        return max(self._not_before - self._clock.monotonic(), 0.0)

    def wait(self) -> bool:
        """Wait until requests are welcome; False where the run stops instead."""
        while (left := self._not_before - self._clock.monotonic()) > 0:
            if self._stop.wait(left):
                return False
        return not self._stop.requested()
