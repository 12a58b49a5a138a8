"""Wanted and known side by side: what is in doubt, what is new, and what a run has to look up."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

from aepctl.model.audience import Identity, Known, Wanted
from aepctl.model.steps import Create
from aepctl.model.wants import Wants
from aepctl.plan import reasons, reasons_to_stay
from aepctl.plan.candidates import Candidate, absent_creates, absent_identity, creates
from aepctl.plan.leaving import Leaving
from aepctl.plan.policy import Policy
from aepctl.plan.renames import (
    former_keys,
    given_away_by_identity,
    protected_keys,
    removed_by_identity,
    under_new_keys,
)
from aepctl.plan.select import selected
from aepctl.plan.upkeep import is_same, must_be_replaced
from aepctl.state.model import Intent, Phase, State


class Sides:
    """Wanted and known under their keys. With `targets`, only some keys are in scope.

    `in_doubt` are the intents that nothing may be sent beside, by key; `settling` are those in
    scope. A create that an earlier run looked for in vain is among them where nobody wants what it
    may have made: it is looked for once more. Where everything is to be deleted, nothing is wanted,
    and what the manifests protect is. Raises NoSuchTarget.
    """

    def __init__(
        self, wants: Wants, state: State, policy: Policy, targets: Sequence[str] = ()
    ) -> None:
        self._policy = policy
        guarded: frozenset[str] = frozenset()
        if policy.destroys:
            guarded = frozenset(protected_keys(wants, state.audiences))
            wants = Wants()
        self.wanted: Mapping[str, Wanted] = {one.key: one for one in wants.audiences}
        intents = state.intents.values()
        self._intents = {intent.key: intent for intent in intents}
        in_doubt = [intent for intent in intents if intent.in_doubt(policy.run)]
        self._former = former_keys(wants.moved, (*state.audiences, *self._intents))
        self.moves = self._moves(state, {intent.key for intent in in_doubt})
        self.known: Mapping[str, Known] = under_new_keys(state.audiences, self.moves)
        self.leaving = Leaving(wants, self.known, policy, guarded)
        self._absent = absent_creates(intents)
        left_over = self._left_over(intents) if self._absent else ()
        self.in_doubt = {intent.key: intent for intent in (*left_over, *in_doubt)}
        keys = chain(self.wanted, self.known, self.in_doubt)
        others = self.leaving.elsewhere
        self.scope, self.missed = selected(keys, targets, others, may_miss=policy.may_miss)

    def _moves(self, state: State, in_doubt: Container[str]) -> dict[str, str]:
        """The new keys of what is known under old ones, and those: what is in doubt moves later."""
        found: dict[str, str] = {}
        for old, new in self._former.items():
            free = new not in state.audiences and old not in in_doubt and new not in in_doubt
            if old in state.audiences and free:
                found.setdefault(new, old)
        return found

    def clashes_with(self, key: str) -> str | None:
        """The new key of this old one, where state has something else under that already."""
        new = self._former.get(key)
        return new if new in self.known and key in self.known else None

    @property
    def settling(self) -> dict[str, Intent]:
        """The intents in doubt, in scope, in the order of their keys."""
        return {key: self.in_doubt[key] for key in sorted(self.in_doubt) if self.in_scope(key)}

    def in_scope(self, key: str) -> bool:
        """Whether a target chose this key, or there are no targets."""
        return self.scope is None or key in self.scope

    def new(self) -> Iterator[Wanted]:
        """What is wanted in scope, not known and not in doubt itself."""
        for key, one in self.wanted.items():
            if key not in self.known and key not in self.in_doubt and self.in_scope(key):
                yield one

    def replaced(self) -> Iterator[Wanted]:
        """What is wanted in scope in place of what its key is known as."""
        for key, one in self.wanted.items():
            known = self.known.get(key)
            if known is None or not one.lifecycle.replaces or key in self.in_doubt:
                continue
            if self.in_scope(key) and must_be_replaced(one, known):
                yield one

    def changed(self) -> Iterator[str]:
        """The known keys in scope for which something would be sent, or that are refreshed."""
        for key, known in self.known.items():
            if key in self.in_doubt or not self.in_scope(key):
                continue
            one = self.wanted.get(key)
            differs = self.leaving.deletes(key) if one is None else not is_same(one, known)
            half = known.deposed is not None and not self.leaving.is_kept(key)
            if self._policy.refresh or differs or half:
                yield key

    def removed(self) -> list[str]:
        """The keys that are known in scope, no longer wanted and not in doubt.

        Without those that are retained already, unless the manifests say more of them by now, and
        without those that are for other environments, unless their blocks say what becomes of them.
        What moves to a key in doubt waits for that.
        """
        gone = self.known.keys() - self.wanted.keys() - self.in_doubt.keys()
        gone -= {old for old, new in self._former.items() if new in self.in_doubt}
        return sorted(key for key in gone if self.in_scope(key) and self.leaving.ends(key))

    def left(self) -> list[str]:
        """The keys in scope that are known, not wanted, and left as they are."""
        gone = self.known.keys() - self.wanted.keys()
        return sorted(key for key in gone if self.in_scope(key) and not self.leaving.ends(key))

    def renamed_to(self, key: str) -> str | None:
        """The new key that this removed one may have become."""
        return self._renamed.get(key) if self._removed else None

    def may_be(self, old: str, new: str) -> str:
        """Why a new key waits that may be another name of an old one, in words."""
        if old in self.leaving.elsewhere:
            return reasons_to_stay.for_others(old, new, self._policy)
        return reasons.renamed(old, new)

    def renamed_from(self, one: Wanted) -> str | None:
        """The removed key that this new one may be another name of."""
        removed = self._removed
        old = removed.get(one.audience.folded_identity) if removed else None
        return None if old in self._former else old

    def ended_by(self, candidate: Candidate) -> str | None:
        """The key that the manifests end themselves, and that is known as this audience still."""
        ended = None if candidate.is_decided else self._ended
        return ended.get(candidate.wanted.audience.folded_identity) if ended else None

    def given_away_by(self, candidate: Candidate) -> str | None:
        """The key that is known as this audience still, and shall be another one."""
        given_away = None if candidate.is_decided else self._given_away
        return given_away.get(candidate.wanted.audience.folded_identity) if given_away else None

    def given_away_to(self, key: str) -> str | None:
        """The new key that wants what this one is known as: perhaps it moved."""
        return self._taken.get(key) if self._given_away else None

    def holds_back(self, one: Wanted) -> Intent | None:
        """Another key's create of the same audience that is in doubt, or what it had as another."""
        for old, new in self._former.items():
            if new == one.key and old in self.in_doubt:
                return self.in_doubt[old]
        creates = self._creates_in_doubt
        return creates.get(one.audience.folded_identity) if creates else None

    def owner(self, audience_id: str | None) -> str | None:
        """The key that is known under this ID, if one is given."""
        return None if audience_id is None else self._owners.get(audience_id)

    def candidate(self, one: Wanted) -> Candidate:
        """How a new audience would be created."""
        known = self.known.get(one.key)
        step = Create(one.audience, self._given_id(one), None if known is None else known.ids)
        own = self._intents.get(one.key)
        if own is not None and own.phase is Phase.RECREATE and not creates(own, one.audience):
            own = None  # what a person decided was about another audience: this one is looked for
        if own is None and self._absent:
            own = self._absent.get(one.audience.folded_identity)
        adopts = None if self._policy.client_ids else one.audience_id
        return Candidate(one, step, own, adopts)

    def _left_over(self, intents: Iterable[Intent]) -> tuple[Intent, ...]:
        """The creates that were looked for in vain and whose audience is no candidate."""
        wanted = self.wanted.items()
        new = {
            one.audience.folded_identity
            for key, one in wanted
            if key not in self.known
            or (one.lifecycle.replaces and must_be_replaced(one, self.known[key]))
        }
        absent = {identity for identity in self._absent if identity not in new}
        return tuple(one for one in intents if absent_identity(one) in absent)

    @cached_property
    def _removed(self) -> Mapping[Identity, str]:
        return removed_by_identity(self.known, {*self.wanted, *self.leaving.said})

    @cached_property
    def _ended(self) -> Mapping[Identity, str]:
        said = {key: self.known[key] for key in self.leaving.said if key in self.known}
        return removed_by_identity(said, ())

    @cached_property
    def _renamed(self) -> Mapping[str, str]:
        """Whatever the targets: what may have become another key is not ended beside it."""
        new = (one for key, one in self.wanted.items() if key not in self.known)
        found = ((self.renamed_from(one), one.key) for one in new)
        return {old: new for old, new in found if old is not None}

    @cached_property
    def _given_away(self) -> Mapping[Identity, str]:
        return given_away_by_identity(self.known, self.wanted)

    @cached_property
    def _taken(self) -> Mapping[str, str]:
        """Whatever the targets: what may have become another key is not changed beside it."""
        keys = self.wanted.keys() - self.known.keys() - self.in_doubt.keys()
        found = ((self.given_away_by(self.candidate(self.wanted[key])), key) for key in keys)
        return {old: new for old, new in found if old is not None}

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        return {audience_id: key for key, one in self.known.items() for audience_id in one.all_ids}

    @cached_property
    def _creates_in_doubt(self) -> Mapping[Identity, Intent]:
        creates: dict[Identity, Intent] = {}
        for _, intent in sorted(self.in_doubt.items()):
            if isinstance(intent.step, Create):
                creates.setdefault(intent.step.audience.folded_identity, intent)
        return creates

    def _given_id(self, one: Wanted) -> str | None:
        if not self._policy.client_ids:
            return None
        from aepctl.plan.ids import computed_id  # noqa: PLC0415 - few need it

        target, known = self._policy.target, self.known.get(one.key)
        name = one.key
        if known is not None:  # what takes its place cannot have the same ID
            name = f"{one.key}\n{one.audience.namespace}\n{one.audience.origin_name}"
        return one.audience_id or computed_id(target.org, target.sandbox, name)
