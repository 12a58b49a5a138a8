"""What can happen to state: a closed set of events. See reducer for what each one does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from aepctl.model.audience import Audience, Ids
from aepctl.model.steps import LocalStep
from aepctl.state.model import Intent


class Ending(StrEnum):
    """What came of an intent. The last three leave it in state, with what is known of it."""

    DONE = "done"
    REFUSED = "refused"
    NOT_SENT = "not-sent"
    ABANDONED = "abandoned"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    RECREATE = "recreate"


@dataclass(frozen=True, slots=True)
class Begun:
    """The intent's step is about to be sent."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of an intent, as `run` saw it.

    `ids`: those of what was created or found. `observed`: the audience as the platform shows it,
    where that was seen.
    """

    intent_id: str
    ending: Ending
    run: str
    at: str
    ids: Ids | None = None
    observed: Audience | None = None
    reason: str | None = None
    exists: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A step that touches state only was done for `key`; `run` did it, where that is known.

    `more`: other steps of the same change follow.
    """

    key: str
    step: LocalStep
    at: str
    run: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class PlanUsed:
    """`run` applies a saved plan to the state of this serial; these keys are left to do of it."""

    plan_id: str
    at: str
    run: str
    serial: int = 0
    left: tuple[str, ...] = ()


Event: TypeAlias = Begun | Ended | Noted | PlanUsed


class Contradiction(Exception):
    """An event that cannot have happened to this state. Its text says why."""
