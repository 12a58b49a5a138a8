"""The nouns of a plan: what would change, and why. A plan is a value; apply obeys nothing else."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from aepctl.model.audience import Audience, Known, Observed
from aepctl.model.problem import Origin
from aepctl.model.steps import Create, Step
from aepctl.model.target import Target
from aepctl.state.model import Intent, Phase


class Action(StrEnum):
    """What a change comes to, in a word for people. The machine obeys its steps instead.

    settle   an earlier step for this key has no known outcome (`intent`): nothing else is done for
             the key before that is settled. Where the step was another key's, but for the same
             audience, `reason` says so
    decide   wanted, not known, and not created before a person decides (`reason`; `matches` is what
             the platform has that it may be)
    adopt    wanted, not known, and found on the platform (`observed`); only where it was looked at
    create   wanted, not known; `intent`, where an earlier attempt came to nothing
    update   known, but wanted otherwise (`diff`)
    removed  known, but no longer in the manifests
    """

    SETTLE = "settle"
    DECIDE = "decide"
    ADOPT = "adopt"
    CREATE = "create"
    UPDATE = "update"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field that differs, on up to three sides; None on a side that does not have it."""

    field: str
    known: str | None
    observed: str | None
    wanted: str | None

    @property
    def before(self) -> str | None:
        """What it is: as known, else as it was seen."""
        return self.observed if self.known is None else self.known


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the sides: people read `action` and `diff`, apply does `steps`.

    No steps: it is shown only, or a person has to decide.
    """

    key: str
    action: Action
    known: Known | None = None
    observed: Observed | None = None
    wanted: Audience | None = None
    diff: tuple[FieldDiff, ...] = ()
    steps: tuple[Step, ...] = ()
    reason: str | None = None
    source: Origin | None = None
    intent: Intent | None = None
    matches: tuple[Observed, ...] = ()

    @property
    def before(self) -> Known | Observed | None:
        """What there is: as known, else as it was seen."""
        return self.known or self.observed

    @property
    def is_decided(self) -> bool:
        """Whether a person decided that it is created, whatever the platform has."""
        return self.intent is not None and self.intent.phase is Phase.RECREATE

    @property
    def given_id(self) -> str | None:
        """The audienceId that the client would give."""
        for step in self.steps:
            if isinstance(step, Create):
                return step.audience_id
        return None


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, those to settle first, then in the order of the manifests.

    `unchanged` counts the audiences that are as they should be. Where a saved plan is applied or
    checked, `changes` are those of it that are left to do, `done` counts the others, and
    `left_alone` are those that it does not have. `max_creates`: more creates than these need
    somebody's word.
    """

    environment: str
    target: Target
    changes: tuple[Change, ...]
    unchanged: int = 0
    targets: tuple[str, ...] = ()
    done: int = 0
    left_alone: tuple[Change, ...] = ()
    max_creates: int | None = None

    @property
    def creates(self) -> int:
        """How many audiences would be created."""
        return sum(isinstance(step, Create) for one in self.changes for step in one.steps)

    @property
    def exceeded(self) -> tuple[str, ...]:
        """The settings whose limit this plan exceeds."""
        over = self.max_creates is not None and self.creates > self.max_creates
        return ("max_creates",) if over else ()

    def of(self, action: Action) -> tuple[Change, ...]:
        """The changes of one action."""
        return tuple(change for change in self.changes if change.action is action)

    def counts(self) -> Counter[Action]:
        """How many changes there are under each action."""
        return Counter(change.action for change in self.changes)
