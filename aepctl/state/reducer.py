"""The one place that says what an event does to a state.

Replaying a journal, a run at work, the tests' fakes and the recovery of rescued lines are all this
reducer. Pure: it reads no file and no clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import assert_never

from aepctl.model.steps import Adopt, LocalStep, Move
from aepctl.state.events import Begun, Contradiction, Ended, Ending, Event, Noted, PlanUsed
from aepctl.state.known_audiences import KnownAudiences
from aepctl.state.model import Intent, Phase, Run, State
from aepctl.state.used_plans import UsedPlans

MAX_RUNS = 50
"""How many runs state keeps."""


def folded(before: State, after: State, run: Run) -> State:
    """`after` as it is written: with the run that led there from `before`.

    Where the run came to nothing it is `before` itself, and nothing needs to be written.
    """
    return before if same_content(before, after) else with_run(after, run)


def same_content(one: State, other: State) -> bool:
    """Whether two states say the same, whichever runs brought them there."""
    return (one.audiences, one.intents, one.plans) == (other.audiences, other.intents, other.plans)


def with_run(state: State, run: Run) -> State:
    """The state with `run` as the one that changed it last; its serial grows by one."""
    others = tuple(one for one in state.runs if one.id != run.id)
    return replace(state, serial=state.serial + 1, runs=(*others, run)[-MAX_RUNS:])


class Draft:
    """A state while events happen to it. Not for two threads at once.

    `take` costs the same however much the state holds, so that a journal of any length is read in
    time that grows with its length alone. `several`: a key may have several open intents, as format
    1.0 could note after a recovery; but none beside one that the state has already.
    """

    def __init__(self, state: State, *, several: bool = False) -> None:
        self._base = state
        self._several = several
        self._known = KnownAudiences(state.audiences)
        self._intents = dict(state.intents)
        self._plans = UsedPlans(state.plans)
        self._open_of: dict[str, dict[str, None]] = {}  # in the order of their beginning
        self._past_of: dict[str, dict[str, None]] = {}
        for intent in self._intents.values():
            self._index(intent)
        self._before = {key: tuple(of) for key, of in self._open_of.items()} if several else {}

    def state(self, base: State | None = None) -> State:
        """The state as it is now, with the lineage, serial and runs of `base` or the beginning."""
        return replace(
            base or self._base,
            audiences=self._known.now(),
            intents=dict(self._intents),
            plans=self._plans.now(),
        )

    def owner(self, audience_id: str) -> str | None:
        """The key that is known under this ID."""
        return self._known.owner(audience_id)

    def intent(self, intent_id: str) -> Intent | None:
        """The intent with this id, unless its outcome has ended it."""
        return self._intents.get(intent_id)

    def intent_ended_by(self, event: Event) -> Intent | None:
        """The intent that this event would end, before it happens."""
        return self.intent(event.intent_id) if isinstance(event, Ended) else None

    def take(self, event: Event) -> None:
        """Let the event happen. Raises Contradiction; the draft then is as it was."""
        match event:
            case Begun(intent):
                self._check_begin(intent)
                self._supersede(intent.key)
                self._add(intent)
            case Ended():
                self._end(event)
            case Noted(key, step, _, run):
                self._note(key, step)
                self._plans.did(run, key)
            case PlanUsed():
                self._plans.use(event)
            case _:
                assert_never(event)

    def check_begin(self, intent: Intent) -> None:
        """Raise Contradiction unless a run can begin this intent; nothing changes.

        No run begins a change or delete of what is not known under its ID, so a journal that does
        was written upon another state. A document may have one all the same, merged by hand; what
        was changed then is known again.
        """
        self._check_begin(intent)
        self._known.check_begin(intent.key, intent.step)

    def _check_begin(self, intent: Intent) -> None:
        if intent.id in self._intents:
            raise Contradiction(f"the intent {intent.id} begins a second time")
        self._check_settled(intent.key, self._before if self._several else self._open_of)

    def _check_settled(self, key: str, of: Mapping[str, Iterable[str]]) -> None:
        for earlier in of.get(key, ()):
            if earlier in self._open_of.get(key, ()):
                raise Contradiction(f"`{key}` has an open intent already ({earlier})")

    def _supersede(self, key: str) -> None:
        """Drop what no longer stands in the way of a new intent; an open one does."""
        for earlier in self._past_of.pop(key, ()):
            del self._intents[earlier]

    def _add(self, intent: Intent) -> None:
        self._intents[intent.id] = intent
        self._index(intent)

    def _index(self, intent: Intent) -> None:
        of = self._open_of if intent.phase is Phase.OPEN else self._past_of
        of.setdefault(intent.key, {})[intent.id] = None

    def _drop(self, intent: Intent) -> None:
        del self._intents[intent.id]
        self._unindex(intent)

    def _unindex(self, intent: Intent) -> None:
        of = self._open_of if intent.phase is Phase.OPEN else self._past_of
        del of[intent.key][intent.id]
        if not of[intent.key]:
            del of[intent.key]

    def _end(self, event: Ended) -> None:
        intent = self._intents.get(event.intent_id)
        if intent is None:
            raise Contradiction(f"the outcome of an intent that is not open ({event.intent_id})")
        reason = event.reason or intent.reason
        match event.ending:
            case Ending.DONE:
                self._known.done(intent.key, intent.step, event.ids, event.observed)
                self._drop(intent)
                self._plans.did(intent.run, intent.key)
            case Ending.REFUSED | Ending.NOT_SENT | Ending.ABANDONED:
                self._drop(intent)
            case Ending.UNKNOWN:
                exists = intent.exists or event.exists
                self._keep(replace(intent, exists=exists), Phase.OPEN, reason)
            case Ending.ABSENT:
                self._keep(intent, Phase.ABSENT, reason, since=event.run)
            case Ending.RECREATE:
                self._keep(intent, Phase.RECREATE, reason)
            case _:
                assert_never(event.ending)

    def _keep(self, intent: Intent, phase: Phase, reason: str, since: str | None = None) -> None:
        kept = replace(intent, phase=phase, reason=reason, absent_since=since)
        self._unindex(intent)
        self._add(kept)

    def _note(self, key: str, step: LocalStep) -> None:
        if isinstance(step, Move):
            self._move(step.from_key, key)
            return
        self._known.note(key, step)
        if isinstance(step, Adopt):
            self._supersede(key)

    def _move(self, old: str, new: str) -> None:
        """What `old` had, its intents included, is from now on that of `new`."""
        self._known.check_move(old, new)
        self._check_settled(new, self._open_of)
        self._supersede(new)
        self._known.move(old, new)
        for of in (self._open_of, self._past_of):
            moved = of.pop(old, {})
            for one in moved:
                self._intents[one] = replace(self._intents[one], key=new)
            if moved:
                of[new] = moved
