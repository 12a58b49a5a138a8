"""Several environments side by side: a line a key, a column each. Each format draws it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from aepctl.render.view import View
from aepctl.render.words import OVERRIDDEN, WANTED, by_urgency, word

NOTHING = "·"
"""In the cell of what needs nothing there, or is not wanted there."""
QUIET = float("inf")
IN_A_CELL = {None: (), False: (WANTED,), True: (OVERRIDDEN,)}
"""By whether something of an audience is overridden; None: it is not wanted."""
FAILED = "✗"
"""In every cell of an environment that failed: what it needs is not known."""


class Column(NamedTuple):
    """One environment. `command` shows it in full; `changed`: something differs there."""

    name: str
    command: str
    failed: bool = False
    changed: bool = False


class Line(NamedTuple):
    """One key, with its statuses in each column: none where nothing is to be told."""

    key: str
    cells: tuple[tuple[str, ...], ...]

    @property
    def statuses(self) -> Iterator[str]:
        return (status for cell in self.cells for status in cell)


@dataclass(frozen=True, slots=True)
class Grid:
    """All keys of which something is to be told in any environment, the most urgent first."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def loud(self) -> int:
        """How many lines need attention: they come first."""
        return sum(_urgency(line) < QUIET for line in self.lines)

    @property
    def statuses(self) -> list[str]:
        """Each status that occurs, those that need attention first."""
        return by_urgency(status for line in self.lines for status in line.statuses)

    def told(self, line: Line) -> Iterator[tuple[Column, tuple[str, ...]]]:
        """Each column with what the line has in it."""
        return zip(self.columns, line.cells, strict=True)


def grid_of(views: Sequence[View], commands: Sequence[str], changed: Collection[str]) -> Grid:
    """The environments beside each other; the commands show each of them in full."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for at, view in enumerate(views):
        for row in view.rows:
            cells = found.setdefault(row.key, [()] * len(views))
            if row.status not in cells[at]:
                cells[at] = (*cells[at], row.status)
    lines = [Line(key, tuple(cells)) for key, cells in found.items()]
    columns = tuple(
        Column(name := view.environment or "", command, view.totals is None, name in changed)
        for view, command in zip(views, commands, strict=True)
    )
    return Grid(columns, tuple(sorted(lines, key=_urgency)))


def grid_of_wanted(names: Sequence[str], differing: Mapping[str, Mapping[str, bool]]) -> Grid:
    """What is not wanted alike everywhere: where it is, and whether it is overridden there."""
    columns = tuple(Column(name, "") for name in names)
    lines = (
        Line(key, tuple(IN_A_CELL[where.get(name)] for name in names))
        for key, where in differing.items()
    )
    return Grid(columns, tuple(lines))


def _urgency(line: Line) -> float:
    urgencies = (word(status).urgency for status in line.statuses)
    return min((one for one in urgencies if one is not None), default=QUIET)
