"""Time, as the program asks for it, so that tests need not wait for it."""

import time
from datetime import UTC, datetime
from typing import Protocol

# Linux has a clock that counts suspended time; where there is none (macOS), this one does.
_RUNNING: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """`now` has a time zone; the others are in seconds.

    `running` goes on while the machine is suspended, and is never set back.
    """

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def running(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def running(self) -> float:
        return time.clock_gettime(_RUNNING)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def timestamp(clock: Clock) -> str:
    """Now, as every file of ours spells it: ISO 8601 with milliseconds and zone."""
    return clock.now().isoformat(timespec="milliseconds")
