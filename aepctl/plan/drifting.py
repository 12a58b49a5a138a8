"""What the platform has that state does not know: seen side by side with it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from aepctl.model.audience import Identity, Known, Observed, Wanted
from aepctl.model.steps import Create
from aepctl.model.wants import Wants
from aepctl.plan.compare import field_diffs
from aepctl.plan.drift import Asked, Drift, Drifted
from aepctl.plan.kinds import Kind
from aepctl.plan.plan import FieldDiff
from aepctl.plan.policy import Policy
from aepctl.plan.seen import Seen
from aepctl.plan.sides import Sides
from aepctl.plan.upkeep import Sight
from aepctl.state.model import State


def find_drift(wants: Wants, state: State, seen: Seen, policy: Policy, asked: Asked) -> Drift:
    """What the platform has otherwise than state knows it. Raises NoSuchTarget.

    `seen` is of everything known that is asked about; for `unmanaged`, of everything.
    """
    return _Finder(Sides(wants, state, policy, asked.targets), state, seen, asked).drift()


class _Finder:
    """One comparison. Use once."""

    def __init__(self, sides: Sides, state: State, seen: Seen, asked: Asked) -> None:
        self._sides, self._state, self._seen, self._asked = sides, state, seen, asked
        self._by_id = seen.by_id()

    def drift(self) -> Drift:
        sides = self._sides
        keys = sorted(key for key in sides.known if sides.in_scope(key))
        retained = [key for key in keys if self._is_retained(key)]
        compared = [key for key in keys if key not in {*retained}]
        found = [one for key in keys for one in self._of(key)]
        mine = {one.key for one in found if not one.old_half and one.kind is not Kind.ASLEEP}
        others = self._unmanaged() if self._asked.unmanaged else ()
        return Drift(
            self._asked,
            (*found, *others),
            len(compared),
            sum(key not in mine for key in compared),
            len(retained),
            tuple(one for one in self._asked.ignores if not any(map(one.matches, sides.known))),
            sides.missed,
        )

    def _is_retained(self, key: str) -> bool:
        return self._sides.known[key].retained and key not in self._sides.wanted

    def _of(self, key: str) -> Iterator[Drifted]:
        known, one = self._sides.known[key], self._sides.wanted.get(key)
        if key in self._sides.in_doubt:
            yield self._told(Kind.IN_DOUBT, key, known)
            return
        told = self._compared(key, known, one)
        if told is not None:
            yield told
        if known.deposed is not None:
            old = Known(known.deposed.audience, known.deposed.ids)
            half = self._compared(key, old, None)
            if half is not None and half.kind in {Kind.GONE, Kind.CHANGED}:
                kind = Kind.OVER if half.kind is Kind.GONE else half.kind
                yield replace(half, kind=kind, old_half=True)

    def _compared(self, key: str, known: Known, one: Wanted | None) -> Drifted | None:
        audience_id, retained = known.ids.audience_id, self._is_retained(key)
        if audience_id in self._seen.gone:
            word = self._seen.gone[audience_id]
            told = self._told(Kind.OVER if retained else Kind.GONE, key, known, one)
            return replace(told, lifecycle=word)
        observed = self._by_id.get(audience_id)
        if retained:
            return None
        if observed is None:
            return self._told(Kind.NOT_LISTED, key, known, one)
        fields = self._fields(key, known, one, observed)
        if not fields and not observed.is_asleep:
            return None
        told = self._told(Kind.CHANGED if fields else Kind.ASLEEP, key, known, one)
        return replace(
            told, audience=observed.audience, fields=fields, lifecycle=observed.lifecycle
        )

    def _fields(
        self, key: str, known: Known, one: Wanted | None, observed: Observed
    ) -> tuple[FieldDiff, ...]:
        ignored = {each.field for each in self._asked.ignores if each.matches(key)}
        every = drifted_fields(known, one, observed)
        return tuple(each for each in every if each.field not in ignored)

    def _told(self, kind: Kind, key: str, known: Known, one: Wanted | None = None) -> Drifted:
        block = one or self._sides.leaving.elsewhere.get(key)
        return Drifted(
            kind,
            key,
            known.audience,
            known.ids.audience_id,
            is_wanted=one is not None,
            source=None if block is None else block.origin,
            given=() if one is None else one.given,
        )

    def _unmanaged(self) -> Iterator[Drifted]:
        """What is of our namespace and originName, and nobody named."""
        sides = self._sides
        named = [one.audience for one in sides.wanted.values()]
        named += [one.audience for one in sides.known.values()]
        ours = {one.folded_identity[1:] for one in named}
        mine = {audience_id for one in sides.known.values() for audience_id in one.all_ids}
        mine |= {one.audience_id for one in sides.wanted.values() if one.audience_id is not None}
        awaited = {*_awaited(sides, self._state)}
        known = {sides.known[key].audience.folded_identity: key for key in sorted(sides.known)}
        others = sides.leaving.elsewhere.values()
        blocks = {one.audience.folded_identity: one.origin for one in others}
        for observed in sorted(self._by_id.values(), key=_place):
            identity, audience_id = observed.audience.folded_identity, observed.ids.audience_id
            if audience_id in mine or identity[1:] not in ours or observed.is_gone:
                continue
            if identity not in awaited:
                yield Drifted(
                    Kind.UNMANAGED,
                    None,
                    observed.audience,
                    audience_id,
                    lifecycle=observed.lifecycle,
                    is_wanted=False,
                    source=blocks.get(identity),
                    like=known.get(identity),
                )


def drifted_fields(known: Known, one: Wanted | None, seen: Observed) -> tuple[FieldDiff, ...]:
    """The managed fields of which the platform has another text than state."""
    if one is None:
        known = known.first_seen(seen.audience)
        shown = Known(seen.audience, known.ids).in_words_of(known.audience)
        return field_diffs(None, known=known.audience, observed=shown)
    every = Sight.of(one, known, seen).diff()
    return tuple(each for each in every if each.known != each.observed)


def _awaited(sides: Sides, state: State) -> Iterable[Identity]:
    """What an apply would take for its own: what is wanted and not known, or may have been made."""
    for one in sides.new():
        yield one.audience.folded_identity
    for intent in state.intents.values():
        if isinstance(intent.step, Create):
            yield intent.step.audience.folded_identity


def _place(one: Observed) -> tuple[str, ...]:
    return (*one.audience.identity, one.ids.audience_id)
