"""Wanted, known and observed in, an immutable plan out. Pure; called once a run."""

from collections.abc import Sequence

from aepctl.model.wants import Wants
from aepctl.plan.changing import Changing
from aepctl.plan.ending import Ending
from aepctl.plan.newcomers import Newcomers
from aepctl.plan.plan import Action, Change, Plan
from aepctl.plan.policy import Policy, deletes_allowed
from aepctl.plan.renames import with_likely_renames
from aepctl.plan.seen import Seen
from aepctl.plan.sides import Sides
from aepctl.plan.twins import without_twins
from aepctl.plan.upkeep import is_as_wanted
from aepctl.state.model import Intent, State


def make_plan(
    wants: Wants,
    state: State,
    seen: Seen | None,
    policy: Policy,
    targets: Sequence[str] = (),
) -> Plan:
    """The changes that lead from known to wanted; with `targets`, only those of matching keys.

    `seen` is what was seen of the platform after settling; None, where nobody looked. Raises
    NoSuchTarget for a target that matches nothing.
    """
    sides = Sides(wants, state, policy, targets)
    newcomers = Newcomers(sides, policy, seen)
    changing = Changing(sides, policy, seen, newcomers)
    ending = Ending(sides, policy, seen)
    looks = policy.refresh and seen is not None
    defined, unchanged = _defined(sides, newcomers, changing, policy, looks=looks)
    settle, ordered = _in_order(sides, defined, ending)
    others = with_likely_renames(ordered, sides.wanted, sides.known)
    return Plan(
        environment=policy.environment,
        target=policy.target,
        changes=(*settle, *without_twins(others, sides, policy)),
        unchanged=unchanged,
        targets=tuple(one for one in targets if one not in sides.missed) or tuple(targets),
        max_creates=policy.max_creates,
        max_deletes=deletes_allowed(policy, len(sides.known)),
        refreshed=policy.refresh,
        overwrites=policy.overwrite,
        known=len(sides.known),
        guarded=tuple(key for key in sides.removed() if sides.leaving.guards(key)),
        stays=tuple(sides.left()) if policy.destroys else (),
        elsewhere=_elsewhere(sides),
        program=policy.program,
        not_listed=not_listed(sides, seen) if looks else (),
        missed=sides.missed,
    )


def _defined(
    sides: Sides, newcomers: Newcomers, changing: Changing, policy: Policy, *, looks: bool
) -> tuple[list[Change], int]:
    """The changes of the keys that manifests define, and how many of those need none."""
    known, in_doubt, scope, moves = sides.known, sides.in_doubt, sides.scope, sides.moves
    changes: list[Change] = []
    unchanged = 0
    for one in sides.wanted.values():
        key = one.key
        if (scope is not None and key not in scope) or key in in_doubt:
            continue
        now = known.get(key)
        if now is None:
            change: Change | None = newcomers.new(one)
        elif not looks and key not in moves and is_as_wanted(one, now, policy):
            change = None
        else:
            change = changing.change(one, now)
        if change is None:
            unchanged += 1
        else:
            changes.append(change)
    return changes, unchanged


def _in_order(
    sides: Sides, defined: Sequence[Change], ending: Ending
) -> tuple[list[Change], list[Change]]:
    """What is in doubt, by key; then all others: the defined keys, and after them what ends."""
    settle = [_settle(sides, key, intent) for key, intent in sides.settling.items()]
    settle += (change for change in defined if change.action is Action.SETTLE)
    others = [change for change in defined if change.action is not Action.SETTLE]
    ended = (*(ending.removed(key) for key in sides.removed()), *ending.left())
    others += (change for change in ended if change is not None)
    return sorted(settle, key=lambda change: change.key), others


def not_listed(sides: Sides, seen: Seen | None) -> tuple[str, ...]:
    """The known keys in scope that were looked for in lists alone, and not found."""
    missing = frozenset() if seen is None else seen.missing
    known = sides.known.items() if missing else ()
    return tuple(
        sorted(key for key, one in known if one.ids.audience_id in missing and sides.in_scope(key))
    )


def _elsewhere(sides: Sides) -> tuple[str, ...]:
    """The known keys in scope that are for other environments, and left as they are."""
    kept = sides.leaving.is_kept
    return tuple(key for key in sides.left() if kept(key) and key not in sides.in_doubt)


def _settle(sides: Sides, key: str, intent: Intent) -> Change:
    """Nothing is done for a key in doubt, whatever else holds for it."""
    wanted = sides.wanted.get(key)
    return Change(
        key,
        Action.SETTLE,
        known=sides.known.get(key),
        wanted=wanted.audience if wanted else None,
        source=wanted.origin if wanted else None,
        intent=intent,
    )
