"""What all rows of a kind have in common is told once."""

from collections.abc import Sequence

from aepctl.render.view import Row


def told_once(rows: Sequence[Row]) -> tuple[str | None, Sequence[Row]]:
    """The note that each of several has, and the rows without it."""
    note = rows[0].note
    if note is None or len(rows) == 1 or any(row.note != note for row in rows):
        return None, rows
    return note, [row._replace(note=None) for row in rows]
