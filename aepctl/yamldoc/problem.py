"""One thing that is wrong in a file, and the error that carries all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from aepctl.audience import Origin
from aepctl.errors import AepctlError


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what was expected.

    `rule` names the kind of problem for machines; `line` or `column` 0 means the file as a whole.
    `source` is the text of the line, for showing the place.
    """

    origin: Origin
    rule: str
    message: str
    hint: str | None = None
    source: str | None = None


class InvalidInput(AepctlError):
    """Files that people write hold problems; all of them are here, in the files' order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.origin))
        count = len(self.problems)
        super().__init__("1 problem" if count == 1 else f"{count} problems")
