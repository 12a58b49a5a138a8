"""Threads that a library in another language has of its own, and that call into Python."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

MOST_SECONDS = 1.0


@contextmanager
def letting_go(seconds: float = MOST_SECONDS) -> Iterator[None]:
    """At its end, wait, not for long, until none that came within is in Python any more.

    One of obstore's still is, for a moment, when its answer is here already. If the program ended
    in that moment, CPython would end the thread in the middle of it, and that aborts the process.
    """
    before = _foreign()
    try:
        yield
    finally:
        ends = time.monotonic() + seconds
        while _foreign() - before and time.monotonic() < ends:
            time.sleep(0.001)


def _foreign() -> set[int]:
    ours = {one.ident for one in threading.enumerate()}
    return {one for one in sys._current_frames() if one not in ours}  # noqa: SLF001 - documented, and CPython's
