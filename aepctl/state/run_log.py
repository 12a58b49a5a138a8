"""What of one run stands in the store: its log, and the document that the log is folded into."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from aepctl.errors import StateNotWritten
from aepctl.state.encoder import encode_state
from aepctl.state.events import Event
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.model import Intent, Run, State
from aepctl.state.stores.base import HeldStore


class RunLog:
    """The log of a run. Not for two threads at once.

    `saved` is the document, `pending` what was not made durable, each outcome with its intent.
    Methods that write raise StateNotWritten.
    """

    def __init__(
        self, held: HeldStore, where: str, saved: State, run: Run, ids: Callable[[], str]
    ) -> None:
        self._held = held
        self._where = where
        self._ids = ids
        self._begun = False
        self._failure: StateNotWritten | None = None
        self._released = False
        self.saved = saved
        self.run = run
        self.pending: list[tuple[Event, Intent | None]] = []

    @property
    def begun(self) -> bool:
        """Whether the store has lines of it."""
        return self._begun

    @property
    def failed(self) -> bool:
        """A document could not be written: the store may have the old one or the new one."""
        return self._failure is not None

    def check(self) -> None:
        """Raise where what is held is no longer ours."""
        self._check_held()
        self._held.check()

    def append(self, *events: Event) -> None:
        """Make durable what is pending, and these events."""
        self._check_held()
        if self._failure is not None:
            error = self._failure
            raise StateNotWritten(error.message, error.reason, hint=error.hint, code=error.code)
        lines = b"" if self._begun else self.header()
        lines += b"".join(encode_event(event) for event, _ in self.pending)
        lines += b"".join(map(encode_event, events))
        self._held.append(lines)
        self._begun = True
        self.pending.clear()

    def write(self, state: State | None) -> None:
        """Checkpoint; None: the document stays. Where it fails, nothing is appended any more.

        The log may be obsolete then.
        """
        self._check_held()
        try:
            self._held.checkpoint(None if state is None else encode_state(state).encode())
        except StateNotWritten as error:
            self._failure = error
            raise
        self._failure = None
        self._begun = False
        self.run = replace(self.run, part=self.run.part + 1)
        self.saved = self.saved if state is None else state
        self.pending.clear()

    def lines(self, events: Iterable[Event]) -> bytes:
        """A log of these events alone."""
        return self.header() + b"".join(map(encode_event, events))

    def header(self) -> bytes:
        """The first line of the log."""
        lineage, saved = self.name(), self.saved
        return encode_header(lineage, saved.serial, saved.target, self.run)

    def name(self) -> str:
        """The lineage, made with the first write."""
        lineage = self.saved.lineage or self._ids()
        self.saved = replace(self.saved, lineage=lineage)
        return lineage

    def release(self) -> None:
        """Write nothing any more."""
        self._released = True

    def _check_held(self) -> None:
        if self._released:
            reason = "the state is no longer held"
            raise StateNotWritten(
                f"{self._where}: cannot be written: {reason}", reason, code="lock-lost"
            )
