"""What every store can do. One suite of contract tests holds for all of them (tests/state/stores).

A store keeps a document (the state) and a log (the redo log of the run at work, or of one that was
killed). It knows nothing of what they mean.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """What a store holds; None where there is none. `log` ends where its last append ended.

    `locked`: when a run took its lock last, where there is no document, as far as that is known.
    """

    document: bytes | None = None
    log: bytes | None = None
    locked: str | None = field(default=None, compare=False)


class HeldStore(Protocol):
    """A store whose lock this process holds. Not for two threads at once.

    Once the lock is given back every method raises StateNotWritten.
    """

    def read(self) -> Stored:
        """What is there now. Raises StateError."""
        ...

    def check(self) -> None:
        """Raise StateNotWritten where the lock is no longer ours: nothing may be sent then."""
        ...

    def append(self, lines: bytes) -> None:
        """Add whole lines to the log. They are durable when it returns.

        Raises StateNotWritten: they then do not count, whatever reached the store of them.
        """
        ...

    def checkpoint(self, document: bytes | None) -> None:
        """Replace the document, durably, then drop the log. None: the document stays as it is.

        At any instant the old document is there with the log, or the new one. Raises
        StateNotWritten; the log then still stands, and the document is the old or the new one.
        """
        ...


class StateStore(Protocol):
    """Where the state of one environment is kept."""

    @property
    def where(self) -> str:
        """What it is called in messages. Never holds credentials."""
        ...

    @property
    def log_name(self) -> str:
        """What its log is called in messages."""
        ...

    @property
    def lineage(self) -> str | None:
        """The only state that is to be taken from it, where that is said."""
        ...

    def read(self) -> Stored:
        """What is there, read so that nothing is missed: the log before the document.

        Raises StateError where it cannot be read. What is not there is None; what is forbidden or
        unreachable is an error.
        """
        ...

    def held_by(self) -> str | None:
        """Who has the lock now, as far as that can be told without taking it."""
        ...

    def hold(self, holder: Mapping[str, str], *, wait: float) -> AbstractContextManager[HeldStore]:
        """Take the lock, waiting up to `wait` seconds. Raises StateLocked, which says who has it.

        `holder` is what others are told of this process. Raises StateError where there can be no
        lock.
        """
        ...
