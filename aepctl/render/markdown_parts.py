"""The parts of a review page in Markdown: one line an audience, and its fields as a diff.

Whatever comes from outside stands in code, where nothing in it means anything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from aepctl.model.problem import Problem
from aepctl.plan.plan import FieldDiff
from aepctl.render.display import display
from aepctl.render.escape import clip, code, code_within, html
from aepctl.render.fitting import Details, Section
from aepctl.render.view import Row
from aepctl.render.words import by_status, by_urgency, totals, word

MAX_NAME = 160
"""Characters of a name within a line."""
NOWHERE = "no manifest"


def attention_groups(rows: Iterable[Row]) -> tuple[Section, ...]:
    """What needs a look, one group a status, as its own heading."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if word(row.status).attention:
            found.setdefault(row.status, []).append(row)
    return tuple(
        Section(
            f"### {len(found[status])} {word(status).counted}\n\n{word(status).hint}",
            tuple(_line(row, place=True) for row in found[status]),
        )
        for status in by_urgency(found)
    )


def file_groups(rows: Iterable[Row]) -> tuple[Section, ...]:
    """All others, by file; under a heading of their own where they would stand under another's."""
    rows = tuple(rows)
    others = [row for row in rows if not word(row.status).attention]
    counted = totals(by_status(row.status for row in others))
    heading = f"### {counted}\n\n" if len(others) < len(rows) else ""
    found = tuple(
        Section(
            f"**{code_within(file, 400) if file else NOWHERE}**: "
            f"{totals(by_status(row.status for row in group))}",
            tuple(_line(row) for row in group),
        )
        for file, group in _by_file(others)
    )
    return tuple(
        replace(one, title=f"{'' if place else heading}{one.title}")
        for place, one in enumerate(found)
    )


def field_details(rows: Iterable[Row]) -> tuple[Details, ...]:
    """Field by field, one folded diff a file."""
    return tuple(
        Details(
            f"{f'<code>{html(clip(file, MAX_NAME))}</code>' if file else NOWHERE}, field by field",
            tuple(_diff(row) for row in group),
        )
        for file, group in _by_file(row for row in rows if row.new or row.diff)
    )


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
    if row.diff:
        parts.append(f"({', '.join(one.field for one in row.diff)})")
    if place and row.source is not None:
        parts.append(f"in {code(clip(row.source.file, MAX_NAME))} line {row.source.line}")
    line = " ".join(parts)
    return f"{line}: {code(clip(row.note, 4 * MAX_NAME))}" if row.note else line


def _diff(row: Row) -> str:
    added = (FieldDiff(field, None, None, value) for field, value in row.fields.items())
    lines = [f"@@ {display(row.key)} @@"]
    for one in added if row.new else row.diff:
        if one.columns:
            lines += [
                f"! {one.field:<11}  {side:<8}  {'(none)' if text is None else display(text)}"
                for side, text in one.columns
            ]
            continue
        if one.before is not None:
            lines.append(f"- {one.field:<11}  {display(one.before)}")
        if one.wanted is not None:
            lines.append(f"+ {one.field:<11}  {display(one.wanted)}")
    return "\n".join(lines)


def problem_line(problem: Problem) -> str:
    origin = problem.origin
    where = f"line {origin.line}: " if origin.line else ""
    hint = f" ({code(clip(problem.hint, 2 * MAX_NAME))})" if problem.hint else ""
    return f"{where}{code(clip(problem.message, 4 * MAX_NAME))}{hint}"
