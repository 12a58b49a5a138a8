"""Stopping early, and holding off: what all workers heed."""

import signal
import threading
import time

import pytest
from fakes import FakeClock, FakeStop, Heard

from aepctl.apply.stopping import Backoff, StopSignal
from aepctl.patience import Patience


def test_the_first_reason_for_a_stop_stands() -> None:
    stop = StopSignal()
    assert (stop.requested(), stop.reason, stop.interrupted) == (False, None, False)
    stop.request("the disk is full")
    stop.request("a consequence of it")
    assert (stop.requested(), stop.reason, stop.interrupted) == (True, "the disk is full", False)


def test_an_interrupt_is_a_stop_that_says_so() -> None:
    stop = StopSignal()
    stop.interrupt("SIGTERM")
    assert (stop.requested(), stop.reason) == (True, "interrupted by SIGTERM")
    assert stop.interrupted


def test_an_interrupt_of_a_run_that_stops_already_is_remembered() -> None:
    stop = StopSignal()
    stop.request("the disk is full")
    stop.interrupt("SIGINT")
    assert (stop.reason, stop.interrupted) == ("the disk is full", True)


def test_waiting_ends_at_once_when_a_stop_is_requested() -> None:
    stop = StopSignal()
    assert stop.wait(0.001) is False
    threading.Timer(0.02, stop.request, ["enough"]).start()
    assert stop.wait(600) is True  # longer than a test may take


def test_waiting_lasts_as_long_as_was_asked_for() -> None:
    began = time.monotonic()
    assert StopSignal().wait(0.12) is False
    assert time.monotonic() - began >= 0.12


@pytest.mark.timeout(20)
def test_a_signal_within_a_wait_or_a_request_is_no_deadlock() -> None:
    """Its handler runs wherever the thread is, and makes a request itself."""
    stop = StopSignal()
    before = signal.signal(signal.SIGVTALRM, lambda *_: stop.request("again"))
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.0001, 0.0001)
    try:
        ends = time.thread_time() + 0.4  # some hundred signals
        while time.thread_time() < ends:
            stop.wait(0)
            stop.request("once more")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    assert stop.requested()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stop(clock: FakeClock) -> FakeStop:
    return FakeStop(clock)


def test_without_a_reason_nobody_waits(clock: FakeClock, stop: FakeStop) -> None:
    assert Backoff(clock, stop).wait() is True
    assert stop.waited == []


def test_nor_does_anybody_on_a_machine_that_has_just_started(
    clock: FakeClock, stop: FakeStop
) -> None:
    clock.seconds -= clock.monotonic()
    backoff = Backoff(clock, stop)
    assert (backoff.wait(), backoff.waited(), stop.waited) == (True, 0, [])


def test_everybody_holds_off_until_the_latest_time_that_was_asked_for(
    clock: FakeClock, stop: FakeStop
) -> None:
    backoff = Backoff(clock, stop)
    backoff.hold_back(5, 0, "busy")
    backoff.hold_back(2, 0, "busy")
    assert backoff.wait() is True
    assert stop.waited == [5]
    assert backoff.wait() is True
    assert stop.waited == [5]


@pytest.mark.parametrize(
    ("asked", "own", "waited"), [(None, 3, 3), (0, 3, 3), (2, 3, 3), (5, 3, 5)]
)
def test_what_is_asked_for_is_a_minimum(
    clock: FakeClock, stop: FakeStop, asked: float | None, own: float, waited: float
) -> None:
    backoff = Backoff(clock, stop)
    assert backoff.hold_back(asked, own, "busy") is True
    assert backoff.wait() is True
    assert stop.waited == [waited]


def test_more_than_we_are_ready_for_stops_the_run(clock: FakeClock, stop: FakeStop) -> None:
    backoff = Backoff(clock, stop, Patience(max_wait=60))
    assert backoff.hold_back(60, 0, "busy") is True
    assert not stop.requested()
    assert backoff.hold_back(61, 0, "busy") is False
    assert backoff.wait() is False
    assert stop.reason == (
        "the platform asks to wait 61 s, until 2026-01-31 12:01:01+00:00, and --max-wait is 1 min: "
        "run it again then"
    )


def test_our_own_back_off_is_never_too_long(clock: FakeClock, stop: FakeStop) -> None:
    backoff = Backoff(clock, stop, Patience(max_wait=0))
    assert backoff.hold_back(None, 30, "busy") is True
    assert not stop.requested()


def test_those_who_are_turned_away_together_tell_it_once(clock: FakeClock, stop: FakeStop) -> None:
    told: list[str] = []
    backoff = Backoff(clock, stop, Patience(log=Heard(told)))
    for seconds in (8.0, 8.1, 7.5, 8.2):
        backoff.hold_back(seconds, 0, "busy")
        clock.seconds += 0.01
    assert told == ["waiting 8 s: busy"]
    backoff.hold_back(60, 0, "still busy")
    assert told[1:] == ["waiting 1 min: still busy"]
    backoff.wait()
    backoff.hold_back(8, 0, "busy again")
    assert told[2:] == ["waiting 8 s: busy again"]


@pytest.mark.parametrize(("later", "again"), [(3.0, 0), (4.0, 0), (4.5, 1)])
def test_one_is_told_again_where_more_than_half_of_it_is_new(
    clock: FakeClock, stop: FakeStop, later: float, again: int
) -> None:
    told: list[str] = []
    backoff = Backoff(clock, stop, Patience(log=Heard(told)))
    backoff.hold_back(8, 0, "busy")
    clock.seconds += later
    backoff.hold_back(8, 0, "busy")
    assert told[1:] == ["waiting 8 s: busy"] * again


def test_somebody_who_asks_for_more_meanwhile_is_heeded(clock: FakeClock) -> None:
    class Asked(FakeStop):
        def wait(self, seconds: float) -> bool:
            if not self.waited:
                backoff.hold_back(7, 0, "busy")
            return super().wait(seconds)

    stop = Asked(clock)
    backoff = Backoff(clock, stop)
    backoff.hold_back(5, 0, "busy")
    assert backoff.wait() is True
    assert stop.waited == [5, 2]


def test_what_was_waited_up_to_now_counts_once_for_all(clock: FakeClock, stop: FakeStop) -> None:
    backoff = Backoff(clock, stop)
    assert backoff.waited() == 0
    backoff.hold_back(10, 0, "busy")
    backoff.hold_back(4, 0, "busy")
    clock.seconds += 4
    assert backoff.waited() == 4
    backoff.hold_back(10, 0, "busy")  # four more than were left
    assert backoff.waited() == 4
    backoff.wait()
    clock.seconds += 100
    assert backoff.waited() == 14
    backoff.hold_back(1, 0, "busy")
    backoff.wait()
    assert backoff.waited() == 15


def test_a_stop_ends_holding_off_and_nothing_may_be_sent(clock: FakeClock, stop: FakeStop) -> None:
    backoff = Backoff(clock, stop)
    backoff.hold_back(5, 0, "busy")
    stop.request("enough")
    assert backoff.wait() is False
    assert stop.waited == [5]
    assert Backoff(clock, stop).wait() is False


def test_only_during_work_a_run_may_be_hurt_by_an_interrupt() -> None:
    stop = StopSignal()
    assert stop.at_work is False
    with stop.during_work():
        assert stop.at_work is True
    assert stop.at_work is False
    with pytest.raises(ZeroDivisionError), stop.during_work():
        raise ZeroDivisionError
    assert stop.at_work is False


def test_the_first_error_that_nobody_expected_is_kept_and_stops_the_run() -> None:
    stop, first = StopSignal(), ValueError("first")
    stop.fail(first)
    stop.fail(KeyError("second"), "the second")
    assert stop.error is first
    assert (stop.requested(), stop.reason) == (True, "an unexpected error")
