"""A saved plan beside the plan as it is now: what of it holds, what is done, what no longer holds.

Pure. What comes of it is never more than what was reviewed and would be done now anyway.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from aepctl.model.audience import Audience, Known
from aepctl.model.steps import Create, Delete, Patch, Remember
from aepctl.plan.binding import Binding, Reviewed, effect_of, lineage_of
from aepctl.plan.plan import Action, Change, Plan
from aepctl.plan.select import is_target
from aepctl.plan.stale import why
from aepctl.state.model import Intent, State
from aepctl.state.used_plans import MAX_PLANS


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of a saved plan. `stale`: the keys whose change no longer holds, and why.

    `plan` is what is left to do of it, with what is left alone. `edited`: one of those that are
    stale was edited on the platform.
    """

    plan: Plan
    stale: Mapping[str, str]
    edited: bool = False


def has_ended(saved: Binding, state: State) -> bool:
    """Whether all of it was done, so that it can do nothing more."""
    used = state.plans.get(saved.id)
    return used is not None and not used.left


def misfits(saved: Binding, now: Plan, state: State) -> tuple[str, ...]:
    """Why a saved plan is not for this environment and state at all; empty where it is."""
    named = (
        ("environment", saved.environment, now.environment),
        ("organisation", saved.target.org, now.target.org),
        ("sandbox", saved.target.sandbox, now.target.sandbox),
        ("endpoint", saved.target.endpoint, now.target.endpoint),
    )
    words = [
        f"{what} was {before}, is now {after}" for what, before, after in named if before != after
    ]
    return (*words, *_misfits_of_state(saved, state))


def _misfits_of_state(saved: Binding, state: State) -> Iterator[str]:
    """A plan from before the first state is for the one that began since: it too knew nothing."""
    lineage = lineage_of(state)
    if saved.lineage not in {None, lineage}:
        yield f"state lineage was {saved.lineage}, is now {lineage or 'none'}"
    elif state.serial < saved.serial:
        was = f"state serial was {saved.serial}, is now {state.serial}"
        yield f"{was}: an older copy took its place"
    elif saved.id not in state.plans and len(state.plans) >= MAX_PLANS:
        oldest = min(used.serial for used in state.plans.values())
        if saved.serial <= oldest:
            yield f"it is older than the last {MAX_PLANS} saved plans that were applied"


def compare(saved: Binding, now: Plan, state: State) -> Compared:
    """What of the saved plan is left, by the plan as it is now, which was made without targets."""
    used = state.plans.get(saved.id)
    effects = len(saved.effects)
    if has_ended(saved, state):
        return Compared(
            replace(now, changes=(), unchanged=0, targets=saved.targets, done=effects), {}
        )
    changes = {change.key: change for change in now.changes}
    begun = None if used is None else used.left
    done, stale, kept = 0, {}, set()
    for one in saved.changes:
        change = changes.get(one.key)
        known = state.audiences.get(one.key)
        if one.effect is None:
            if change is not None and not change.steps:
                kept.add(one.key)
        elif change is not None and _holds(one, change) and (begun is None or one.key in begun):
            kept.add(one.key)
        elif (begun is not None and one.key not in begun) or _is_done(one, change, known):
            done += 1
        elif change is not None and _is_under_way(one, change):
            kept.add(one.key)
        else:
            elsewhere = one.key in now.elsewhere
            stale[one.key] = why(one, change, known, elsewhere=elsewhere)
    edited = any(key in changes and _shows_an_edit(changes[key]) for key in stale)
    return Compared(_within(saved, now, kept, done), stale, edited)


def left_of(saved: Binding, plan: Plan) -> tuple[str, ...]:
    """The keys whose reviewed change is not done yet, of a plan that `compare` gave."""
    effects = saved.effects
    return tuple(change.key for change in plan.changes if change.key in effects)


def _within(saved: Binding, now: Plan, kept: set[str], done: int) -> Plan:
    """The plan without what was not reviewed. What is in doubt is settled all the same."""
    reviewed = {one.key for one in saved.changes}
    in_scope = [
        change
        for change in now.changes
        if change.key in reviewed or not saved.targets or is_target(change.key, saved.targets)
    ]
    settled = {one.key for one in in_scope if one.action is Action.SETTLE and not one.steps}
    mine = kept | (settled - reviewed)
    return replace(
        now,
        changes=tuple(change for change in in_scope if change.key in mine),
        unchanged=0,
        targets=saved.targets,
        done=done,
        left_alone=tuple(change for change in in_scope if change.key not in mine),
    )


def _holds(one: Reviewed, change: Change) -> bool:
    """Whether just this would be done, or less, because the platform has it so by now.

    What is there is recorded instead of created or changed, what is gone is forgotten.
    """
    effect = effect_of(change)
    if effect is not None and effect in (one.effect, *one.rests):
        return True
    after = change.wanted.fields() if change.wanted is not None else None
    if change.action is Action.ADOPT and one.before is None:
        named_otherwise = change.is_named and change.adopted_id != one.given_id
        return after == one.after and not named_otherwise
    if change.action is Action.REPLACE and _finishes(one, change):
        return after == one.after
    if after == one.after and change.steps and all(isinstance(s, Remember) for s in change.steps):
        return one.before is None or _is_about(one, change) or _finishes(one, change)
    lessens = change.action in {Action.RECORD, Action.FORGET} and not _sends(change)
    return lessens and after == one.after and _is_about(one, change)


def _finishes(one: Reviewed, change: Change) -> bool:
    """Whether the first half of a replace was done, and the old one is left to be deleted."""
    deposed = change.known.deposed if change.known is not None else None
    old = None if one.before is None else one.before["audienceId"]
    return deposed is not None and deposed.ids.audience_id == old


def _shows_an_edit(change: Change) -> bool:
    """Whether the platform was seen to have it otherwise than state."""
    sides = (change.known, change.observed)
    return change.action is Action.DRIFT or (
        None not in sides and any(one.observed != one.known for one in change.diff)
    )


def _sends(change: Change) -> bool:
    return any(isinstance(step, Create | Patch | Delete) for step in change.steps)


def _is_about(one: Reviewed, change: Change) -> bool:
    return (
        one.before is not None
        and change.known is not None
        and one.before["audienceId"] == change.known.ids.audience_id
    )


def _is_done(one: Reviewed, change: Change | None, known: Known | None) -> bool:
    """Whether state knows what was to be known, whoever did it: then nothing is left to do.

    Unless the platform was seen to have it otherwise, or what it took the place of is left there.
    """
    if known is not None and known.deposed is not None:
        return False
    if change is not None and change.wanted is not None and change.wanted.fields() == one.after:
        return False
    if known is None or known.retained or one.after is None:
        return (known is None or known.retained) and one.after is None
    wanted = Audience.of(one.after)
    return known.in_words_of(wanted) == wanted


def _is_under_way(one: Reviewed, change: Change) -> bool:
    """Whether this very step was begun, and nobody knows yet, or decided, what came of it."""
    waits = change.action in {Action.SETTLE, Action.DECIDE}
    intent = change.intent
    if not waits or intent is None:
        return False
    second_half = isinstance(intent.step, Delete) and _finishes(one, change)
    return second_half or _begins(intent, one)


def _begins(intent: Intent, one: Reviewed) -> bool:
    if intent.key != one.key:
        return False
    match intent.step:
        case Create(audience, given_id):
            return audience.fields() == one.after and given_id == one.given_id
        case Patch(_, _, after):
            return after.fields() == one.after
        case Delete():
            return one.after is None
