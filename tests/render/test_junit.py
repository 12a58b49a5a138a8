"""JUnit: one case for each thing, well-formed whatever the texts hold."""

from xml.etree import ElementTree as ET

from goldens import Golden
from hypothesis import given
from review_samples import PLAN, PROBLEMS, REPORT, plans, problems, reports, statuses

from aepctl.apply.outcomes import Result
from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError
from aepctl.plan import Plan
from aepctl.render.entries import report_entries
from aepctl.render.junit import error_junit, plan_junit, problems_junit, report_junit
from aepctl.yamldoc import InvalidInput, Problem

KINDS = ("failure", "error", "skipped")


def counts(text: str) -> dict[str, int]:
    """How many cases there are of each kind; what the document says of itself must agree."""
    root = ET.fromstring(text.encode())
    (suite,) = root
    cases = list(suite)
    found = {kind: sum(case.find(kind) is not None for case in cases) for kind in KINDS}
    found["tests"] = len(cases)
    said = {"failure": "failures", "error": "errors"}
    for element in (root, suite):
        assert {kind: int(element.get(said.get(kind, kind), -1)) for kind in found} == found
    return found


def test_a_plan(golden: Golden) -> None:
    golden("render/plan.junit.xml", plan_junit(PLAN))


def test_what_came_of_an_apply(golden: Golden) -> None:
    golden("render/apply.junit.xml", report_junit(REPORT))


def test_problems(golden: Golden) -> None:
    golden("render/problems.junit.xml", problems_junit(PROBLEMS))


def test_no_problem_is_a_case_that_passed() -> None:
    assert counts(problems_junit([])) == {"failure": 0, "error": 0, "skipped": 0, "tests": 1}


def test_a_run_that_failed_is_an_error() -> None:
    text = error_junit(AepctlError("the state is locked", next="wait"))
    assert counts(text)["error"] == 1
    assert 'message="the state is locked">wait<' in text


def test_a_run_that_failed_for_its_input_shows_the_problems() -> None:
    assert error_junit(InvalidInput(PROBLEMS)) == problems_junit(PROBLEMS)


@given(plans())
def test_any_plan(plan: Plan) -> None:
    actions = statuses(plan)
    assert counts(plan_junit(plan)) == {
        "tests": len(plan.changes),
        "error": actions["settle"],
        "failure": actions["decide"],
        "skipped": actions["removed"],
    }


@given(reports())
def test_any_report(report: ApplyReport) -> None:
    done = {outcome.key for outcome in report.outcomes}
    left = [c.action.value for c in report.plan.changes if c.key not in done]
    assert counts(report_junit(report)) == {
        "tests": len(report_entries(report)),
        "error": report.count(Result.UNKNOWN) + left.count("settle"),
        "failure": report.count(Result.REFUSED) + left.count("decide"),
        "skipped": report.not_started + left.count("removed"),
    }


@given(problems)
def test_any_problems(some: list[Problem]) -> None:
    assert counts(problems_junit(some))["failure"] == len(some)
