"""How long others may make us wait, and who is told of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_WAIT_SECONDS = 300.0
"""Whoever asks for more patience than this is not waited for, unless `--max-wait` says so."""
TOLD_SECONDS = 2.0
"""A wait that is longer than this is announced."""
_FOR_EVER = 3600.0 * 24 * 365 * 1000


def _nobody(_text: str, /) -> None:
    return


@dataclass(frozen=True, slots=True)
class Patience:
    """What we are ready for. `tell` is called with a sentence, by any thread."""

    max_wait: float = MAX_WAIT_SECONDS
    tell: Callable[[str], None] = _nobody

    def announce(self, seconds: float, why: str) -> None:
        """Say that we wait so long, and why, where that is long enough to be noticed."""
        if seconds > TOLD_SECONDS:
            self.tell(f"waiting {duration(seconds)}: {why}")

    def too_long(self, seconds: float, now: datetime) -> str | None:
        """What to tell a person where this is longer than we are ready for, with the time."""
        if seconds <= self.max_wait:
            return None
        return (
            f"the platform asks to wait {duration(seconds)}, until {_moment(now, seconds)}, and "
            f"--max-wait is {duration(self.max_wait)}: run it again then"
        )


def pause_seconds(asked: float | None, own: float) -> float:
    """How long to wait: what was asked for is a minimum, and never less than our own back-off."""
    return max(asked or 0.0, own)


def duration(seconds: float) -> str:
    """Such as `4.5 s`, `90 s`, `5 min` or `1 h`: short, and rounded up rather than down."""
    seconds = min(seconds, _FOR_EVER)
    if seconds < 10:  # noqa: PLR2004 - from here on tenths do not matter
        return f"{seconds:.1f} s".replace(".0 ", " ")
    whole = int(-(-seconds // 1))
    for unit, size in (("h", 3600), ("min", 60)):
        if whole >= size and whole % size == 0:
            return f"{whole // size} {unit}"
    return f"{whole} s" if whole < 600 else f"{-(-whole // 60)} min"  # noqa: PLR2004 - likewise


def _moment(now: datetime, seconds: float) -> str:
    try:
        return (now + timedelta(seconds=seconds)).isoformat(sep=" ", timespec="seconds")
    except OverflowError:  # a header may hold any number
        return "the end of time"
