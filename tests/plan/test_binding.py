"""What a saved plan is bound to: where it is for, and the effect of each of its changes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from plan_samples import NOTHING, POLICY, audience, found, intend, know, plan, there, want

from aepctl.model.audience import Audience, Ids, Known, Wanted
from aepctl.model.problem import Origin
from aepctl.model.steps import Adopt, Create, Delete, Patch, Step
from aepctl.plan.binding import Binding, Reviewed, bind, effect_of
from aepctl.plan.plan import Action, Change
from aepctl.state.model import Phase, State

GOLD, SILVER = audience("Gold"), audience("Silver")
WANTED = want(("gold", GOLD), ("silver", SILVER), ("new", audience("New")))
KNOWN = found([know("gold", GOLD), know("silver", audience("Silver", "Old"))])
TARGET = POLICY.target
PATCHED = "378bc51ba87276953cad2ccf2ecc79296b4930eda42f7aa7eaec5d518f6810f1"
EFFECT = "8c071ac23fc502691efdbb8c481df6002f9da3d7f719e8d2743de5929f1af748"


def bound(
    wanted: tuple[Wanted, ...] = WANTED,
    state: State = KNOWN,
    *targets: str,
    version: str = "1.0",
    **policy: Any,
) -> Binding:
    return bind(plan(wanted, state, *targets, **policy), state, version)


def create(audience: Audience = GOLD, given: str | None = None, key: str = "gold") -> Change:
    return Change(key, Action.CREATE, wanted=audience, steps=(Create(audience, given),))


def test_the_same_plan_has_the_same_id() -> None:
    assert bound() == bound()
    assert bound().id == bound().id
    assert len(bound().id) == 16


def test_id_and_effect_are_the_same_in_every_run_and_version() -> None:
    silver, new = bound().changes
    one = replace(bound(), changes=(replace(silver, effect=None), new))
    assert one.id == replace(one, version="9.9").id == "16e2ba586bb1c9f6"
    assert bound().effects == {"silver": PATCHED, "new": EFFECT}


def test_each_change_is_kept_with_both_sides_and_the_effect_of_those_that_do_something() -> None:
    silver, new = bound().changes
    assert silver == Reviewed(
        "silver",
        {"audienceId": "id-of-silver", **audience("Silver", "Old").fields()},
        SILVER.fields(),
        None,
        PATCHED,
    )
    assert new == Reviewed("new", None, audience("New").fields(), None, EFFECT)


def test_where_an_audience_stands_in_its_file_is_not_part_of_it() -> None:
    moved = tuple(replace(one, origin=Origin("other.yaml", 99, 1)) for one in WANTED)
    assert bound(moved) == bound()


def test_nor_is_what_needs_no_change() -> None:
    more = (*WANTED, replace(WANTED[0], key="gold-2", audience=audience("Gold 2")))
    knows_it = found([*KNOWN.audiences.items(), know("gold-2", audience("Gold 2"))])
    assert bound(more, knows_it) == bound()


OTHERS: list[Callable[[], Binding]] = [
    lambda: bound(environment="dev"),
    lambda: bound(target=replace(TARGET, org="X")),
    lambda: bound(target=replace(TARGET, sandbox="prod")),
    lambda: bound(target=replace(TARGET, endpoint="emulator")),
    lambda: bound(state=replace(KNOWN, lineage="x")),
    lambda: bound(state=replace(KNOWN, serial=2)),
    lambda: bound(WANTED, KNOWN, "*", "gold"),
    lambda: bound(WANTED[:2]),
    lambda: bound((*WANTED[:2], replace(WANTED[2], audience=audience("Newer")))),
]


@pytest.mark.parametrize("other", OTHERS)
def test_anything_else_makes_it_another_plan(other: Callable[[], Binding]) -> None:
    assert other().id != bound().id


def test_no_state_yet_is_no_lineage() -> None:
    now = bound(state=NOTHING)
    assert (now.lineage, now.serial) == (None, 0)
    assert bound(state=replace(NOTHING, lineage="drawn just now")).lineage is None


def test_earlier_attempts_are_no_part_of_an_effect() -> None:
    for phase in (Phase.ABSENT, Phase.RECREATE):
        intent = intend("new", audience("New"), phase=phase)
        assert bound(state=replace(KNOWN, intents={intent.id: intent})).effects["new"] == EFFECT


def test_what_is_only_shown_has_no_effect() -> None:
    intents = [intend("new", audience("New"))]
    state = found([know("old", audience("Old"))], intents)
    shown = bound(want(("new", audience("New"))), state)
    assert [one.key for one in shown.changes] == ["new", "old"]
    assert shown.effects.keys() == {"old"}


IDS = Ids("A", "P")
EFFECTS: list[Change] = [
    create(),
    create(key="other"),
    create(SILVER),
    create(audience("Gold", "")),
    create(given="mine"),
    create(given="other"),
    replace(create(), known=Known(GOLD, IDS)),
    *(
        Change("gold", Action.UPDATE, known=known, wanted=GOLD, steps=(step,))
        for known, step in (
            (Known(SILVER, IDS), Patch(IDS, SILVER, GOLD)),
            (Known(SILVER, Ids("B")), Patch(Ids("B"), SILVER, GOLD)),
            (Known(GOLD, IDS), Delete(IDS, GOLD)),
            (Known(GOLD, IDS), Adopt(Known(GOLD, IDS))),
        )
    ),
]


def test_all_that_is_known_done_and_known_after_is_part_of_an_effect() -> None:
    assert len({effect_of(change) for change in EFFECTS}) == len(EFFECTS)


@pytest.mark.parametrize("steps", [(), (Create(GOLD),), (Delete(IDS, GOLD), Create(GOLD))])
def test_an_effect_is_that_of_the_steps(steps: tuple[Step, ...]) -> None:
    effect = effect_of(replace(create(), steps=steps))
    assert (effect is None) is (steps == ())
    assert (effect == effect_of(create())) is (steps == (Create(GOLD),))


def test_what_is_known_is_kept_with_both_ids_and_is_part_of_an_effect_for_good() -> None:
    step = Patch(IDS, SILVER, GOLD)
    change = Change("gold", Action.UPDATE, Known(SILVER, IDS), wanted=GOLD, steps=(step,))
    (one,) = bind(replace(plan(()), changes=(change,)), KNOWN, "1.0").changes
    assert one.before == {"audienceId": "A", **SILVER.fields(), "id": "P"}
    assert one.effect == "8f512f310668ce0077823667eab76a0948f9f36522407c96399e25071bb7238b"


def test_the_platforms_own_id_is_no_part_of_an_effect() -> None:
    """It may be found out between a plan that was made offline and the apply of it."""
    known = (Known(SILVER, IDS), Known(SILVER, Ids("A")))
    changes = [
        Change("gold", Action.UPDATE, one, wanted=GOLD, steps=(Patch(one.ids, SILVER, GOLD),))
        for one in known
    ]
    assert effect_of(changes[0]) == effect_of(changes[1])


def test_what_was_seen_is_no_part_of_it_where_it_changes_nothing_that_is_done() -> None:
    edited = there(audience("Silver", "Edited"), "id-of-silver")
    assert bound(observed=[edited]).effects == {"new": EFFECT}
    as_known = there(audience("Silver", "Old"), "id-of-silver")
    assert bound(observed=[as_known]).effects == bound().effects
