"""What came of a change, in a word for people."""

from dataclasses import dataclass
from enum import StrEnum

from aepctl.model.audience import Ids
from aepctl.model.failure import Failure
from aepctl.plan.plan import Action


class OutcomeKind(StrEnum):
    """What came of a change. `unknown` is neither success nor failure.

    `undecided`: nothing was done, because a person has to decide first. `forgotten`: an earlier
    attempt that came to nothing as far as two runs could see, and that nobody wants any more.
    """

    CREATED = "created"
    ADOPTED = "adopted"
    UPDATED = "updated"
    DELETED = "deleted"
    FORGOTTEN = "forgotten"
    REFUSED = "refused"
    UNDECIDED = "undecided"
    UNKNOWN = "unknown"

    @property
    def done(self) -> bool:
        """Whether it came to what was wanted, so that what follows it may be done."""
        return self in _DONE


_DONE = frozenset(
    {
        OutcomeKind.CREATED,
        OutcomeKind.ADOPTED,
        OutcomeKind.UPDATED,
        OutcomeKind.DELETED,
        OutcomeKind.FORGOTTEN,
    }
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the change of `key`. `failure` says why it is not done."""

    key: str
    action: Action
    kind: OutcomeKind
    ids: Ids | None = None
    failure: Failure | None = None
