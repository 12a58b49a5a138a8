"""The parts of a review page in Markdown: an item for each audience, under a heading for each kind.

Whatever comes from outside stands in code, where nothing in it means anything.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from aepctl.render.alike import told_once
from aepctl.render.escape import clip, code, code_within, html, marked_code, prose
from aepctl.render.fitting import FEW, Entry, Section, size
from aepctl.render.markdown_texts import field_change, side, text_as_it_is, text_change
from aepctl.render.view import Fields, Row
from aepctl.render.words import LEFT_ALONE, by_urgency, in_order, word

MAX_NAME = 300
"""Characters of a key or name within a line."""
MANY = 60
"""Of more than these each file is folded, and a table has the files."""
MAX_FILES = 60
"""So many files have a row in the table."""
NOWHERE = "no manifest"
LISTS = frozenset({"adopt", "adopted", "forget", LEFT_ALONE})
"""What is to be seen, but neither waits for anybody nor loses anything on the platform."""


def sections(rows: Sequence[Row], room: int) -> tuple[Section, ...]:
    """What needs a look, then all others: each status under a heading of its own.

    The others stand by file, folded where they are many; then a table counts them first, if there
    is room for it.
    """
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.status, []).append(row)
    urgent = [status for status in by_urgency(found) if word(status).attention]
    others = in_order({one: 0 for one in found if not word(one).attention})
    table = table_of([row for one in others for row in found[one]])
    counted = 0 < size(table) <= room
    return (
        *(_urgent_section(one, found[one]) for one in urgent),
        *([Section(f"### By file\n\n{table}".rstrip(), ())] if counted else []),
        *(part for one in others for part in _by_file_sections(one, found[one], counted=counted)),
    )


def table_of(rows: Sequence[Row]) -> str:
    """Where there are many: each file with its counts. Else nothing."""
    files = Counter(row.file for row in rows)
    if len(rows) <= MANY or len(files) < 2:  # noqa: PLR2004 - one file has the totals
        return ""
    counts = Counter((row.file, row.status) for row in rows)
    statuses = list(in_order(dict.fromkeys((row.status for row in rows), 0)))
    names = [word(one).counted for one in statuses]
    named = sorted(files, key=lambda file: (file is None, file or ""))
    lines = [
        f"| file | {' | '.join(names)} |",
        f"| --- |{' ---: |' * len(names)}",
        *(
            _table_row(_tag(file), [counts[file, one] for one in statuses])
            for file in named[:MAX_FILES]
        ),
    ]
    rest = named[MAX_FILES:]
    if rest:
        sums = [sum(counts[file, one] for file in rest) for one in statuses]
        lines.append(_table_row(f"{len(rest):,} more files", sums))
    return "\n".join(lines) + "\n"


def _table_row(title: str, counts: Iterable[int]) -> str:
    return f"| {title} | {' | '.join(f'{count:,}' if count else '' for count in counts)} |"


def _tag(file: str | None) -> str:
    return NOWHERE if file is None else f"<code>{marked_code(clip(file, MAX_NAME))}</code>"


def heading(status: str, count: int, note: str | None = None) -> str:
    """The title of a kind: its sign, how many there are, and what is to be known of all."""
    how = word(status)
    hint = f"\n\n{how.hint}" if how.hint else ""
    each = f"\n\nEach: {prose(note, 4 * MAX_NAME)}" if note else ""
    return f"### {code(how.symbol)} {count:,} {how.counted}{hint}{each}"


def _urgent_section(status: str, kind: Sequence[Row]) -> Section:
    note, rows = told_once(kind)
    entries = tuple(_entry(row, {}, place=True) for row in rows)
    rank = 0 if status not in LISTS else len(rows)
    title = heading(status, len(rows), note)
    return Section(title, entries, rank=rank, long=_is_long(rows, rank))


def _is_long(rows: Sequence[Row], rank: int) -> bool:
    """Whether there are many, in which nothing can be compared: their number says most of it."""
    return rank > MANY and not any(row.diff for row in rows)


def _by_file_sections(status: str, kind: Sequence[Row], *, counted: bool) -> Iterator[Section]:
    note, rows = told_once(kind)
    title, long = heading(status, len(rows), note), _is_long(rows, len(rows))
    for file, group in _by_file(rows):
        common = _in_common(group)
        where = "".join(f", all in {code(one)}" for one in (_origin(common),) if one)
        also = f", all in <code>{html(_origin(common))}</code>" if where else ""
        folds = len(group) > FEW or len(rows) > MANY
        name = code_within(file, 400) if file else NOWHERE
        tag = f"<code>{html(clip(file, MAX_NAME))}</code>" if file else NOWHERE
        yield Section(
            title,
            tuple(_entry(row, common) for row in group),
            place=f"**{name}**: {len(group):,}{where}",
            summary=f"{tag}: {len(group):,}{also}",
            opened=0 if folds else FEW,
            rank=len(rows),
            long=long,
            counted=counted,
        )
        title = ""


def _in_common(rows: Sequence[Row]) -> Fields:
    """The namespace and originName of what is new, where several have the same."""
    first = rows[0].fields
    pair = {name: first.get(name, "") for name in ("namespace", "originName")}
    same = all(row.new and not row.ended and pair.items() <= row.fields.items() for row in rows)
    return pair if same and len(rows) > 1 else {}


def _origin(fields: Fields) -> str:
    both = (fields.get("namespace"), fields.get("originName"))
    return " / ".join(clip(one, MAX_NAME) for one in both if one)


def _by_file(rows: Iterable[Row]) -> Iterator[tuple[str | None, tuple[Row, ...]]]:
    """The rows of each file, in the files' order; those of no file come last."""
    ordered = sorted(rows, key=lambda row: (row.file is None, row.file or ""))
    for file, group in groupby(ordered, key=lambda row: row.file):
        yield file, tuple(group)


def _entry(row: Row, common: Fields, *, place: bool = False) -> Entry:
    return Entry(_line(row, common, place=place), _below(row))


def _line(row: Row, common: Fields, *, place: bool) -> str:
    """Key, name, and what else is to be known, on one line."""
    parts = [f"**{code(clip(row.key, MAX_NAME))}**"]
    if row.name is not None and row.name != row.key:
        parts.append(code(clip(row.name, MAX_NAME)))
    if row.new and not row.ended and not common and _origin(row.fields):
        parts.append(f"in {code(_origin(row.fields))}")
    if row.audience_id is not None:
        parts.append(f"as {code(clip(row.audience_id, MAX_NAME))}")
    if row.moved_from is not None:
        parts.append(f"was {code(clip(row.moved_from, MAX_NAME))}")
    if row.replaced is not None:
        parts.append(f"in place of {code(clip(row.replaced, MAX_NAME))}")
    if place and row.source is not None:
        parts.append(f"in {code(clip(row.source.file, MAX_NAME))} line {row.source.line}")
    line = " ".join(parts)
    return f"{line}: {prose(row.note, 4 * MAX_NAME)}" if row.note else line


def _below(row: Row) -> str:
    """What differs, field by field; of what is new, what it is about."""
    if row.new and not row.ended:
        description = row.fields.get("description")
        return f"  - {text_as_it_is(description)}\n" if description else ""
    return "".join(_differences(row))


def _differences(row: Row) -> Iterator[str]:
    for one in row.diff:
        if not row.columns or one.known == one.observed:
            yield field_change(one.field, one.before, one.wanted)
            continue
        yield f"  - {one.field}:\n"
        for name, text in row.sides(one):
            edited = name == "platform" and text is not None and one.known is not None
            yield f"    - {name}: {text_change(one.known, text) if edited else side(text)}\n"
