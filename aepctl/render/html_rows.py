"""The rows of the HTML page: as data for its script, and as a table where none runs."""

from collections.abc import Iterable, Sequence

from aepctl.render.display import display
from aepctl.render.entries import Entry
from aepctl.render.escape import html
from aepctl.render.labels import label

COLUMNS = ("Status", "Key", "Name", "Namespace", "Origin name", "File", "ID", "Details")


def row_data(entries: Sequence[Entry]) -> dict[str, object]:
    """Names of statuses and files once, and one short list an entry. All text is safe to show."""
    statuses = list(dict.fromkeys(entry.status for entry in entries))
    places = {file: place for place, file in enumerate({entry.file: None for entry in entries})}
    at = {status: place for place, status in enumerate(statuses)}
    labels = [(status, label(status)) for status in statuses]
    return {
        "statuses": [[status, one.word, one.symbol, one.tone] for status, one in labels],
        "files": [None if file is None else display(file) for file in places],
        "rows": [_row(entry, at[entry.status], places[entry.file]) for entry in entries],
    }


def _row(entry: Entry, status: int, file: int) -> list[object]:
    said = entry.said
    change = entry.change
    return [
        status,
        file,
        change.source.line if change.source else 0,
        display(change.key),
        *(_shown(said.get(field)) for field in ("name", "namespace", "originName", "description")),
        _shown(entry.audience_id),
        _shown(entry.note),
        [[one.field, _shown(one.before), _shown(one.after)] for one in change.fields],
    ]


def _shown(text: str | None) -> str | None:
    return None if text is None else display(text)


def plain_table(entries: Iterable[Entry]) -> str:
    """The same for readers without scripts, and for programs that take the page apart."""
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    rows = "\n".join(_plain_row(entry) for entry in entries)
    return f'<table class="plain"><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>'


def _plain_row(entry: Entry) -> str:
    said = entry.said
    change = entry.change
    place = f"{html(change.source.file)}:{change.source.line}" if change.source else ""
    one = entry.label
    fields = [
        f"{html(field.field)}: {_side('del', field.before)} {_side('ins', field.after)}"
        for field in change.fields
    ]
    notes = [html(entry.note)] if entry.note else []
    cells = (
        f'<span class="badge {one.tone}">{html(one.symbol)} {html(one.word)}</span>',
        f"<code>{html(change.key)}</code>",
        *(html(said.get(field, "")) for field in ("name", "namespace", "originName")),
        f"<code>{place}</code>" if place else "",
        f"<code>{html(entry.audience_id)}</code>" if entry.audience_id else "",
        "<br>".join(notes + (fields or [html(said.get("description", ""))])),
    )
    return "<tr><td>" + "</td><td>".join(cells) + "</td></tr>"


def _side(tag: str, text: str | None) -> str:
    return f"<{tag}>{html(text)}</{tag}>" if text is not None else "(none)"
