"""Threads that a library in another language has of its own, and that call into Python."""

import sys
import threading
import time

MOST_SECONDS = 1.0


def let_go(seconds: float = MOST_SECONDS) -> None:
    """Wait, not for long, until none of them is within Python.

    One of obstore's still is, for a moment, when its answer is here already. If the program ended
    in that moment, CPython would end the thread in the middle of it, and that aborts the process.
    """
    ends = time.monotonic() + seconds
    while _foreign() and time.monotonic() < ends:
        time.sleep(0.001)


def _foreign() -> bool:
    ours = {one.ident for one in threading.enumerate()}
    return not sys._current_frames().keys() <= ours  # noqa: SLF001 - documented, and CPython's
