"""What a command says of itself while it is at work, as values: for people, and for programs.

No result is told here. Whoever listens is made in `cli`, and given to all others in the Context.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Fact = str | int | float | bool | None
LINE_SECONDS = 10.0
"""In a log, what takes long says so again after this."""


class Level(StrEnum):
    """How much it matters. DETAIL is for `--verbose`."""

    DETAIL = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that is told. `event` is a stable name for programs, `message` for people.

    `passing`: on a terminal the next notice takes its place.
    """

    level: Level
    event: str
    message: str
    fields: Mapping[str, Fact] = field(default_factory=dict)
    passing: bool = False


class Log:
    """Nobody listens. Others override this; any thread may call it.

    `every`: how often, in seconds, whoever listens wants to hear of what takes long.
    """

    every: float = math.inf

    @property
    def http(self) -> bool:
        """Whether each exchange over HTTP is to be told."""
        return False

    @property
    def detailed(self) -> bool:
        """Whether details are shown: some cost time."""
        return False

    def tell(self, notice: Notice) -> None:
        """Take it in."""

    def passed(self) -> None:
        """What was passing is over."""

    def detail(self, event: str, message: str, **fields: Fact) -> None:
        """What only `--verbose` shows."""
        self.tell(Notice(Level.DETAIL, event, message, fields))

    def say(self, event: str, message: str, **fields: Fact) -> None:
        """What is shown unless somebody wants quiet."""
        self.tell(Notice(Level.INFO, event, message, fields))

    def caution(self, event: str, message: str, **fields: Fact) -> None:
        """What somebody should know, although it goes on."""
        self.tell(Notice(Level.WARNING, event, message, fields))

    def fail(self, event: str, message: str, **fields: Fact) -> None:
        """What went wrong: shown always."""
        self.tell(Notice(Level.ERROR, event, message, fields))

    def passing(self, event: str, message: str, **fields: Fact) -> None:
        """How far it is just now."""
        self.tell(Notice(Level.INFO, event, message, fields, passing=True))


SILENT = Log()
