"""SIGINT and SIGTERM before anything is under way: the program ends, whatever Python says."""

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


def test_afterwards_signals_do_what_they_did() -> None:
    before, hook = signal.getsignal(signal.SIGINT), sys.unraisablehook
    with stopping_on_signals(StopSignal()):
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
    assert sys.unraisablehook is hook
