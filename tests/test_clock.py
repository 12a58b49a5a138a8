"""Time, as the program asks for it."""

import time
from datetime import UTC, datetime

from fakes import FakeClock

from aepctl.clock import SystemClock, timestamp


def test_the_real_clock_tells_the_time_with_its_zone() -> None:
    clock = SystemClock()
    before, now, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
    assert now.tzinfo is UTC
    assert before <= now <= after


def test_the_real_clock_has_seconds_that_only_grow() -> None:
    clock = SystemClock()
    before, begun, after = time.monotonic(), clock.monotonic(), time.monotonic()
    assert before <= begun <= after
    clock.sleep(0.001)
    assert clock.monotonic() > begun


def test_files_spell_the_time_to_the_millisecond() -> None:
    clock = FakeClock()
    assert timestamp(clock) == "2026-01-31T12:00:00.000+00:00"
    clock.sleep(1.5)
    assert timestamp(clock) == "2026-01-31T12:00:01.500+00:00"
