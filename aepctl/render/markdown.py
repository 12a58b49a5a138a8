"""Plans, apply reports and problems as Markdown for a review comment.

Whatever comes from outside stands in code, where nothing in it means anything. The first line is
hidden; by it a bot finds its own comment again.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError
from aepctl.plan import Plan
from aepctl.render.display import display
from aepctl.render.entries import Entry, by_file, plan_entries, report_entries
from aepctl.render.escape import clip, code, code_within, comment, html
from aepctl.render.fitting import Details, Group, Page, fit
from aepctl.render.labels import (
    RESCUE,
    by_status,
    label,
    plan_counts,
    report_counts,
    totals,
    urgency,
)
from aepctl.settings import Target
from aepctl.yamldoc import InvalidInput, Problem

BUDGET = 60_000
"""GitHub takes comments of 65,536 characters."""
LONG = 160
"""Characters of a name or a message within a line."""
FEW = 20
"""Targets that are named."""
NOWHERE = "no manifest"


def plan_markdown(
    plan: Plan, *, plan_id: str, max_bytes: int = BUDGET, whole: str | None = None
) -> str:
    """A plan. `whole` says where all of it is; it is named where something is left out."""
    entries = plan_entries(plan)
    said = totals(plan_counts(plan)) or "no audiences"
    head = [
        marker(plan_id, plan.environment),
        f"## Plan for {code_within(plan.environment, 200)}\n",
        f"**{said}**\n",
        _target(plan.target, plan_id),
        *_notes(plan, entries),
    ]
    page = Page(
        head="\n".join(head),
        least=_least(plan_id, plan.environment, "Plan", said),
        total=len(entries),
        attention=_attention(entries),
        groups=_groups(entries),
        details=_details(entries),
        whole=whole,
    )
    return fit(page, max_bytes)


def report_markdown(
    report: ApplyReport, *, plan_id: str, max_bytes: int = BUDGET, whole: str | None = None
) -> str:
    """What came of an apply."""
    plan = report.plan
    entries = report_entries(report)
    said = totals(report_counts(report)) or "nothing was to be done"
    head = [
        marker(plan_id, plan.environment),
        f"## Apply for {code_within(plan.environment, 200)}\n",
        f"**{said}**\n",
        _target(plan.target, plan_id),
        *_ending(report),
        *_notes(plan, entries),
    ]
    page = Page(
        head="\n".join(head),
        least=_least(plan_id, plan.environment, "Apply", said),
        total=len(entries),
        attention=_attention(entries),
        groups=_groups(entries),
        whole=whole,
    )
    return fit(page, max_bytes)


def problems_markdown(
    problems: Iterable[Problem],
    *,
    environment: str = "",
    max_bytes: int = BUDGET,
    whole: str | None = None,
) -> str:
    """Problems of manifests and settings, by file."""
    every = sorted(problems, key=lambda problem: problem.origin)
    said = f"{len(every)} problem{'s' * (len(every) != 1)}" if every else "No problems"
    groups = [
        Group(f"**{code_within(file, 400)}**", tuple(_problem(one) for one in group))
        for file, group in groupby(every, key=lambda problem: problem.origin.file)
    ]
    head = f"{marker('', environment)}\n## {said}\n"
    return fit(
        Page(head, head, len(every), "problems", groups=tuple(groups), whole=whole), max_bytes
    )


def error_markdown(
    error: AepctlError,
    *,
    environment: str = "",
    max_bytes: int = BUDGET,
    whole: str | None = None,
) -> str:
    """The page of a run that failed: its problems, or what went wrong and what to do next."""
    if isinstance(error, InvalidInput):
        return problems_markdown(
            error.problems, environment=environment, max_bytes=max_bytes, whole=whole
        )
    title = f"{marker('', environment)}\n## aepctl failed\n"
    then = f"\nNext: {code_within(error.next, 1000)}\n" if error.next else ""
    what = "\n\n".join(code_within(line, 1000) for line in error.what.split("\n"))
    head = f"{title}\n{what}\n{then}"
    return fit(Page(head, f"{title}\n{code_within(error.what, 200)}\n", 0, whole=whole), max_bytes)


def marker(plan_id: str, environment: str) -> str:
    """The hidden first line. `-` stands for what there is not."""
    plan_id, environment = comment(plan_id)[:80] or "-", comment(environment)[:100] or "-"
    return f"<!-- aepctl plan-id={plan_id} environment={environment} -->"


def _least(plan_id: str, environment: str, what: str, said: str) -> str:
    head = f"{marker(plan_id, environment)}\n## {what} for {code_within(environment, 60)}\n"
    return f"{head}\n**{said}**\n"


def _target(target: Target, plan_id: str) -> str:
    parts = [("Organisation", target.org), ("sandbox", target.sandbox), ("at", target.endpoint)]
    said = ", ".join(f"{word} {code_within(text, 300)}" for word, text in parts)
    return f"{said}; plan {code_within(plan_id, 100)}\n"


def _notes(plan: Plan, entries: Sequence[Entry]) -> Iterator[str]:
    if plan.targets:
        more = f" and {len(plan.targets) - FEW} more" if len(plan.targets) > FEW else ""
        yield f"Only {', '.join(code_within(one, 200) for one in plan.targets[:FEW])}{more}.\n"
    if not entries:
        yield "Nothing to do.\n"
    labels = dict.fromkeys(entry.label for entry in entries if not entry.label.attention)
    yield from (f"{one.total.capitalize()}. {one.hint}\n" for one in labels if one.hint)


def _ending(report: ApplyReport) -> Iterator[str]:
    if report.rescue:
        yield f"> **{RESCUE}**\n"
    if report.stopped:
        yield f"> **Stopped:** {code_within(report.stopped, 1000)}\n"
    elif report.interrupted:
        yield "> **Interrupted:** everything that was started is recorded.\n"


def _attention(entries: Sequence[Entry]) -> tuple[Group, ...]:
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


def _groups(entries: Sequence[Entry]) -> tuple[Group, ...]:
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


def _details(entries: Sequence[Entry]) -> tuple[Details, ...]:
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


def _problem(problem: Problem) -> str:
    origin = problem.origin
    where = f"line {origin.line}: " if origin.line else ""
    hint = f" ({code(clip(problem.hint, 2 * LONG))})" if problem.hint else ""
    return f"{where}{code(clip(problem.message, 4 * LONG))}{hint}"
