"""State in a store that a team shares: intents are in it before their requests leave.

One thread writes the document, for all that wait for it, and renews the lease. What came of an
intent is in a file of this machine at once, and in the store with the next write.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from aepctl.clock import Clock, timestamp
from aepctl.errors import StateNotWritten
from aepctl.model.steps import RemoteStep
from aepctl.state.events import Begun, Ended, Ending, Event
from aepctl.state.hurry import GLANCE_SECONDS, Hurry
from aepctl.state.lease import Lease
from aepctl.state.model import Intent, Run, State
from aepctl.state.notes import note_of
from aepctl.state.pace import Pace
from aepctl.state.reducer import folded
from aepctl.state.rescue_file import RescueFile
from aepctl.state.reserved import Reserved
from aepctl.state.session import StateSession
from aepctl.state.shared_document import SharedDocument
from aepctl.state.shared_errors import check_pace, over, start, too_late, tried, unexpected
from aepctl.state.shared_store import SharedStore, read_back
from aepctl.state.stores.documents import Overtaken
from aepctl.state.unwritten import Unwritten
from aepctl.state.written import Written


class SharedSession(StateSession):
    """See StateSession. Events have numbers; `_durable` is that of the last one in the store."""

    def __init__(
        self,
        store: SharedStore,
        document: SharedDocument,
        run: Run,
        clock: Clock,
        ids: Callable[[], str],
        confirmed: float,
        hurry: Hurry,
    ) -> None:
        super().__init__(document.state, run, clock, ids)
        self._hurry = hurry
        self._changed = threading.Condition(self._mutex)  # wakes those who wait for a write
        self._news = threading.Condition(self._mutex)  # wakes the thread that writes
        self._store, self._document = store, document
        self._saved = document.state
        self._pace = Pace(store.lease_seconds, store.pause_seconds, confirmed, clock.running())
        self._reserved = Reserved()
        self._unwritten = Unwritten(RescueFile(store.rescue, store.name, run.id))
        self._number = self._durable = 0
        self._failure: StateNotWritten | None = None
        self._closing = self._ending = self._released = False
        self._thread = threading.Thread(target=self._work, name="state", daemon=True)
        start(self._thread, store.where)

    def took_in(self, files: Sequence[Path]) -> None:
        """What these files of earlier runs hold is known: they go once it is written."""
        self._unwritten.took_in(files, self._number)

    def reserve(self, steps: Sequence[tuple[str, RemoteStep]], *, workers: int) -> None:
        with self._changed:
            self._reserved.add(steps, workers, self._clock.running())
            self._top_up()

    def begin(self, key: str, step: RemoteStep) -> Intent:
        with self._changed:
            self._check()
            intent, number = self._reserved_for(key, step) or self._begin(key, step)
            self._top_up(urgent=number == self._number, short=number > self._durable)
            self._wait_for(number)
            try:
                self._wait_for_lease()
            except StateNotWritten:
                self._take_back(intent)
                raise
            return intent

    def _wait_for(self, number: int) -> None:
        """Until all up to this number is in the store, or cannot be any more."""
        while self._durable < number and not (self._failure or self._closing or self._hurry.on):
            self._changed.wait(GLANCE_SECONDS)

    def _reserved_for(self, key: str, step: RemoteStep) -> tuple[Intent, int] | None:
        found = self._reserved.take(key)
        if found is None or found[0].step == step:
            return found
        self._take_back(found[0])
        return None

    def _begin(self, key: str, step: RemoteStep) -> tuple[Intent, int]:
        intent = Intent(self._ids(), self._run.id, key, step, timestamp(self._clock))
        self._draft.check_begin(intent)
        self._draft.take(Begun(intent))
        return intent, self._next_number()

    def _take_back(self, intent: Intent) -> None:
        """Nothing was sent for it, and nothing will be."""
        self._draft.take(Ended(intent.id, Ending.NOT_SENT, self._run.id, timestamp(self._clock)))
        self._next_number()

    def _next_number(self) -> int:
        self._number += 1
        self._tell()
        return self._number

    def _tell(self, *, urgent: bool = False) -> None:
        """Wake the thread that writes, if it has to: each look takes the workers' time."""
        if self._pace.waiting(self._clock.running(), urgent=urgent):
            self._news.notify()

    def _top_up(self, *, urgent: bool = False, short: bool = False) -> None:
        ahead, now = self._reserved, self._clock.running()
        if ahead.top_up(self._begin, now, self._pace, short=short) or urgent:
            self._tell(urgent=True)

    def check(self) -> None:
        with self._changed:
            self._wait_for_lease()

    def _check(self) -> None:
        if self._closing or self._hurry.on:
            raise over(self._store.where)
        self._check_failure()

    def _check_failure(self) -> None:
        if (error := self._failure) is not None:
            raise StateNotWritten(error.message, error.reason, hint=error.hint, code=error.code)

    def _wait_for_lease(self) -> None:
        """Return while nobody can have taken the lock over yet."""
        while not self._pace.may_send(self._clock.running()):
            self._check()
            check_pace(self._store.where, self._pace)
            self._tell(urgent=True)
            self._changed.wait(GLANCE_SECONDS)
        self._check()

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()  # outcomes are written together as it is

    def record(self, *events: Event) -> None:
        with self._changed:
            self._check()
            for event, intent in self._drafted(*events):
                self._keep(event, intent)

    def take_lineage(self, lineage: str) -> None:
        """It has one from the beginning."""

    def checkpoint(self) -> None:
        """Bring everything into the document and give the lock back with the same write."""
        with self._changed:
            if self._released:
                return
            for intent in self._reserved.clear():
                self._take_back(intent)
            self._closing = True
            self._ending = not isinstance(self._failure, Overtaken)  # else it may be back by now
            self._news.notify()
            self._changed.notify_all()
            if not self._hurry.met(self._changed, self._is_over):
                raise too_late(self._store.where)
            self._check_failure()
            self._released = True

    def rescue(self) -> str | None:
        there: State | None = self._saved
        if not self._ending:  # else the engine is still asked
            there = self._hurry.asked(lambda: read_back(self._store, self._saved.target), there)
        with self._changed:
            return self._unwritten.rescued(self._now(), there, self._saved, self._run)

    def release(self) -> None:
        with self._changed:
            self._closing = self._released = True
            self._news.notify()
            self._changed.notify_all()
        if not self._ending:  # else it was waited for already
            self._hurry.tell()
            self._hurry.ended(self._thread)
        with self._changed:
            self._unwritten.close()

    def _now(self) -> State:
        return self._draft.state(self._saved)

    def _take(self, event: Event) -> None:
        intent = self._draft.intent_ended_by(event)
        self._draft.take(event)
        self._keep(event, intent)

    def _keep(self, event: Event, intent: Intent | None) -> None:
        """Where this machine cannot keep it, the store has to, at once."""
        if self._released:
            raise over(self._store.where)
        number = self._next_number()
        if not self._unwritten.add(number, event, intent, self._saved, self._run):
            self._tell(urgent=True)
            self._wait_for(number)
        self._check_failure()

    def _work(self) -> None:
        """The thread: write what is due, until the run ends or the lock is lost; then the rest."""
        with self._changed:
            try:
                while not self._released:
                    if self._ending:
                        self._write(None)
                    elif self._closing or self._failure is not None:
                        self._news.wait()
                    elif (seconds := self._pace.due(self._clock.running())) > 0:
                        self._news.wait(seconds)
                    else:
                        self._write(self._document.lease)
            except BaseException as error:
                self._failure, self._ending = unexpected(self._store.where, error), False
                self._changed.notify_all()
                raise

    def _is_over(self) -> bool:
        return not (self._ending and self._thread.is_alive())

    def _write(self, lease: Lease | None) -> None:
        """Write all that is known. The mutex is let go meanwhile."""
        number, state = self._number, folded(self._saved, self._now(), self._run)
        new, note = Written(state, lease), note_of(self._saved, state, self._run, over=not lease)
        self._pace.begin()
        self._mutex.release()
        try:
            said = tried(self._store.where, lambda: self._document.write(new, note))
        finally:
            self._mutex.acquire()
        self._failure = said if isinstance(said, StateNotWritten) else None
        self._ending = self._ending and lease is not None
        if isinstance(said, float):
            self._written(state, number, said)
        self._changed.notify_all()

    def _written(self, state: State, number: int, confirmed: float) -> None:
        if state is not self._saved:
            self._run = replace(self._run, part=self._run.part + 1)
        self._saved, self._durable = state, number
        self._pace.written(confirmed, self._clock.running())
        self._unwritten.written(number, state, self._run)
