"""A table of text for a terminal or a log: columns count cells, and one of them gives way."""

from collections.abc import Sequence

from aepctl.render.display import cells, display

GAP = "  "
LEAST = 8
"""Cells that are left of the column that gives way."""


def table(rows: Sequence[Sequence[str]], *, most: int | None = None, cut: int = 0) -> str:
    """A line for each row, the first of which has the titles.

    Where lines would take more than `most` cells, what stands in column `cut` is shortened.
    """
    shown = [tuple(map(display, row)) for row in rows]
    widths = [max(map(cells, column)) for column in zip(*shown, strict=True)]
    over = 0 if most is None else sum(widths) + len(GAP) * (len(widths) - 1) - most
    if over > 0:
        widths[cut] = max(widths[cut] - over, min(LEAST, widths[cut]))
    return "".join(f"{_line(row, widths, cut)}\n" for row in shown)


def _line(row: Sequence[str], widths: Sequence[int], cut: int) -> str:
    texts = (shortened(one, widths[cut]) if n == cut else one for n, one in enumerate(row))
    padded = (text + " " * (wide - cells(text)) for text, wide in zip(texts, widths, strict=True))
    return GAP.join(padded).rstrip()


def shortened(text: str, most: int) -> str:
    """The text in at most so many cells, with `…` where something is left out."""
    if cells(text) <= most:
        return text
    kept = text[:most]  # no character takes less than no cell, and most take one
    while cells(kept) > most - 1:
        kept = kept[:-1]
    return f"{kept}…"
