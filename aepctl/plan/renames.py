"""A key that is new in the manifests may be an old one under another name."""

from collections.abc import Container, Iterable, Iterator, Mapping

from aepctl.model.audience import Identity, Known, Wanted
from aepctl.model.wants import Moved, Wants


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


def _folded(one: Wanted) -> Identity:
    return one.audience.folded_identity
