"""The nouns of a plan: what would change, and why. A plan is a value; apply obeys nothing else."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from aepctl.audience import Audience, Origin
from aepctl.settings import Target
from aepctl.state.model import Intent, Known


class Action(StrEnum):
    """What a change asks for. Its order is the order in which a plan shows it."""

    SETTLE = "settle"
    DECIDE = "decide"
    ADOPT = "adopt"
    CREATE = "create"
    UPDATE = "update"
    REMOVED = "removed"

    @property
    def symbol(self) -> str:
        return SYMBOLS[self]


SYMBOLS = {
    Action.SETTLE: "?",
    Action.DECIDE: "!",
    Action.ADOPT: "=",
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REMOVED: "o",
}


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
    decide   wanted, not known, and not created before a person decides (`reason`)
    adopt    wanted, not known, and found on the platform (`before`); only where it was looked at
    create   wanted, not known; `intent`, where an earlier attempt came to nothing; `audience_id`,
             where the client gives the ID
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
    audience_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """How many audiences a plan puts under each action."""

    settle: int = 0
    decide: int = 0
    adopt: int = 0
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

    def replaced(self, changes: Iterable[Change]) -> "Plan":
        """The plan with other changes in place of those of the same keys, counted anew."""
        new = {change.key: change for change in changes}
        changed = tuple(new.get(change.key, change) for change in self.changes)
        return replace(self, changes=changed, summary=summarize(changed, self.summary.unchanged))


def summarize(changes: Iterable[Change], unchanged: int) -> Summary:
    """The counts of a plan."""
    counts = Counter(change.action.value for change in changes)
    return Summary(**counts, unchanged=unchanged)
