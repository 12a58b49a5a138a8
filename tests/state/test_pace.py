"""When a shared document is written: for those who wait, for the lease, as the engine allows."""

import pytest

from aepctl.state.pace import FLUSH_SECONDS, FREE_WRITES, MOST_SLOW, Pace

LEASE = 90.0


def pace(*, lease: float = LEASE, pause: float = 0.0, writes: int = FREE_WRITES) -> Pace:
    return Pace(lease, pause, confirmed=100.0, last_write=101.0, writes=writes)


def test_without_news_only_the_lease_is_renewed() -> None:
    assert pace().due(101.0) == 29.0


def test_news_waits_a_little_for_more_and_what_somebody_waits_for_does_not() -> None:
    one = pace()
    one.waiting(101.0)
    assert one.due(101.0) == FLUSH_SECONDS
    one.waiting(101.5, urgent=True)
    assert one.due(101.5) == 0.0
    one.begin()
    assert one.due(101.5) == 28.5


def test_who_writes_has_to_look_again_only_for_what_may_make_a_write_due_sooner() -> None:
    one = pace()
    told = [one.waiting(101.0, urgent=urgent) for urgent in (False, False, True, True, False)]
    assert told == [True, False, True, False, False]
    one.begin()
    assert one.waiting(102.0)


def test_an_engine_is_left_alone_between_two_writes_but_for_the_first() -> None:
    first, later = pace(pause=15.0, writes=1), pace(pause=15.0)
    for one in (first, later):
        one.waiting(102.0, urgent=True)
    assert first.due(102.0) == 0.0
    assert later.due(102.0) == 14.0


@pytest.mark.parametrize("urgent", [True, False])
def test_a_lease_shorter_than_the_pause_is_renewed_all_the_same(urgent: bool) -> None:
    one = pace(lease=6.0, pause=15.0)
    assert one.due(101.0) == 1.0
    one.waiting(101.0, urgent=urgent)
    assert one.due(101.0) == 1.0


def test_writes_that_take_longer_than_half_a_lease_are_of_no_use() -> None:
    one = pace(lease=10.0)
    for number in range(MOST_SLOW):
        assert not one.too_slow
        one.written(200.0 + 10 * number, 206.0 + 10 * number)
    assert one.too_slow
    one.written(300.0, 301.0)
    assert not one.too_slow
