"""State under its lock, wherever it is kept.

What may be sent to the platform depends on it: an intent counts from the moment that `begin`
returns.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from aepctl.clock import Clock, timestamp
from aepctl.errors import StateNotWritten
from aepctl.model.audience import Audience, Ids
from aepctl.model.steps import LocalStep, RemoteStep
from aepctl.model.target import Target
from aepctl.state.events import Ended, Ending, Event, Noted, PlanUsed
from aepctl.state.hurry import Hurry, Interrupted, never
from aepctl.state.model import Intent, Run, State
from aepctl.state.reducer import Draft
from aepctl.state.run import new_id
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.base import StateStore


@contextmanager
def open_session(
    store: StateStore | SharedStore,
    target: Target,
    run: Run,
    *,
    wait: float = 0.0,
    clock: Clock,
    ids: Callable[[], str] = new_id,
    interrupted: Interrupted = never,
) -> Iterator["StateSession"]:
    """Take the lock and bring the document up to date with what an earlier run left behind.

    Raises StateLocked, after waiting up to `wait` seconds; StateError where state cannot be used.
    An error that ends the run has what no store took as its note, for `state recover`. Since
    `interrupted` says so a shared store that does not answer is not waited for.
    """
    hurry = Hurry(interrupted)
    with _opened(store, target, run, wait, clock, ids, hurry) as session:
        try:
            yield session
        except (Exception, KeyboardInterrupt) as error:
            # A refusal ends a run in good order, too: what it settled before goes to the document.
            if isinstance(error, KeyboardInterrupt):
                hurry.tell()
            try:
                session.checkpoint()
            except StateNotWritten:  # the log has it all the same, if it is still there
                if (rescue := session.rescue()) is not None:
                    error.add_note(rescue)
            raise
        finally:
            session.release()


def _opened(
    store: StateStore | SharedStore,
    target: Target,
    run: Run,
    wait: float,
    clock: Clock,
    ids: Callable[[], str],
    hurry: Hurry,
) -> AbstractContextManager["StateSession"]:
    if isinstance(store, SharedStore):
        from aepctl.state.shared_opening import shared_session  # noqa: PLC0415 - many need none

        return shared_session(store, target, run, wait=wait, clock=clock, ids=ids, hurry=hurry)
    from aepctl.state.journaled_session import journaled_session  # noqa: PLC0415 - as above

    return journaled_session(store, target, run, wait=wait, clock=clock, ids=ids)


class StateSession(ABC):
    """The state while this process holds its lock. For any number of threads.

    Each method that writes raises StateNotWritten where that could not be made durable. An intent
    then is not begun. Everything else has happened all the same, and only this process knows: it is
    written with the next thing that is, or is in what `rescue` gives.
    """

    def __init__(self, saved: State, run: Run, clock: Clock, ids: Callable[[], str]) -> None:
        self._clock = clock
        self._ids = ids
        self._mutex = threading.Lock()
        self._draft = Draft(saved)
        self._run = run
        self._first = {
            audience_id: key for key, one in saved.audiences.items() for audience_id in one.all_ids
        }

    @property
    def run(self) -> Run:
        """The run whose events these are."""
        return self._run

    @property
    def state(self) -> State:
        """What is known now, this run's own events included. `lineage` is None before a write."""
        with self._mutex:
            return self._now()

    def owner(self, audience_id: str) -> str | None:
        """The key that is known under this ID.

        One look into a dict, which is atomic: no worker waits here for another one's disk.
        """
        return self._draft.owner(audience_id)

    def had(self, audience_id: str) -> str | None:
        """The key that was known under this ID when the run began, where none is any more."""
        return self._first.get(audience_id) if self.owner(audience_id) is None else None

    @abstractmethod
    def reserve(self, steps: Sequence[tuple[str, RemoteStep]], *, workers: int) -> None:
        """These steps will be begun, in about this order, by so many threads.

        Where noting takes long, intents are made durable ahead of those who will ask for them.
        """

    @abstractmethod
    def begin(self, key: str, step: RemoteStep) -> Intent:
        """The durable intent to do `step` for `key`. Raises Contradiction where one is open."""

    @abstractmethod
    def check(self) -> None:
        """Raise StateNotWritten where the state is no longer ours to note things in."""

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
            at = timestamp(self._clock)
            self._take(Ended(intent.id, ending, self._run.id, at, ids, observed, reason, exists))

    def note(self, key: str, step: LocalStep, *, more: bool = False) -> None:
        """Note a step that touches state only. Raises Contradiction where it cannot be done.

        `more`: other steps of the same change follow.
        """
        with self._mutex:
            self._take(Noted(key, step, timestamp(self._clock), self._run.id, more))

    def note_all(self, steps: Sequence[tuple[str, LocalStep]]) -> None:
        """Note steps for their keys, all or none, and end with them in the document.

        One write has all of them, and no log a part. Raises Contradiction where one cannot be done.
        """
        at = timestamp(self._clock)
        with self.together():
            self.record(*(Noted(key, step, at, self._run.id) for key, step in steps))
            self.checkpoint()

    def use_plan(self, plan_id: str, left: Sequence[str]) -> None:
        """Note that a saved plan is being applied, of which these keys are left to do."""
        with self._mutex:
            at, serial = timestamp(self._clock), self._now().serial
            self._take(PlanUsed(plan_id, at, self._run.id, serial, tuple(left)))

    @abstractmethod
    def together(self) -> AbstractContextManager[None]:
        """Within, what is ended and noted is made durable at the end, all at once.

        An intent is durable at once, with all that was noted before it. Raises StateNotWritten at
        its end, unless another error is on its way.
        """

    @abstractmethod
    def record(self, *events: Event) -> None:
        """Let all of these events happen, or none. Raises Contradiction."""

    @abstractmethod
    def take_lineage(self, lineage: str) -> None:
        """Be the state of this lineage, where nothing was ever written."""

    @abstractmethod
    def checkpoint(self) -> None:
        """Bring everything into the document, if anything changed; then no log is needed."""

    @abstractmethod
    def rescue(self) -> str | None:
        """What only this process knows, as lines for `state recover`; None: nothing."""

    @abstractmethod
    def release(self) -> None:
        """Before the lock goes: no thread that is late writes anything any more."""

    @abstractmethod
    def _now(self) -> State:
        """See `state`; the mutex is held."""

    @abstractmethod
    def _take(self, event: Event) -> None:
        """Know it first: what happened has happened, also where it cannot be written.

        The mutex is held.
        """

    def _drafted(self, *events: Event) -> list[tuple[Event, Intent | None]]:
        """Let all of these happen, or none; each with the intent that it ended."""
        draft = Draft(self._now())
        taken = []
        for event in events:
            taken.append((event, draft.intent_ended_by(event)))
            draft.take(event)
        self._draft = draft
        return taken
