"""A key that is new in the manifests may be an old one under another name."""

from collections.abc import Container, Mapping

from aepctl.model.audience import Identity, Known, Wanted


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
