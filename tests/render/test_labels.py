"""Every action and every result has its words, and they are those of the plan in text."""

import pytest

from aepctl.apply.outcomes import Result
from aepctl.plan import Action
from aepctl.render.labels import ACTIONS, NOT_STARTED, RESULTS, URGENCY, label, totals, urgency

TONES = {"good", "info", "warn", "bad", "quiet"}


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_label_with_the_plans_symbol(action: Action) -> None:
    assert ACTIONS[action.value].symbol == action.symbol


@pytest.mark.parametrize("result", Result)
def test_every_result_has_a_label(result: Result) -> None:
    assert RESULTS[result.value].total


def test_there_is_no_label_without_a_use() -> None:
    assert set(ACTIONS) == {action.value for action in Action} | {"unchanged"}
    assert set(RESULTS) == {result.value for result in Result} | {NOT_STARTED}


def test_tones_are_those_of_the_style_sheet() -> None:
    assert {one.tone for one in (*ACTIONS.values(), *RESULTS.values())} <= TONES


def test_what_is_new_is_shown_under_its_own_name_and_wants_attention() -> None:
    assert label("deleted").total == "deleted"
    assert label("deleted").attention


def test_totals_leave_out_what_there_is_none_of() -> None:
    assert totals({"create": 4000, "update": 0, "removed": 1}) == (
        "4,000 to create, 1 no longer in the manifests"
    )


def test_what_needs_attention_has_its_place_in_the_order() -> None:
    every = {**ACTIONS, **RESULTS}
    assert set(URGENCY) == {status for status, one in every.items() if one.attention}
    assert urgency("deleted") < urgency("unknown") < urgency("refused") < urgency("adopted")
