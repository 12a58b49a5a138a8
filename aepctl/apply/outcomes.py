"""What came of a change, in a word for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aepctl.model.audience import Ids
from aepctl.model.failure import Failure
from aepctl.plan.plan import Action


class OutcomeKind(StrEnum):
    """What came of a change. `unknown` is neither success nor failure.

    `undecided`: nothing was done, because a person has to decide first. `forgotten`: no longer
    known, and left as it is on the platform; or an earlier attempt that came to nothing as far as
    two runs could see, and that nobody wants any more. `recorded`: only state was changed.
    """

    CREATED = "created"
    ADOPTED = "adopted"
    UPDATED = "updated"
    REPLACED = "replaced"
    DELETED = "deleted"
    MOVED = "moved"
    FORGOTTEN = "forgotten"
    RECORDED = "recorded"
    REFUSED = "refused"
    UNDECIDED = "undecided"
    UNKNOWN = "unknown"

    @property
    def done(self) -> bool:
        """Whether it came to what was wanted, so that what follows it may be done."""
        return self not in _NOT_DONE


_NOT_DONE = frozenset({OutcomeKind.REFUSED, OutcomeKind.UNDECIDED, OutcomeKind.UNKNOWN})

DONE_KINDS: Mapping[Action, OutcomeKind] = {
    Action.ADOPT: OutcomeKind.ADOPTED,
    Action.CREATE: OutcomeKind.CREATED,
    Action.UPDATE: OutcomeKind.UPDATED,
    Action.REPLACE: OutcomeKind.REPLACED,
    Action.MOVE: OutcomeKind.MOVED,
    Action.RECORD: OutcomeKind.RECORDED,
    Action.DELETE: OutcomeKind.DELETED,
    Action.FORGET: OutcomeKind.FORGOTTEN,
}
"""What a change is called when all of its steps are done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the change of `key`. `failure` says why it is not done."""

    key: str
    action: Action
    kind: OutcomeKind
    ids: Ids | None = None
    failure: Failure | None = None
