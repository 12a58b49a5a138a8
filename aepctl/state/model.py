"""What state means: which audiences exist under which IDs, and what may be under way. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aepctl.model.audience import Known
from aepctl.model.steps import Create, RemoteStep
from aepctl.model.target import Target

NO_OUTCOME = "the run ended before its outcome was recorded"


class Phase(StrEnum):
    """What is known of an intent that has no outcome."""

    OPEN = "open"
    """Its step may have been done: nothing is sent for the key before that is settled."""
    ABSENT = "absent"
    """A create was looked for long enough and not found: a later run may create again."""
    RECREATE = "recreate"
    """A person decided: create, whatever the platform has."""


@dataclass(frozen=True, slots=True)
class Intent:
    """The durable note "about to do this step for `key`", written before the request leaves.

    It can be settled without the manifests. `id` is also the request's `x-request-id`; `run` is
    the run that began it. `reason` says why its outcome is not known; `exists`, that the platform
    said "already there". `absent_since` is the run that looked for it in vain (phase ABSENT).
    """

    id: str
    run: str
    key: str
    step: RemoteStep
    at: str
    phase: Phase = Phase.OPEN
    reason: str = NO_OUTCOME
    exists: bool = False
    absent_since: str | None = None

    def takes_place_of(self, known: Known | None) -> bool:
        """Whether it is a create that is to take the place of what its key has."""
        old = self.step.replaces if isinstance(self.step, Create) else None
        mine = known.ids.audience_id if known is not None else None
        return old is not None and old.audience_id == mine

    def in_doubt(self, run: str | None = None) -> bool:
        """Whether nothing may be sent for its key: it is open, or was looked for by this `run`."""
        return self.phase is Phase.OPEN or (
            self.phase is Phase.ABSENT and run is not None and self.absent_since == run
        )


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a command that changes state: who, when, for which commit, in which job.

    A run may write the state document several times. `part` counts those writes, from 1: each one
    ends the journal that was kept until then, and the next journal belongs to the next part.
    """

    id: str
    at: str
    command: str
    by: str | None = None
    commit: str | None = None
    job: str | None = None
    part: int = 1


@dataclass(frozen=True, slots=True)
class UsedPlan:
    """A saved plan that was applied. Nothing `left`: it can do nothing more, whatever befalls.

    `serial` is that of the state to which it was last applied. `runs` applied it while something
    was left: what one of them began and is done, however late, is done by the plan.
    """

    serial: int = 0
    runs: tuple[str, ...] = ()
    left: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class State:
    """All that is recorded for one target. `lineage` never changes; `serial` only grows.

    `lineage` is None before the first write. `intents` are by id, in the order of their beginning.
    `plans` are the saved plans that were applied, by id: nothing of one is done twice. `runs` are
    the runs whose changes are in here, the latest last: a journal of one of them is obsolete
    (see `has_run`). A key has one intent, except where somebody merged two states by hand.
    """

    lineage: str | None
    serial: int
    target: Target
    audiences: Mapping[str, Known] = field(default_factory=dict)
    intents: Mapping[str, Intent] = field(default_factory=dict)
    plans: Mapping[str, UsedPlan] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()

    def has_run(self, run: Run) -> bool:
        """Whether what `run` did up to its part is in here."""
        return any(one.id == run.id and one.part >= run.part for one in self.runs)

    def owner(self, audience_id: str) -> str | None:
        """The key that is known under this ID."""
        return next(
            (key for key, one in self.audiences.items() if audience_id in one.all_ids), None
        )

    def intent_of(self, key: str) -> Intent | None:
        """The intent of `key` without an outcome, an open one before others."""
        mine = [one for one in self.intents.values() if one.key == key]
        return next((one for one in mine if one.phase is Phase.OPEN), mine[-1] if mine else None)
