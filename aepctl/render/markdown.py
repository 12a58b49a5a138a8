"""Plans, apply reports and problems as Markdown for a review comment.

Whatever comes from outside stands in code, where nothing in it means anything. The first line is
hidden; by it a bot finds its own comment again.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError
from aepctl.plan import Plan
from aepctl.render.entries import Entry, plan_entries, report_entries
from aepctl.render.escape import code_within, comment
from aepctl.render.fitting import Group, Page, fit
from aepctl.render.labels import RESCUE, plan_counts, report_counts, totals
from aepctl.render.markdown_parts import (
    attention_groups,
    field_details,
    file_groups,
    problem_line,
)
from aepctl.settings import Target
from aepctl.yamldoc import InvalidInput, Problem

BUDGET = 60_000
"""GitHub takes comments of 65,536 characters."""
FEW = 20
"""Targets that are named."""


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
        attention=attention_groups(entries),
        groups=file_groups(entries),
        details=field_details(entries),
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
        attention=attention_groups(entries),
        groups=file_groups(entries),
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
        Group(f"**{code_within(file, 400)}**", tuple(problem_line(one) for one in group))
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
    plan_id, environment = comment(plan_id)[:64] or "-", comment(environment)[:60] or "-"
    return f"<!-- aepctl plan-id={plan_id} environment={environment} -->"


def _least(plan_id: str, environment: str, what: str, said: str) -> str:
    head = f"{marker(plan_id, environment)}\n## {what} for {code_within(environment, 40)}\n"
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
