"""What state means: which audiences exist under which IDs, and what may be under way. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from aepctl.audience import Audience
from aepctl.settings import Target


@dataclass(frozen=True, slots=True)
class Known:
    """An audience as it was last sent, and the IDs that the platform gave it.

    `platform_id` is the platform's own `id`, given by revision 3 of the create call only.
    """

    audience: Audience
    audience_id: str
    platform_id: str | None = None


class Phase(StrEnum):
    """What is known of an intent that has no outcome."""

    OPEN = "open"
    """It may have created its audience: nothing is sent for the key before that is settled."""
    ABSENT = "absent"
    """It was looked for long enough and not found: the next run may create again."""
    RECREATE = "recreate"
    """A person decided: create, whatever the platform has."""


@dataclass(frozen=True, slots=True)
class Intent:
    """The durable note "about to create `key`", written before the request leaves.

    `id` is also the request's `x-request-id`. `audience_id` is the ID that the client gave.
    `doubt` says why the outcome is not known; `exists`, that the platform said "already there".
    """

    id: str
    key: str
    audience: Audience
    at: str
    audience_id: str | None = None
    phase: Phase = Phase.OPEN
    doubt: str = "the run ended before its outcome was recorded"
    exists: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """All that is recorded for one target. `lineage` never changes; `serial` only grows.

    `plans` are the ids of the saved plans that were applied last: none is applied twice.
    """

    lineage: str
    serial: int
    target: Target
    audiences: Mapping[str, Known] = field(default_factory=dict)
    plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """State together with its journal, as they were found. `state` None: nothing recorded yet."""

    state: State | None
    intents: tuple[Intent, ...] = ()

    @property
    def audiences(self) -> Mapping[str, Known]:
        return self.state.audiences if self.state else {}


def with_known(state: State, known: Mapping[str, Known]) -> State:
    """The state with more audiences known; its serial grows if that changes anything."""
    audiences = {**state.audiences, **known}
    if audiences == state.audiences:
        return state
    return replace(state, audiences=audiences, serial=state.serial + 1)
