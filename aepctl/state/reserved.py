"""Intents that are made durable ahead of those who will ask for them. Pure."""

from collections import deque
from collections.abc import Callable, Sequence
from math import ceil

from aepctl.model.steps import RemoteStep
from aepctl.state.events import Contradiction
from aepctl.state.model import Intent

MOST_AHEAD = 5000
Begin = Callable[[str, RemoteStep], tuple[Intent, int]]
"""Begins an intent; with it comes the number up to which all must be durable before it counts."""


class Reserved:
    """The steps that will be asked for, and the intents that were begun for the first of them."""

    def __init__(self) -> None:
        self._queue: deque[tuple[str, RemoteStep]] = deque()
        self._begun: dict[str, tuple[Intent, int]] = {}
        self._workers = 1
        self._asked = 0
        self._since = 0.0

    def add(self, steps: Sequence[tuple[str, RemoteStep]], workers: int, now: float) -> None:
        """These will be asked for, in about this order, by so many threads, from now on."""
        self._queue.extend(steps)
        self._workers, self._asked, self._since = workers, 0, now

    def take(self, key: str) -> tuple[Intent, int] | None:
        """Somebody asks for an intent for `key`: the one that was begun for it, if one was."""
        self._asked += 1
        return self._begun.pop(key, None)

    def top_up(self, begin: Begin, now: float, write_seconds: float, pause: float) -> bool:
        """Begin as many as will be asked for soon, if few are left; whether any was."""
        most = self._most(now, write_seconds, pause)
        if 2 * len(self._begun) > most:
            return False
        before = len(self._begun)
        while self._queue and len(self._begun) < most:
            key, step = self._queue.popleft()
            try:
                self._begun[key] = begin(key, step)
            except Contradiction:  # it is told to whoever asks for it
                continue
        return len(self._begun) > before

    def _most(self, now: float, write_seconds: float, pause: float) -> int:
        """As many as are asked for while a write is under way, twice: so nobody waits for one.

        After a crash each of them is looked for in vain, so no more than that. An engine that
        wants pauses is given all at once.
        """
        if pause:
            return MOST_AHEAD
        elapsed = now - self._since
        rate = self._asked / elapsed if elapsed > 0 else 0.0
        return min(2 * self._workers + ceil(2 * rate * write_seconds), MOST_AHEAD)

    def clear(self) -> list[Intent]:
        """Nobody asks any more: those that nobody has asked for."""
        left = [intent for intent, _ in self._begun.values()]
        self._begun.clear()
        self._queue.clear()
        return left
