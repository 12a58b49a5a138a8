"""A saved plan, applied or checked: every format names what is left alone, and counts the rest."""

import json
from dataclasses import replace

import pytest
from plans import PLANS, REPORTS

from aepctl.apply.report import ApplyReport
from aepctl.errors import SafetyRefusal
from aepctl.plan.plan import Plan
from aepctl.render import github
from aepctl.render.formats import FORMATS, Result, of_error, of_plan, of_report, render
from aepctl.render.view import view_of_plan
from aepctl.render.words import LEFT_ALONE, WORDS

PLAN, REPORT = PLANS["saved"], REPORTS["saved"]
NAMING = ("text", "json", "markdown", "html", "junit")
COUNTING = ("text", "markdown", "html")
STALE = "plan.json no longer holds for 1 of its 2 changes\ngold: the manifests no longer want it"


def results(plan: Plan, report: ApplyReport) -> list[Result]:
    return [of_plan(plan), of_report(report)]


@pytest.mark.parametrize("name", NAMING)
def test_each_change_that_is_left_alone_is_named(name: str) -> None:
    for result in results(PLAN, REPORT):
        told = render(name, result)
        for change in PLAN.left_alone:
            assert change.key in told
        without = replace(PLAN, left_alone=())
        others = results(without, replace(REPORT, plan=without))
        assert all("loyalty-silver" not in render(name, other) for other in others)


@pytest.mark.parametrize("name", COUNTING)
def test_what_is_done_and_left_alone_is_counted(name: str) -> None:
    for result in results(PLAN, REPORT):
        told = render(name, result).replace("<b>", "").replace("</b>", "")
        told = told.replace(' <span class="words">', " ")
        assert ("3 done" if name == "html" else "3 done already") in told
        assert "2 left alone" in told


@pytest.mark.parametrize("name", COUNTING)
def test_that_all_is_done_is_said(name: str) -> None:
    said = "All changes of this plan are done: it can do nothing more."
    for result in results(PLANS["saved-done"], REPORTS["saved-done"]):
        assert said in render(name, result)
    assert said not in render(name, of_plan(PLANS["empty"]))


def test_json_has_what_is_left_alone_as_changes_of_their_own() -> None:
    for result in results(PLAN, REPORT):
        data = json.loads(render("json", result))
        assert [one["key"] for one in data["leftAlone"]] == ["loyalty-silver", "old"]
        assert [one["action"] for one in data["leftAlone"]] == ["create", "forget"]
        counted = data["summary"].get("plan", data["summary"])
        assert (counted["create"], counted["done"], counted["leftAlone"]) == (1, 3, 2)


def test_numbers_elsewhere_leave_out_what_is_left_alone() -> None:
    for result in results(PLAN, REPORT):
        assert json.loads(render("gitlab", result)) == {"create": 1, "update": 0, "delete": 0}
        told = github.outputs(result.view(), 0)
        assert (told["done"], told["left_alone"]) == ("3", "2")
        assert github.annotations(result.view()) == ""


def test_where_only_others_changes_are_there_are_none() -> None:
    assert github.outputs(view_of_plan(replace(PLAN, changes=())), 0)["changes"] == "false"
    assert github.outputs(view_of_plan(PLAN), 0)["changes"] == "true"


def test_what_is_left_alone_passes_as_skipped() -> None:
    assert WORDS[LEFT_ALONE].junit == "skipped"
    told = render("junit", of_plan(PLAN))
    assert 'failures="0" errors="0"' in told
    assert "to create, not in the saved plan" in told


@pytest.mark.parametrize("name", COUNTING)
def test_what_exceeds_a_limit_is_told_with_the_limit(name: str) -> None:
    told = render(name, of_plan(PLANS["limit"]))
    assert "Limit" in told
    assert "2 audiences would be created, more than max_creates (1)" in told
    assert "--yes-create 2" in told
    within = replace(PLANS["limit"], max_creates=2)
    assert "Limit" not in render(name, of_plan(within))


def test_the_limits_stand_in_json() -> None:
    data = json.loads(render("json", of_plan(PLANS["limit"])))
    assert data["limits"] == {"max_creates": 1, "max_deletes": None, "exceeded": ["max_creates"]}
    none = json.loads(render("json", of_plan(PLANS["empty"])))
    assert none["limits"] == {"max_creates": None, "max_deletes": None, "exceeded": []}


@pytest.mark.parametrize(
    "name", [name for name in FORMATS if name not in {"gitlab", "codequality"}]
)
def test_each_change_that_no_longer_holds_is_named(name: str) -> None:
    told = render(name, of_error(SafetyRefusal(STALE, hint="plan anew"), "changes"))
    assert "no longer holds for 1 of its 2 changes" in told
    assert "gold: the manifests no longer want it" in told


def test_in_a_log_each_stands_on_a_line_of_its_own_that_nothing_obeys() -> None:
    error = SafetyRefusal("first\n::error::second\n##[error]third")
    assert render("text", of_error(error)) == (
        "error: first [failed]\n  - ::error::second\n  - ##\\x5berror]third\n"
    )
