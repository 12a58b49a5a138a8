"""When a shared document is written."""

import pytest

from aepctl.state.pace import FLUSH_SECONDS, FREE_WRITES, Pace

NOW = 1000.0


def pace(**how: object) -> Pace:
    """Of a run that has just taken the lock."""
    return Pace(90.0, 0.0, NOW, NOW, **how)  # type: ignore[arg-type]


def test_where_nothing_is_new_the_lease_is_renewed_after_a_third_of_it() -> None:
    assert pace().due(NOW) == 30.0
    assert pace().due(NOW + 31) == -1.0


def test_what_is_new_waits_two_seconds_for_more() -> None:
    one = pace()
    one.waiting(NOW + 1)
    one.waiting(NOW + 2)  # which does not put it off
    assert one.due(NOW + 2) == FLUSH_SECONDS - 1 == 1.0


def test_but_no_longer_than_the_lease() -> None:
    one = pace()
    one.waiting(NOW + 29.5)
    assert one.due(NOW + 29.5) == 0.5


def test_what_somebody_waits_for_is_written_at_once() -> None:
    one = pace()
    one.waiting(NOW + 1, urgent=True)
    one.waiting(NOW + 1)  # something more, which nobody waits for
    assert one.due(NOW + 1) == 0.0


def test_what_goes_with_a_write_waits_no_longer() -> None:
    one = pace()
    one.waiting(NOW + 1, urgent=True)
    one.begin()
    assert one.due(NOW + 1) == 29.0
    one.waiting(NOW + 5)
    assert one.due(NOW + 5) == FLUSH_SECONDS


def test_a_renewal_counts_from_its_beginning() -> None:
    one = pace()
    one.written(NOW + 20, NOW + 24)
    assert one.due(NOW + 24) == 26.0
    assert one.write_seconds == 4.0
    assert (one.may_send(NOW + 64), one.may_send(NOW + 65)) == (True, False)


def test_a_run_begins_without_having_written_anything_itself() -> None:
    assert (pace().writes, pace().write_seconds, pace().urgent) == (1, 0.0, False)


def test_an_engine_that_wants_pauses_gets_them_after_the_first_writes() -> None:
    one = pace()
    one.pause = 10.0
    one.waiting(NOW, urgent=True)
    assert one.due(NOW) == 0.0
    for _ in range(FREE_WRITES - 1):
        one.written(NOW, NOW + 1)
    assert one.writes == FREE_WRITES == 2
    assert one.due(NOW + 1) == 10.0
    assert one.due(NOW + 11) == 0.0
    assert one.due(NOW + 12) == 0.0


@pytest.mark.parametrize(("seconds", "may"), [(0.0, True), (44.9, True), (45.0, False)])
def test_nothing_is_sent_when_half_the_lease_is_over(seconds: float, may: bool) -> None:
    assert pace().may_send(NOW + seconds) is may
