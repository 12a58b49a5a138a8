"""GitLab's terraform report: exactly three numbers."""

import json
from dataclasses import replace

from goldens import Golden
from hypothesis import given
from review_samples import PLAN, plans

from aepctl.plan import Plan
from aepctl.plan.changes import Summary
from aepctl.render.gitlab import failed_terraform, plan_terraform


def test_a_plan(golden: Golden) -> None:
    golden("render/plan.terraform.json", plan_terraform(PLAN))


@given(plans())
def test_the_counts_are_those_of_the_plan(plan: Plan) -> None:
    counts = {"create": plan.summary.create, "update": plan.summary.update, "delete": 0}
    assert json.loads(plan_terraform(plan)) == counts


def test_no_number_is_larger_than_gitlab_takes() -> None:
    plan = replace(PLAN, summary=Summary(create=1_000_000))
    assert json.loads(plan_terraform(plan))["create"] == 999_999


def test_a_run_that_failed_does_not_look_like_nothing_to_do() -> None:
    assert json.loads(failed_terraform()) == {}
