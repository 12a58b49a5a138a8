"""Manifests and settings without problems, as one Result."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from aepctl.render.formats import Result
from aepctl.render.view import View
from aepctl.wording import listed

if TYPE_CHECKING:
    from aepctl.render.grid import Grid


def of_validation(
    count: int,
    environment: str | None,
    counts: Mapping[str, int],
    differing: Mapping[str, Mapping[str, bool]] = MappingProxyType({}),
) -> Result:
    """So many sound audiences; `counts`: how many in each of several environments.

    `differing`: the keys that are not wanted alike everywhere, with where they are, and whether
    something of them is overridden there.
    """

    def view() -> View:
        from aepctl.render.grid import grid_of_wanted  # noqa: PLC0415 - one environment has none

        if len(counts) < 2:  # noqa: PLR2004 - one environment is like no other
            return view_of_validation(count, environment)
        each = listed(f"{name} {number}" for name, number in counts.items())
        grid = grid_of_wanted(tuple(counts), differing) if differing else None
        return view_of_validation(count, environment, each, grid)

    def document() -> str:
        from aepctl.render.json import validation_json  # noqa: PLC0415 - text does without

        return validation_json(count, counts, differing)

    return Result(view, document)


def view_of_validation(
    count: int, environment: str | None = None, each: str = "", grid: "Grid | None" = None
) -> View:
    """So many audiences without problems; `each` says how many there are in each environment.

    `grid`: what is not wanted alike in all of them.
    """
    empty = f"{count:,} audience{'s' * (count != 1)}, no problems{each and f': {each}'}."
    return View("validate", "No problems", environment, empty=empty, grid=grid)
