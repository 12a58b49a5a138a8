"""The nouns of a plan: what would change, and why. A plan is a value; apply obeys nothing else."""

from dataclasses import dataclass
from enum import StrEnum

from aepctl.audience import Audience, Origin
from aepctl.settings import Target
from aepctl.state.model import Intent, Known


class Action(StrEnum):
    """What a change asks for. Its order is the order in which a plan shows it."""

    SETTLE = "settle"
    CREATE = "create"
    UPDATE = "update"
    REMOVED = "removed"

    @property
    def symbol(self) -> str:
        return {"settle": "?", "create": "+", "update": "~", "removed": "!"}[self.value]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; None on the side that does not have it."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between wanted and known.

    settle   an earlier create of this key has no known outcome (`intent`); nothing else is done
             for the key before that is settled
    create   wanted, not known
    update   known, but wanted otherwise (`fields`)
    removed  known, but no longer in the manifests
    """

    key: str
    action: Action
    before: Known | None = None
    after: Audience | None = None
    source: Origin | None = None
    fields: tuple[FieldChange, ...] = ()
    intent: Intent | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """How many audiences a plan puts under each action."""

    settle: int = 0
    create: int = 0
    update: int = 0
    removed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, those to settle first, then in the order of the manifests."""

    environment: str
    target: Target
    changes: tuple[Change, ...]
    summary: Summary
    targets: tuple[str, ...] = ()

    def of(self, action: Action) -> tuple[Change, ...]:
        """The changes of one action."""
        return tuple(change for change in self.changes if change.action is action)
