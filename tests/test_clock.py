"""Time as the program tells it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from aepctl.clock import SystemClock, timestamp


class At:
    """A clock that stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (datetime(2027, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC), "2027-01-02T03:04:05.678+00:00"),
        (datetime(2027, 1, 2, tzinfo=UTC), "2027-01-02T00:00:00.000+00:00"),
        (
            datetime(2027, 1, 2, tzinfo=timezone(timedelta(hours=2))),
            "2027-01-02T00:00:00.000+02:00",
        ),
    ],
)
def test_every_time_is_spelled_alike(now: datetime, text: str) -> None:
    assert timestamp(At(now)) == text


def test_the_real_time_has_a_zone_and_goes_on() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    before = clock.monotonic()
    clock.sleep(0.001)
    assert clock.monotonic() > before
