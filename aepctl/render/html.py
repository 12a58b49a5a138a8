"""Plans and apply reports as one HTML file: complete, searchable, and without any network.

The page carries its rows as data and builds what is looked at from them; where no script runs, a
plain table stands in. Its policy lets nothing load, and only the one style and script run.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError
from aepctl.plan import Plan
from aepctl.render.entries import Entry, plan_entries, report_entries
from aepctl.render.escape import html, script_json
from aepctl.render.html_page import ASSETS, page
from aepctl.render.html_rows import plain_table, row_data
from aepctl.render.labels import (
    RESCUE,
    Label,
    by_status,
    label,
    plan_counts,
    report_counts,
    urgency,
)
from aepctl.yamldoc import InvalidInput, Problem


def plan_html(plan: Plan, *, plan_id: str) -> str:
    """A plan, for a browser."""
    facts = _facts(plan, plan_id)
    return _list_page("Plan", plan, facts, plan_counts(plan), plan_entries(plan))


def report_html(report: ApplyReport, *, plan_id: str) -> str:
    """What came of an apply, for a browser."""
    facts = _facts(report.plan, plan_id)
    if report.rescue:
        facts["Not saved"] = RESCUE
    if report.stopped:
        facts["Stopped"] = report.stopped
    elif report.interrupted:
        facts["Stopped"] = "interrupted"
    entries = report_entries(report)
    results = report_counts(report)
    left = by_status(entry.status for entry in entries if entry.status not in results)
    counts = {**results, **left}
    return _list_page("Apply", report.plan, facts, counts, entries)


def problems_html(problems: Iterable[Problem]) -> str:
    """Problems of manifests and settings, for a browser."""
    every = sorted(problems, key=lambda problem: problem.origin)
    title = f"{len(every)} problem{'s' * (len(every) != 1)}" if every else "No problems"
    rows = "".join(_problem(problem) for problem in every)
    head = "<tr><th scope=col>Place</th><th scope=col>Problem</th><th scope=col>Hint</th></tr>"
    table = f'<table class="plain"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    return page(title, _header(title) + (table if every else ""))


def error_html(error: AepctlError) -> str:
    """The page of a run that failed: its problems, or what went wrong and what to do next."""
    if isinstance(error, InvalidInput):
        return problems_html(error.problems)
    what = "".join(f"<p>{html(line)}</p>" for line in error.what.split("\n"))
    then = f"<p>Next: {html(error.next)}</p>" if error.next else ""
    body = f'<div class="callout bad">{what}{then}</div>'
    return page("aepctl failed", _header("Failed") + body)


def _facts(plan: Plan, plan_id: str) -> dict[str, str]:
    target = plan.target
    facts = {
        "Organisation": target.org,
        "Sandbox": target.sandbox,
        "Endpoint": target.endpoint,
        "Plan": plan_id,
    }
    return facts | ({"Only": " ".join(plan.targets)} if plan.targets else {})


def _list_page(
    what: str,
    plan: Plan,
    facts: Mapping[str, str],
    counts: Mapping[str, int],
    entries: Sequence[Entry],
) -> str:
    title = f"{what} for {plan.environment}"
    shown = {entry.status: None for entry in entries}
    body = (
        _header(title)
        + _facts_list(facts)
        + _totals(counts)
        + _hints(shown)
        + (ASSETS["list.html"] if entries else '<p class="empty">Nothing to do.</p>')
    )
    if not entries:
        return page(title, body)
    data = script_json(_encode(row_data(entries)))
    plain = f"<noscript>{plain_table(entries)}</noscript>"
    data = f'<script type="application/json" id="data">{data}</script>'
    return page(title, body + plain, data, script=ASSETS["script"])


def _header(title: str) -> str:
    return f'<header><p class="eyebrow">aepctl</p><h1>{html(title)}</h1></header>'


def _facts_list(facts: Mapping[str, str]) -> str:
    told = "".join(
        f"<div><dt>{html(name)}</dt><dd>{html(text)}</dd></div>" for name, text in facts.items()
    )
    return f'<dl class="facts">{told}</dl>'


def _totals(counts: Mapping[str, int]) -> str:
    tiles = "".join(
        _tile(status, count, label(status)) for status, count in counts.items() if count
    )
    return f'<ul class="totals" aria-label="Totals">{tiles}</ul>' if tiles else ""


def _tile(status: str, count: int, said: Label) -> str:
    return (
        f'<li class="tile {said.tone}" data-status="{html(status)}">'
        f'<span class="symbol" aria-hidden="true">{html(said.symbol)}</span>'
        f'<b>{count:,}</b> <span class="words">{html(said.total)}</span></li>'
    )


def _hints(statuses: Iterable[str]) -> str:
    """What is to be known of the statuses that are met, those that need attention first."""
    urgent = sorted(statuses, key=lambda one: (not label(one).attention, urgency(one)))
    labels = [label(one) for one in urgent]
    told = "".join(
        f'<li class="{said.tone}"><b>{html(said.total.capitalize())}.</b> {html(said.hint)}</li>'
        for said in labels
        if said.hint
    )
    return f'<ul class="hints">{told}</ul>' if told else ""


def _problem(problem: Problem) -> str:
    origin = problem.origin
    place = f"{origin.file}:{origin.line}:{origin.column}" if origin.line else origin.file
    cells = (f"<code>{html(place)}</code>", html(problem.message), html(problem.hint or ""))
    return "<tr>" + "".join(f"<td>{one}</td>" for one in cells) + "</tr>"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
