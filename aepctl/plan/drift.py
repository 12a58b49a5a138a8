"""The nouns of drift: what the platform has that state does not know."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Self

from aepctl.model.audience import FIELD_NAMES, Audience
from aepctl.model.problem import Origin
from aepctl.plan.kinds import DRIFT, Kind
from aepctl.plan.plan import FieldDiff


@dataclass(frozen=True, slots=True)
class Ignore:
    """A field that may differ, for all keys that a pattern matches."""

    pattern: str
    field: str

    @classmethod
    def of(cls, text: str) -> Self:
        """As somebody writes it, `KEY.FIELD`. Raises ValueError."""
        pattern, _, name = text.rpartition(".")
        if not pattern or name not in FIELD_NAMES:
            raise ValueError(
                f"{text!r}: KEY.FIELD was expected, where FIELD is one of {', '.join(FIELD_NAMES)}"
            )
        return cls(pattern, name)

    def __str__(self) -> str:
        return f"{self.pattern}.{self.field}"

    def matches(self, key: str) -> bool:
        """Whether it is about this key."""
        return key == self.pattern or fnmatchcase(key, self.pattern)


@dataclass(frozen=True, slots=True)
class Drifted:
    """One audience of which there is something to be told.

    `key` is None for what nobody named. `audience`, `audience_id` and `lifecycle` are as the
    platform has it, else as state knows it. `old_half`: it is what its key had before another one
    took its place. `like` is the known key that has the same name, namespace and originName.
    `source` is where its block is, also where that is for other environments (not `is_wanted`);
    `given` has the places of the fields that an override gives.
    """

    kind: Kind
    key: str | None
    audience: Audience
    audience_id: str
    fields: tuple[FieldDiff, ...] = ()
    lifecycle: str | None = None
    is_wanted: bool = True
    source: Origin | None = None
    old_half: bool = False
    like: str | None = None
    given: tuple[tuple[str, Origin], ...] = ()

    @property
    def is_drift(self) -> bool:
        return self.kind in DRIFT


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks about: which keys, without which fields, and whether about others too."""

    targets: tuple[str, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    unmanaged: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    """All that is to be told, by key, what has none last.

    `compared` counts the audiences that were compared, and `in_step` those of them that the
    platform has as state knows them. `retained` were ended and left there: nobody manages their
    texts. `idle` are the ignores that are about no audience, `missed` the targets.
    """

    asked: Asked = Asked()
    found: tuple[Drifted, ...] = ()
    compared: int = 0
    in_step: int = 0
    retained: int = 0
    idle: tuple[Ignore, ...] = ()
    missed: tuple[str, ...] = ()

    @property
    def unmanaged(self) -> frozenset[str]:
        """The audienceIds of what nobody named."""
        return frozenset(one.audience_id for one in self.found if one.kind is Kind.UNMANAGED)

    @property
    def is_any(self) -> bool:
        """Whether the platform has anything that state does not know."""
        return any(one.is_drift for one in self.found)
