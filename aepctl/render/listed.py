"""All keys, of the manifests and of the state, for list: what they are, and as text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aepctl.errors import AepctlError
from aepctl.model.audience import Audience, Wanted
from aepctl.model.target import Target
from aepctl.plan.plan import Action, NoState
from aepctl.project.everywhere import worst
from aepctl.render.known import NOTHING, KnownKey
from aepctl.render.table import table
from aepctl.render.words import STEPS, word

COLUMNS = ("ENV", "KEY", "NAME", "AUDIENCE ID", "STATUS")
NAME = COLUMNS.index("NAME")


class Status(StrEnum):
    """Which sides have a key."""

    KNOWN = "known"
    """Wanted, and known."""
    NEW = "new"
    """Wanted, and not known yet."""
    REMOVED = "removed"
    """Known, and no longer wanted."""
    ELSEWHERE = "elsewhere"
    """Known, and wanted in other environments only."""
    RETAINED = "retained"
    """No longer wanted, and left on the platform."""
    IN_DOUBT = "in-doubt"
    """Something is open for it: nothing else is done before that is settled."""


WORDS = {
    Status.KNOWN: "known",
    Status.NEW: "not created yet",
    Status.REMOVED: "no longer wanted",
    Status.ELSEWHERE: "known, but for other environments",
    Status.RETAINED: "retained",
    Status.IN_DOUBT: "in doubt",
}
GOES_WITHOUT_SAYING = frozenset({Action.CREATE, Action.SETTLE})


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key in an environment: what state has for it, what is wanted, and what a plan would do.

    `elsewhere`: its block is for other environments.
    """

    environment: str
    state: KnownKey
    wanted: Wanted | None = None
    planned: Action | None = None
    elsewhere: bool = False

    @property
    def key(self) -> str:
        return self.state.key

    @property
    def audience(self) -> Audience | None:
        """As it is wanted, else as it is known, else as it was to be created."""
        return self.state.audience if self.wanted is None else self.wanted.audience

    @property
    def status(self) -> Status:
        known = self.state.known
        if self.planned is Action.SETTLE or (known is None and self.wanted is None):
            return Status.IN_DOUBT
        if known is None:
            return Status.NEW
        if self.wanted is not None:
            return Status.KNOWN
        if known.retained:
            return Status.RETAINED
        return Status.ELSEWHERE if self.elsewhere else Status.REMOVED

    @property
    def said(self) -> str:
        """The status for people, with what a plan would do where that does not follow from it."""
        said = WORDS[self.status]
        if self.status is Status.IN_DOUBT and self.state.intents:
            return f"{said}: {STEPS[type(self.state.intents[0].step)]}"
        if self.planned is None or self.planned in GOES_WITHOUT_SAYING:
            return said
        return f"{said}, {word(self.planned).counted}"


@dataclass(frozen=True, slots=True)
class ListedEnvironment:
    """An environment whose keys are listed, or why they could not be."""

    name: str
    target: Target | None
    error: AepctlError | None = None
    no_state: NoState | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """The keys of some environments. `every`: of all that there are. `patterns` chose the keys."""

    environments: tuple[ListedEnvironment, ...]
    keys: tuple[ListedKey, ...]
    every: bool = False
    patterns: tuple[str, ...] = ()
    close: str | None = None
    """A key that is like a pattern which matches none."""

    @property
    def exit_code(self) -> int:
        """That of the worst environment."""
        return worst(one.error.exit_code for one in self.environments if one.error)


def listed_text(listed: Listed, most: int | None = None) -> str:
    """A table, a line for each key and environment; `most`: cells to a line."""
    if listed.keys:
        return table([COLUMNS, *map(_row, listed.keys)], most=most, cut=NAME)
    return "".join(f"{line}\n" for line in _nothing(listed))


def _row(one: ListedKey) -> Sequence[str]:
    name = one.audience.name if one.audience else NOTHING
    return one.environment, one.key, name, one.state.audience_id or NOTHING, one.said


def _nothing(listed: Listed) -> Iterator[str]:
    read = [one.name for one in listed.environments if one.error is None]
    if not read:
        return
    where = "any environment" if listed.every else read[0]
    if listed.patterns:
        like = "" if listed.close is None else f" Did you mean `{listed.close}`?"
        yield f"No key of {where} is or matches {' or '.join(map(repr, listed.patterns))}.{like}"
    elif listed.every:
        yield "No audiences: none is wanted in any environment, and no state knows any."
    else:
        yield f"No audiences: none is wanted in {where}, and its state knows none."
