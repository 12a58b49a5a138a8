"""What the platform was seen to have, found again by what it is, and whose it is already."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from aepctl.model.audience import Audience, Identity, Observed


class ObservedIndex:
    """What was observed, by identity and by ID, and the keys that own some of it.

    `owner` gives the key that is known under an ID now. Answers do not depend on the order in which
    the platform listed.
    """

    def __init__(self, observed: Iterable[Observed], owner: Callable[[str], str | None]) -> None:
        self.owner = owner
        self._by_identity: dict[Identity, list[Observed]] = defaultdict(list)
        self._by_id: dict[str, list[Observed]] = defaultdict(list)
        for one in observed:
            self._by_identity[one.audience.identity].append(one)
            self._by_id[one.ids.audience_id].append(one)

    def with_id(self, audience_id: str) -> tuple[Observed, ...]:
        """All that has this ID: several only where it changed while the list was read."""
        return tuple(sorted(self._by_id.get(audience_id, ()), key=_order))

    def free(self, audience: Audience, key: str) -> tuple[Observed, ...]:
        """The audiences of this identity that no other key owns, one for each ID."""
        unique: dict[str, Observed] = {}
        for one in self._with_identity(audience):
            if self.owner(one.ids.audience_id) in {None, key}:
                unique.setdefault(one.ids.audience_id, one)
        return tuple(unique.values())

    def owned(self, audience: Audience) -> tuple[tuple[str, Observed], ...]:
        """The audiences of this identity that some key owns, each with that key."""
        owners = ((self.owner(one.ids.audience_id), one) for one in self._with_identity(audience))
        return tuple((key, one) for key, one in owners if key is not None)

    def _with_identity(self, audience: Audience) -> list[Observed]:
        return sorted(self._by_identity.get(audience.identity, ()), key=_order)


def _order(one: Observed) -> tuple[str, str]:
    return one.ids.audience_id, repr(one)
