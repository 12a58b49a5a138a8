"""How one status is told, in whichever format. The table of all of them is words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "info", "warn", "bad", "quiet"]


@dataclass(frozen=True, slots=True)
class Word:
    """How one status is told.

    `word` names one of them, `counted` follows a number. `urgency` puts it before all others that
    need attention less; None: it needs none. `line` is what text says below a row, with {name}
    and {id} of its audience. `junit` is the element of a test case that did not pass. `output` is
    the name of GitHub's step output, and `terraform` the numbers of GitLab's report that count it.
    `brief`: where there are many, text has a line for each.
    """

    word: str
    counted: str
    symbol: str
    tone: Tone
    urgency: int | None = None
    hint: str = ""
    line: str = ""
    junit: Literal["", "failure", "error", "skipped"] = ""
    output: str = ""
    terraform: tuple[Literal["create", "update", "delete"], ...] = ()
    brief: bool = False

    @property
    def attention(self) -> bool:
        return self.urgency is not None

    @property
    def colour(self) -> str:
        """The style of a terminal."""
        return COLOURS[self.tone]


COLOURS: Mapping[Tone, str] = {
    "good": "green",
    "info": "cyan",
    "warn": "yellow",
    "bad": "red",
    "quiet": "dim",
}
