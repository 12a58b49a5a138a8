"""Two states that grew out of one, as one: three-way, key by key. Pure.

Nothing that only one side has is lost, unless the other one has ended it. Where both say different
things a person decides: see Conflict. An intent that both sides still have stays as open as either
has it, so that the next apply looks before it sends anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from aepctl.model.steps import Create
from aepctl.state.merge_audiences import Conflict, Entries, changed, merge_audiences
from aepctl.state.model import Intent, Phase, Run, State, UsedPlan

_CAUTIOUS = (Phase.OPEN, Phase.ABSENT, Phase.RECREATE)


@dataclass(frozen=True, slots=True)
class Merged:
    """All of both sides but for the entries of `conflicts`."""

    state: State
    conflicts: tuple[Conflict, ...] = ()


class Unrelated(Exception):
    """The two are not the same state. Its text says why."""


def merge(base: State | None, ours: State, theirs: State) -> Merged:
    """Both sides as one; `base` is what both began with, where that is known.

    Raises Unrelated for states of two lineages or targets.
    """
    if ours.lineage != theirs.lineage:
        raise Unrelated(f"lineage {ours.lineage} on our side, {theirs.lineage} on theirs")
    if ours.target != theirs.target:
        raise Unrelated("they are of two targets (organisation, sandbox or endpoint)")
    if theirs in (ours, base):
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    before = State(None, 0, ours.target) if base is None or not _related(base, ours) else base
    audiences, conflicts = merge_audiences(before.audiences, ours.audiences, theirs.audiences)
    state = replace(
        ours,
        serial=max(ours.serial, theirs.serial) + 1,
        audiences=audiences,
        intents=_intents(before.intents, ours.intents, theirs.intents, audiences),
        plans=_plans(ours.plans, theirs.plans),
        runs=_runs((*ours.runs, *theirs.runs)),
    )
    return Merged(state, conflicts)


def _related(base: State, state: State) -> bool:
    return (base.lineage, base.target) == (state.lineage, state.target)


def _intents(
    base: Mapping[str, Intent],
    ours: Mapping[str, Intent],
    theirs: Mapping[str, Intent],
    audiences: Entries,
) -> dict[str, Intent]:
    """Those that no side has ended, in the order of their beginning."""
    owners = {name: key for key, one in audiences.items() for name in one.all_ids}
    kept = []
    for name in {*ours, *theirs}:
        mine, other = ours.get(name), theirs.get(name)
        if mine is None or other is None:
            if name in base:  # what came of it is known to the side that ended it
                continue
            one = mine or other
        else:
            one = _intent(base.get(name), mine, other)
        if one is not None and not _is_answered(one, audiences):
            kept.append(_with_its_audience(one, owners))
    return {one.id: one for one in sorted(kept, key=lambda one: (one.at, one.id))}


def _intent(base: Intent | None, ours: Intent, theirs: Intent) -> Intent:
    """As open as either side has it; what either was told counts."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs

    def order(one: Intent) -> tuple[int, bool, str, str]:
        return _CAUTIOUS.index(one.phase), one == base, one.reason, one.absent_since or ""

    careful = min(ours, theirs, key=order)
    key = careful.key if base is None else changed(base.key, ours.key, theirs.key)
    return replace(careful, key=key, exists=ours.exists or theirs.exists)


def _is_answered(intent: Intent, audiences: Entries) -> bool:
    """Whether a create that may be done again need not be: the other side knows its audience.

    An open one stays: what it may have made beside that is looked for.
    """
    again = isinstance(intent.step, Create) and intent.phase is not Phase.OPEN
    known = audiences.get(intent.key)
    return again and known is not None and not intent.takes_place_of(known)


def _with_its_audience(intent: Intent, owners: Mapping[str, str]) -> Intent:
    """A change or delete goes with its audience, which the other side may have moved."""
    if isinstance(intent.step, Create):
        return intent
    return replace(intent, key=owners.get(intent.step.ids.audience_id, intent.key))


def _plans(ours: Mapping[str, UsedPlan], theirs: Mapping[str, UsedPlan]) -> dict[str, UsedPlan]:
    """All that either side has applied. What either has done of a plan is not left of it."""
    return {name: _plan(ours.get(name), theirs.get(name)) for name in sorted({*ours, *theirs})}


def _plan(ours: UsedPlan | None, theirs: UsedPlan | None) -> UsedPlan:
    one, other = ours or theirs or UsedPlan(), theirs or ours or UsedPlan()
    left = one.left & other.left
    runs = tuple(dict.fromkeys(sorted((*one.runs, *other.runs)))) if left else ()
    return UsedPlan(max(one.serial, other.serial), runs, left)


def _runs(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Each once, as far as it came, the latest last."""
    last: dict[str, Run] = {}
    for run in sorted(runs, key=lambda one: (one.part, repr(one))):
        last[run.id] = run
    return tuple(sorted(last.values(), key=lambda one: (one.at, one.id)))
