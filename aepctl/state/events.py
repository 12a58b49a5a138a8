"""What can happen to state: a closed set of events, and the one place that says what each does.

Replaying a journal, a run at work, the tests' fakes and the recovery of rescued lines are all this
reducer. Pure: it reads no file and no clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias, assert_never

from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.steps import Adopt, Create, Delete, Forget, LocalStep, Move, Patch, Record
from aepctl.state.model import Intent, Phase, Run, State

MAX_PLANS = 100
"""How many ids of applied plans state keeps; older plans are stale by their serial anyway."""
MAX_RUNS = 50
"""How many runs state keeps."""


class Ending(StrEnum):
    """What came of an intent. The last three leave it in state, with what is known of it."""

    DONE = "done"
    REFUSED = "refused"
    NOT_SENT = "not-sent"
    ABANDONED = "abandoned"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    RECREATE = "recreate"


@dataclass(frozen=True, slots=True)
class Begun:
    """The intent's step is about to be sent."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of an intent, as `run` saw it.

    `ids`: those of what was created or found. `observed`: the audience as the platform shows it,
    where that was seen.
    """

    intent_id: str
    ending: Ending
    run: str
    at: str
    ids: Ids | None = None
    observed: Audience | None = None
    reason: str | None = None
    exists: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A step that touches state only was done for `key`."""

    key: str
    step: LocalStep
    at: str


@dataclass(frozen=True, slots=True)
class PlanUsed:
    """A saved plan is being applied: it counts as applied from here on."""

    plan_id: str
    at: str


Event: TypeAlias = Begun | Ended | Noted | PlanUsed


class Contradiction(Exception):
    """An event that cannot have happened to this state. Its text says why."""


def replay(state: State, events: Iterable[Event]) -> State:
    """The state after these events; `serial` and `runs` stay. Raises Contradiction."""
    draft = Draft(state)
    for event in events:
        draft.take(event)
    return draft.state()


def folded(state: State, events: Iterable[Event], run: Run) -> State:
    """The state with all that a run did in it: its serial grows by one. Raises Contradiction."""
    return with_run(replay(state, events), run)


def with_run(state: State, run: Run) -> State:
    """The state as it is written once what `run` did is in it."""
    return replace(state, serial=state.serial + 1, runs=(*state.runs, run)[-MAX_RUNS:])


class Draft:
    """A state while events happen to it. Not for two threads at once.

    `take` costs the same however much the state holds, so that a journal of any length is read in
    time that grows with its length alone.
    """

    def __init__(self, state: State) -> None:
        self._base = state
        self._audiences = dict(state.audiences)
        self._intents = dict(state.intents)
        self._plans = state.plans
        self._intent_of = {intent.key: intent.id for intent in self._intents.values()}
        self._owners = {one.ids.audience_id: key for key, one in self._audiences.items()}

    def state(self) -> State:
        """The state as it is now, with the serial and the runs of the beginning."""
        return replace(
            self._base,
            audiences=dict(self._audiences),
            intents=dict(self._intents),
            plans=self._plans,
        )

    def owner(self, audience_id: str) -> str | None:
        """The key that is known under this ID."""
        return self._owners.get(audience_id)

    def take(self, event: Event) -> None:
        """Let the event happen. Raises Contradiction; the draft then is as it was."""
        match event:
            case Begun(intent):
                self._begin(intent)
            case Ended():
                self._end(event)
            case Noted(key, step):
                self._note(key, step)
            case PlanUsed(plan_id):
                others = tuple(one for one in self._plans if one != plan_id)
                self._plans = (*others, plan_id)[-MAX_PLANS:]
            case _:
                assert_never(event)

    def _begin(self, intent: Intent) -> None:
        if intent.id in self._intents:
            raise Contradiction(f"the intent {intent.id} begins a second time")
        self._supersede(intent.key)
        self._intents[intent.id] = intent
        self._intent_of[intent.key] = intent.id

    def _supersede(self, key: str) -> None:
        """An intent that no longer stands in the way of a new one goes; an open one does not."""
        earlier = self._intents.get(self._intent_of.get(key, ""))
        if earlier is None:
            return
        if earlier.phase is Phase.OPEN:
            raise Contradiction(f"`{key}` has an open intent already ({earlier.id})")
        self._drop(earlier)

    def _drop(self, intent: Intent) -> None:
        del self._intents[intent.id]
        del self._intent_of[intent.key]

    def _end(self, event: Ended) -> None:
        intent = self._intents.get(event.intent_id)
        if intent is None:
            raise Contradiction(f"the outcome of an intent that is not open ({event.intent_id})")
        reason = event.reason or intent.reason
        match event.ending:
            case Ending.DONE:
                self._done(intent, event)
                self._drop(intent)
            case Ending.REFUSED | Ending.NOT_SENT | Ending.ABANDONED:
                self._drop(intent)
            case Ending.UNKNOWN:
                exists = intent.exists or event.exists
                self._keep(replace(intent, phase=Phase.OPEN, reason=reason, exists=exists))
            case Ending.ABSENT:
                run = event.run
                self._keep(replace(intent, phase=Phase.ABSENT, reason=reason, absent_since=run))
            case Ending.RECREATE:
                self._keep(replace(intent, phase=Phase.RECREATE, reason=reason))
            case _:
                assert_never(event.ending)

    def _keep(self, intent: Intent) -> None:
        self._intents[intent.id] = intent

    def _done(self, intent: Intent, event: Ended) -> None:
        match intent.step:
            case Create(audience):
                if event.ids is None:
                    raise Contradiction(f"`{intent.key}` was created, but without an audienceId")
                self._know(intent.key, Known(event.observed or audience, event.ids))
            case Patch(ids, _, after):
                self._expect(intent.key)
                self._know(intent.key, Known(event.observed or after, ids))
            case Delete():
                self._forget(intent.key)
            case _:
                assert_never(intent.step)

    def _note(self, key: str, step: LocalStep) -> None:
        match step:
            case Adopt(known):
                self._know(key, known)
                earlier = self._intents.get(self._intent_of.get(key, ""))
                if earlier is not None and earlier.phase is not Phase.OPEN:
                    self._drop(earlier)
            case Move(from_key):
                self._move(from_key, key)
            case Forget():
                self._expect(key)
                self._forget(key)
            case Record(audience):
                self._know(key, Known(audience, self._expect(key).ids))
            case _:
                assert_never(step)

    def _expect(self, key: str) -> Known:
        known = self._audiences.get(key)
        if known is None:
            raise Contradiction(f"`{key}` is not known")
        return known

    def _know(self, key: str, known: Known) -> None:
        """One key, one ID; one ID, one key."""
        audience_id = known.ids.audience_id
        owner = self._owners.get(audience_id)
        if owner is not None and owner != key:
            raise Contradiction(f"{audience_id} is known as `{owner}`, not as `{key}`")
        before = self._audiences.get(key)
        if before is not None and before.ids.audience_id != audience_id:
            raise Contradiction(f"`{key}` is known as {before.ids.audience_id}, not {audience_id}")
        self._audiences[key] = known
        self._owners[audience_id] = key

    def _forget(self, key: str) -> None:
        known = self._audiences.pop(key, None)
        if known is not None:
            self._owners.pop(known.ids.audience_id, None)

    def _move(self, old: str, new: str) -> None:
        known = self._expect(old)
        if new in self._audiences:
            raise Contradiction(f"`{new}` is known already")
        self._supersede(new)
        self._forget(old)
        self._know(new, known)
        moved = self._intents.get(self._intent_of.get(old, ""))
        if moved is not None:
            self._drop(moved)
            self._intents[moved.id] = replace(moved, key=new)
            self._intent_of[new] = moved.id
