"""The nouns of a plan."""

from dataclasses import FrozenInstanceError, fields

import pytest
from plan_samples import audience, found, intend, know, plan, want

from aepctl.plan import Action, Change, Plan, Summary


def test_every_action_has_a_symbol_of_its_own() -> None:
    assert {action: action.symbol for action in Action} == {
        "settle": "?",
        "decide": "!",
        "adopt": "=",
        "create": "+",
        "update": "~",
        "removed": "o",
    }


def test_the_summary_counts_each_action_and_what_is_unchanged() -> None:
    assert {field.name for field in fields(Summary)} == {*Action, "unchanged"}
    assert Summary() == Summary(0, 0, 0, 0, 0, 0, 0)


def test_a_plan_gives_the_changes_of_one_action_in_order() -> None:
    made = plan(
        want(("b", audience("B")), ("a", audience("A")), ("c", audience("C"))),
        found([know("gone", audience("Gone"))], [intend("a", audience("A"))]),
    )
    assert [change.key for change in made.of(Action.CREATE)] == ["b", "c"]
    assert [change.key for change in made.of(Action.SETTLE)] == ["a"]
    assert [change.key for change in made.of(Action.REMOVED)] == ["gone"]
    assert made.of(Action.UPDATE) == ()


def test_a_plan_is_a_value() -> None:
    made = plan(want(("a", audience("A"))))
    assert made == plan(want(("a", audience("A"))))
    assert hash(made) == hash(plan(want(("a", audience("A")))))
    for noun, field in ((made, "changes"), (made.changes[0], "key"), (made.summary, "create")):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, field, None)
    assert isinstance(made, Plan)
    assert isinstance(made.changes[0], Change)
