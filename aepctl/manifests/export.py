"""What of the platform becomes a definition, and why the rest does not. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import chain

from aepctl.manifests.entries import Definition
from aepctl.manifests.keys import keys_of
from aepctl.manifests.writable import Unwritable, as_written
from aepctl.model.audience import Audience, Identity, Observed, Wanted
from aepctl.wording import listed


@dataclass(frozen=True, slots=True)
class Asked:
    """Which audiences are meant; without a filter, all.

    `mine`: those that no manifest names. `inactive`: also what is inactive or a draft.
    """

    namespaces: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    mine: bool = False
    inactive: bool = False

    def matches(self, audience: Audience) -> bool:
        """Whether the filters let it through, which heed case."""
        return (
            (not self.namespaces or audience.namespace in self.namespaces)
            and (not self.origins or audience.origin_name in self.origins)
            and (not self.names or any(fnmatchcase(audience.name, one) for one in self.names))
        )


@dataclass(frozen=True, slots=True)
class There:
    """What is defined and known already.

    `wanted`: by all manifests. `known` has the key of each audienceId in state, `taken` are keys
    that no other audience may have; `doubtful` has the keys of creates whose outcome is not known,
    `ended` what the state says of an audienceId that is no longer wanted on purpose. `elsewhere`:
    by manifests, but not for this environment. `program` is how a command about them begins.
    """

    wanted: tuple[Wanted, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    doubtful: Mapping[Identity, str] = field(default_factory=dict)
    ended: Mapping[str, str] = field(default_factory=dict)
    program: str = "aepctl"
    elsewhere: tuple[Wanted, ...] = ()


class Why(StrEnum):
    """Why something that the platform has is not written."""

    DEFINED = "defined"
    ENDED = "ended"
    ASLEEP = "asleep"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Passed:
    """An audience that is not written. `key`: under which it is defined, where it is.

    `found`: as it was seen, where it is just what its key asks for, and state knows neither, or a
    second one of what state knows.
    """

    why: Why
    audience: Audience
    audience_id: str | None
    said: str
    key: str | None = None
    found: Observed | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What becomes a definition, and what was passed over; both in the order of names.

    `undefined`: the audienceIds of all that no manifest defines, written or not.
    """

    definitions: tuple[Definition, ...] = ()
    passed: tuple[Passed, ...] = ()
    undefined: frozenset[str] = frozenset()

    def believed(self, *, adopt: bool) -> frozenset[str]:
        """The audienceIds of what counts here because a list shows it."""
        told = (one for one in self.passed if adopt or one.why is Why.LEFT_OUT)
        found = (one.found for one in told if one.found)
        return self.undefined.union(one.ids.audience_id for one in found)

    def adoptable(self) -> dict[str, Observed]:
        """What is found under the key that it is or will be defined by, and can be recorded.

        What a key asks for and is there several times is not: a person decides about that.
        """
        found = [(one.key, one.found) for one in self.definitions]
        found += [(one.key, one.found) for one in self.passed if one.key and one.found]
        counts = Counter(key for key, _ in found)
        return {key: one for key, one in found if counts[key] == 1}


def choose(seen: Iterable[Observed], there: There, asked: Asked) -> Chosen:
    """Sort out what was seen. What is archived or deleted is not there."""
    alive = sorted(
        {one.ids.audience_id: one for one in seen if not one.is_gone}.values(), key=_name
    )
    sorter = _Sorter(alive, there, asked)
    for one in alive:
        if asked.matches(one.audience):
            sorter.sort(one)
    definitions, twice = _once(sorter.definitions, sorter.alike, there)
    undefined = frozenset(chain.from_iterable(sorter.alike.values()))
    return Chosen(definitions, (*sorter.passed, *twice), undefined)


class _Sorter:
    """`alike` has the audienceIds of what is not defined yet, by what they are to a person."""

    def __init__(self, alive: list[Observed], there: There, asked: Asked) -> None:
        self.definitions: list[Definition] = []
        self.passed: list[Passed] = []
        self.alike: dict[Identity, list[str]] = defaultdict(list)
        self._there, self._asked = there, asked
        every = {one.key: one for one in (*there.elsewhere, *there.wanted)}
        self._keys = keys_of(alive, {*there.taken, *every})
        self._wanted = every
        self._elsewhere = {one.audience.folded_identity: one for one in there.elsewhere}
        self._defined = {one.audience.folded_identity: one for one in there.wanted}
        self._ids = {key: audience_id for audience_id, key in there.known.items()}

    def sort(self, one: Observed) -> None:
        audience_id, known = one.ids.audience_id, self._there.known.get(one.ids.audience_id)
        if known in self._wanted:
            self._pass(Why.DEFINED, one, f"state knows it as `{known}`", known)
            return
        if audience_id in self._there.ended:
            self._pass(Why.ENDED, one, self._there.ended[audience_id])
            return
        try:
            audience, note = as_written(one)
        except Unwritable as error:
            audience, note = one.audience, None
            trouble: str | None = str(error)
        else:
            trouble = None
        same = self._defined.get(audience.folded_identity)
        other = self._elsewhere.get(audience.folded_identity)
        if same is not None:
            self._same(one, same, audience)
        elif other is not None:
            said = f"defined in {other.origin.file}:{other.origin.line}, for other environments"
            self._pass(Why.DEFINED, one, said, other.key)
        elif one.is_asleep and not self._asked.inactive:
            said = f"its lifecycleState is {one.lifecycle}"
            self._pass(Why.ASLEEP, one, said)
        else:
            self.alike[audience.folded_identity].append(audience_id)
            self._new(one, audience, known, note, trouble)

    def _new(
        self,
        one: Observed,
        audience: Audience,
        known: str | None,
        note: str | None,
        trouble: str | None,
    ) -> None:
        """What no manifest defines. `known`: its key in state; `trouble`: why it cannot be."""
        if trouble is not None:
            self._pass(Why.LEFT_OUT, one, trouble)
        elif (key := self._there.doubtful.get(audience.folded_identity)) is not None:
            apply = f"`{self._there.program} apply` looks what became of that"
            said = f"a create of `{key}` without an outcome may have made it: {apply}"
            self._pass(Why.LEFT_OUT, one, said)
        else:
            key = known or self._keys[one.ids.audience_id]
            self.definitions.append(Definition(key, audience, one, note))

    def _same(self, one: Observed, same: Wanted, written: Audience) -> None:
        """What the manifests define: once."""
        other = self._ids.get(same.key)
        if other is not None and other != one.ids.audience_id:
            said = f"the same as `{same.key}`, which is {other}: the platform has it twice"
            self._pass(Why.LEFT_OUT, one, said, found=one)
            return
        origin = same.origin
        said = f"defined in {origin.file}:{origin.line}"
        awake = self._asked.inactive or not one.is_asleep
        free = other is None and awake and same.key not in self._there.doubtful.values()
        found = one if free and written.identity == same.audience.identity else None
        self._pass(Why.DEFINED, one, said, same.key, found)

    def _pass(
        self,
        why: Why,
        one: Observed,
        said: str,
        key: str | None = None,
        found: Observed | None = None,
    ) -> None:
        self.passed.append(Passed(why, one.audience, one.ids.audience_id, said, key, found))


def _once(
    definitions: list[Definition], alike: Mapping[Identity, list[str]], there: There
) -> tuple[tuple[Definition, ...], tuple[Passed, ...]]:
    """Without what is there several times: which is meant, state says, or a person has to."""
    meant = {
        identity: [one for one in ids if one in there.known] if len(ids) > 1 else ids
        for identity, ids in alike.items()
    }
    once = tuple(
        one
        for one in definitions
        if meant[one.audience.folded_identity] == [one.found.ids.audience_id]
    )
    kept = {one.key for one in once}
    twice = [one for one in definitions if one.key not in kept]
    return once, tuple(_twice(twice, alike, there.program))


def _twice(
    definitions: list[Definition], alike: Mapping[Identity, list[str]], program: str
) -> Iterator[Passed]:
    for one in definitions:
        mine = one.found.ids.audience_id
        others = [other for other in alike[one.audience.folded_identity] if other != mine]
        said = (
            f"the platform has it several times, in whatever spelling: {listed(others)} as well. "
            "If this one is meant, write it into a manifest, and "
            f"`{program} state resolve KEY --adopt {mine}` records it"
        )
        yield Passed(Why.LEFT_OUT, one.found.audience, mine, said)


def _name(one: Observed) -> tuple[str, ...]:
    audience = one.audience
    return (audience.namespace, audience.origin_name, audience.name, one.ids.audience_id)
