"""All environments as text: one table, within the width of the terminal, and what is beside it."""

from collections.abc import Iterator, Sequence

from aepctl.render.alerts import alert_lines, paste_text
from aepctl.render.display import Paint, cells, display, display_lines
from aepctl.render.grid import FAILED, NOTHING, Column, Grid, Line
from aepctl.render.text import hints, problems_text, render, totals_text
from aepctl.render.text_fields import not_obeyed
from aepctl.render.told import in_brackets
from aepctl.render.view import View
from aepctl.render.words import word
from aepctl.render.wrapping import wrap, wrapped

PLAIN = Paint(on=False)
WIDTH = 120
"""Where nobody says how much there is."""
GAP = 2
MOST_LINES = 100
"""More of a table than a terminal has room for are folded, where that is wanted."""
LEAST_KEY = 16
"""A key is not cut shorter than this for the sake of a column more."""


def render_grid(view: View, paint: Paint = PLAIN, *, full: bool = False) -> str:
    """All of it, ended by a line break. `full`: each environment by itself as well.

    What needs attention is shown, however long the table is.
    """
    grid = view.grid or Grid((), ())
    folds = paint.folds and not paint.verbose and len(grid.lines) > MOST_LINES
    shown = grid.lines[: max(MOST_LINES, grid.loud)] if folds else grid.lines
    lines = list(table(Grid(grid.columns, shown), paint, paint.width or WIDTH)) if shown else []
    if len(shown) < len(grid.lines):
        more = f"… {len(grid.lines) - len(shown):,} more keys; {display(paint.folds)}"
        lines.append(wrap(more, paint, 2))
    lines += [""] if lines else []
    lines += _totals(view, grid, paint)
    lines += _closing(view, grid, paint)
    text = "\n".join(lines) + "\n"
    if full:
        made = [part for part in view.parts if part.totals is not None]
        text += "".join(f"\n{render(part, paint)}" for part in made)
    return text


def table(grid: Grid, paint: Paint, width: int) -> Iterator[str]:
    """The keys, and what is to be done in each environment; several tables where one is too wide.

    Symbols stand alone where the words do not fit.
    """
    keys = [not_obeyed(display(line.key)) for line in grid.lines]
    longest = max(map(cells, keys))
    for brief in (False, True):
        widths = [_width(grid, at, brief=brief) for at in range(len(grid.columns))]
        if longest + sum(one + GAP for one in widths) <= width:
            break
    bands = _bands(widths, width - min(longest, max(LEAST_KEY, width // 3)))
    for number, band in enumerate(bands):
        room = min(longest, width - sum(widths[at] + GAP for at in band))
        if number:
            yield ""
        heads = [
            _pad(_clip(grid.columns[at].name, widths[at]), widths[at], "bold", paint) for at in band
        ]
        yield _joined([" " * room, *heads])
        for key, line in zip(keys, grid.lines, strict=True):
            told = [
                _cell(grid.columns[at], line, at, widths[at], paint, brief=brief) for at in band
            ]
            yield _joined([_pad(_clip(key, room), room, "", paint), *told])
    if brief:
        yield ""
        yield "  ".join(f"{word(one).symbol} {word(one).word}" for one in grid.statuses)


def _bands(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    """The columns that fit beside each other, again and again; one at least."""
    band: list[int] = []
    for at, one in enumerate(widths):
        if band and sum(widths[each] + GAP for each in band) + one + GAP > room:
            yield band
            band = []
        band.append(at)
    yield band


def _width(grid: Grid, at: int, *, brief: bool) -> int:
    told = (_told(grid.columns[at], line.cells[at], brief=brief) for line in grid.lines)
    most = 12 if brief else 24
    return max(min(cells(display(grid.columns[at].name)), most), *map(cells, told))


def _told(column: Column, statuses: tuple[str, ...], *, brief: bool) -> str:
    if column.failed:
        return FAILED
    words = map(word, statuses)
    told = (one.symbol if brief else f"{one.symbol} {one.word}" for one in words)
    return ", ".join(told) or NOTHING


def _cell(column: Column, line: Line, at: int, width: int, paint: Paint, *, brief: bool) -> str:
    statuses = line.cells[at]
    colour = "red" if column.failed else word(statuses[0]).colour if statuses else "dim"
    return _pad(_told(column, statuses, brief=brief), width, colour, paint)


def _clip(text: str, most: int) -> str:
    """At most so many cells; what is left out is in the middle, for keys differ at their ends."""
    text = display(text)
    if cells(text) <= most:
        return text
    head, tail = list(text), list[str]()
    while head and cells("".join(head)) > most // 2:
        head.pop()
    for character in reversed(text):
        if cells("".join((*head, "…", character, *tail))) > most:
            break
        tail.insert(0, character)
    return "".join((*head, "…", *tail))


def _pad(text: str, width: int, style: str, paint: Paint) -> str:
    painted = paint(text, style) if style else text
    return painted + " " * (width - cells(text))


def _joined(parts: Sequence[str]) -> str:
    return (" " * GAP).join(parts).rstrip()


def _totals(view: View, grid: Grid, paint: Paint) -> Iterator[str]:
    """What there is in each environment, a line each."""
    only = f", only {' '.join(view.targets)}" if view.targets else ""
    yield f"{view.heading}{view.after}{display(only)}:"
    width = max((cells(display(one.name)) for one in grid.columns), default=0)
    for part in view.parts:
        name = _pad(display(part.environment or ""), width, "bold", paint)
        told = ", ".join(totals_text(part, paint)) or part.nothing
        if part.totals is None:
            told = paint("failed", "red", "bold")
        yield wrap(f"  {name}  {told}", paint, width + 4)
    if not grid.lines and view.empty:
        yield view.empty


def _closing(view: View, grid: Grid, paint: Paint) -> Iterator[str]:
    yield from alert_lines(view.alerts, paint)
    if view.paste:
        yield paste_text(view.paste, paint)
    yield from hints(map(word, grid.statuses), paint)
    yield from failures_text(view, paint)
    shown = [one.command for one, part in zip(grid.columns, view.parts, strict=True) if part.rows]
    if shown:
        yield wrap(f"In full: {', '.join(f'`{display(one)}`' for one in shown)}", paint, 4)


def failures_text(view: View, paint: Paint) -> Iterator[str]:
    """Why environments failed, and what to do; what is wrong in several of them once."""
    yield from [""] * any(part.failed for part in view.parts)
    if view.problems:
        yield problems_text(view.problems, paint)
    for part in view.parts:
        if part.failed is None:
            continue
        where = paint(f"error in {display(part.environment or '')}", "red", "bold")
        first, end, rest = display_lines(part.failed.message).partition("\n")
        said = f"{where}: {first} {in_brackets(part.failed.code, paint)}{end}{rest}"
        yield wrapped(said, paint, 4)
        if part.failed.hint:
            yield wrap(f"  {display(part.failed.hint)}", paint, 2)
