"""The parts of a review page in Markdown: one line an audience, and its fields as a diff.

Whatever comes from outside stands in code, where nothing in it means anything.
"""

from collections.abc import Sequence

from aepctl.render.display import display
from aepctl.render.entries import Entry, by_file
from aepctl.render.escape import clip, code, code_within, html
from aepctl.render.fitting import Details, Group
from aepctl.render.labels import by_status, label, totals, urgency
from aepctl.yamldoc import Problem

LONG = 160
"""Characters of a name or a message within a line."""
NOWHERE = "no manifest"


def attention_groups(entries: Sequence[Entry]) -> tuple[Group, ...]:
    """What needs a look, one group a status, as its own heading."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.label.attention:
            found.setdefault(entry.status, []).append(entry)
    return tuple(
        Group(
            f"### {len(group)} {label(status).total}\n\n{label(status).hint}",
            tuple(_line(entry, place=True) for entry in group),
        )
        for status, group in sorted(found.items(), key=lambda one: urgency(one[0]))
    )


def file_groups(entries: Sequence[Entry]) -> tuple[Group, ...]:
    """All others, by file."""
    ordinary = (entry for entry in entries if not entry.label.attention)
    return tuple(
        Group(
            f"**{code_within(file, 400) if file else NOWHERE}**: "
            f"{totals(by_status(entry.status for entry in group))}",
            tuple(_line(entry) for entry in group),
        )
        for file, group in by_file(ordinary)
    )


def _line(entry: Entry, *, place: bool = False) -> str:
    """`+` `key` `name` and what else is to be known, on one line."""
    parts = [code(entry.label.symbol), code(clip(entry.change.key, LONG))]
    name = entry.said.get("name")
    if name is not None:
        parts.append(code(clip(name, LONG)))
    if entry.audience_id is not None:
        parts.append(f"as {code(clip(entry.audience_id, LONG))}")
    if entry.change.fields:
        parts.append(f"({', '.join(one.field for one in entry.change.fields)})")
    source = entry.change.source
    if place and source is not None:
        parts.append(f"in {code(clip(source.file, LONG))} line {source.line}")
    line = " ".join(parts)
    return f"{line}: {code(clip(entry.note, 4 * LONG))}" if entry.note else line


def field_details(entries: Sequence[Entry]) -> tuple[Details, ...]:
    """Field by field, one folded diff a file."""
    with_fields = (entry for entry in entries if entry.fields)
    return tuple(
        Details(
            f"{f'<code>{html(clip(file, LONG))}</code>' if file else NOWHERE}, field by field",
            tuple(_diff(entry) for entry in group),
        )
        for file, group in by_file(with_fields)
    )


def _diff(entry: Entry) -> str:
    lines = [f"@@ {display(entry.change.key)} @@"]
    for one in entry.fields:
        if one.before is not None:
            lines.append(f"- {one.field:<11}  {display(one.before)}")
        if one.after is not None:
            lines.append(f"+ {one.field:<11}  {display(one.after)}")
    return "\n".join(lines)


def problem_line(problem: Problem) -> str:
    origin = problem.origin
    where = f"line {origin.line}: " if origin.line else ""
    hint = f" ({code(clip(problem.hint, 2 * LONG))})" if problem.hint else ""
    return f"{where}{code(clip(problem.message, 4 * LONG))}{hint}"
