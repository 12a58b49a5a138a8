"""SIGINT, SIGTERM, SIGHUP: the first asks for a clean stop, the second ends the program at once.

Around the work of a command, so the rest of the program is loaded under it; before and after it,
see `__main__`.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

from aepctl.apply.stopping import StopSignal
from aepctl.cli.status import as_line, is_json
from aepctl.errors import Interrupted, StateError
from aepctl.log import Level, Notice

ONE_HANGUP_SECONDS = 2.0
"""A terminal that is closed hangs up twice, through the kernel and through its shell."""


@contextmanager
def stopping_on_signals(stop: StopSignal) -> Iterator[None]:
    """Within, signals go to `stop` while it is at work; else they end the program.

    Set explicitly: a background shell has SIGINT ignored. SIGHUP stays ignored where it is: that is
    what `nohup` is for. A second signal loses nothing: what is under way stands in the journal as
    an open intent.
    """
    if is_json():
        import aepctl.render.display  # noqa: F401 - a handler must not load modules
    handler = _Handler(stop)
    before = {number: signal.signal(number, handler.handle) for number in _heeded()}
    hook, sys.unraisablehook = sys.unraisablehook, _tell_of_all_but_interrupts
    try:
        yield
    except Exception as error:
        # A module was loaded half, or a check took the interrupt for a failure of its own.
        if handler.raised and not isinstance(error, StateError):
            raise KeyboardInterrupt from error
        raise
    finally:
        sys.unraisablehook = hook
        for number, former in before.items():
            signal.signal(number, former)


class _Handler:
    """What signals do. `raised`: one has ended the program, as nothing was at work."""

    def __init__(self, stop: StopSignal) -> None:
        self.raised = False
        self._stop = stop
        self._hung_up: float | None = None

    def handle(self, number: int, _frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        if number == signal.SIGHUP:
            before, self._hung_up = self._hung_up, time.monotonic()
            if before is not None and self._hung_up - before < ONE_HANGUP_SECONDS:
                return
        if self._stop.interrupted:
            _tell(f"{name} again: ends at once; what was under way is on disk")
            os._exit(Interrupted.exit_code)
        self._stop.interrupt(name)
        if not self._stop.at_work:
            self.raised = True
            raise KeyboardInterrupt(name)  # which Python drops in a destructor, for one
        _tell(f"{name}: starting nothing new, finishing what is under way")


def _heeded() -> tuple[signal.Signals, ...]:
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *(() if ignored else (signal.SIGHUP,)))


def _tell_of_all_but_interrupts(dropped: "sys.UnraisableHookArgs") -> None:
    if not issubclass(dropped.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)


def _tell(text: str) -> None:
    """Without a lock and without the streams: the thread that was interrupted may be in them."""
    line = f"\n{text}\n"
    if is_json():
        line = f"{as_line(Notice(Level.WARNING, 'signal', text), datetime.now(UTC))}\n"
    with contextlib.suppress(OSError):  # `apply 2>&1 | tee`: Ctrl-C has ended the reader as well
        os.write(2, line.encode())
