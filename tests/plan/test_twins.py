"""What is known becomes nothing that another one is, and stays: there would be two of it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from plan_samples import POLICY, audience, found, there, want

from aepctl.model.audience import Audience, Deposed, Ids, Known, Wanted
from aepctl.model.lifecycle import AtRemoval, Lifecycle, OnRemoval
from aepctl.model.problem import Origin
from aepctl.model.steps import Step
from aepctl.model.wants import Moved, Removed, Wants
from aepctl.plan.plan import Action, Change
from aepctl.plan.planner import make_plan
from aepctl.plan.seen import Seen

GOLD, SILVER, BRONZE = audience("Gold"), audience("Silver"), audience("Bronze")
PLACE = Origin("audiences/all.yaml", 9, 3)
DELETE, RETAIN = OnRemoval.DELETE, OnRemoval.RETAIN
DECIDE, UPDATE = Action.DECIDE, Action.UPDATE


def changes(
    wanted: Iterable[tuple[str, Audience]],
    known: Iterable[tuple[str, Known]],
    targets: tuple[str, ...] = (),
    seen: Seen | None = None,
    ignoring: str = "",
    **wants: Any,
) -> dict[str, Change]:
    """By key. Nobody changes the name of the key `ignoring`."""
    free = Lifecycle(ignored=frozenset({"name"}))
    every = tuple(
        replace(one, lifecycle=free) if one.key == ignoring else one for one in want(*wanted)
    )
    made = make_plan(Wants(every, **wants), found(known), seen, POLICY, targets)
    return {change.key: change for change in made.changes}


def silver(seen: Seen | None = None, gold: Any = None, **wants: Any) -> Action:
    """What becomes of silver, which shall be what gold is; gold is known, and not wanted here."""
    known = Known(GOLD, Ids("G"), **(gold or {}))
    both = [("gold", known), ("silver", Known(SILVER, Ids("S")))]
    return changes([("silver", GOLD)], both, seen=seen, **wants)["silver"].action


def block(rule: OnRemoval | None, *, prevent: bool = False) -> tuple[Wanted, ...]:
    """That of gold, which is for other environments."""
    return (replace(want(("gold", GOLD))[0], lifecycle=Lifecycle(AtRemoval(rule, prevent))),)


def test_what_stays_here_is_in_the_way() -> None:
    assert silver(elsewhere=block(None)) is DECIDE
    assert silver(elsewhere=block(RETAIN)) is DECIDE
    assert silver(elsewhere=block(DELETE, prevent=True)) is DECIDE
    assert silver() is DECIDE
    assert silver(gold={"retained": True}) is DECIDE


def test_so_is_what_would_end_and_waits_for_a_person() -> None:
    ends = {"at_removal": AtRemoval(DELETE)}
    edited = there(replace(GOLD, description="Odd"), "G")
    assert silver(gold=ends, moved=(Moved("gold", "silver", PLACE),)) is DECIDE
    assert silver(gold=ends, seen=Seen((edited, there(SILVER, "S")))) is DECIDE


def test_what_is_deleted_or_forgotten_in_so_many_words_is_not() -> None:
    assert silver(elsewhere=block(DELETE)) is UPDATE
    assert silver(gold={"at_removal": AtRemoval(DELETE)}) is UPDATE
    for delete in (True, False):
        assert silver(removed=(Removed("gold", delete, PLACE),)) is UPDATE


BOTH = [("gold", Known(GOLD, Ids("G"))), ("silver", Known(SILVER, Ids("S")))]


def test_two_may_swap_their_names_but_not_one_of_them_alone() -> None:
    swapped = [("gold", SILVER), ("silver", GOLD)]
    assert {one.action for one in changes(swapped, BOTH).values()} == {UPDATE}
    (alone,) = changes(swapped, BOTH, ("silver",)).values()
    assert (alone.action, alone.steps) == (DECIDE, ())


def test_what_is_wanted_otherwise_stays_where_its_name_is_ignored() -> None:
    made = changes([("gold", BRONZE), ("silver", GOLD)], BOTH, ignoring="gold")
    assert [(key, one.action) for key, one in made.items()] == [("silver", DECIDE)]
    assert "state rm" not in str(made["silver"].reason)


def test_what_waits_is_in_the_way_itself() -> None:
    known = [*BOTH, ("bronze", Known(BRONZE, Ids("B")))]
    made = changes([("silver", GOLD), ("bronze", SILVER)], known)
    assert [made[key].action for key in ("silver", "bronze")] == [DECIDE, DECIDE]
    assert "as `gold`, which stays as it is: there would be two" in str(made["silver"].reason)
    assert "forget `gold`: `aepctl --env prod state rm gold`" in str(made["silver"].reason)
    assert "as `silver`" in str(made["bronze"].reason)


@pytest.mark.parametrize("old", [None, Deposed(Ids("O"), GOLD)])
def test_an_old_half_that_is_deleted_does_not_take_its_key_along(old: Deposed | None) -> None:
    known = [("gold", Known(GOLD, Ids("G"), deposed=old)), BOTH[1]]
    made = changes([("gold", BRONZE), ("silver", GOLD)], known, ignoring="gold")
    assert (made["silver"].action, _steps(made.get("gold"))) == (DECIDE, 0 if old is None else 1)


def _steps(change: Change | None) -> int:
    steps: tuple[Step, ...] = () if change is None else change.steps
    return len(steps)


def test_what_is_called_so_already_may_get_another_description() -> None:
    known = [BOTH[0], ("silver", Known(GOLD, Ids("S")))]
    made = changes([("silver", audience("Gold", "of silver"))], known, elsewhere=block(None))
    assert [one.action for one in made.values()] == [UPDATE]
