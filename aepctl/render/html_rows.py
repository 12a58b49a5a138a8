"""The rows of the HTML page: as data for its script, and as a table where none runs."""

from collections.abc import Iterable, Sequence

from aepctl.model.audience import FIELDS
from aepctl.plan.plan import FieldDiff
from aepctl.render.display import display
from aepctl.render.escape import html, html_prose, html_text
from aepctl.render.textdiff import Kind, Piece, words
from aepctl.render.view import Row
from aepctl.render.words import by_urgency, word

COLUMN_FIELDS = tuple(field.name for field in FIELDS if field.required)
"""The fields with a column of their own; the script's rows hold the others as well."""
DETAIL_FIELDS = tuple(field.name for field in FIELDS if not field.required)
TAGS = {"manifest": "ins", "state": "", "platform": "mark"}
COLUMNS = ("Status", "Key", "Name", "Namespace", "Origin name", "File", "ID", "Details")


def urgent_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """What needs a look before all else, and each in its order."""
    rows = tuple(rows)
    order = by_urgency(row.status for row in rows)
    places = {one: place for place, one in enumerate(order) if word(one).attention}
    return tuple(sorted(rows, key=lambda row: places.get(row.status, len(order))))


def row_data(rows: Sequence[Row]) -> dict[str, object]:
    """Names of statuses and files once, and one short list a row. All text is safe to show."""
    statuses = list(dict.fromkeys(row.status for row in rows))
    places = {file: place for place, file in enumerate({row.file: None for row in rows})}
    at = {status: place for place, status in enumerate(statuses)}
    how = [(status, word(status)) for status in statuses]
    return {
        "statuses": [
            [status, one.word, one.symbol, one.tone, one.attention] for status, one in how
        ],
        "files": [None if file is None else display(file) for file in places],
        "rows": [_row(row, at[row.status], places[row.file]) for row in rows],
    }


def _row(row: Row, status: int, file: int) -> list[object]:
    return [
        status,
        file,
        row.source.line if row.source else 0,
        display(row.key),
        *(_shown(row.fields.get(field)) for field in COLUMN_FIELDS),
        *(_lines(row.fields.get(field)) for field in DETAIL_FIELDS),
        _shown(row.audience_id),
        _shown("; ".join(_notes(row)) or None),
        [_difference(row, one) for one in row.diff],
    ]


def _notes(row: Row) -> list[str]:
    return [one for one in (row.came, row.note) if one]


def _difference(row: Row, one: FieldDiff) -> list[object]:
    """Before and after, or all three sides where the platform has something else than state.

    Each is a text whose every second part is what differs.
    """
    if not row.columns:
        pieces = _pieces(one.before, one.wanted)
        return [
            one.field,
            _parts(one.before, pieces, "removed"),
            _parts(one.wanted, pieces, "added"),
        ]
    return [
        one.field,
        _parts(one.wanted, _pieces(one.known, one.wanted), "added"),
        None if one.known is None else [_lines(one.known)],
        _parts(one.observed, _pieces(one.known, one.observed), "added"),
    ]


def _pieces(before: str | None, after: str | None) -> tuple[Piece, ...]:
    if before is not None and after is not None:
        return words(before, after)
    return (Piece("removed", before or ""), Piece("added", after or ""))


def _parts(text: str | None, pieces: Iterable[Piece], changed: Kind) -> list[str] | None:
    """What is the same and what is not by turns, beginning with what is the same."""
    if text is None:
        return None
    parts = [""]
    for kind, part in pieces:
        if kind in {"same", changed}:
            parts += [""] * ((len(parts) % 2 == 1) != (kind == "same"))
            parts[-1] += _lines(part) or ""
    return parts


def _shown(text: str | None) -> str | None:
    return None if text is None else display(text)


def _lines(text: str | None) -> str | None:
    """The same, where line breaks are line breaks."""
    if text is None or "\n" not in text:
        return _shown(text)
    return "\n".join(map(display, text.split("\n")))


def plain_table(rows: Iterable[Row]) -> str:
    """The same for readers without scripts, and for programs that take the page apart."""
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    body = "\n".join(_plain_row(row) for row in rows)
    return (
        f'<table class="plain rows"><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>'
    )


def _plain_row(row: Row) -> str:
    place = f"{html(row.source.file)}:{row.source.line}" if row.source else ""
    how = word(row.status)
    diff = [f"{html(one.field)}: {difference_html(row, one)}" for one in row.diff]
    notes = [html_prose(one) for one in _notes(row)]
    cells = (
        f'<span class="badge {how.tone}">{html(how.symbol)} {html(how.word)}</span>',
        f"<code>{html(row.key)}</code>",
        *(html(row.fields.get(field, "")) for field in COLUMN_FIELDS),
        f"<code>{place}</code>" if place else "",
        f"<code>{html(row.audience_id)}</code>" if row.audience_id else "",
        "<br>".join(
            notes + (diff or [html_text(row.fields.get(one, "")) for one in DETAIL_FIELDS])
        ),
    )
    return "<tr><td>" + "</td><td>".join(cells) + "</td></tr>"


def difference_html(row: Row, one: FieldDiff) -> str:
    """Before and after, or all sides where the platform has something else than state."""
    if not row.columns:
        pieces = _pieces(one.before, one.wanted)
        return "".join(
            _tagged({"removed": "del", "added": "ins"}.get(kind, ""), text) for kind, text in pieces
        )
    return ", ".join(f"{name} {_side(TAGS[name], text)}" for name, text in row.sides(one))


def _side(tag: str, text: str | None) -> str:
    return _tagged(tag, text) if text is not None else "(none)"


def _tagged(tag: str, text: str) -> str:
    return f"<{tag}>{html_text(text)}</{tag}>" if tag and text else html_text(text)
