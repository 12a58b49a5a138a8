"""The parts of a review page in Markdown: one line an audience, and its fields as a diff.

Whatever comes from outside stands in code, where nothing in it means anything.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from aepctl.model.problem import Problem
from aepctl.plan.plan import FieldDiff
from aepctl.render.display import display
from aepctl.render.escape import clip, code, code_within, html, prose
from aepctl.render.fitting import Details, Section
from aepctl.render.view import Row
from aepctl.render.words import by_urgency, in_order, word

MAX_NAME = 160
"""Characters of a name within a line."""
MAX_OPEN = 20
"""More lines of a file than these are folded."""
NOWHERE = "no manifest"
SIDE_BY_SIDE = "Manifest, state and platform side by side"
SIGNS = {"manifest": "+", "state": "-", "platform": "!"}


def groups(rows: Iterable[Row]) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """What needs a look, and all others: each status under a heading of its own.

    The others stand by file, folded where they are many.
    """
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.status, []).append(row)
    urgent = [status for status in by_urgency(found) if word(status).attention]
    others = in_order({one: 0 for one in found if not word(one).attention})
    return (
        tuple(
            Section(_heading(one, len(found[one])), tuple(_line(r, place=True) for r in found[one]))
            for one in urgent
        ),
        tuple(section for one in others for section in _by_file_sections(one, found[one])),
    )


def _heading(status: str, count: int) -> str:
    how = word(status)
    hint = f"\n\n{how.hint}" if how.hint else ""
    return f"### {count} {how.counted}{hint}"


def _by_file_sections(status: str, rows: Sequence[Row]) -> Iterator[Section]:
    heading = _heading(status, len(rows))
    for file, group in _by_file(rows):
        place = code_within(file, 400) if file else NOWHERE
        title = f"{heading}\n\n" * bool(heading) + f"**{place}**: {len(group)}"
        yield Section(title, tuple(map(_line, group)), folds=len(group) > MAX_OPEN)
        heading = ""


def field_details(rows: Sequence[Row]) -> tuple[Details, ...]:
    """Field by field: where the platform has something else than state, all that each side has.

    One diff a file, folded but for that.
    """
    edited = tuple(_diff(row) for row in rows if row.columns)
    plain = (row for row in rows if row.new or (row.diff and not row.columns))
    others = tuple(
        Details(
            f"{f'<code>{html(clip(file, MAX_NAME))}</code>' if file else NOWHERE}, field by field",
            tuple(_diff(row) for row in group),
        )
        for file, group in _by_file(plain)
    )
    return (Details(SIDE_BY_SIDE, edited, folds=False), *others) if edited else others


def _by_file(rows: Iterable[Row]) -> Iterator[tuple[str | None, tuple[Row, ...]]]:
    """The rows of each file, in the files' order; those of no file come last."""
    ordered = sorted(rows, key=lambda row: (row.file is None, row.file or ""))
    for file, group in groupby(ordered, key=lambda row: row.file):
        yield file, tuple(group)


def _line(row: Row, *, place: bool = False) -> str:
    """`+` `key` `name` and what else is to be known, on one line."""
    parts = [code(word(row.status).symbol), code(clip(row.key, MAX_NAME))]
    if row.name is not None:
        parts.append(code(clip(row.name, MAX_NAME)))
    if row.audience_id is not None:
        parts.append(f"as {code(clip(row.audience_id, MAX_NAME))}")
    if row.moved_from is not None:
        parts.append(f"was {code(clip(row.moved_from, MAX_NAME))}")
    if row.replaced is not None:
        parts.append(f"in place of {code(clip(row.replaced, MAX_NAME))}")
    if row.diff:
        parts.append(f"({', '.join(one.field for one in row.diff)})")
    if place and row.source is not None:
        parts.append(f"in {code(clip(row.source.file, MAX_NAME))} line {row.source.line}")
    line = " ".join(parts)
    return f"{line}: {prose(row.note, 4 * MAX_NAME)}" if row.note else line


def _diff(row: Row) -> str:
    added = (FieldDiff(field, None, None, value) for field, value in row.fields.items())
    lines = [f"@@ {display(row.key)} @@"]
    for one in added if row.new else row.diff:
        if row.columns and one.known != one.observed:
            lines += _each_side(row, one)
            continue
        if one.before is not None:
            lines.append(f"- {one.field:<11}  {display(one.before)}")
        if one.wanted is not None:
            lines.append(f"+ {one.field:<11}  {display(one.wanted)}")
    return "\n".join(lines)


def _each_side(row: Row, one: FieldDiff) -> Iterator[str]:
    """A line a side: `!` is what a diff marks as neither old nor new."""
    for name, text in row.sides(one):
        shown = "(none)" if text is None else display(text)
        yield f"{SIGNS[name]} {one.field:<11}  {name:<8}  {shown}"


def problem_line(problem: Problem) -> str:
    origin = problem.origin
    where = f"line {origin.line}: " if origin.line else ""
    hint = f" ({code(clip(problem.hint, 2 * MAX_NAME))})" if problem.hint else ""
    said = code(clip(problem.message, 4 * MAX_NAME))
    return f"{where}{said} {code(clip(f'[{problem.rule}]', MAX_NAME))}{hint}"
