"""State under the lock: each event is durable in the log, and all of them in the document at last.

What others may meanwhile do to the platform depends on it: an intent counts from the moment that
`begin` returns.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from aepctl.clock import Clock, timestamp
from aepctl.errors import StateError, StateNotWritten
from aepctl.model.audience import Audience, Ids
from aepctl.model.steps import LocalStep, RemoteStep
from aepctl.model.target import Target
from aepctl.state.codec import encode_state
from aepctl.state.events import Begun, Ended, Ending, Event, Noted, PlanUsed
from aepctl.state.journal_codec import in_ascii
from aepctl.state.loading import load, read_state
from aepctl.state.model import Intent, Run, State
from aepctl.state.reducer import Draft, same_content, with_run
from aepctl.state.run import holder, new_id
from aepctl.state.run_log import RunLog
from aepctl.state.stores.base import StateStore


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
    An error that ends the run has what no store took as its note, for `state recover`.
    """
    with store.hold(holder(run), wait=wait) as held:
        stored = held.read()
        loaded = load(stored, store, target)
        if loaded.state is not loaded.document:
            held.checkpoint(encode_state(loaded.state).encode())
        elif stored.log is not None:
            held.checkpoint(None)
        log = RunLog(held, store.where, loaded.state, run, ids)
        session = StateSession(log, clock, ids, lambda: read_state(store, target))
        try:
            yield session
        except (Exception, KeyboardInterrupt) as error:
            # A refusal ends a run in good order, too: what it settled before goes to the document.
            try:
                session.checkpoint()
            except StateNotWritten:  # the log has it all the same, if it is still there
                if (rescue := session.rescue()) is not None:
                    error.add_note(rescue)
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
        log: RunLog,
        clock: Clock,
        ids: Callable[[], str],
        read_back: Callable[[], State],
    ) -> None:
        self._log = log
        self._clock = clock
        self._ids = ids
        self._read_back = read_back
        self._mutex = threading.Lock()
        self._draft = Draft(log.saved)
        self._together = False

    @property
    def state(self) -> State:
        """What is known now, this run's own events included. `lineage` is None before a write."""
        with self._mutex:
            return self._now()

    @property
    def run(self) -> Run:
        """The run whose events these are."""
        return self._log.run

    def owner(self, audience_id: str) -> str | None:
        """The key that is known under this ID."""
        with self._mutex:
            return self._draft.owner(audience_id)

    def begin(self, key: str, step: RemoteStep) -> Intent:
        """The durable intent to do `step` for `key`. Raises Contradiction where one is open."""
        with self._mutex:
            intent = Intent(self._ids(), self._log.run.id, key, step, timestamp(self._clock))
            self._draft.check_begin(intent)
            self._log.append(Begun(intent))
            self._draft.take(Begun(intent))
        return intent

    def check(self) -> None:
        """Raise StateNotWritten where the state is no longer ours to note things in."""
        with self._mutex:
            self._log.check()

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
            at, run = timestamp(self._clock), self._log.run.id
            self._take(Ended(intent.id, ending, run, at, ids, observed, reason, exists))

    def note(self, key: str, step: LocalStep) -> None:
        """Note a step that touches state only. Raises Contradiction where it cannot be done."""
        with self._mutex:
            self._take(Noted(key, step, timestamp(self._clock)))

    def use_plan(self, plan_id: str) -> None:
        """Note that a saved plan is being applied: it counts as applied from here on."""
        with self._mutex:
            self._take(PlanUsed(plan_id, timestamp(self._clock)))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Within, what is ended and noted is made durable at the end, all at once.

        An intent is durable at once, with all that was noted before it. Raises StateNotWritten at
        its end, unless another error is on its way.
        """
        with self._mutex:
            self._together = True
        try:
            yield
        finally:
            with self._mutex:
                self._together = False
        with self._mutex:
            if self._log.pending:
                self._log.append()

    def record(self, *events: Event) -> None:
        """Let all of these events happen, or none. Raises Contradiction."""
        if not events:
            return
        with self._mutex:
            draft = Draft(self._now())
            taken = []
            for event in events:
                taken.append((event, draft.intent_ended_by(event)))
                draft.take(event)
            self._draft = draft
            self._log.pending += taken
            self._log.append()

    def take_lineage(self, lineage: str) -> None:
        """Be the state of this lineage, where nothing was ever written."""
        with self._mutex:
            if self._log.saved.lineage is None:
                self._log.saved = replace(self._log.saved, lineage=lineage)

    def checkpoint(self) -> None:
        """Bring everything into the document, if anything changed; then the log is gone."""
        with self._mutex:
            log = self._log
            # After a write that failed the document may be the old or the new one: write it anew.
            if not log.failed and same_content(log.saved, self._now()):
                if log.begun:
                    log.write(None)
                log.pending.clear()
                return
            log.name()
            log.write(with_run(self._now(), log.run))

    def rescue(self) -> str | None:
        """What only this process knows, as lines for `state recover`; None: nothing."""
        from aepctl.state.frames import framed  # noqa: PLC0415 - hardly any run needs them
        from aepctl.state.rescue import unkept  # noqa: PLC0415

        with self._mutex:
            try:
                there = self._read_back()
            except StateError:
                there = None
            events = unkept(self._now(), there, self._log.pending, self._log.run.at)
            return framed(in_ascii(self._log.lines(events))) if events else None

    def release(self) -> None:
        """Before the lock goes: no thread that is late writes anything any more."""
        with self._mutex:
            self._log.release()

    def _now(self) -> State:
        return self._draft.state(self._log.saved)

    def _take(self, event: Event) -> None:
        """Know it first: what happened has happened, also where it cannot be written."""
        intent = self._draft.intent_ended_by(event)
        self._draft.take(event)
        self._log.pending.append((event, intent))
        if not self._together:
            self._log.append()
