"""GitLab's terraform report: exactly three numbers."""

import json
from dataclasses import replace

from goldens import Golden
from hypothesis import given
from review_samples import PLAN, REPORT, few, plans

from aepctl.errors import AepctlError
from aepctl.plan.plan import Plan
from aepctl.render.gitlab import render
from aepctl.render.report import view_of_report
from aepctl.render.validated import view_of_validation
from aepctl.render.view import view_of_error, view_of_plan, view_of_problems


def test_a_plan(golden: Golden) -> None:
    golden("render/plan.terraform.json", render(view_of_plan(PLAN)))


@few
@given(plans())
def test_the_counts_are_those_of_the_plan(plan: Plan) -> None:
    actions = plan.counts()
    counts = {
        "create": actions["create"] + actions["replace"],
        "update": actions["update"],
        "delete": actions["delete"] + actions["replace"],
    }
    assert json.loads(render(view_of_plan(plan))) == counts


def test_no_number_is_larger_than_gitlab_takes() -> None:
    view = replace(view_of_plan(PLAN), totals={"create": 1_000_000})
    assert json.loads(render(view))["create"] == 999_999


def test_an_apply_has_the_counts_of_its_plan() -> None:
    assert render(view_of_report(REPORT)) == render(view_of_plan(PLAN))


def test_a_run_that_failed_does_not_look_like_nothing_to_do() -> None:
    for view in (view_of_error(AepctlError("no")), view_of_problems([]), view_of_validation(3)):
        assert json.loads(render(view)) == {}
