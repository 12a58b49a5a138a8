"""The nouns of a plan."""

from dataclasses import FrozenInstanceError, fields, replace

import pytest
from plan_samples import audience, found, intend, know, plan, want

from aepctl.plan import Action, Change, Plan, Summary
from aepctl.plan.changes import summarize


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
    assert summarize([], 0) == Summary() == Summary(0, 0, 0, 0, 0, 0, 0)


def test_a_plan_gives_the_changes_of_one_action_in_order() -> None:
    made = plan(
        want(("b", audience("B")), ("a", audience("A")), ("c", audience("C"))),
        found([know("gone", audience("Gone"))], [intend("a", audience("A"))]),
    )
    assert [change.key for change in made.of(Action.CREATE)] == ["b", "c"]
    assert [change.key for change in made.of(Action.SETTLE)] == ["a"]
    assert [change.key for change in made.of(Action.REMOVED)] == ["gone"]
    assert made.of(Action.UPDATE) == ()


def test_a_plan_can_be_told_better_after_a_look_at_the_platform() -> None:
    snapshot = found([know("c", audience("C")), know("d", audience("Old"))])
    names = ("a", "b", "c", "d")
    made = plan(want(*((name, audience(name.upper())) for name in names)), snapshot)
    (looked,) = (change for change in made.changes if change.key == "b")
    better = made.replaced([replace(looked, action=Action.ADOPT)])
    assert [(one.key, one.action.value) for one in better.changes] == [
        ("a", "create"),
        ("b", "adopt"),
        ("d", "update"),
    ]
    assert better.summary == Summary(create=1, adopt=1, update=1, unchanged=1)
    assert made.summary == Summary(create=2, update=1, unchanged=1)


def test_a_plan_is_a_value() -> None:
    made = plan(want(("a", audience("A"))))
    assert made == plan(want(("a", audience("A"))))
    assert hash(made) == hash(plan(want(("a", audience("A")))))
    for noun, field in ((made, "changes"), (made.changes[0], "key"), (made.summary, "create")):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, field, None)
    assert isinstance(made, Plan)
    assert isinstance(made.changes[0], Change)
