"""What keeps a run from going on with a shared state, in words."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from aepctl.errors import StateError, StateNotWritten
from aepctl.state.hurry import HURRY_SECONDS
from aepctl.state.stores.documents import unwritten

if TYPE_CHECKING:
    from aepctl.state.pace import Pace


def over(where: str) -> StateNotWritten:
    """The run has ended, or somebody wants it to end."""
    return unwritten(where, "the state is no longer held", code="lock-lost")


def too_late(where: str) -> StateNotWritten:
    """Whoever interrupted the run does not wait any longer."""
    return unwritten(where, f"no answer within {HURRY_SECONDS:.0f} s of the interrupt")


def tried(where: str, write: Callable[[], float]) -> float | StateNotWritten:
    """What came of a write. A bug of an engine, or of its library, counts as not written."""
    try:
        return write()
    except StateNotWritten as error:
        return error
    except Exception as error:  # noqa: BLE001 - as above
        return unexpected(where, error)


def unexpected(where: str, error: BaseException) -> StateNotWritten:
    """Something that nobody expected: it is not known to be written, so it does not count."""
    return unwritten(where, f"an unexpected error ({type(error).__name__})")


def check_pace(where: str, pace: "Pace") -> None:
    """Raise StateNotWritten where a renewed lease is always too old to send anything."""
    if not pace.too_slow:
        return
    why = (
        f"a write takes {pace.write_seconds:.1f} s, more than half of lock_lease_seconds "
        f"({pace.lease_seconds:.0f} s)"
    )
    hint = "give `lock_lease_seconds` a greater value in aepctl.yaml"
    raise unwritten(where, why, hint=hint, code="lease-too-short")


def start(thread: threading.Thread, where: str) -> None:
    """Start the thread that renews the lock. Raises StateError."""
    try:
        thread.start()
    except RuntimeError as error:
        raise StateError(
            f"{where}: this system starts no thread to renew the lock with ({error})",
            hint="let this user have more processes: see `ulimit -u`",
            code="no-thread",
        ) from error
