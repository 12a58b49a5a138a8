"""Everything as programs read it: data/plans/*.json, as docs/json.md describes it."""

import json
import re
from typing import Any

import pytest
from goldens import Golden
from hypothesis import given
from hypothesis import strategies as st
from plans import (
    CREATED,
    EVIL_INTENT,
    HOSTILE,
    INTENTS,
    PLANS,
    REPORTS,
    TARGET,
    UNDECIDED,
)
from pydantic import TypeAdapter
from review_samples import few
from review_samples import plans as any_plan
from review_samples import problems as any_problems
from review_samples import reports as any_report

from aepctl.apply.outcomes import OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError, InvalidInput, SafetyRefusal
from aepctl.model.problem import Origin, Problem
from aepctl.plan.plan import Action, Plan
from aepctl.render.json import (
    document,
    error_json,
    intents_json,
    plan_data,
    plan_json,
    problem_data,
    target_data,
    validation_json,
)
from aepctl.render.outcome_documents import ReportData
from aepctl.render.plan_documents import FailedPlan, PlanData
from aepctl.render.report_json import report_json

ALWAYS = {"created", "adopted", "refused", "undecided", "unknown"}


def assert_described(text: str, kind: Any) -> dict[str, Any]:
    """The document, which has exactly the fields that its type describes."""
    data: dict[str, Any] = json.loads(text)
    described = TypeAdapter(kind).validate_python(data)
    assert json.loads(json.dumps(described)) == data
    return data


@pytest.mark.parametrize("name", PLANS)
def test_a_plan(name: str, golden: Golden) -> None:
    golden(f"plans/{name}.json", plan_json(PLANS[name]))


@pytest.mark.parametrize("name", REPORTS)
def test_a_report(name: str, golden: Golden) -> None:
    golden(f"plans/report-{name}.json", report_json(REPORTS[name]))


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_as_documented(name: str) -> None:
    data = json.loads(plan_json(PLANS[name]))
    assert data["format"] == "1.4"
    assert list(data) == [
        "format",
        "environment",
        "target",
        "targets",
        "changes",
        "leftAlone",
        "refreshed",
        "overwrites",
        "renames",
        "limits",
        "summary",
        "error",
    ]
    assert list(data["target"]) == ["org", "sandbox", "endpoint"]
    assert list(data["summary"]) == [*Action, "unchanged", "done", "leftAlone"]
    assert list(data["limits"]) == ["max_creates", "max_deletes", "exceeded"]
    for change in (*data["changes"], *data["leftAlone"]):
        assert list(change)[:5] == ["key", "action", "before", "after", "source"]
        assert change["source"] is None or list(change["source"]) == ["file", "line"]
    assert data["error"] is None


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_as_documented(name: str) -> None:
    report = REPORTS[name]
    data = json.loads(report_json(report))
    assert data["format"] == "1.4"
    counts = report.counts()
    summary = data["summary"]
    kinds = ALWAYS | {kind.value for kind in counts}
    assert summary.keys() == {*kinds, "notStarted", "stopped", "plan"}
    assert {kind: summary[kind] for kind in kinds} == {kind: counts[kind] for kind in kinds}
    for outcome, given_ in zip(data["outcomes"], report.outcomes, strict=True):
        assert list(outcome) == ["key", "action", "outcome", "audienceId", "decision", "error"]
        ids = given_.ids
        assert (outcome["key"], outcome["audienceId"]) == (given_.key, ids and ids.audience_id)
        assert (outcome["error"] is None) == (given_.failure is None)
    assert data["error"] is None


def test_a_failure_has_the_platforms_own_words() -> None:
    (_, refused, *_) = json.loads(report_json(REPORTS["mixed"]))["outcomes"]
    assert refused["error"] == {
        "message": "Name is mandatory",
        "code": "AIS-1002-400",
        "status": 400,
        "requestId": "request-2",
    }


@pytest.mark.parametrize("kind", OutcomeKind)
def test_a_decision_is_needed_exactly_where_the_outcome_is_undecided(kind: OutcomeKind) -> None:
    report = ApplyReport(PLANS["decide"], (UNDECIDED, CREATED))
    (undecided, created) = json.loads(report_json(report))["outcomes"]
    assert (undecided["outcome"], undecided["decision"]) == ("undecided", True)
    assert (created["outcome"], created["decision"]) == ("created", False)


@few
@given(any_plan())
def test_any_plan_is_what_its_type_describes(plan: Plan) -> None:
    for change in plan.changes:
        if change.source is not None and change.source.line < 1:
            return
    data = assert_described(plan_json(plan), PlanData)
    assert [one["key"] for one in data["changes"]] == [one.key for one in plan.changes]


@few
@given(any_report())
def test_any_report_is_what_its_type_describes(report: ApplyReport) -> None:
    data = assert_described(report_json(report), ReportData)
    assert [one["key"] for one in data["outcomes"]] == [one.key for one in report.outcomes]


@given(any_problems)
def test_any_failed_plan_is_what_its_type_describes(problems: list[Problem]) -> None:
    data = assert_described(error_json(InvalidInput(problems), "changes"), FailedPlan)
    assert len(data["problems"]) == len(problems)


def test_a_saved_plan_holds_the_same_counts_and_changes() -> None:
    plan = PLANS["everything"]
    shown = json.loads(plan_json(plan))
    summary, changes = plan_data(plan)
    saved = {"summary": summary, "changes": changes}
    assert json.loads(document(saved)) == {name: shown[name] for name in saved}
    assert document(saved).splitlines()[3] == plan_json(plan).splitlines()[6]
    assert json.loads(plan_json(plan))["target"] == target_data(plan.target)


@pytest.mark.parametrize("name", PLANS)
def test_a_change_is_a_line(name: str) -> None:
    lines = [line for line in plan_json(PLANS[name]).split("\n") if line.startswith('    {"key": ')]
    plan = PLANS[name]
    assert [json.loads(line.rstrip(","))["key"] for line in lines] == [
        change.key for change in (*plan.changes, *plan.left_alone)
    ]


def test_hostile_texts_mean_the_same_and_do_no_harm() -> None:
    text = plan_json(PLANS["hostile"])
    changes = {change["key"]: change for change in json.loads(text)["changes"]}
    assert changes["new"]["after"] == HOSTILE.fields()
    assert {"gone\x1b[2J##[x]", "open\u202e"} <= changes.keys()
    for one in (text, report_json(REPORTS["hostile"]), intents_json([EVIL_INTENT])):
        assert all(line.isprintable() for line in one.split("\n"))
        assert not re.search(r"##(vso)?\[", one)
    (outcome,) = json.loads(report_json(REPORTS["hostile"]))["outcomes"]
    assert outcome["error"]["message"] == "::error::\n##[error]\x9b"
    (listed,) = json.loads(intents_json([EVIL_INTENT]))["intents"]
    assert listed["reason"] == EVIL_INTENT.reason


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=3))
def test_any_document_is_json_of_the_same_meaning(fields: dict[str, Any]) -> None:
    text = document(fields)
    assert json.loads(text) == fields
    assert text.endswith("\n}\n")
    assert text.count("\x1b") == text.count("\u202e") == 0


def test_text_of_all_scripts_is_left_readable() -> None:
    assert document({"name": "Größe ☂ 日本語"}) == '{\n  "name": "Größe ☂ 日本語"\n}\n'


def test_intents(golden: Golden) -> None:
    golden("plans/intents.json", intents_json(INTENTS))


def test_no_intent_is_an_empty_list() -> None:
    assert json.loads(intents_json([])) == {"format": "1.4", "intents": [], "error": None}


def test_sound_manifests() -> None:
    differing = {"gold": {"dev": False, "prod": True}}
    assert json.loads(validation_json(12, {"dev": 12}, differing)) == {
        "format": "1.4",
        "problems": [],
        "differing": [{"key": "gold", "environments": ["dev", "prod"], "overridden": ["prod"]}],
        "summary": {"audiences": 12, "problems": 0, "environments": {"dev": 12}},
        "error": None,
    }


def test_a_run_that_failed_is_a_whole_document_too(golden: Golden) -> None:
    error = SafetyRefusal("it is protected", hint="review the plan", code="protected")
    text = error_json(error, "outcomes")
    assert json.loads(text)["error"] == {
        "message": "it is protected",
        "code": "protected",
        "next": "review the plan",
        "exitCode": 3,
    }
    golden("plans/error.json", text)


@pytest.mark.parametrize("json_list", ["changes", "outcomes"])
def test_its_list_is_there_and_empty(json_list: str) -> None:
    data = json.loads(error_json(AepctlError("it broke"), json_list))
    assert (data[json_list], data["problems"], data["summary"]) == ([], [], None)
    assert (data["environment"], data["target"]) == (None, None)


def test_what_it_was_about_is_told_where_it_is_known() -> None:
    data = json.loads(error_json(AepctlError("it broke"), "changes", "prod", TARGET))
    assert (data["environment"], data["target"]) == ("prod", target_data(TARGET))
    assert_described(error_json(AepctlError("it broke"), "changes", "prod", TARGET), FailedPlan)


def test_a_command_without_a_list_has_none() -> None:
    data = json.loads(error_json(AepctlError("it broke")))
    assert list(data) == ["format", "environment", "target", "problems", "summary", "error"]


@pytest.mark.parametrize("json_list", ["problems", "changes"])
def test_problems_are_listed_where_there_are_some(json_list: str, golden: Golden) -> None:
    problems = [
        Problem(Origin("audiences/b.yaml", 3, 5), "unknown-field", "unknown field `nmae`", "name?"),
        Problem(Origin("audiences/a.yaml", 0, 0), "unreadable", "cannot be read"),
    ]
    text = error_json(InvalidInput(problems), json_list)
    data = json.loads(text)
    assert [one["file"] for one in data["problems"]] == ["audiences/a.yaml", "audiences/b.yaml"]
    assert data["error"] == {
        "message": "2 problems",
        "code": "invalid-input",
        "next": None,
        "exitCode": 1,
    }
    golden(f"plans/problems-of-{json_list}.json", text)


def test_a_problem_is_plain_data_and_the_place_of_a_whole_file_is_null() -> None:
    origin = Origin("a.yaml", 7, 3)
    assert problem_data(Problem(origin, "rule", "message", "hint", "  source")) == {
        "file": "a.yaml",
        "line": 7,
        "column": 3,
        "rule": "rule",
        "message": "message",
        "hint": "hint",
    }
    data = problem_data(Problem(Origin("a.yaml", 0, 0), "rule", "message"))
    assert (data["line"], data["column"], data["hint"]) == (None, None, None)
