"""The rows of the HTML page: as data for its script, and as a table where none runs."""

from collections.abc import Iterable, Iterator, Sequence

from aepctl.model.audience import FIELDS
from aepctl.plan.plan import MANIFEST, FieldDiff
from aepctl.render.display import display
from aepctl.render.escape import html
from aepctl.render.view import Row
from aepctl.render.words import word

COLUMN_FIELDS = tuple(field.name for field in FIELDS if field.required)
"""The fields with a column of their own; the script's rows hold the others as well."""
DETAIL_FIELDS = tuple(field.name for field in FIELDS if not field.required)
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
        _shown(row.note),
        [list(map(_shown, sides)) for one in row.diff for sides in _compared(one)],
    ]


def _compared(one: FieldDiff) -> Iterator[tuple[str, str | None, str | None]]:
    """A label, what it is and what it shall be; a line each for the sides where these are three."""
    if not one.columns:
        yield one.field, one.before, one.wanted
        return
    platform = one.columns[-1][1]
    yield f"{one.field}, state and platform", one.known, platform
    if one.columns[0][0] == MANIFEST:
        yield f"{one.field}, platform and manifest", platform, one.wanted


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
    diff = [
        f"{html(label)}: {_side('del', before)} {_side('ins', after)}"
        for one in row.diff
        for label, before, after in _compared(one)
    ]
    notes = [html(row.note)] if row.note else []
    cells = (
        f'<span class="badge {how.tone}">{html(how.symbol)} {html(how.word)}</span>',
        f"<code>{html(row.key)}</code>",
        *(html(row.fields.get(field, "")) for field in COLUMN_FIELDS),
        f"<code>{place}</code>" if place else "",
        f"<code>{html(row.audience_id)}</code>" if row.audience_id else "",
        "<br>".join(notes + (diff or [html(row.fields.get(one, "")) for one in DETAIL_FIELDS])),
    )
    return "<tr><td>" + "</td><td>".join(cells) + "</td></tr>"


def _side(tag: str, text: str | None) -> str:
    return f"<{tag}>{html(text)}</{tag}>" if text is not None else "(none)"
