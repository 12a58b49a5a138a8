"""What came of a change, in a word for people."""

from dataclasses import dataclass
from enum import StrEnum

from aepctl.aep.verdicts import Failure
from aepctl.model.audience import Ids
from aepctl.plan.plan import Action


class OutcomeKind(StrEnum):
    """What came of a change. `unknown` is neither success nor failure.

    `undecided`: nothing was done, because a person has to decide first.
    """

    CREATED = "created"
    ADOPTED = "adopted"
    UPDATED = "updated"
    DELETED = "deleted"
    REFUSED = "refused"
    UNDECIDED = "undecided"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the change of `key`. `failure` says why it is not done."""

    key: str
    action: Action
    kind: OutcomeKind
    ids: Ids | None = None
    failure: Failure | None = None
