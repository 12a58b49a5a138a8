"""No known audience becomes what another known one is, and stays: there would be two. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from aepctl.model.audience import Identity, Known
from aepctl.model.steps import Create, Delete, Forget, Patch
from aepctl.plan import reasons_to_stay
from aepctl.plan.plan import Action, Change
from aepctl.plan.policy import Policy
from aepctl.plan.sides import Sides


def without_twins(changes: Iterable[Change], sides: Sides, policy: Policy) -> list[Change]:
    """The changes; those wait for a person that would make a second one of what stays."""
    made = {change.key: change for change in changes}
    becoming = {key: one for key, one in _becoming(made.values()) if key in sides.known}
    holders = _holders(sides.known, frozenset(becoming.values())) if becoming else {}
    while taken := dict(_taken(becoming, holders, made)):
        for key, old in taken.items():
            del becoming[key]  # what waits stays as it is as well, and may be in the way of another
            reason = reasons_to_stay.taken(
                old, sides.moves.get(key, key), policy, is_wanted=old in sides.wanted
            )
            made[key] = replace(made[key], action=Action.DECIDE, steps=(), reason=reason)
    return list(made.values())


def _becoming(changes: Iterable[Change]) -> Iterator[tuple[str, Identity]]:
    """The keys that get another name, namespace or originName, and which."""
    for change in changes:
        for step in change.steps:
            match step:
                case Patch() if _renames(step):
                    yield change.key, step.after.folded_identity
                case Create(audience, replaces=old) if old is not None:
                    yield change.key, audience.folded_identity


def _holders(
    known: Mapping[str, Known], asked: frozenset[Identity]
) -> Mapping[Identity, tuple[str, ...]]:
    """The keys that are known as what is asked for."""
    found: dict[Identity, tuple[str, ...]] = {}
    for key, one in known.items():
        identity = one.audience.folded_identity
        if identity in asked:
            found[identity] = (*found.get(identity, ()), key)
    return found


def _taken(
    becoming: Mapping[str, Identity],
    holders: Mapping[Identity, tuple[str, ...]],
    made: Mapping[str, Change],
) -> Iterator[tuple[str, str]]:
    """The keys whose new name stays another's, and whose."""
    for key, identity in becoming.items():
        others = (one for one in holders.get(identity, ()) if one != key)
        stays = next((one for one in others if not _leaves(made.get(one))), None)
        if stays is not None:
            yield key, stays


def _leaves(change: Change | None) -> bool:
    """Whether it is not what it is known as any more, or not known, when that was done."""
    known = None if change is None else change.known
    if change is None or known is None:
        return False
    for step in change.steps:
        match step:
            case Patch() if _renames(step):
                return True
            case Delete(ids) if ids.audience_id == known.ids.audience_id:
                return True
            case Forget(retain=False):
                return True
    return False


def _renames(step: Patch) -> bool:
    before, after = step.before, step.after
    return before.identity != after.identity and before.folded_identity != after.folded_identity
