"""How long to wait before something is tried again."""

import random
from collections.abc import Callable

Jitter = Callable[[], float]
"""A number from 0 to 1, another one each time."""


def backoff_seconds(
    attempt: int, *, first: float, limit: float, jitter: Jitter = random.random
) -> float:
    """Seconds to wait after the attempt of this number; the first attempt is number 0.

    They double from `first` to `limit`. Jitter takes up to half of them away, so that many who were
    turned away together do not come back together.
    """
    return min(first * 2.0**attempt, limit) * (0.5 + jitter() / 2)
