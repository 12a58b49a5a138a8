"""What an engine that a team shares has to do: keep one document, replaced by who saw the last one.

That is a compare-and-swap, and all that is asked of a Git branch, an object store, a row of
PostgreSQL or an HTTP server. What stands in the document, the lock's lease included, is the
business of `aepctl.state`. One suite of contract tests holds for all (tests/state/stores).
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from aepctl.errors import (
    MaybeWritten,
    Overtaken,
    StateError,
    StateNotWritten,
    StateUnreachable,
)
from aepctl.log import Log

TOO_LARGE = "state-too-large"
STORE_ACCESS = "store-access"
"""The codes of what more than one engine meets with."""
__all__ = ["Document", "DocumentStore", "MaybeWritten", "Overtaken", "Traced"]


@dataclass(frozen=True, slots=True)
class Document:
    """What stands there, and the version that it has: an opaque word of the engine's."""

    data: bytes
    version: str


class DocumentStore(Protocol):
    """One document in an engine. Not for two threads at once.

    Nothing is ever tried again in here: a repeated write would meet its own first try and call it
    somebody else's. Each call ends within a time of its own (some 30 s), also where the other side
    hangs. "Forbidden" and "unreachable" are StateError, never None; no message holds credentials.
    """

    @property
    def where(self) -> str:
        """What it is called in messages."""
        ...

    @property
    def pause_seconds(self) -> float:
        """How long to leave between two writes while a run is at work, where the engine asks."""
        ...

    def get(self) -> Document | None:
        """The document as the last acknowledged write left it; None where there is none.

        Raises StateError: forbidden, no such bucket, table or repository, too large;
        StateUnreachable for what may pass, unless it has taken all of its time already.
        """
        ...

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        """Replace the document of the version `expected`; None: only where there is none.

        Durable, and seen by every `get` of everybody, when it returns with the new version. `note`
        says in a few lines what the write is about, for an engine that keeps a history. Raises
        Overtaken, MaybeWritten; StateNotWritten where it certainly was not written, such as
        forbidden, too large, or never sent.
        """
        ...

    def prepare(self) -> None:
        """Make what a document needs around it (a table), where `state init` is to do that.

        Raises StateError that says what a person has to do; doing it twice is no error.
        """
        ...


@runtime_checkable
class Traced(Protocol):
    """An engine that speaks HTTP by our own hand, and can tell what is said."""

    def trace(self, log: Log) -> None:
        """From now on each exchange is told."""
        ...


def unreadable(
    where: str,
    why: str,
    *,
    hint: str | None = None,
    passing: bool = False,
    code: str | None = None,
) -> StateError:
    """The error of a `get` that failed: whatever stands there is not known, so it is not empty.

    `passing`: asked again soon, it may be known.
    """
    said = f"{where}: cannot be read: {why}"
    if passing:
        return StateUnreachable(said, hint=hint, code=code)
    return StateError(said, hint=hint, code=code or "state-unreadable")


def unwritten(
    where: str, why: str, *, hint: str | None = None, code: str | None = None
) -> StateNotWritten:
    """The error of a `put` that certainly wrote nothing."""
    return StateNotWritten(f"{where}: cannot be written: {why}", why, hint=hint, code=code)


def overtaken(where: str) -> Overtaken:
    """The error of a `put` that met another document than the expected one."""
    why = "somebody else has written it meanwhile"
    return Overtaken(f"{where}: cannot be written: {why}", why)


def held_back(where: str) -> StateNotWritten:
    """The error of a write that was overtaken, as often as it was tried, and by nobody."""
    return unwritten(
        where,
        "each write is refused as overtaken by another one, and there is none",
        hint="look what keeps writes back there: a trigger, rule or policy of a table; versions of "
        "the state that were deleted on the server; a cache that shows what was there before",
    )


def maybe_written(where: str, why: str) -> MaybeWritten:
    """The error of a `put` whose answer is not known."""
    return MaybeWritten(
        f"{where}: it is not known whether it was written: {why}",
        why,
        hint="run it again: it begins with what stands there then",
    )
