"""How far a long work is, told now and then: how much of it is done, how fast, and what is left."""

import math
from collections.abc import Callable
from typing import Self

from aepctl.clock import Clock
from aepctl.log import Log
from aepctl.patience import duration

RATED_SECONDS = 1.0
"""Before this, how fast it goes is a guess."""


def _not_held() -> float:
    return 0.0


class Progress:
    """`what` is what was done to each, such as `applied`. For one thread.

    Its context is the work. `held`: for how many seconds from now nothing can be done.
    """

    def __init__(
        self,
        clock: Clock,
        log: Log,
        what: str,
        total: int | None = None,
        held: Callable[[], float] = _not_held,
    ) -> None:
        self._held = held
        self._clock = clock
        self._log = log
        self._what = what
        self.total = total
        self.done = 0
        self._began = self._told = clock.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._log.passed()

    def step(self) -> None:
        """One more is done."""
        self.reached(self.done + 1, self.total)

    def reached(self, done: int, total: int | None) -> None:
        """So many are done by now, of so many, as far as that is known."""
        self.done, self.total = done, total
        self.tick()

    def tick(self) -> None:
        """Time goes by: tell, if it is due."""
        now = self._clock.monotonic()
        if now - self._told >= self._log.every:
            self._told = now
            self._tell(now - self._began)

    def _tell(self, seconds: float) -> None:
        rate = self.done / seconds if seconds >= RATED_SECONDS else 0.0
        left = None
        if rate and self.total is not None:
            left = max(self.total - self.done, 0) / rate
        of = "" if self.total is None else f" of {self.total:,}"
        parts = [f"{self._what} {self.done:,}{of}"]
        if rate:
            parts.append(f"{rate:,.0f}/s" if rate >= 1 else f"{rate * 60:,.0f}/min")
        held = math.ceil(self._held())
        if held > 0:
            parts.append(f"waiting {duration(held)} more")
        elif left is not None:
            parts.append(f"{duration(_rounded(left))} left")
        self._log.passing(
            "progress",
            ", ".join(parts),
            what=self._what,
            done=self.done,
            total=self.total,
            rate=round(rate, 2),
            left=None if left is None else round(left, 1),
        )


def _rounded(seconds: float) -> float:
    """As exact as a guess can be."""
    whole = -(-seconds // 1)
    return whole if whole < 100 else -(-whole // 60) * 60  # noqa: PLR2004 - then minutes do
