"""The one place that says what an event does to a state.

Replaying a journal, a run at work, the tests' fakes and the recovery of rescued lines are all this
reducer. Pure: it reads no file and no clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import assert_never

from aepctl.model.audience import Known
from aepctl.model.steps import Adopt, Create, Delete, Forget, LocalStep, Move, Patch, Record
from aepctl.state.events import Begun, Contradiction, Ended, Ending, Event, Noted, PlanUsed
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
        self._audiences = dict(state.audiences)
        self._intents = dict(state.intents)
        self._plans = UsedPlans(state.plans)
        self._open_of: dict[str, dict[str, None]] = {}  # in the order of their beginning
        self._past_of: dict[str, dict[str, None]] = {}
        for intent in self._intents.values():
            self._index(intent)
        self._before = {key: tuple(of) for key, of in self._open_of.items()} if several else {}
        self._owners = {one.ids.audience_id: key for key, one in self._audiences.items()}

    def state(self, base: State | None = None) -> State:
        """The state as it is now, with the lineage, serial and runs of `base` or the beginning."""
        return replace(
            base or self._base,
            audiences=dict(self._audiences),
            intents=dict(self._intents),
            plans=self._plans.now(),
        )

    def owner(self, audience_id: str) -> str | None:
        """The key that is known under this ID."""
        return self._owners.get(audience_id)

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
        if isinstance(intent.step, Patch | Delete):
            known = self._expect(intent.key)
            self._check_id(intent.key, known, intent.step.ids.audience_id)

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
                self._done(intent, event)
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

    def _done(self, intent: Intent, event: Ended) -> None:
        match intent.step:
            case Create(audience):
                if event.ids is None:
                    raise Contradiction(f"`{intent.key}` was created, but without an audienceId")
                seen = event.observed or audience
                self._know(intent.key, Known.seen(audience, seen, event.ids))
            case Patch(ids, _, after):
                self._know(intent.key, Known(event.observed or after, ids))
            case Delete(ids):
                known = self._audiences.get(intent.key)
                if known is not None:
                    self._check_id(intent.key, known, ids.audience_id)
                self._forget(intent.key)
            case _:
                assert_never(intent.step)

    def _note(self, key: str, step: LocalStep) -> None:
        match step:
            case Adopt(known):
                self._know(key, known)
                self._supersede(key)
            case Move(from_key):
                self._move(from_key, key)
            case Forget():
                self._expect(key)
                self._forget(key)
            case Record(audience):
                before = self._expect(key)
                asked = before.sent or before.audience
                self._know(key, Known.seen(asked, audience, before.ids))
            case _:
                assert_never(step)

    def _expect(self, key: str) -> Known:
        known = self._audiences.get(key)
        if known is None:
            raise Contradiction(f"`{key}` is not known")
        return known

    def _check_id(self, key: str, known: Known, audience_id: str) -> None:
        mine = known.ids.audience_id
        if mine != audience_id:
            raise Contradiction(f"`{key}` is known as {mine}, not {audience_id}")

    def _know(self, key: str, known: Known) -> None:
        """One key, one ID; one ID, one key: what is new must not break that."""
        audience_id = known.ids.audience_id
        before = self._audiences.get(key)
        if before is not None:
            self._check_id(key, before, audience_id)
        else:
            owner = self._owners.setdefault(audience_id, key)
            if owner != key:
                raise Contradiction(f"{audience_id} is known as `{owner}`, not as `{key}`")
        self._audiences[key] = known

    def _forget(self, key: str) -> None:
        known = self._audiences.pop(key, None)
        if known is not None and self._owners.get(known.ids.audience_id) == key:
            del self._owners[known.ids.audience_id]

    def _move(self, old: str, new: str) -> None:
        """What `old` had, its intents included, is from now on that of `new`."""
        known = self._expect(old)
        if new in self._audiences:
            raise Contradiction(f"`{new}` is known already")
        self._check_settled(new, self._open_of)
        self._supersede(new)
        self._forget(old)
        self._audiences[new] = known
        self._owners.setdefault(known.ids.audience_id, new)
        for of in (self._open_of, self._past_of):
            moved = of.pop(old, {})
            for one in moved:
                self._intents[one] = replace(self._intents[one], key=new)
            if moved:
                of[new] = moved
