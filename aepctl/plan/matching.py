"""What the platform was seen to have, found again by what it is, and whose it is already."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

from aepctl.model.audience import Audience, Identity, Observed
from aepctl.model.folding import may_have_become


class ObservedIndex:
    """What was observed, by identity and by ID, and the keys that own some of it.

    `owner` gives the key that is known under an ID now. Answers do not depend on the order in which
    the platform listed. What is listed as archived or deleted is not there.
    """

    def __init__(self, observed: Iterable[Observed], owner: Callable[[str], str | None]) -> None:
        self.owner = owner
        self._by_identity: dict[Identity, list[Observed]] = defaultdict(list)
        self._by_id: dict[str, list[Observed]] = defaultdict(list)
        self._there = tuple(one for one in observed if not one.is_gone)
        for one in self._there:
            self._by_identity[one.audience.identity].append(one)
            self._by_id[one.ids.audience_id].append(one)

    def with_id(self, audience_id: str) -> tuple[Observed, ...]:
        """All that has this ID: several only where it changed while the list was read."""
        return tuple(sorted(self._by_id.get(audience_id, ()), key=_order))

    def free(self, audience: Audience, key: str) -> tuple[Observed, ...]:
        """The audiences of this identity that no other key owns, one for each ID."""
        same = self._by_identity.get(audience.identity, ())
        return self._unowned(same, key)

    def alike(self, audience: Audience, key: str) -> tuple[Observed, ...]:
        """Those that `free` would give if case, blanks and Unicode form did not count."""
        same = self._by_folded.get(audience.folded_identity, ())
        return self._unowned(
            [one for one in same if one.audience.identity != audience.identity], key
        )

    def named(self, audience: Audience, key: str) -> tuple[Observed, ...]:
        """Those that may have its name, whatever they are besides, and that no other key owns."""
        name = audience.name
        return self._unowned(
            [one for one in self._there if may_have_become(name, one.audience.name)], key
        )

    def owned(self, audience: Audience) -> tuple[tuple[str, Observed], ...]:
        """The audiences of this identity, however spelled, that some key owns, with that key."""
        same = sorted(self._by_folded.get(audience.folded_identity, ()), key=_order)
        owners = ((self.owner(one.ids.audience_id), one) for one in same)
        return tuple((key, one) for key, one in owners if key is not None)

    def _unowned(self, some: Iterable[Observed], key: str) -> tuple[Observed, ...]:
        unique: dict[str, Observed] = {}
        for one in sorted(some, key=_order):
            if self.owner(one.ids.audience_id) in {None, key}:
                unique.setdefault(one.ids.audience_id, one)
        return tuple(unique.values())

    @cached_property
    def _by_folded(self) -> dict[Identity, list[Observed]]:
        """Built when something is not found as it is spelled."""
        found: dict[Identity, list[Observed]] = defaultdict(list)
        for one in self._there:
            found[one.audience.folded_identity].append(one)
        return found


def _order(one: Observed) -> tuple[str, str]:
    return one.ids.audience_id, repr(one)
