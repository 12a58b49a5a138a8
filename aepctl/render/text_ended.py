"""What came of each change on a terminal or in a log: a line each."""

from collections.abc import Iterable, Iterator, Sequence

from aepctl.render.display import Paint, cells, display
from aepctl.render.text_rows import FEW, WIDEST, by_kind, folded, with_fold
from aepctl.render.view import Row
from aepctl.render.words import word
from aepctl.render.wrapping import wrap

MOST_AGAIN = 20
"""So many are told a second time; the others are counted."""


def ended_line(row: Row, paint: Paint, wide: int = 0) -> str:
    """`created  KEY  ID: why not`, with the key `wide` cells wide."""
    how, key = word(row.status), display(row.key)
    line = f"{paint(f'{how.word:<7}', how.colour, 'bold')}  {key}"
    if row.audience_id is not None:
        line += f"{' ' * (wide - cells(key))}  {paint(display(row.audience_id), 'dim')}"
    line = line if row.note is None else f"{line}: {display(row.note)}"
    return wrap(line, paint, 9)


def ended_lines(rows: Iterable[Row], paint: Paint) -> Iterator[str]:
    """A kind after the other: what needs a person comes last. On a terminal in columns."""
    for kind in reversed(by_kind(rows)):
        how = word(kind[0].status)
        shown, left = folded(kind, how, paint)
        wide = _width(shown) if paint.width else 0
        yield from with_fold((ended_line(row, paint, wide) for row in shown), left, how, paint)


def again_lines(rows: Sequence[Row], paint: Paint) -> Iterator[str]:
    """What needs a person among many that were told as they happened, unless it is in sight."""
    if not any(map(_needs_a_person, rows[:-FEW])) or all(map(_needs_a_person, rows)):
        return
    bad = list(filter(_needs_a_person, rows))
    yield from ("", paint("Of these, look at:", "bold"))
    yield from ended_lines(bad[:MOST_AGAIN], paint)
    if len(bad) > MOST_AGAIN:
        yield f"… and {len(bad) - MOST_AGAIN:,} more"


def _needs_a_person(row: Row) -> bool:
    return word(row.status).junit in {"failure", "error"}


def _width(rows: Iterable[Row]) -> int:
    return min(max(cells(display(row.key)) for row in rows), WIDEST)
