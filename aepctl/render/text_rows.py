"""The audiences of a result on a terminal or in a log: a line each, or with all that is told."""

from collections.abc import Iterable, Iterator, Sequence

from aepctl.render.alike import told_once
from aepctl.render.display import Paint, cells, display, display_all
from aepctl.render.text_fields import difference, label, not_obeyed, side, value
from aepctl.render.view import Row
from aepctl.render.word import Word
from aepctl.render.words import word
from aepctl.render.wrapping import wrap

FEW = 5
"""So many audiences are always shown with all that is told of them."""
MANY = 60
"""More of a kind are folded, where that is wanted; FIRST and LAST are shown."""
FIRST, LAST = 20, 10
WIDEST = 48
"""A column is not made wider for one long text in it."""
NARROWEST = 12
"""Nor narrower than that for a terminal that is narrow."""
NAME, ORIGIN = 2, 3
"""The columns of names, and of what is most often the same for all."""


def rows_lines(rows: Sequence[Row], paint: Paint) -> Iterator[str]:
    """All of them, a kind after the other: what needs a person comes first."""
    few = paint.verbose or len(rows) <= FEW
    for number, kind in enumerate(by_kind(rows)):
        if number and len(rows) > FEW:
            yield ""
        how = word(kind[0].status)
        note, every = told_once(kind)
        shown, left = folded(every, how, paint)
        told = _table(shown, how, paint) if how.brief and not few else _blocks(shown, how, paint)
        yield from with_fold(told, left, how, paint) if left else told
        if note is not None:
            yield _below(f"each: {display(note)}", paint)


def by_kind(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows of each status: the most urgent first, what takes a line each, new ones last."""
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        kinds.setdefault(row.status, []).append(row)
    return [kinds[status] for status in sorted(kinds, key=_place)]


def _place(status: str) -> tuple[bool, int, bool, bool]:
    how = word(status)
    return how.urgency is None, how.urgency or 0, how.brief, how.tone == "good"


def folded(kind: Sequence[Row], how: Word, paint: Paint) -> tuple[Sequence[Row], int]:
    """What is shown of a kind, and how many are not. What may do harm is always shown."""
    if not paint.folds or paint.verbose or len(kind) <= MANY or how.tone in {"warn", "bad"}:
        return kind, 0
    return [*kind[:FIRST], *kind[-LAST:]], len(kind) - FIRST - LAST


def with_fold(told: Iterable[str], left: int, how: Word, paint: Paint) -> Iterator[str]:
    """What is told of each that is shown, and in between how to see the others."""
    for number, one in enumerate(told):
        if left and number == FIRST:
            more = f"… {left:,} more {how.counted}; {display(paint.folds)}"
            yield wrap(paint(more, "dim"), paint, 2)
        yield one


def _blocks(rows: Sequence[Row], how: Word, paint: Paint) -> Iterator[str]:
    return ("\n".join(_block(row, how, paint)) for row in rows)


def _block(row: Row, how: Word, paint: Paint) -> Iterator[str]:
    """What is planned for an audience, or known of it."""
    key, place = display(row.key), ""
    if row.source:
        place = f"  {display(row.source.file)}:{row.source.line}"
    head = f"{how.symbol} {key}"
    yield wrap(paint(head, how.colour, "bold") + paint(place, "dim"), paint, 4)
    if row.new:
        for field, text in row.fields.items():
            yield from value(label(field), text, paint)
        if row.audience_id is not None:
            yield label("audienceId") + display(row.audience_id)
    for one in row.diff:
        yield from difference(row, one, paint)
    if how.line or row.note is not None or row.came:
        yield from (_below(line, paint) for line in _notes(row, how))


def _below(line: str, paint: Paint) -> str:
    return wrap(f"    {not_obeyed(line)}", paint, 6)


def _notes(row: Row, how: Word) -> Iterator[str]:
    if row.came:
        yield display(row.came)
    told = [display(row.note)] if row.note is not None else []
    if how.line:
        line = how.line.format(name=side(row.name), id=side(row.audience_id))
        told.insert(0 if how.line.startswith("{name}") else len(told), line)
    yield from told


def _table(rows: Sequence[Row], how: Word, paint: Paint) -> Iterator[str]:
    """A line for each, in columns as far as they fit; what else is to be known is below it."""
    lines = list(_cells(rows, how))
    head = ""
    if _excess(_widths(lines), paint) and len({line[ORIGIN] for line in lines}) == 1:
        head = wrap(paint(f"  all of {lines[0][ORIGIN]}:", "dim"), paint, 4) + "\n"
        lines = [(*line[:ORIGIN], "", *line[ORIGIN + 1 :]) for line in lines]
    told = _aligned(lines, (how.colour, "bold"), paint)
    for row, line in zip(rows, told, strict=True):
        shown = [f"{head}{wrap(line, paint, 4)}"]
        head = ""
        for one in row.diff:
            shown += difference(row, one, paint)
        if row.note is not None:
            shown.append(_below(display(row.note), paint))
        yield "\n".join(shown)


def _aligned(lines: list[tuple[str, ...]], first: tuple[str, ...], paint: Paint) -> Iterator[str]:
    """The lines in columns; `first` is the style of the first one."""
    widths = _fitting(_widths(lines), paint)
    styles = (first, (), (), (), ("dim",), ("dim",))
    every = zip(zip(*lines, strict=True), widths, styles, strict=True)
    columns = [one for one in every if one[1]]
    padded = [_padded(texts, wide) for texts, wide, _ in columns[:-1]]
    padded.append(list(columns[-1][0]))
    parts = [paint("%s", *style) for _, _, style in columns]
    template = "  ".join(parts)
    for texts in zip(*padded, strict=True):
        if texts[-1]:
            yield template % texts
            continue
        shown = "  ".join(texts).rstrip()
        yield paint(shown[: len(texts[0])].rstrip(), *first) + shown[len(texts[0]) :]


def _padded(texts: Sequence[str], wide: int) -> list[str]:
    return [f"{text}{' ' * (wide - cells(text))}" for text in texts]


def _cells(rows: Sequence[Row], how: Word) -> Iterator[tuple[str, ...]]:
    """Symbol and key, what it was, name, namespace and originName, the ID, and the place."""
    texts: list[str] = []
    for row in rows:
        fields, source = row.fields, row.source
        texts += (
            f"{how.symbol} {row.key}",
            row.came or "",
            fields.get("name", ""),
            f"{fields.get('namespace', '')}/{fields.get('originName', '')}",
            "" if row.new or row.audience_id is None else row.audience_id,
            f"{source.file}:{source.line}" if source else "",
        )
    shown = iter(display_all(texts))
    return zip(shown, shown, shown, shown, shown, shown, strict=True)


def _widths(lines: list[tuple[str, ...]]) -> list[int]:
    return [min(max(map(cells, column)), WIDEST) for column in zip(*lines, strict=True)]


def _excess(widths: list[int], paint: Paint) -> int:
    """How many cells do not fit."""
    whole = sum(wide + 2 for wide in widths if wide) - 2
    return 0 if paint.width is None else max(whole - paint.width, 0)


def _fitting(widths: list[int], paint: Paint) -> list[int]:
    """Narrower columns, where the terminal is narrow: what is longer goes over its column."""
    for number in (NAME, 0):
        most = max(widths[number] - NARROWEST, 0)
        widths[number] -= min(_excess(widths, paint), most)
    return [min(wide, 1) for wide in widths] if _excess(widths, paint) else widths
