"""The source line of a problem, cut so that its place can be seen."""

from typing import NamedTuple

from aepctl.model.problem import Problem
from aepctl.render.display import cells, display

MAX_SOURCE = 100
"""Characters of a source line that are shown."""


class Excerpt(NamedTuple):
    """What stands before the place, at it and after it; all of it is safe to look at."""

    before: str
    at: str
    after: str

    @property
    def text(self) -> str:
        return self.before + self.at + self.after

    @property
    def caret(self) -> str:
        """A line that points at the place, where all characters are as wide as on a terminal."""
        return f"{' ' * cells(self.before)}^"


def excerpt(problem: Problem) -> Excerpt | None:
    """The line around the place; None where there is nothing to be seen."""
    source, column = problem.source, max(problem.origin.column, 1)
    if source is None or not source.strip():
        return None
    start = max(column - 1 - MAX_SOURCE // 2, 0) if column > MAX_SOURCE else 0
    shown = source[start : start + MAX_SOURCE]
    place = column - 1 - start
    lead = "…" if start else ""
    tail = "…" if len(source) > start + MAX_SOURCE else ""
    whole = display(shown) + tail  # what `display` breaks up may lie across the place
    before = display(shown[:place])
    at = display(shown[place : place + 1])
    if f"{before}{at}{display(shown[place + 1 :])}{tail}" != whole:
        return Excerpt(lead, "", whole)
    return Excerpt(lead + before, at, display(shown[place + 1 :]) + tail)
