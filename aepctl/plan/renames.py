"""A key that is new in the manifests may be an old one under another name."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from aepctl.model.audience import Audience, Identity, Known, Wanted
from aepctl.model.steps import Delete, Forget
from aepctl.model.wants import Moved, Wants
from aepctl.plan.plan import Action, Change


def former_keys(moved: Iterable[Moved], keys: Iterable[str]) -> Mapping[str, str]:
    """Those of `keys` that moved, with the key that each has now. Chains are followed."""
    following = {one.from_key: one.to_key for one in moved}
    found: dict[str, str] = {}
    for old in sorted(keys):
        new = old
        for _ in following:  # a chain is no longer than that
            new = following.get(new, new)
        if new != old:
            found[old] = new
    return found


def protected_keys(wants: Wants, keys: Iterable[str]) -> Iterator[str]:
    """The keys that the manifests protect from being deleted, and those of `keys` that they had."""
    every = (*wants.audiences, *wants.elsewhere)
    now = {one.key for one in every if one.lifecycle.at_removal.prevent_destroy}
    yield from now
    yield from (old for old, new in former_keys(wants.moved, keys).items() if new in now)


def under_new_keys(known: Mapping[str, Known], moves: Mapping[str, str]) -> Mapping[str, Known]:
    """What is known, under the new keys of `moves` (new: old)."""
    if not moves:
        return known
    new_of = {old: new for new, old in moves.items()}
    return {new_of.get(key, key): one for key, one in known.items()}


def removed_by_identity(
    known: Mapping[str, Known], wanted: Container[str]
) -> Mapping[Identity, str]:
    """The keys that are no longer wanted, by what their audience is; of several, the first.

    However it is spelled: all identities here are folded.
    """
    removed = sorted((key for key in known if key not in wanted), reverse=True)
    return {known[key].audience.folded_identity: key for key in removed}


def given_away_by_identity(
    known: Mapping[str, Known], wanted: Mapping[str, Wanted]
) -> Mapping[Identity, str]:
    """The keys that shall be another audience than they are known as, by what they are known as."""
    changing = [
        key
        for key, one in wanted.items()
        if key in known and known[key].audience.identity != one.audience.identity
    ]
    found = {known[key].audience.folded_identity: key for key in sorted(changing, reverse=True)}
    kept = {identity for identity, key in found.items() if identity == _folded(wanted[key])}
    return {identity: key for identity, key in found.items() if identity not in kept}


def with_likely_renames(
    changes: Sequence[Change], wanted: Mapping[str, Wanted], known: Mapping[str, Known]
) -> tuple[Change, ...]:
    """The changes; what is created says which key that ends it may be, by its description.

    Its name may have been edited on the platform and taken in since: then only that tells, and
    only where nothing else has it. A guess, so nothing waits for it.
    """
    old = {_said(one.known.audience): one.key for one in changes if one.known and _ends(one)}
    new = {_said(one.wanted): one.key for one in changes if old and one.wanted and _begins(one)}
    both = old.keys() & new.keys() - {None}
    if not both:
        return tuple(changes)
    before = Counter(_said(one.audience) for one in known.values())
    after = Counter(_said(one.audience) for one in wanted.values())
    may_be = {new[said]: old[said] for said in both if before[said] == after[said] == 1}
    return tuple(replace(one, may_be=may_be.get(one.key, one.may_be)) for one in changes)


def _ends(one: Change) -> bool:
    """Whether its block is gone, and nothing says that this is meant."""
    ended = (isinstance(step, Delete) or step == Forget(retain=True) for step in one.steps)
    return one.action in {Action.DELETE, Action.FORGET} and not one.is_named and any(ended)


def _begins(one: Change) -> bool:
    return one.action is Action.CREATE and one.known is None and not one.is_decided


def _said(one: Audience) -> tuple[str, ...] | None:
    """What two of one description have in common; None without one."""
    return None if one.description is None else (one.description, *one.folded_identity[1:])


def _folded(one: Wanted) -> Identity:
    return one.audience.folded_identity
