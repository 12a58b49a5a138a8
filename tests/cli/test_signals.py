"""Signals: before anything is under way the program ends, whatever Python says; then it stops."""

import signal
import sys
from contextlib import suppress

import pytest

from aepctl.apply.stopping import StopSignal
from aepctl.cli.signals import stopping_on_signals
from aepctl.errors import InvalidInput, StateError


class Dropping:
    """Python drops what is raised in here."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_that_python_drops_stops_the_run_without_a_traceback(
    capfd: pytest.CaptureFixture[str],
) -> None:
    stop = StopSignal()
    with stopping_on_signals(stop):
        Dropping()
    assert stop.interrupted
    assert stop.requested()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "became",
    [TypeError(), InvalidInput(())],
    ids=["a module that was loaded half", "a check that took it for its own failure"],
)
def test_an_interrupt_that_became_another_error_is_an_interrupt(became: Exception) -> None:
    with pytest.raises(KeyboardInterrupt), stopping_on_signals(StopSignal()):  # noqa: PT012
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        raise became


def test_what_failed_for_another_reason_is_told() -> None:
    with pytest.raises(TypeError), stopping_on_signals(StopSignal()):
        raise TypeError
    with pytest.raises(StateError), stopping_on_signals(StopSignal()):  # noqa: PT012
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise StateError("full")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_of_them_ends_what_is_not_at_work(number: signal.Signals) -> None:
    stop = StopSignal()
    with pytest.raises(KeyboardInterrupt), stopping_on_signals(stop):
        signal.raise_signal(number)
    assert stop.reason == f"interrupted by {number.name}"
    assert signal.getsignal(number) != signal.SIG_IGN


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_of_them_asks_what_is_at_work_to_stop(
    number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    stop = StopSignal()
    with stopping_on_signals(stop), stop.during_work():
        signal.raise_signal(number)
        if number == signal.SIGHUP:
            signal.raise_signal(number)
    assert stop.interrupted
    assert capfd.readouterr().err.count("starting nothing new, finishing what is under way") == 1


def test_a_hangup_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        stop = StopSignal()
        with stopping_on_signals(stop):
            signal.raise_signal(signal.SIGHUP)
        assert not stop.requested()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_afterwards_signals_do_what_they_did() -> None:
    before, hook = signal.getsignal(signal.SIGINT), sys.unraisablehook
    with stopping_on_signals(StopSignal()):
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
    assert sys.unraisablehook is hook
