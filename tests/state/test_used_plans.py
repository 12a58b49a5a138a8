"""The saved plans that were applied: what of them is left, at the same cost for any number."""

from dataclasses import replace

from fakes import AT

from aepctl.state.events import PlanUsed
from aepctl.state.model import UsedPlan
from aepctl.state.used_plans import MAX_PLANS, UsedPlans

BEGUN = UsedPlan(3, ("run-1",), frozenset({"gold", "silver"}))


def test_what_was_read_goes_on() -> None:
    plans = UsedPlans({"p": BEGUN, "done": UsedPlan(2)})
    assert plans.now() == {"p": BEGUN, "done": UsedPlan(2)}
    plans.did("run-1", "gold")
    assert plans.now()["p"] == replace(BEGUN, left=frozenset({"silver"}))
    plans.did("run-1", "silver")
    assert plans.now()["p"] == UsedPlan(3)


def test_what_another_run_does_and_what_the_plan_does_not_have_changes_nothing() -> None:
    plans = UsedPlans({"p": BEGUN})
    plans.did("another", "gold")
    plans.did("run-1", "bronze")
    assert plans.now() == {"p": BEGUN}


def test_what_is_given_does_not_change_any_more() -> None:
    plans = UsedPlans({"p": BEGUN})
    before = plans.now()
    plans.did("run-1", "gold")
    plans.use(PlanUsed("q", AT, "run-2", 4, ("x",)))
    assert before == {"p": BEGUN}


def test_the_plan_that_was_applied_longest_ago_goes_where_there_are_too_many() -> None:
    plans = UsedPlans({"p": BEGUN})
    for number in range(MAX_PLANS - 1):
        plans.use(PlanUsed(f"p-{number:03}", AT, f"r-{number}", 4 + number))
    assert len(plans.now()) == MAX_PLANS
    plans.use(PlanUsed("new", AT, "r", 999))
    assert "p" not in plans.now()
    assert len(plans.now()) == MAX_PLANS
    plans.did("run-1", "gold")  # of a plan that is gone
    plans.use(PlanUsed("p-000", AT, "r-again", 1000))
    assert "p-000" in plans.now()
    plans.use(PlanUsed("newer", AT, "r", 1001))
    assert "p-001" not in plans.now()
