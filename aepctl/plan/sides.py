"""Wanted and known side by side: what is in doubt, what is new, and what a run has to look up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from aepctl.model.audience import Audience, Identity, Known, Observed, Wanted
from aepctl.model.steps import Create
from aepctl.plan.policy import Policy
from aepctl.plan.renames import given_away_by_identity, removed_by_identity
from aepctl.plan.select import selected
from aepctl.state.model import Intent, Phase, State


class Candidate(NamedTuple):
    """A wanted audience that nobody knows: created, unless the platform turns out to have it.

    `intent` is an earlier attempt that came to nothing, or one that a person decided to repeat.
    """

    wanted: Wanted
    step: Create
    intent: Intent | None = None

    @property
    def key(self) -> str:
        return self.wanted.key

    @property
    def is_decided(self) -> bool:
        """A person decided: create it, whatever the platform has."""
        return self.intent is not None and self.intent.phase is Phase.RECREATE

    @property
    def was_tried(self) -> bool:
        """An earlier attempt may still turn out to have made it."""
        return self.intent is not None and not self.is_decided

    @property
    def tried(self) -> Audience | None:
        """What an earlier attempt may have made, where that is this audience in any spelling."""
        step = self.intent.step if self.intent is not None and self.was_tried else None
        if not isinstance(step, Create) or not _same(step.audience, self.wanted.audience):
            return None
        return step.audience

    def asked(self, found: Observed) -> Audience:
        """What was asked for of what was found: a name that was edited since is another."""
        tried = self.tried
        as_tried = tried is not None and tried.identity == found.audience.identity
        return tried if tried is not None and as_tried else self.wanted.audience

    @property
    def is_said_to_exist(self) -> bool:
        """The platform answered an attempt to create it with "already there"."""
        return self.tried is not None and self.intent is not None and self.intent.exists


@dataclass(frozen=True, slots=True)
class Questions:
    """What a run needs the platform for. False: nothing, and it need not be contacted at all.

    `in_doubt` are the intents to settle first, `candidates` what is to be looked for after that.
    """

    in_doubt: tuple[Intent, ...]
    candidates: tuple[Candidate, ...]

    def __bool__(self) -> bool:
        return bool(self.in_doubt or self.candidates)

    @property
    def tried(self) -> tuple[Candidate, ...]:
        """Those to look for even where the policy is to ignore what exists."""
        return tuple(one for one in self.candidates if one.was_tried)


def to_look_up(
    wanted: Sequence[Wanted], state: State, policy: Policy, targets: Sequence[str] = ()
) -> Questions:
    """What the platform has to be asked before a plan can be made that is carried out.

    Raises NoSuchTarget.
    """
    sides = Sides(wanted, state, policy, targets)
    intents, candidates = dict(sides.settling), []
    for one in sides.new():
        if sides.renamed_from(one) is not None:
            continue
        other, candidate = sides.holds_back(one), sides.candidate(one)
        if other is None and sides.given_away_by(candidate) is not None:
            continue
        if other is not None:
            intents[other.key] = other
        elif sides.owner(candidate.step.audience_id) is None:
            candidates.append(candidate)
    return Questions(tuple(intent for _, intent in sorted(intents.items())), tuple(candidates))


class Sides:
    """Wanted and known under their keys. With `targets`, only some keys are in scope.

    `in_doubt` are the intents that nothing may be sent beside, by key; `settling` are those in
    scope. A create that an earlier run looked for in vain is among them where nobody wants what it
    may have made: it is looked for once more. Raises NoSuchTarget.
    """

    def __init__(
        self, wanted: Sequence[Wanted], state: State, policy: Policy, targets: Sequence[str]
    ) -> None:
        self._policy = policy
        self.wanted: Mapping[str, Wanted] = {one.key: one for one in wanted}
        self.known: Mapping[str, Known] = state.audiences
        intents = state.intents.values()
        self._intents = {intent.key: intent for intent in intents}
        self._absent = _absent_creates(intents)
        left_over = self._left_over(intents) if self._absent else ()
        in_doubt = (intent for intent in intents if intent.in_doubt(policy.run))
        self.in_doubt = {intent.key: intent for intent in (*left_over, *in_doubt)}
        self.scope = selected(chain(self.wanted, self.known, self.in_doubt), targets)

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

    def removed(self) -> list[str]:
        """The keys that are known in scope, no longer wanted and not in doubt."""
        gone = self.known.keys() - self.wanted.keys() - self.in_doubt.keys()
        return sorted(key for key in gone if self.in_scope(key))

    def renamed_from(self, one: Wanted) -> str | None:
        """The removed key that this new one may be another name of."""
        removed = self._removed
        return removed.get(one.audience.folded_identity) if removed else None

    def given_away_by(self, candidate: Candidate) -> str | None:
        """The key that is known as this audience still, and shall be another one."""
        given_away = None if candidate.is_decided else self._given_away
        return given_away.get(candidate.wanted.audience.folded_identity) if given_away else None

    def holds_back(self, one: Wanted) -> Intent | None:
        """Another key's create of the same audience that is in doubt."""
        creates = self._creates_in_doubt
        return creates.get(one.audience.folded_identity) if creates else None

    def owner(self, audience_id: str | None) -> str | None:
        """The key that is known under this ID, if one is given."""
        return None if audience_id is None else self._owners.get(audience_id)

    def candidate(self, one: Wanted) -> Candidate:
        """How a new audience would be created."""
        step = Create(one.audience, self._given_id(one))
        own = self._intents.get(one.key)
        if own is not None and own.phase is Phase.RECREATE and not _creates(own, one.audience):
            own = None  # what a person decided was about another audience: this one is looked for
        if own is None and self._absent:
            own = self._absent.get(one.audience.folded_identity)
        return Candidate(one, step, own)

    def _left_over(self, intents: Iterable[Intent]) -> tuple[Intent, ...]:
        """The creates that were looked for in vain and whose audience is no candidate."""
        wanted = self.wanted.items()
        new = {one.audience.folded_identity for key, one in wanted if key not in self.known}
        absent = {identity for identity in self._absent if identity not in new}
        return tuple(one for one in intents if _absent_identity(one) in absent)

    @cached_property
    def _removed(self) -> Mapping[Identity, str]:
        return removed_by_identity(self.known, self.wanted)

    @cached_property
    def _given_away(self) -> Mapping[Identity, str]:
        return given_away_by_identity(self.known, self.wanted)

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        return {one.ids.audience_id: key for key, one in self.known.items()}

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

        target = self._policy.target
        return one.audience_id or computed_id(target.org, target.sandbox, one.key)


def _same(one: Audience, other: Audience) -> bool:
    return one.folded_identity == other.folded_identity


def _creates(intent: Intent, audience: Audience) -> bool:
    step = intent.step
    return isinstance(step, Create) and step.audience.identity == audience.identity


def _absent_creates(intents: Iterable[Intent]) -> dict[Identity, Intent]:
    """The creates that a run looked for in vain, by what they may have made."""
    found = ((_absent_identity(intent), intent) for intent in intents)
    return {identity: intent for identity, intent in found if identity is not None}


def _absent_identity(intent: Intent) -> Identity | None:
    if isinstance(intent.step, Create) and intent.phase is Phase.ABSENT:
        return intent.step.audience.folded_identity
    return None
