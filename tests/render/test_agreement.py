"""One plan, one report, many formats: all of them count the same."""

import json
import re
from xml.etree import ElementTree as ET

from hypothesis import given
from review_samples import plans, reports

from aepctl.apply.outcomes import Result
from aepctl.apply.report import ApplyReport
from aepctl.plan import Plan
from aepctl.render.github import plan_outputs, report_outputs
from aepctl.render.gitlab import plan_terraform
from aepctl.render.html import plan_html, report_html
from aepctl.render.junit import plan_junit, report_junit
from aepctl.render.labels import ACTIONS, NOT_STARTED, RESULTS, Label
from aepctl.render.markdown import plan_markdown, report_markdown
from aepctl.render.outcome_json import report_json
from aepctl.render.plan_json import plan_json

Counts = dict[str, int]


def in_markdown(page: str, labels: dict[str, Label]) -> Counts:
    (line,) = re.findall(r"^\*\*(\d.*|no .*|nothing .*)\*\*$", page, re.MULTILINE)
    said = {words: int(count) for count, words in re.findall(r"(\d+) ([^,]+)", line)}
    return {status: said.get(one.total, 0) for status, one in labels.items()}


def in_html(page: str, labels: dict[str, Label]) -> Counts:
    tiles = dict(re.findall(r'class="tile \w+" data-status="([a-z-]+)">.*?<b>(\d+)</b>', page))
    return {status: int(tiles.get(status, 0)) for status in labels}


@given(plans())
def test_all_formats_of_a_plan(plan: Plan) -> None:
    counts = json.loads(plan_json(plan))["summary"]
    labels = dict(ACTIONS)
    assert in_markdown(plan_markdown(plan, plan_id="x"), labels) == counts
    assert in_html(plan_html(plan, plan_id="x"), labels) == counts
    outputs = plan_outputs(plan, plan_id="x")
    for status, count in counts.items():
        assert outputs.get(f"to_{status}", outputs.get(status)) == str(count)
    terraform = json.loads(plan_terraform(plan))
    assert (terraform["create"], terraform["update"]) == (counts["create"], counts["update"])
    cases = ET.fromstring(plan_junit(plan).encode()).get("tests")
    assert int(cases or -1) == sum(counts.values()) - counts["unchanged"]


@given(reports())
def test_all_formats_of_a_report(report: ApplyReport) -> None:
    said = json.loads(report_json(report))["summary"]
    counts = {result.value: said[result.value] for result in Result}
    counts[NOT_STARTED] = said["notStarted"]
    labels = dict(RESULTS)
    assert in_markdown(report_markdown(report, plan_id="x"), labels) == counts
    assert in_html(report_html(report, plan_id="x"), labels) == counts
    outputs = report_outputs(report, plan_id="x")
    for status, count in counts.items():
        assert outputs[status.replace("-", "_")] == str(count)
    junit = ET.fromstring(report_junit(report).encode())
    assert int(junit.get("errors", -1)) >= counts["unknown"]
    assert int(junit.get("failures", -1)) >= counts["refused"]
