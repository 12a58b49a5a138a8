"""Waiting for what another thread or process does: as long as it takes, never for a fixed time."""

import time
from collections.abc import Callable


def wait_for(what: Callable[[], object], seconds: float = 15, *, often: float = 0.005) -> bool:
    """Wait until it is so; whether it came to be."""
    ends = time.monotonic() + seconds
    while not what():
        if time.monotonic() > ends:
            return False
        time.sleep(often)
    return True
