"""One look at the platform for what creates of unknown outcome may have made."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

from aepctl.apply.ports import Reader
from aepctl.apply.reading import confirmed
from aepctl.apply.sightings import can_be_its_doing, is_replaced, may_be_of
from aepctl.model.audience import Identity, Known, Observed, Wanted
from aepctl.model.steps import Create
from aepctl.plan.matching import ObservedIndex
from aepctl.state.model import Intent, State

MAX_SEARCHES = 10
"""Up to so many creates are searched one by one; for more, the whole list is read."""


def identities(wanted: Iterable[Wanted], state: State) -> Iterator[Identity]:
    """What a run looks for: the audiences that are wanted, and those that creates may have made."""
    yield from (one.audience.identity for one in wanted)
    for intent in state.intents.values():
        if isinstance(intent.step, Create):
            yield intent.step.audience.identity


class Look:
    """What is seen now of what these intents may have made; the whole list only where it is needed.

    `owner` gives the key that is known under an ID now, `known` what was known before.
    """

    def __init__(
        self,
        reader: Reader,
        intents: Iterable[Intent],
        owner: Callable[[str], str | None],
        known: Mapping[str, Known],
    ) -> None:
        self._reader = reader
        self._owner = owner
        self._known = known
        self._creates = [one.step for one in intents if isinstance(one.step, Create)]
        self._identities = {one.audience.identity for one in self._creates}
        self._given = {one.audience_id for one in self._creates}
        self._gone: list[Observed] = []

    @cached_property
    def found(self) -> ObservedIndex:
        """What the platform finds under their names and IDs."""
        if len(self._creates) > MAX_SEARCHES:
            return self._there(self._listed)
        search = self._reader.search
        found = (search(one.audience, one.audience_id) for one in self._creates)
        return self._there(tuple(chain.from_iterable(found)))

    @cached_property
    def everything(self) -> ObservedIndex:
        """All that it has, inactive or not: asked for before anything is taken for absent."""
        return self._there((*self._listed, *self._reader.list_inactive()))

    def _there(self, listed: Sequence[Observed]) -> ObservedIndex:
        """Of what may be adopted only what is there by its own id: lists show what was deleted."""
        ids = {one.ids.audience_id for one in listed if self._may_be_theirs(one)}
        there = {one.ids for one in confirmed(self._reader, listed, ids)}
        self._gone += [one for one in listed if one.ids not in there]
        shown = [one for one in dict.fromkeys(listed) if one.ids in there]
        return ObservedIndex(shown, self._owner)

    def _may_be_theirs(self, one: Observed) -> bool:
        audience_id = one.ids.audience_id
        theirs = one.audience.identity in self._identities or audience_id in self._given
        return theirs and self._owner(audience_id) is None

    def gone(self, intent: Intent, step: Create) -> tuple[Observed, ...]:
        """What may be its doing, as lists show it, and is not there."""
        return may_be_of(intent, step, ObservedIndex(self._gone, self._owner))

    @cached_property
    def _listed(self) -> tuple[Observed, ...]:
        """What the plain list shows: it may leave out what is inactive."""
        return self._reader.list_all()

    def alike(self, intent: Intent, step: Create) -> tuple[Observed, ...]:
        """What differs from this create in its spelling alone, and may be its doing."""
        found = self.everything.alike(step.audience, intent.key)
        return tuple(
            one for one in found if can_be_its_doing(intent, one) and not is_replaced(step, one)
        )

    def changed(self, intent: Intent, step: Create) -> tuple[Observed, ...]:
        """What may be its doing on a platform that keeps another word than was sent, or less of it.

        That is no spelling of the same audience: only what was surely made since then counts.
        """
        found = self.everything.named(step.audience, intent.key)
        return tuple(
            one
            for one in found
            if one.created is not None
            and can_be_its_doing(intent, one)
            and not is_replaced(step, one)
        )

    def contested(self, intent: Intent, step: Create) -> tuple[str, Observed] | None:
        """The key that has this audience's ID in state, though for another audience."""
        owned = self._owned(intent, step)
        return next((one for one in owned if not self._is_known_as(*one)), None)

    def taken(self, intent: Intent, step: Create) -> tuple[str, Observed] | None:
        """The other key that has this audience in state."""
        return next((one for one in self._owned(intent, step) if self._is_known_as(*one)), None)

    def _owned(self, intent: Intent, step: Create) -> Iterator[tuple[str, Observed]]:
        """What other keys have of this audience, as far as it may be this create's doing."""
        for key, one in self.everything.owned(step.audience):
            if key != intent.key and key in self._known and can_be_its_doing(intent, one):
                yield key, one

    def _is_known_as(self, key: str, found: Observed) -> bool:
        return self._known[key].audience.folded_identity == found.audience.folded_identity
