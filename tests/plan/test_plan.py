"""The nouns of a plan."""

from collections import Counter
from dataclasses import FrozenInstanceError

import pytest
from plan_samples import audience, found, intend, know, plan, there, want

from aepctl.model.audience import Ids, Known
from aepctl.plan.plan import Action, Change, FieldDiff

MADE = plan(
    want(("b", audience("B")), ("a", audience("A")), ("c", audience("C")), ("d", audience("D"))),
    found([know("gone", audience("Gone")), know("d", audience("D"))], [intend("a", audience("A"))]),
)


def test_a_plan_gives_the_changes_of_one_action_in_order() -> None:
    assert [change.key for change in MADE.of(Action.CREATE)] == ["b", "c"]
    assert [change.key for change in MADE.of(Action.SETTLE)] == ["a"]
    assert [change.key for change in MADE.of(Action.FORGET)] == ["gone"]
    assert MADE.of(Action.UPDATE) == ()


def test_a_plan_counts_each_action_and_what_is_unchanged() -> None:
    assert MADE.counts() == Counter({Action.CREATE: 2, Action.SETTLE: 1, Action.FORGET: 1})
    assert MADE.counts()[Action.DECIDE] == 0
    assert MADE.unchanged == 1


def test_a_plan_is_a_value() -> None:
    again = plan(want(("a", audience("A"))))
    assert again == plan(want(("a", audience("A"))))
    assert hash(again) == hash(plan(want(("a", audience("A")))))
    for noun, field in ((again, "changes"), (again.changes[0], "key")):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, field, None)


def test_before_is_what_is_known_else_what_was_seen() -> None:
    known, seen = Known(audience("A"), Ids("1")), there(audience("B"), "2")
    assert Change("a", Action.UPDATE, known=known, observed=seen).before == known
    assert Change("a", Action.ADOPT, observed=seen).before == seen
    assert Change("a", Action.CREATE).before is None


@pytest.mark.parametrize(
    ("diff", "before"),
    [
        (FieldDiff("name", "known", "seen", "wanted"), "known"),
        (FieldDiff("name", "", "seen", "wanted"), ""),
        (FieldDiff("name", None, "seen", "wanted"), "seen"),
        (FieldDiff("name", None, None, "wanted"), None),
    ],
)
def test_a_field_was_what_is_known_else_what_was_seen(diff: FieldDiff, before: str | None) -> None:
    assert diff.before == before


def test_the_given_id_is_that_of_the_create() -> None:
    (change,) = plan(want(("a", audience("A"))), client_ids=True).changes
    assert change.given_id == change.steps[0].audience_id  # type: ignore[union-attr]
    assert change.given_id is not None
    assert plan(want(("a", audience("A")))).changes[0].given_id is None
