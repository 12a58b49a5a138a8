"""State in a store that a team shares: intents are in it before their requests leave.

One thread writes the document, for all that wait for it, and renews the lease. What came of an
intent is in a file of this machine at once, and in the store with the next write.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from aepctl.clock import Clock, timestamp
from aepctl.errors import StateError, StateNotWritten
from aepctl.model.steps import RemoteStep
from aepctl.state.codec import Written
from aepctl.state.events import Begun, Ended, Ending, Event
from aepctl.state.lease import Lease
from aepctl.state.model import Intent, Run, State
from aepctl.state.notes import note_of
from aepctl.state.pace import Pace
from aepctl.state.reducer import folded
from aepctl.state.rescue_file import RescueFile
from aepctl.state.reserved import Reserved
from aepctl.state.session import StateSession
from aepctl.state.shared_document import SharedDocument
from aepctl.state.shared_errors import NO_LONGER, check_pace, start, unexpected
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.documents import Overtaken, unwritten
from aepctl.state.unwritten import Unwritten


class SharedSession(StateSession):
    """See StateSession. Events have numbers; `_durable` is that of the last one in the store.

    `_news` wakes the thread that writes, `_changed` those who wait for it.
    """

    def __init__(
        self,
        store: SharedStore,
        document: SharedDocument,
        run: Run,
        clock: Clock,
        ids: Callable[[], str],
        confirmed: float,
    ) -> None:
        super().__init__(document.state, run, clock, ids)
        self._changed = threading.Condition(self._mutex)
        self._news = threading.Condition(self._mutex)
        self._store = store
        self._document = document
        self._saved = document.state
        pause = store.documents.pause_seconds
        self._pace = Pace(store.lease_seconds, pause, confirmed, clock.running())
        self._reserved = Reserved()
        self._unwritten = Unwritten(RescueFile(store.rescue, store.name, run.id))
        self._number = self._durable = 0
        self._failure: StateNotWritten | None = None
        self._closing = self._released = False
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
        while self._durable < number and self._failure is None and not self._closing:
            self._changed.wait()

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
        """Wake the thread that writes, if it has to: two looks a create took the workers' time."""
        if self._pace.waiting(self._clock.running(), urgent=urgent):
            self._news.notify()

    def _top_up(self, *, urgent: bool = False, short: bool = False) -> None:
        now, pace = self._clock.running(), self._pace
        if self._reserved.top_up(self._begin, now, pace, short=short) or urgent:
            self._tell(urgent=True)

    def check(self) -> None:
        with self._changed:
            self._wait_for_lease()

    def _check(self) -> None:
        if self._closing:
            raise unwritten(self._store.where, NO_LONGER)
        self._check_failure()

    def _check_failure(self) -> None:
        if self._failure is not None:
            error = self._failure
            raise StateNotWritten(error.message, error.reason, hint=error.hint)

    def _wait_for_lease(self) -> None:
        """Return while nobody can have taken the lock over yet."""
        while not self._pace.may_send(self._clock.running()):
            self._check()
            check_pace(self._store.where, self._pace)
            self._tell(urgent=True)
            self._changed.wait()
        self._check()

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()  # outcomes are written together as it is

    def record(self, *events: Event) -> None:
        with self._changed:
            self._check()
            for event, intent in self._drafted(*events):
                self._keep(event, intent)

    def take_lineage(self, lineage: str) -> None:
        """A shared state has its lineage from the beginning."""

    def checkpoint(self) -> None:
        """Bring everything into the document and give the lock back with the same write."""
        with self._changed:
            if self._released:
                return
            for intent in self._reserved.clear():
                self._take_back(intent)
        self._stop()
        with self._changed:
            if not isinstance(self._failure, Overtaken):  # the store may be back by now
                self._write(None)
            self._check_failure()
            self._released = True

    def rescue(self) -> str | None:
        there = None
        with self._changed, suppress(StateError):
            there = self._store.read(self._saved.target).state
        with self._changed:
            return self._unwritten.rescued(self._now(), there, self._saved, self._run)

    def release(self) -> None:
        self._stop()
        with self._changed:
            self._released = True
            self._unwritten.close()

    def _stop(self) -> None:
        with self._changed:
            self._closing = True
            self._news.notify()
            self._changed.notify_all()
        self._thread.join()

    def _now(self) -> State:
        return self._draft.state(self._saved)

    def _take(self, event: Event) -> None:
        intent = self._draft.intent_ended_by(event)
        self._draft.take(event)
        self._keep(event, intent)

    def _keep(self, event: Event, intent: Intent | None) -> None:
        """Where this machine cannot keep it, the store has to, at once."""
        if self._released:
            raise unwritten(self._store.where, NO_LONGER)
        number = self._next_number()
        if not self._unwritten.add(number, event, intent, self._saved, self._run):
            self._tell(urgent=True)
            self._wait_for(number)
        self._check_failure()

    def _work(self) -> None:
        """The thread: write what is due, until the run ends or the lock is lost."""
        with self._changed:
            try:
                while not self._closing and self._failure is None:
                    seconds = self._pace.due(self._clock.running())
                    if seconds > 0:
                        self._news.wait(seconds)
                    else:
                        self._write(self._document.lease)
            except BaseException as error:
                self._failure = unexpected(self._store.where, error)
                self._changed.notify_all()
                raise

    def _write(self, lease: Lease | None) -> None:
        """Write all that is known. The mutex is held, and let go meanwhile."""
        number, state = self._number, folded(self._saved, self._now(), self._run)
        note = note_of(self._saved, state, self._run, over=lease is None)
        self._pace.begin()
        self._mutex.release()
        try:
            confirmed, failure = self._document.write(Written(state, lease), note), None
        except StateNotWritten as error:
            confirmed, failure = None, error
        except Exception as error:  # noqa: BLE001 - an engine's bug: what is not written is told
            confirmed, failure = None, unexpected(self._store.where, error)
        finally:
            self._mutex.acquire()
        self._failure = failure
        if confirmed is not None:
            self._written(state, number, confirmed)
        self._changed.notify_all()

    def _written(self, state: State, number: int, confirmed: float) -> None:
        if state is not self._saved:
            self._run = replace(self._run, part=self._run.part + 1)
        self._saved, self._durable = state, number
        self._pace.written(confirmed, self._clock.running())
        self._unwritten.written(number, state, self._run)
