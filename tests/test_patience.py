"""How long others may make us wait, and how that is told."""

from datetime import UTC, datetime

import pytest
from fakes import FakeClock, Heard

from aepctl.patience import Patience, Reminder, duration, pause_seconds

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (2.04, "2 s"), (2.1, "2.1 s"), (9, "9 s"), (10, "10 s"), (10.0, "10 s"),
        (10.2, "11 s"), (60, "1 min"), (90, "90 s"), (300, "5 min"), (599, "599 s"),
        (599.5, "10 min"), (600, "10 min"), (601, "11 min"), (3600, "1 h"),
        (7200, "2 h"), (3601, "61 min"),
    ],
)  # fmt: skip
def test_a_duration_is_short_and_never_less_than_it_is(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_what_is_asked_for_is_a_minimum() -> None:
    asked = [(None, 0.5), (None, 2.0), (0.0, 0.5), (1.0, 2.0), (3.0, 2.0)]
    assert [pause_seconds(*one) for one in asked] == [0.5, 2.0, 0.5, 2.0, 3.0]


def test_a_wait_is_told_where_it_is_noticed() -> None:
    told: list[str] = []
    patience = Patience(log=Heard(told))
    patience.announce(2.0, "busy")
    patience.announce(2.5, "busy")
    assert told == ["waiting 2.5 s: busy"]


def test_without_anybody_to_tell_nobody_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Patience().announce(60, "busy")
    assert capsys.readouterr() == ("", "")


def test_longer_than_we_are_ready_for_is_told_with_the_time() -> None:
    assert Patience().too_long(300, NOON) is None
    assert Patience().too_long(300.1, NOON) is not None
    assert Patience().too_long(301.25, NOON) == (
        "the platform asks to wait 302 s, until 2026-01-31 12:05:01+00:00, and --max-wait is "
        "5 min: run it again then"
    )


@pytest.mark.parametrize("seconds", [1e12, 1e300, float("inf")])
def test_whatever_number_a_header_holds_it_can_be_told(seconds: float) -> None:
    said = Patience().too_long(seconds, NOON)
    assert said is not None
    assert "until the end of time" in said


def test_a_long_wait_says_every_ten_seconds_what_is_left() -> None:
    clock, log = FakeClock(), Heard()
    Patience(log=log).wait(clock, 25, "busy")
    assert clock.slept == [10, 10, 5]
    assert log.told == [
        "waiting 25 s: busy",
        "waiting, 15 s left: busy",
        "waiting, 5 s left: busy",
    ]


def test_a_short_wait_is_one_sleep_and_a_detail() -> None:
    clock, log = FakeClock(), Heard()
    Patience(log=log).wait(clock, 1.5, "busy")
    assert (clock.slept, log.told, len(log.notices)) == ([1.5], [], 1)


def test_where_nobody_listens_nobody_wakes_up() -> None:
    clock = FakeClock()
    Patience().wait(clock, 3000, "busy")
    assert clock.slept == [3000]


def test_a_wait_without_a_known_end_is_told_now_and_again() -> None:
    clock, log = FakeClock(), Heard()
    reminder = Reminder(clock, log)
    for left in range(600, 575, -5):
        reminder.told("for the lock", left)
        clock.sleep(5)
    assert log.told == [
        "waiting, at most 10 min, for the lock",
        "waiting, at most 590 s, for the lock",
        "waiting, at most 580 s, for the lock",
    ]
