"""JUnit: one case for each thing, well-formed whatever the texts hold."""

from xml.etree import ElementTree as ET

import pytest
from goldens import DATA, Golden
from hypothesis import given
from lxml import etree
from review_samples import PLAN, PROBLEMS, REPORT, few, plans, problems, reports, statuses

from aepctl.apply.outcomes import OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.problem import Problem
from aepctl.plan.plan import Plan
from aepctl.render.junit import render
from aepctl.render.report import view_of_report
from aepctl.render.validated import view_of_validation
from aepctl.render.view import (
    View,
    view_of_error,
    view_of_plan,
    view_of_problems,
)

SCHEMA = etree.XMLSchema(etree.parse(DATA / "junit-10.xsd"))
"""What Jenkins takes: its xUnit plugin validates each report, and drops the invalid ones."""
KINDS = ("failure", "error", "skipped")


def counts(text: str) -> dict[str, int]:
    """How many cases there are of each kind; what the document says of itself must agree."""
    SCHEMA.assertValid(etree.fromstring(text.encode()))
    root = ET.fromstring(text.encode())
    (suite,) = root
    cases = list(suite)
    found = {kind: sum(case.find(kind) is not None for case in cases) for kind in KINDS}
    found["tests"] = len(cases)
    said = {"failure": "failures", "error": "errors"}
    assert {kind: int(suite.get(said.get(kind, kind), -1)) for kind in found} == found
    del found["skipped"]
    assert {kind: int(root.get(said.get(kind, kind), -1)) for kind in found} == found
    found["skipped"] = sum(case.find("skipped") is not None for case in cases)
    return found


def test_a_plan(golden: Golden) -> None:
    golden("render/plan.junit.xml", render(view_of_plan(PLAN)))


def test_what_came_of_an_apply(golden: Golden) -> None:
    golden("render/apply.junit.xml", render(view_of_report(REPORT)))


def test_problems(golden: Golden) -> None:
    golden("render/problems.junit.xml", render(view_of_problems(PROBLEMS)))


@pytest.mark.parametrize(
    "view",
    [view_of_plan(PLAN), view_of_report(REPORT), view_of_problems(PROBLEMS)],
    ids=lambda one: one.title,
)
def test_gitlab_finds_what_it_reads_of_a_case(view: View) -> None:
    """Its parser takes these from `testcase`, and `message` or the text from what is within."""
    for case in ET.fromstring(render(view)).iter("testcase"):
        assert {*case.attrib} == {"classname", "name", "time"}
        assert all(case.attrib.values())
        for inner in case:
            if inner.tag == "system-out":
                assert inner.text
                continue
            assert inner.tag in KINDS
            assert {*inner.attrib} == {"message"}
            assert inner.get("message")


def test_the_schema_refuses_what_jenkins_refuses() -> None:
    text = render(view_of_plan(PLAN))
    for wrong in (text.replace("<testsuites ", '<testsuites skipped="1" '),
                  text.replace("<testcase ", '<testcase file="a.yaml" ')):  # fmt: skip
        assert not SCHEMA.validate(etree.fromstring(wrong.encode()))


def test_no_problem_is_a_case_that_passed() -> None:
    for view in (view_of_problems([]), view_of_validation(3)):
        assert counts(render(view)) == {"failure": 0, "error": 0, "skipped": 0, "tests": 1}


def test_a_run_that_failed_is_an_error() -> None:
    text = render(view_of_error(AepctlError("the state is locked", hint="wait")))
    assert counts(text)["error"] == 1
    assert 'message="the state is locked [failed]">wait<' in text


def test_a_run_that_failed_for_its_input_shows_the_problems() -> None:
    failed = view_of_error(InvalidInput(PROBLEMS))
    assert render(failed) == render(view_of_problems(PROBLEMS))


@few
@given(plans())
def test_any_plan(plan: Plan) -> None:
    actions = statuses(plan)
    assert counts(render(view_of_plan(plan))) == {
        "tests": len(plan.changes),
        "error": actions["settle"],
        "failure": actions["decide"] + actions["drift"],
        "skipped": 0,
    }


@few
@given(reports())
def test_any_report(report: ApplyReport) -> None:
    done = {outcome.key for outcome in report.outcomes}
    waiting = [c.action.value for c in report.plan.changes if c.key not in done and not c.steps]
    kinds = report.counts()
    failed = kinds[OutcomeKind.REFUSED] + kinds[OutcomeKind.UNDECIDED]
    assert counts(render(view_of_report(report))) == {
        "tests": len(report.plan.changes),
        "error": kinds[OutcomeKind.UNKNOWN] + waiting.count("settle"),
        "failure": failed + waiting.count("decide") + waiting.count("drift"),
        "skipped": report.not_started,
    }


@given(problems)
def test_any_problems(some: list[Problem]) -> None:
    assert counts(render(view_of_problems(some)))["failure"] == len(some)
