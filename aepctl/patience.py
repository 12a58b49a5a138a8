"""How long others may make us wait, who is told of it, and the waiting itself."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from aepctl.clock import Clock
from aepctl.log import SILENT, Log

MAX_WAIT_SECONDS = 300.0
"""Whoever asks for more patience than this is not waited for, unless `--max-wait` says so."""
TOLD_SECONDS = 2.0
"""A wait that is longer than this is announced."""
_FOR_EVER = 3600.0 * 24 * 365 * 1000


@dataclass(frozen=True, slots=True)
class Patience:
    """What we are ready for. `log` is told of waits, by any thread."""

    max_wait: float = MAX_WAIT_SECONDS
    log: Log = SILENT

    def announce(self, seconds: float, why: str) -> None:
        """Say that we wait so long, and why, where that is long enough to be noticed."""
        tell = self.log.say if seconds > TOLD_SECONDS else self.log.detail
        tell("waiting", f"waiting {duration(seconds)}: {why}", seconds=_number(seconds), why=why)

    def wait(self, clock: Clock, seconds: float, why: str) -> None:
        """Wait so long. What takes long says now and then how long it will still take."""
        self.announce(seconds, why)
        wait(clock, self.log, seconds, why)

    def too_long(self, seconds: float, now: datetime) -> str | None:
        """What to tell a person where this is longer than we are ready for, with the time."""
        if seconds <= self.max_wait:
            return None
        return (
            f"the platform asks to wait {duration(seconds)}, until {_moment(now, seconds)}, and "
            f"--max-wait is {duration(self.max_wait)}: run it again then"
        )


def wait(clock: Clock, log: Log, seconds: float, why: str) -> None:
    """Wait so long, and say now and then how much of it is left. It was announced before."""
    ends = clock.monotonic() + seconds
    left = seconds
    while left > log.every:
        clock.sleep(log.every)
        left = min(left - log.every, ends - clock.monotonic())
        if left > 0:
            told = f"waiting, {duration(math.ceil(left))} left: {why}"
            log.passing("waiting", told, left=_number(left), why=why)
    if left > 0:
        clock.sleep(left)
    if seconds > log.every:
        log.passed()
        log.detail("waited", f"waited {duration(seconds)}", seconds=_number(seconds))


class Reminder:
    """Tells of a wait whose end is not known, at its beginning and then now and again.

    Its context is the wait.
    """

    def __init__(self, clock: Clock, log: Log) -> None:
        self._clock = clock
        self._log = log
        self._due: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._log.passed()

    def told(self, what: str, seconds: float) -> None:
        """We wait for this, at most for so long. Told where it is due."""
        now = self._clock.monotonic()
        if self._due is not None and now < self._due:
            return
        tell = self._log.say if self._due is None else self._log.passing
        self._due = now + self._log.every
        said = f"waiting, at most {duration(math.ceil(seconds))}, {what}"
        tell("waiting", said, left=_number(seconds), why=what)


def _number(seconds: float) -> float:
    return round(min(seconds, _FOR_EVER), 1)


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
