"""A saved plan beside the plan as it is now: what of it holds, what is done, what no longer holds.

Pure. What comes of it is never more than what was reviewed and would be done now anyway.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from aepctl.model.audience import Audience, Known
from aepctl.model.steps import Create, Delete, Patch
from aepctl.plan.binding import Binding, Reviewed, effect_of, lineage_of
from aepctl.plan.plan import Action, Change, Plan
from aepctl.plan.select import is_target
from aepctl.state.model import Intent, State
from aepctl.state.used_plans import MAX_PLANS

MAX_VALUE = 60
"""Characters of a value that a message shows."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of a saved plan. `stale`: the keys whose change no longer holds, and why.

    `plan` is what is left to do of it, with what is left alone.
    """

    plan: Plan
    stale: Mapping[str, str]


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
    if used is not None and not used.left:
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
        elif (begun is not None and one.key not in begun) or _is_done(one, known):
            done += 1
        elif change is not None and _is_under_way(one, change):
            kept.add(one.key)
        else:
            stale[one.key] = _why(one, change, known)
    return Compared(_within(saved, now, kept, done), stale)


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
    if effect_of(change) == one.effect:
        return True
    after = change.wanted.fields() if change.wanted is not None else None
    if change.action is Action.ADOPT and one.before is None:
        named_otherwise = change.is_named and change.adopted_id != one.given_id
        return after == one.after and not named_otherwise
    if change.action is Action.REPLACE and _finishes(one, change):
        return after == one.after
    lessens = change.action in {Action.RECORD, Action.FORGET} and not _sends(change)
    return lessens and after == one.after and _is_about(one, change)


def _finishes(one: Reviewed, change: Change) -> bool:
    """Whether the first half of a replace was done, and the old one is left to be deleted."""
    deposed = change.known.deposed if change.known is not None else None
    old = None if one.before is None else one.before["audienceId"]
    return deposed is not None and deposed.ids.audience_id == old


def _creates(change: Change) -> bool:
    return any(isinstance(step, Create) for step in change.steps)


def _sends(change: Change) -> bool:
    return any(isinstance(step, Create | Patch | Delete) for step in change.steps)


def _is_about(one: Reviewed, change: Change) -> bool:
    return (
        one.before is not None
        and change.known is not None
        and one.before["audienceId"] == change.known.ids.audience_id
    )


def _is_done(one: Reviewed, known: Known | None) -> bool:
    """Whether state knows what was to be known, whoever did it: then nothing is left to do."""
    if known is None or known.retained or one.after is None:
        return (known is None or known.retained) and one.after is None
    wanted = Audience.of(one.after)
    return known.in_words_of(wanted) == wanted


def _is_under_way(one: Reviewed, change: Change) -> bool:
    """Whether this very step was begun, and nobody knows yet, or decided, what came of it."""
    waits = change.action in {Action.SETTLE, Action.DECIDE}
    return waits and change.intent is not None and _begins(change.intent, one)


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


def _why(one: Reviewed, change: Change | None, known: Known | None) -> str:
    """What differs, in words."""
    wanted = change.wanted if change is not None else known.audience if known else None
    words = [*_known_words(one, known)]
    if wanted is None and one.after is not None:
        words.append("the manifests no longer want it")
    elif wanted is not None and one.after is None:
        words.append("the manifests want it again")
    elif wanted is not None and not (change is None and words):
        words += _differing("", one.after or {}, wanted.fields())
    given = change.given_id if change is not None else None
    gives = change is not None and (change.is_named or _creates(change))
    if gives and given != one.given_id:
        words.append(f"audienceId was {one.given_id or 'none'}, is now {given or 'none'}")
    if change is not None and change.reason is not None:
        words.append(change.reason)
    elif change is not None and change.action is Action.SETTLE:
        words.append("another step for it has no known outcome")
    return "; ".join(words) or "something else would be done"


def _known_words(one: Reviewed, known: Known | None) -> Iterator[str]:
    """What is known now, as compared with what was known, or was to be."""
    if known is None:
        if one.before is not None:
            yield "it is no longer known"
        return
    audience_id = known.ids.audience_id
    if one.before is None:
        other = "; ".join(_differing("known ", one.after or {}, known.audience.fields()))
        yield f"it is known now, as {audience_id}" + (f" ({other})" if other else "")
        return
    if audience_id != one.before["audienceId"]:
        yield f"it was known as {one.before['audienceId']}, is now known as {audience_id}"
    before = {name: text for name, text in one.before.items() if name not in {"audienceId", "id"}}
    yield from _differing("known ", before, known.audience.fields())


def _differing(prefix: str, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*was, *now)):
        if was.get(name) != now.get(name):
            yield f"{prefix}{name} was {_shown(was.get(name))}, is now {_shown(now.get(name))}"


def _shown(text: str | None) -> str:
    if text is None:
        return "none"
    return repr(text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…")
