"""One plan, one report, many formats: all of them count the same."""

import json
import re
from collections import Counter
from xml.etree import ElementTree as ET

from hypothesis import given
from review_samples import few, plans, reports

from aepctl.apply.outcomes import OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.plan.plan import Plan
from aepctl.render import github, gitlab, html, junit, markdown, text
from aepctl.render.json import plan_json
from aepctl.render.report import view_of_report
from aepctl.render.report_json import report_json
from aepctl.render.view import View, view_of_plan
from aepctl.render.words import DONE, LEFT_ALONE, NOT_STARTED, UNCHANGED, WORDS

Counts = dict[str, int]


def in_words(line: str, statuses: Counts) -> Counts:
    said = {words: int(count) for count, words in re.findall(r"(\d+) ([^,.]+)", line)}
    return {status: said.get(WORDS[status].counted, 0) for status in statuses}


def in_text(view: View, statuses: Counts) -> Counts:
    summary = text.summary(view, text.PLAIN) if view.plan else text.render(view)
    heads = [line for line in summary.split("\n") if line.startswith(f"{view.title} for ")]
    return in_words(heads[0].rpartition(": ")[2] if heads else "", statuses)


def in_markdown(view: View, statuses: Counts) -> Counts:
    page = markdown.render(view)
    (line,) = re.findall(r"^\*\*(\d.*|no .*|nothing .*)\*\*$", page, re.MULTILINE)
    return in_words(line, statuses)


def in_html(view: View, statuses: Counts) -> Counts:
    tile = r'class="tile \w+" data-status="([a-z-]+)">.*?<b>(\d+)</b>'
    tiles = dict(re.findall(tile, html.render(view)))
    return {status: int(tiles.get(status, 0)) for status in statuses}


def in_outputs(view: View, statuses: Counts) -> Counts:
    told = github.outputs(view, 0)
    return {status: int(told[WORDS[status].output]) for status in statuses}


def assert_agreed(view: View, counts: Counts) -> None:
    for format_ in (in_text, in_markdown, in_html, in_outputs):
        assert format_(view, counts) == counts, format_.__name__


@few
@given(plans(saved=True))
def test_all_formats_of_a_plan(plan: Plan) -> None:
    counts = json.loads(plan_json(plan))["summary"]
    counts[LEFT_ALONE] = counts.pop("leftAlone")
    view = view_of_plan(plan)
    assert_agreed(view, counts)
    terraform = json.loads(gitlab.render(view))
    assert terraform == {
        "create": counts["create"] + counts["replace"],
        "update": counts["update"],
        "delete": counts["delete"] + counts["replace"],
    }
    shown = {one: n for one, n in counts.items() if n and one not in {UNCHANGED, DONE}}
    cases = ET.fromstring(junit.render(view).encode()).get("tests")
    assert int(cases or -1) == sum(shown.values())
    assert Counter(row.status for row in view.rows) == shown
    headings = re.findall(r"^### `.+?` (\d+) (.*)$", markdown.render(view), re.MULTILINE)
    assert {words: int(n) for n, words in headings} == {
        WORDS[one].counted: n for one, n in shown.items()
    }
    loud = ("settle", "decide", "drift", "delete", "replace")
    warned = github.annotations(view, limit=1000).count("::warning ")
    assert warned == sum(counts[one] for one in loud)


@few
@given(reports(saved=True))
def test_all_formats_of_a_report(report: ApplyReport) -> None:
    said = json.loads(report_json(report))["summary"]
    counts = {kind.value: said.get(kind.value, 0) for kind in OutcomeKind}
    counts[NOT_STARTED] = said["notStarted"]
    counts |= {DONE: said["plan"]["done"], LEFT_ALONE: said["plan"]["leftAlone"]}
    view = view_of_report(report)
    assert_agreed(view, counts)
    root = ET.fromstring(junit.render(view).encode())
    assert int(root.get("errors", -1)) >= counts["unknown"]
    assert int(root.get("failures", -1)) >= counts["refused"] + counts["undecided"]
