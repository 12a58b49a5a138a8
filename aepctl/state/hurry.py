"""Somebody wants a run to end: a store that does not answer is not waited for any longer."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

HURRY_SECONDS = 3.0
"""From the interrupt on. Pipelines kill some ten seconds after it: the rescue is printed before."""
LEAST_SECONDS = 1.0
"""So long a store may take all the same, where the platform was waited for before."""
GLANCE_SECONDS = 0.1
T = TypeVar("T")
Interrupted = Callable[[], float | None]
"""Since when somebody asks for the end, on the monotonic clock; None: nobody does."""


def never() -> None:
    """Nobody asks for the end."""


class Hurry:
    """`interrupted` is asked now and then; `tell` is for whoever was interrupted by an error."""

    def __init__(self, interrupted: Interrupted = never) -> None:
        self._interrupted = interrupted
        self._told: float | None = None

    def tell(self) -> None:
        """From now on there is hurry."""
        self._told = time.monotonic()

    @property
    def since(self) -> float | None:
        """Since when; None: there is no hurry."""
        return self._interrupted() if self._told is None else self._told

    @property
    def on(self) -> bool:
        """Whether there is hurry."""
        return self.since is not None

    def met(self, changed: threading.Condition, true: Callable[[], bool]) -> bool:
        """Wait until it is true, and where there is hurry not for long; whether it is."""
        begun = time.monotonic()
        while not true() and not self._over(begun):
            changed.wait(GLANCE_SECONDS)
        return true()

    def ended(self, thread: threading.Thread) -> bool:
        """Wait for the end of a thread, and where there is hurry not for long; whether it came."""
        begun = time.monotonic()
        while thread.is_alive() and not self._over(begun):
            thread.join(GLANCE_SECONDS)
        return not thread.is_alive()

    def asked(self, work: Callable[[], T], otherwise: T) -> T:
        """What it returns or raises; `otherwise` where somebody is in a hurry before it does.

        It goes on in its thread then.
        """
        done: list[T] = []
        failed: list[BaseException] = []

        def do() -> None:
            try:
                done.append(work())
            except BaseException as error:  # noqa: BLE001 - for whoever waits for it
                failed.append(error)

        thread = threading.Thread(target=do, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no thread is left, so nobody can wait for it but us
            return work()
        self.ended(thread)
        if failed:
            raise failed[0]
        return done[0] if done else otherwise

    def _over(self, begun: float) -> bool:
        """Whether whoever has begun to wait then has waited long enough."""
        since = self.since
        ends = None if since is None else max(since + HURRY_SECONDS, begun + LEAST_SECONDS)
        return ends is not None and time.monotonic() >= ends
