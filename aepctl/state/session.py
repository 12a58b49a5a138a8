"""State under the lock: each event is durable in the log, and all of them in the document at last.

What others may meanwhile do to the platform depends on it: an intent counts from the moment that
`begin` returns.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from aepctl.clock import Clock, timestamp
from aepctl.errors import StateNotWritten
from aepctl.model.audience import Audience, Ids
from aepctl.model.steps import LocalStep, RemoteStep
from aepctl.model.target import Target
from aepctl.state.codec import encode_state
from aepctl.state.events import Begun, Ended, Ending, Event, Noted, PlanUsed
from aepctl.state.journal_codec import encode_event, encode_header, in_ascii
from aepctl.state.loading import Loaded, load
from aepctl.state.model import Intent, Run, State
from aepctl.state.reducer import Draft, same_content, with_run
from aepctl.state.run import holder, new_id
from aepctl.state.stores.base import HeldStore, StateStore


@contextmanager
def open_session(
    store: StateStore,
    target: Target,
    run: Run,
    *,
    wait: float = 0.0,
    clock: Clock,
    ids: Callable[[], str] = new_id,
) -> Iterator["StateSession"]:
    """Take the lock and bring the document up to date with what an earlier run left behind.

    Raises StateLocked, after waiting up to `wait` seconds; StateError where state cannot be used.
    """
    with store.hold(holder(run), wait=wait) as held:
        stored = held.read()
        loaded = load(stored, store, target)
        if loaded.state is not loaded.document:
            held.checkpoint(encode_state(loaded.state).encode())
        elif stored.log is not None:
            held.checkpoint(None)
        session = StateSession(held, store.where, loaded, run, clock, ids)
        try:
            yield session
        except (Exception, KeyboardInterrupt):
            # A refusal ends a run in good order, too: what it settled before goes to the document.
            with suppress(StateNotWritten):  # the log has it all the same
                session.checkpoint()
            raise
        finally:
            session.release()


class StateSession:
    """The state while this process holds its lock. For any number of threads.

    Each method that writes raises StateNotWritten where that could not be made durable. An intent
    then is not begun. Everything else has happened all the same, and only this process knows: it is
    written with the next thing that is, or is in what `rescue` gives.
    """

    def __init__(
        self,
        held: HeldStore,
        where: str,
        loaded: Loaded,
        run: Run,
        clock: Clock,
        ids: Callable[[], str],
    ) -> None:
        self._held = held
        self._where = where
        self._clock = clock
        self._ids = ids
        self._mutex = threading.Lock()
        self._run = run
        self._saved = loaded.state
        self._draft = Draft(loaded.state)
        self._log_begun = False
        self._pending: list[tuple[Event, Intent | None]] = []
        self._failure: StateNotWritten | None = None
        self._released = False

    @property
    def state(self) -> State:
        """What is known now, this run's own events included. `lineage` is None before a write."""
        with self._mutex:
            return self._draft.state(self._saved)

    @property
    def run(self) -> Run:
        """The run whose events these are."""
        return self._run

    def owner(self, audience_id: str) -> str | None:
        """The key that is known under this ID."""
        with self._mutex:
            return self._draft.owner(audience_id)

    def begin(self, key: str, step: RemoteStep) -> Intent:
        """The durable intent to do `step` for `key`. Raises Contradiction where one is open."""
        with self._mutex:
            intent = Intent(self._ids(), self._run.id, key, step, timestamp(self._clock))
            self._draft.check_begin(intent)
            self._append(Begun(intent))
            self._draft.take(Begun(intent))
        return intent

    def end(
        self,
        intent: Intent,
        ending: Ending,
        *,
        ids: Ids | None = None,
        observed: Audience | None = None,
        reason: str | None = None,
        exists: bool = False,
    ) -> None:
        """Note what came of an intent.

        Raises Contradiction where that cannot be, as for an ID that is another key's; the intent
        then is as it was.
        """
        with self._mutex:
            at, run = timestamp(self._clock), self._run.id
            self._take(Ended(intent.id, ending, run, at, ids, observed, reason, exists))

    def note(self, key: str, step: LocalStep) -> None:
        """Note a step that touches state only. Raises Contradiction where it cannot be done."""
        with self._mutex:
            self._take(Noted(key, step, timestamp(self._clock)))

    def use_plan(self, plan_id: str) -> None:
        """Note that a saved plan is being applied: it counts as applied from here on."""
        with self._mutex:
            self._take(PlanUsed(plan_id, timestamp(self._clock)))

    def record(self, *events: Event) -> None:
        """Let all of these events happen, or none. Raises Contradiction."""
        if not events:
            return
        with self._mutex:
            draft = Draft(self._draft.state(self._saved))
            taken = []
            for event in events:
                taken.append((event, draft.intent_ended_by(event)))
                draft.take(event)
            self._draft = draft
            self._pending += taken
            self._append()

    def take_lineage(self, lineage: str) -> None:
        """Be the state of this lineage, where nothing was ever written."""
        with self._mutex:
            if self._saved.lineage is None:
                self._saved = replace(self._saved, lineage=lineage)

    def checkpoint(self) -> None:
        """Bring everything into the document, if anything changed; then the log is gone."""
        with self._mutex:
            after = self._draft.state(self._saved)
            # After a write that failed the document may be the old or the new one: write it anew.
            if self._failure is None and same_content(self._saved, after):
                if self._log_begun:
                    self._write(None)
                self._pending.clear()
                return
            self._name()
            after = with_run(self._draft.state(self._saved), self._run)
            self._write(after)
            self._saved = after
            self._pending.clear()

    def rescue(self) -> str | None:
        """What only this process knows, as journal lines for `state recover`; None: nothing.

        Each outcome comes with its intent, so that the lines can be understood by themselves.
        """
        with self._mutex:
            told = [one for one in self._pending if _matters(one[0])]
            if not told:
                return None
            lines = self._header()
            for event, intent in told:
                lines += encode_event(Begun(intent)) if intent is not None else b""
                lines += encode_event(event)
            return in_ascii(lines)

    def release(self) -> None:
        """Before the lock goes: no thread that is late writes anything any more."""
        with self._mutex:
            self._released = True

    def _take(self, event: Event) -> None:
        """Know it first: what happened has happened, also where it cannot be written."""
        intent = self._draft.intent_ended_by(event)
        self._draft.take(event)
        self._pending.append((event, intent))
        self._append()

    def _append(self, *events: Event) -> None:
        """Make durable what only this process knows, and these events."""
        self._check_held()
        if self._failure is not None:
            error = self._failure
            raise StateNotWritten(error.message, error.reason, hint=error.hint)
        lines = b"" if self._log_begun else self._header()
        lines += b"".join(encode_event(event) for event, _ in self._pending)
        lines += b"".join(map(encode_event, events))
        self._held.append(lines)
        self._log_begun = True
        self._pending.clear()

    def _header(self) -> bytes:
        lineage, saved = self._name(), self._saved
        return encode_header(lineage, saved.serial, saved.target, self._run)

    def _name(self) -> str:
        """The lineage, made with the first write."""
        lineage = self._saved.lineage or self._ids()
        self._saved = replace(self._saved, lineage=lineage)
        return lineage

    def _write(self, state: State | None) -> None:
        """Checkpoint. Where that fails, the log may be obsolete: nothing is appended to it."""
        self._check_held()
        try:
            self._held.checkpoint(None if state is None else encode_state(state).encode())
        except StateNotWritten as error:
            self._failure = error
            raise
        self._failure = None
        self._log_begun = False
        self._run = replace(self._run, part=self._run.part + 1)

    def _check_held(self) -> None:
        if self._released:
            reason = "the state is no longer held"
            raise StateNotWritten(f"{self._where}: cannot be written: {reason}", reason)


def _matters(event: Event) -> bool:
    """Whether it is lost with this process: what else could end an intent is found by looking."""
    return isinstance(event, Noted) or (isinstance(event, Ended) and event.ending is Ending.DONE)
