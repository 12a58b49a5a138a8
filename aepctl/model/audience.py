"""The noun: an external audience's metadata, on each of the three sides that a plan compares."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self, TypeAlias

from aepctl.model.folding import folded
from aepctl.model.lifecycle import NO_LIFECYCLE, NOTHING_SAID, AtRemoval, Lifecycle
from aepctl.model.problem import Origin
from aepctl.model.spelling import plain_lines

Identity: TypeAlias = tuple[str, str, str]
"""Name, namespace, originName."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an audience: how Adobe spells it, and what may become of it.

    `immutable`: the platform refuses to change it later. `multiline`: its text may have several
    lines.
    """

    name: str
    attribute: str
    required: bool = True
    immutable: bool = False
    multiline: bool = False


FIELDS = (
    Field("name", "name"),
    Field("description", "description", required=False, multiline=True),
    Field("namespace", "namespace", immutable=True),
    Field("originName", "origin_name", immutable=True),
)
"""All fields, in the seed document's order. Source: Create audience endpoint, Request.

Whatever else spells them (manifests, state, journal, wire, JSON, emulator) is derived from this
table or checked against it by tests/model/test_audience.py.
"""

FIELD_NAMES = tuple(field.name for field in FIELDS)
IMMUTABLE = tuple(field.name for field in FIELDS if field.immutable)
IDENTIFYING = tuple(field.name for field in FIELDS if field.required)
"""The fields that make two audiences the same one: those of an Identity, in its order."""


@dataclass(frozen=True, slots=True)
class Audience:
    """What the platform is told of an audience. Source: Create audience endpoint, Request."""

    name: str
    namespace: str
    origin_name: str
    description: str | None = None

    @classmethod
    def of(cls, fields: Mapping[str, str | None]) -> Self:
        """The audience with these fields in Adobe's spelling. Raises KeyError for a missing one."""
        return cls(
            fields["name"] or "",
            fields["namespace"] or "",
            fields["originName"] or "",
            fields.get("description"),
        )

    @property
    def identity(self) -> Identity:
        """What makes two audiences the same one to a person: name, namespace, originName."""
        return (self.name, self.namespace, self.origin_name)

    @property
    def folded_identity(self) -> Identity:
        """Its identity in the form in which two spellings of one name are the same."""
        return (folded(self.name), _folded_once(self.namespace), _folded_once(self.origin_name))

    def spelled_as(self, other: Self) -> Self:
        """With the identity of `other`, where that is the same in another spelling."""
        if other.folded_identity != self.folded_identity:
            return self
        return type(self)(other.name, other.namespace, other.origin_name, self.description)

    def as_kept(self, seen: Self) -> Self:
        """This, as the platform keeps it, which shows `seen`.

        A description, or a name that is another one, is what somebody wrote there since.
        """
        name = seen.name if folded(seen.name) == folded(self.name) else self.name
        return replace(seen, name=name, description=self.description)

    def fields(self) -> dict[str, str]:
        """The fields that are given, in Adobe's spelling and the order of FIELDS."""
        given = {"name": self.name}
        if self.description is not None:
            given["description"] = self.description
        given["namespace"] = self.namespace
        given["originName"] = self.origin_name
        return given


_folded_once = lru_cache(maxsize=1024)(folded)
"""Many audiences share a namespace and an originName."""


@dataclass(frozen=True, slots=True)
class Ids:
    """What the platform calls an audience.

    `platform_id` is the platform's own `id`, given by revision 3 of the create call and by lists.
    """

    audience_id: str
    platform_id: str | None = None

    def or_else(self, other: "Ids") -> "Ids":
        """With the platform's own id of `other`, where this one has none."""
        return (
            self if self.platform_id is not None else replace(self, platform_id=other.platform_id)
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """One audience that the manifests ask for, under its key.

    `audience_id`: where the client gives IDs (revision 3 of the create call), the one to give; else
    that of the audience which exists already and is to be adopted. `given`: the fields that an
    override gives, and where.
    """

    key: str
    audience: Audience
    origin: Origin
    audience_id: str | None = None
    lifecycle: Lifecycle = NO_LIFECYCLE
    given: tuple[tuple[str, Origin], ...] = ()

    def place(self, fields: Collection[str]) -> Origin:
        """Where these fields are given, if the same override gives all; else where its block is."""
        places = [origin for name, origin in self.given if name in fields]
        return min(places) if places and len(places) == len(fields) else self.origin


@dataclass(frozen=True, slots=True)
class Deposed:
    """What an audience was before another one took its place; it is still to be deleted."""

    ids: Ids
    audience: Audience


@dataclass(frozen=True, slots=True)
class Known:
    """An audience as state records it: as it was last sent or seen, and its IDs.

    `sent`: as it was asked for, where the platform keeps another spelling of it. `retained`: the
    manifests ended it, and it stays on the platform. `deposed`: what it took the place of.
    """

    audience: Audience
    ids: Ids
    sent: Audience | None = None
    at_removal: AtRemoval = NOTHING_SAID
    retained: bool = False
    deposed: Deposed | None = None

    @classmethod
    def seen(cls, asked: Audience, seen: Audience, ids: Ids) -> Self:
        """What was asked for, as the platform shows it."""
        return cls(seen, ids).spelled(asked, seen)

    def spelled(self, asked: Audience, seen: Audience) -> Self:
        """The same, with what was asked for as the platform shows it."""
        other = seen.identity != asked.identity
        same = seen.folded_identity == asked.folded_identity
        return replace(self, audience=seen, sent=asked if other and same else None)

    def first_seen(self, there: Audience) -> Self:
        """The same, spelled as it is there where nobody has seen it since it was asked for.

        Then the platform's own id is not known: a spelling is the platform's, and no edit.
        """
        spelled = self.audience.spelled_as(there)
        if self.ids.platform_id is not None or spelled == self.audience:
            return self
        return self.spelled(self.sent or self.audience, spelled)

    @property
    def all_ids(self) -> tuple[str, ...]:
        """The audienceIds that are its own, that of what it took the place of included."""
        mine = self.ids.audience_id
        return (mine,) if self.deposed is None else (mine, self.deposed.ids.audience_id)

    def in_words_of(self, wanted: Audience) -> Audience:
        """The known audience, each field spelled as `wanted` does where that means the same.

        It does where it was asked for just so and is another spelling of that, or where only
        blanks, invisible characters or the Unicode form differ. Case is somebody's choice, and
        counts, but where nobody can change it: to make another one would only give what the
        platform keeps so once more.
        """
        if self.audience == wanted:
            return wanted
        asked = (self.sent or self.audience).fields()
        spelled: dict[str, str | None] = {**self.audience.fields()}
        for name, word in wanted.fields().items() - spelled.items():
            mine = spelled.get(name)
            if mine is not None and (
                (name in IDENTIFYING and word == asked.get(name) and folded(word) == folded(mine))
                or plain_lines(word) == plain_lines(mine)
                or (name in IMMUTABLE and _folded_once(word) == _folded_once(mine))
            ):
                spelled[name] = word
        return Audience.of(spelled)


GONE = frozenset({"archived", "deleted"})
"""An audience in one of these states is not there any more."""
ASLEEP = frozenset({"draft", "inactive"})
"""An audience in one of these states is there, but not at work."""


@dataclass(frozen=True, slots=True)
class Observed:
    """An audience as the platform lists it. `created` is in seconds since 1970, where it says.

    `lifecycle` is the platform's word for its state, in lower case, where it says one. `dependents`
    are the IDs of audiences that are made of it, where it says that.
    """

    audience: Audience
    ids: Ids
    created: float | None = None
    lifecycle: str | None = None
    dependents: tuple[str, ...] = ()

    @property
    def is_gone(self) -> bool:
        """Whether it is listed, but not there any more."""
        return self.lifecycle in GONE

    @property
    def is_asleep(self) -> bool:
        """Whether it is there, but a person has to say whether it is the one that is wanted."""
        return self.lifecycle in ASLEEP
