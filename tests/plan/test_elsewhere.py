"""What is known, and is by now for other environments only: left, ended, or in the way."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_samples import POLICY, audience, found, intend, there, want
from plan_worlds import KEYS, World, worlds

from aepctl.errors import NoSuchTarget
from aepctl.model.audience import Audience, Deposed, Ids, Known, Wanted
from aepctl.model.lifecycle import AtRemoval, Lifecycle, OnRemoval
from aepctl.model.problem import Origin
from aepctl.model.steps import Adopt, Delete, Forget, Move, Step
from aepctl.model.wants import Moved, Removed, Wants
from aepctl.plan.binding import bind
from aepctl.plan.drift import Asked
from aepctl.plan.drifting import find_drift
from aepctl.plan.kinds import Kind
from aepctl.plan.plan import Action, Plan
from aepctl.plan.planner import make_plan
from aepctl.plan.questions import to_look_up
from aepctl.plan.refreshing import plan_refresh
from aepctl.plan.reviewed import compare
from aepctl.plan.seen import Seen
from aepctl.state.model import State

GOLD = audience("Gold")
PLACE = Origin("audiences/all.yaml", 9, 3)
IDS = Ids("id-of-gold")
DELETE, RETAIN = OnRemoval.DELETE, OnRemoval.RETAIN


def block(
    rule: OnRemoval | None = None, *, prevent: bool = False, key: str = "gold"
) -> tuple[Wanted, ...]:
    """The block of gold, which is for other environments."""
    (one,) = want((key, GOLD))
    return (replace(one, lifecycle=Lifecycle(AtRemoval(rule, prevent))),)


def knows(key: str = "gold", **known: Any) -> State:
    return found([(key, replace(Known(GOLD, IDS), **known))])


def planned(
    elsewhere: Iterable[Wanted],
    state: State,
    *wanted: tuple[str, Audience],
    moved: tuple[Moved, ...] = (),
    seen: Seen | None = None,
    **policy: Any,
) -> Plan:
    wants = Wants(want(*wanted), moved, (), tuple(elsewhere))
    return make_plan(wants, state, seen, replace(POLICY, **policy))


def told(made: Plan) -> list[tuple[str, Action, tuple[Step, ...]]]:
    return [(change.key, change.action, change.steps) for change in made.changes]


@pytest.mark.parametrize("setting", OnRemoval)
@pytest.mark.parametrize("remembered", [None, *OnRemoval])
def test_it_is_left_where_its_block_does_not_say_what_becomes_of_it(
    setting: OnRemoval, remembered: OnRemoval | None
) -> None:
    """Neither the environment's setting nor what state remembers is a word of the block."""
    state = knows(at_removal=AtRemoval(remembered))
    made = planned(block(), state, on_removal=setting)
    assert (made.changes, made.elsewhere, made.unchanged) == ((), ("gold",), 0)


def test_what_is_not_known_is_not_told_of() -> None:
    made = planned(block(DELETE), found([]))
    assert (made.changes, made.elsewhere) == ((), ())


def test_its_block_may_say_that_it_is_deleted() -> None:
    made = planned(block(DELETE), knows(), on_removal=RETAIN)
    (change,) = made.changes
    assert told(made) == [("gold", Action.DELETE, (Delete(IDS, GOLD),))]
    assert change.reason == "its block is not for `prod`, and says `on_removal: delete`"
    assert change.source == block()[0].origin
    assert (change.is_named, made.elsewhere, made.deletes) == (True, (), 1)


def test_or_that_it_stays_and_is_remembered_so() -> None:
    made = planned(block(RETAIN), knows(), on_removal=DELETE)
    assert told(made) == [("gold", Action.FORGET, (Forget(retain=True),))]
    assert made.changes[0].reason == (
        "its block is not for `prod`, and says `on_removal: retain`; stays on the platform"
    )


def test_what_was_retained_stays_so() -> None:
    for rule in (None, *OnRemoval):
        made = planned(block(rule), knows(retained=True))
        assert (made.changes, made.elsewhere) == ((), ())


@pytest.mark.parametrize("by_block", [True, False])
def test_it_is_not_deleted_while_it_is_protected(by_block: bool) -> None:
    state = knows(at_removal=AtRemoval(prevent_destroy=not by_block))
    (change,) = planned(block(DELETE, prevent=by_block), state).changes
    assert (change.action, change.steps) == (Action.DECIDE, ())
    assert "`prevent_destroy` protects it. To delete it in `prod`" in str(change.reason)


def test_nor_where_somebody_edited_it_since() -> None:
    seen = Seen((there(audience("Gold", "edited"), "id-of-gold"),))
    (change,) = planned(block(DELETE), knows(), seen=seen).changes
    assert (change.action, change.steps) == (Action.DRIFT, ())
    assert "to keep it, write prod under `environments` of its block" in str(change.reason)


def test_the_rest_of_a_replace_is_left_with_it() -> None:
    state = knows(deposed=Deposed(Ids("old"), GOLD))
    assert planned(block(), state).changes == ()
    assert to_look_up(Wants(elsewhere=block()), state, POLICY).known == {}


def test_an_open_step_is_settled_first() -> None:
    intent = intend("gold", GOLD)
    made = planned(block(), State("l", 1, POLICY.target, {}, {intent.id: intent}))
    assert [one.action for one in made.changes] == [Action.SETTLE]


def test_a_line_under_removed_says_more() -> None:
    removed = (Removed("gold", delete=True, origin=PLACE),)
    made = make_plan(Wants((), (), removed, block()), knows(), None, POLICY)
    assert [one.action for one in made.changes] == [Action.DELETE]


def test_it_moves_to_its_new_key_and_is_left_there() -> None:
    moved = (Moved("loyal", "gold", PLACE),)
    made = planned(block(), knows("loyal"), moved=moved)
    assert told(made) == [("gold", Action.MOVE, (Move("loyal"),))]
    assert (made.changes[0].moved_from, made.changes[0].is_named) == ("loyal", False)


def test_and_ends_under_it() -> None:
    moved = (Moved("loyal", "gold", PLACE),)
    made = planned(block(DELETE), knows("loyal"), moved=moved)
    assert told(made) == [("gold", Action.DELETE, (Move("loyal"), Delete(IDS, GOLD)))]


class TestNobodyElseMayHaveIt:
    """It still owns its ID."""

    @pytest.mark.parametrize("rule", [None, *OnRemoval])
    def test_not_a_new_key_with_its_name(self, rule: OnRemoval | None) -> None:
        made = planned(block(rule), knows(), ("gold-prod", GOLD))
        (change,) = made.changes
        assert (change.key, change.action, change.steps) == ("gold-prod", Action.DECIDE, ())
        assert "state mv gold gold-prod" in str(change.reason)
        assert made.renames == ()  # a line under `moved` would hold where gold stays
        wants = Wants(want(("gold-prod", GOLD)), elsewhere=block(rule))
        assert to_look_up(wants, knows(), POLICY).candidates == ()

    def test_not_one_that_has_its_name_there_by_now(self) -> None:
        other = audience("Silver")
        seen = Seen((there(other, "id-of-gold"),))
        (change,) = planned(block(), knows(), ("silver", other), seen=seen).changes
        assert (change.action, change.steps) == (Action.DECIDE, ())
        assert "state mv gold silver" in str(change.reason)
        assert change.matches == seen.found

    def test_not_one_whose_manifest_names_its_id(self) -> None:
        (silver,) = want(("silver", audience("Silver")))
        wants = Wants((replace(silver, audience_id="id-of-gold"),), elsewhere=block())
        (change,) = make_plan(wants, knows(), None, POLICY).changes
        assert (change.action, change.steps) == (Action.DECIDE, ())
        assert "the one that state has for `gold`" in str(change.reason)


def test_what_is_gone_from_the_platform_is_forgotten() -> None:
    seen = Seen(gone={"id-of-gold": None})
    made = planned(block(), knows(), seen=seen, refresh=True)
    assert told(made) == [("gold", Action.FORGET, (Forget(),))]
    made = plan_refresh(Wants(elsewhere=block()), knows(), seen, replace(POLICY, refresh=True))
    assert told(made) == [("gold", Action.FORGET, (Forget(),))]


def test_destroy_takes_it_along_unless_its_block_protects_it() -> None:
    made = planned(block(), knows(), destroys=True)
    assert [one.action for one in made.changes] == [Action.DELETE]
    made = planned(block(prevent=True), knows(), destroys=True)
    assert made.guarded == ("gold",)


def test_a_target_that_is_for_others_is_told_so() -> None:
    with pytest.raises(NoSuchTarget) as raised:
        make_plan(Wants(elsewhere=block()), found([]), None, POLICY, ("gol*",))
    assert raised.value.hint == "gold: only for other environments, as the manifests say"
    assert make_plan(Wants(elsewhere=block()), knows(), None, POLICY, ("gold",)).elsewhere


def test_drift_of_it_is_told_with_the_place_of_its_block() -> None:
    seen = Seen((there(audience("Gold", "edited"), "id-of-gold"),))
    policy = replace(POLICY, refresh=True)
    drift = find_drift(Wants(elsewhere=block()), knows(), seen, policy, Asked())
    (one,) = drift.found
    assert (one.kind, one.is_wanted, one.source) == (Kind.CHANGED, False, block()[0].origin)


def test_a_change_has_the_place_of_the_override_that_it_comes_from() -> None:
    (gold,) = want(("gold", audience("Gold", "Nightly")))
    other, there_ = Origin("audiences/all.yaml", 12, 7), found([("gold", Known(GOLD, IDS))])
    here = replace(gold, given=(("description", other),))
    (change,) = make_plan(Wants((here,)), there_, None, POLICY).changes
    assert change.source == other
    renamed = replace(here, audience=audience("Silver", "Nightly"))
    (change,) = make_plan(Wants((renamed,)), there_, None, POLICY).changes
    assert change.source == gold.origin


@given(worlds(), st.sets(KEYS), st.sampled_from([None, *OnRemoval]))
@settings(max_examples=12)
def test_in_any_world_what_is_kept_is_left_alone_and_nobody_else_has_it(
    world: World, others: set[str], rule: OnRemoval | None
) -> None:
    wanted = tuple(one for one in world.wanted if one.key not in others)
    elsewhere = tuple(block(rule, key=key)[0] for key in sorted(others))
    seen = None if world.observed is None else Seen(world.observed)
    policy = replace(POLICY, client_ids=world.client_ids)
    made = make_plan(Wants(wanted, elsewhere=elsewhere), world.state, seen, policy)
    assert set(made.elsewhere) <= (others if rule is None else set())
    kept = {world.state.audiences[key].ids.audience_id for key in made.elsewhere}
    assert not {one.key for one in made.changes} & {*made.elsewhere}
    for change in made.changes:
        for step in change.steps:
            assert not isinstance(step, Adopt) or step.known.ids.audience_id not in kept
            assert not isinstance(step, Delete) or step.ids.audience_id not in kept


def test_a_saved_plan_to_change_what_is_for_others_by_now_says_so() -> None:
    state = knows()
    saved = bind(planned((), state, ("gold", audience("Other"))), state, "1.0")
    stale = compare(saved, planned(block(), state), state).stale
    assert stale == {"gold": "the manifests no longer want it here"}
