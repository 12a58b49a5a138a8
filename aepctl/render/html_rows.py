"""The rows of the HTML page: as data for its script, and as a table where none runs."""

from collections.abc import Iterable, Sequence

from aepctl.model.audience import FIELDS
from aepctl.plan.plan import FieldDiff
from aepctl.render.display import display
from aepctl.render.escape import html
from aepctl.render.view import Row
from aepctl.render.words import word

COLUMN_FIELDS = tuple(field.name for field in FIELDS if field.required)
"""The fields with a column of their own; the script's rows hold the others as well."""
DETAIL_FIELDS = tuple(field.name for field in FIELDS if not field.required)
TAGS = {"manifest": "ins", "state": "span", "platform": "mark"}
COLUMNS = ("Status", "Key", "Name", "Namespace", "Origin name", "File", "ID", "Details")


def row_data(rows: Sequence[Row]) -> dict[str, object]:
    """Names of statuses and files once, and one short list a row. All text is safe to show."""
    statuses = list(dict.fromkeys(row.status for row in rows))
    places = {file: place for place, file in enumerate({row.file: None for row in rows})}
    at = {status: place for place, status in enumerate(statuses)}
    words = [(status, word(status)) for status in statuses]
    return {
        "statuses": [[status, one.word, one.symbol, one.tone] for status, one in words],
        "files": [None if file is None else display(file) for file in places],
        "rows": [_row(row, at[row.status], places[row.file]) for row in rows],
    }


def _row(row: Row, status: int, file: int) -> list[object]:
    return [
        status,
        file,
        row.source.line if row.source else 0,
        display(row.key),
        *(_shown(row.fields.get(field)) for field in (*COLUMN_FIELDS, *DETAIL_FIELDS)),
        _shown(row.audience_id),
        _shown("; ".join(_notes(row)) or None),
        [_difference(row, one) for one in row.diff],
    ]


def _notes(row: Row) -> list[str]:
    return [one for one in (row.came, row.note) if one]


def _difference(row: Row, one: FieldDiff) -> list[str | None]:
    """Before and after, or all three sides where the platform has something else than state."""
    if not row.columns:
        return [one.field, _shown(one.before), _shown(one.wanted)]
    return [one.field, *map(_shown, (one.wanted, one.known, one.observed))]


def _shown(text: str | None) -> str | None:
    return None if text is None else display(text)


def plain_table(rows: Iterable[Row]) -> str:
    """The same for readers without scripts, and for programs that take the page apart."""
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    body = "\n".join(_plain_row(row) for row in rows)
    return f'<table class="plain"><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>'


def _plain_row(row: Row) -> str:
    place = f"{html(row.source.file)}:{row.source.line}" if row.source else ""
    how = word(row.status)
    diff = [f"{html(one.field)}: {difference_html(row, one)}" for one in row.diff]
    notes = [html(one) for one in _notes(row)]
    cells = (
        f'<span class="badge {how.tone}">{html(how.symbol)} {html(how.word)}</span>',
        f"<code>{html(row.key)}</code>",
        *(html(row.fields.get(field, "")) for field in COLUMN_FIELDS),
        f"<code>{place}</code>" if place else "",
        f"<code>{html(row.audience_id)}</code>" if row.audience_id else "",
        "<br>".join(notes + (diff or [html(row.fields.get(one, "")) for one in DETAIL_FIELDS])),
    )
    return "<tr><td>" + "</td><td>".join(cells) + "</td></tr>"


def difference_html(row: Row, one: FieldDiff) -> str:
    """Before and after, or all sides where the platform has something else than state."""
    if not row.columns:
        return f"{_side('del', one.before)} {_side('ins', one.wanted)}"
    return ", ".join(f"{name} {_side(TAGS[name], text)}" for name, text in row.sides(one))


def _side(tag: str, text: str | None) -> str:
    return f"<{tag}>{html(text)}</{tag}>" if text is not None else "(none)"
