"""A key that ends and one that begins may be one audience whose name was edited there since."""

import pytest
from plan_samples import POLICY, audience, found, intend, know, plan, there, want

from aepctl.model.audience import Audience
from aepctl.model.lifecycle import OnRemoval
from aepctl.model.problem import Origin
from aepctl.model.wants import Removed, Wants
from aepctl.plan.plan import Action, Plan
from aepctl.plan.planner import make_plan
from aepctl.state.model import Phase, State

GOLD, EDITED = audience("Gold", "The best."), audience("Gold!", "The best.")
RECREATE = Phase.RECREATE
STATE = found([know("gold", EDITED)])
ENDED = (Removed("gold", delete=True, origin=Origin("audiences/all.yaml", 9, 3)),)


def planned(
    *others: tuple[str, Audience], state: State = STATE, on_removal: OnRemoval = OnRemoval.DELETE
) -> Plan:
    return plan(want(("aurum", GOLD), *others), state, on_removal=on_removal)


def known(*pairs: tuple[str, Audience]) -> State:
    return found(know(*one) for one in (("gold", EDITED), *pairs))


@pytest.mark.parametrize("on_removal", OnRemoval)
def test_the_lines_to_paste_are_shown_and_nothing_waits_for_a_guess(on_removal: OnRemoval) -> None:
    made = planned(on_removal=on_removal)
    assert made.renames == (("gold", "aurum"),)
    assert made.changes[0].action is Action.CREATE
    assert all(one.steps for one in made.changes)


def test_beside_one_that_is_told_by_its_name() -> None:
    silver = audience("Silver", "Less so.")
    made = planned(("argent", silver), state=known(("silver", silver)))
    assert made.renames == (("gold", "aurum"), ("silver", "argent"))


@pytest.mark.parametrize(
    "made",
    [
        planned(state=found([know("gold", audience("Gold!", "Another."))])),
        planned(state=found([know("gold", audience("Gold!", "The best.", namespace="crm"))])),
        planned(("silver", audience("Silver", "The best."))),
        planned(("kept", GOLD), state=known(("kept", audience("Kept", "The best.")))),
        plan(want(("aurum", audience("Gold"))), found([know("gold", audience("Gold!"))])),
        plan(want(("aurum", GOLD), ("gold", EDITED)), STATE),
        plan(want(("aurum", GOLD), ("gold", audience("Gold!", "Another."))), STATE),
        make_plan(Wants(want(("aurum", GOLD)), removed=ENDED), STATE, None, POLICY),
        plan(want(("kept", GOLD)), known(("kept", audience("Kept", "Another.")))),
        planned(state=found(STATE.audiences.items(), [intend("aurum", GOLD, phase=RECREATE)])),
        plan(want(("aurum", GOLD)), STATE, observed=[there(audience("GOLD"), "A")]),
    ],
    ids=[
        "otherwise",
        "elsewhere",
        "two begin",
        "two have it",
        "nothing",
        "none ends",
        "it becomes another",
        "on purpose",
        "one that was there",
        "a person said so",
        "it waits itself",
    ],
)
def test_only_where_nothing_else_can_be_meant(made: Plan) -> None:
    assert made.renames == ()
