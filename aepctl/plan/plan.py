"""The nouns of a plan: what would change, and why. A plan is a value; apply obeys nothing else."""

from collections import Counter
from dataclasses import dataclass
from dataclasses import field as filled
from enum import StrEnum

from aepctl.model.audience import Audience, Known, Observed
from aepctl.model.problem import Origin
from aepctl.model.steps import Adopt, Create, Delete, Step
from aepctl.model.target import Target
from aepctl.state.model import Intent, Phase


class Action(StrEnum):
    """What a change comes to, in a word for people. The machine obeys its steps instead.

    settle   an earlier step for this key has no known outcome (`intent`): nothing else is done for
             the key before that is settled. Where the step was another key's, but for the same
             audience, `reason` says so
    decide   nothing is done before a person decides (`reason`; `matches` is what the platform has
             that it may be)
    drift    somebody edited on the platform what is neither known nor wanted so (`diff`): a person
             decides
    adopt    wanted, not known, and found on the platform (`observed`)
    create   wanted, not known; `intent`, where an earlier attempt came to nothing
    update   known, but wanted otherwise (`diff`)
    replace  known, but wanted otherwise where the platform does not let it change: another one
             takes its place, and then it goes
    move     known under another key (`moved_from`), and else as it is wanted
    record   as it is wanted, but state says otherwise (`reason`)
    delete   known, and no longer wanted
    forget   known, and no longer wanted; it stays on the platform
    """

    SETTLE = "settle"
    DECIDE = "decide"
    DRIFT = "drift"
    ADOPT = "adopt"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    MOVE = "move"
    RECORD = "record"
    DELETE = "delete"
    FORGET = "forget"


MANIFEST, STATE, PLATFORM = "manifest", "state", "platform"
"""The sides of a FieldDiff, as people call them."""


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field that differs, on up to three sides; None on a side that does not have it.

    `sides` names those that were compared: one that has no text is still a side.
    """

    field: str
    known: str | None
    observed: str | None
    wanted: str | None
    sides: frozenset[str] = filled(default=frozenset(), compare=False)

    @property
    def before(self) -> str | None:
        """What it is: as known, else as it was seen."""
        return self.observed if self.known is None else self.known

    @property
    def columns(self) -> tuple[tuple[str, str | None], ...]:
        """Each side by its name, where the platform has another text than state; else nothing."""
        every = ((MANIFEST, self.wanted), (STATE, self.known), (PLATFORM, self.observed))
        sides = self.sides or {name for name, text in every if text is not None}
        if not sides >= {STATE, PLATFORM} or self.known == self.observed:
            return ()
        return tuple(one for one in every if one[0] in sides)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the sides: people read `action` and `diff`, apply does `steps`.

    No steps: it is shown only, or a person has to decide. `moved_from` is the key that it had,
    `may_be` the removed one that it may be another name of. `is_named`: the manifests
    themselves say which audience it is, or that it is removed.
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
    moved_from: str | None = None
    may_be: str | None = None
    is_named: bool = False

    @property
    def waits(self) -> bool:
        """Whether nothing is done for it before a person decides."""
        return self.action in {Action.DECIDE, Action.DRIFT}

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
        """The audienceId that the client would give, or that its manifest gives."""
        if self.is_named and self.wanted is not None:
            return self.adopted_id
        return next((one.audience_id for one in self.steps if isinstance(one, Create)), None)

    @property
    def adopted_id(self) -> str | None:
        """The audienceId of what is recorded as it is there."""
        adopted = (one.known.ids for one in self.steps if isinstance(one, Adopt))
        return next((ids.audience_id for ids in adopted), None)


@dataclass(frozen=True, slots=True)
class NoState:
    """There is no state at `where`. `locked`: when a run had its lock all the same, if one had."""

    where: str
    locked: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, those to settle first, then in the order of the manifests.

    `unchanged` counts the audiences that are as they should be. Where a saved plan is applied or
    checked, `changes` are those of it that are left to do, `done` counts the others, and
    `left_alone` are those that it does not have. More creates than `max_creates`, and more deletes
    than `max_deletes`, need somebody's word. `refreshed`: everything known was looked at.
    `overwrites`: what somebody edited on the platform is changed all the same. `not_listed` are the
    known keys that the platform's list did not have, which proves nothing. `known` counts what
    state knows. Where everything is to be deleted, `guarded` are the keys that `prevent_destroy`
    protects, and `stays` those that were retained. `elsewhere` are the known keys that the
    manifests want in other environments only, and that are left as they are. `missed` are the
    targets that match nothing, and `targets` the others; all of them where none does, for without
    any all is meant. `program` is how a command for its environment begins. `no_state`: nothing is
    known because there is no state, which says nothing about the platform.
    """

    environment: str
    target: Target
    changes: tuple[Change, ...]
    unchanged: int = 0
    targets: tuple[str, ...] = ()
    done: int = 0
    left_alone: tuple[Change, ...] = ()
    max_creates: int | None = None
    max_deletes: int | None = None
    refreshed: bool = False
    overwrites: bool = False
    known: int = 0
    guarded: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    not_listed: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    program: str = filled(default="aepctl", compare=False)
    no_state: NoState | None = None

    @property
    def creates(self) -> int:
        """How many audiences would be created."""
        return sum(isinstance(step, Create) for one in self.changes for step in one.steps)

    @property
    def deletes(self) -> int:
        """How many audiences would be deleted on the platform."""
        return sum(isinstance(step, Delete) for one in self.changes for step in one.steps)

    @property
    def exceeded(self) -> tuple[str, ...]:
        """The settings whose limit this plan exceeds."""
        limits = (
            ("max_creates", self.creates, self.max_creates),
            ("max_deletes", self.deletes, self.max_deletes),
        )
        return tuple(name for name, count, most in limits if most is not None and count > most)

    @property
    def renames(self) -> tuple[tuple[str, str], ...]:
        """The removed keys that may have other names now: old and new."""
        return tuple((one.may_be, one.key) for one in self.changes if one.may_be is not None)

    def of(self, action: Action) -> tuple[Change, ...]:
        """The changes of one action."""
        return tuple(change for change in self.changes if change.action is action)

    def counts(self) -> Counter[Action]:
        """How many changes there are under each action."""
        return Counter(change.action for change in self.changes)
