"""What becomes of an audience that is known: changed, replaced, moved, ended, or told of."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from plan_samples import AT, NOTHING, POLICY, audience, found, intend, know, there, want

from aepctl.model.audience import Audience, Deposed, Ids, Known, Observed, Wanted
from aepctl.model.lifecycle import AtRemoval, Lifecycle, OnRemoval
from aepctl.model.problem import Origin
from aepctl.model.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    Move,
    Patch,
    Record,
    Remember,
    Step,
)
from aepctl.model.wants import Moved, Removed, Wants
from aepctl.plan import reasons, reasons_to_stay
from aepctl.plan.ids import computed_id
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.plan.planner import make_plan
from aepctl.plan.questions import to_look_up
from aepctl.plan.reasons_to_stay import edited_removed
from aepctl.plan.seen import Seen
from aepctl.state.model import Phase, State

GOLD, OLD, EDITED = audience("Gold", "new"), audience("Gold", "old"), audience("Gold", "edited")
ELSEWHERE = audience("Gold", "old", namespace="crm")
ID, IDS = Ids("id-of-gold"), Ids("id-of-gold", "p-id-of-gold")
PLACE = Origin("audiences/all.yaml", 9, 3)
DELETES = AtRemoval(OnRemoval.DELETE)
PROTECTED = AtRemoval(OnRemoval.DELETE, prevent_destroy=True)


def life(
    wanted: Iterable[Wanted],
    state: State,
    *observed: Observed,
    moved: Mapping[str, str] | None = None,
    removed: Mapping[str, bool] | None = None,
    gone: Iterable[str] = (),
    missing: Iterable[str] = (),
    **policy: Any,
) -> Plan:
    wants = Wants(
        tuple(wanted),
        tuple(Moved(old, new, PLACE) for old, new in (moved or {}).items()),
        tuple(Removed(key, delete, PLACE) for key, delete in (removed or {}).items()),
    )
    looked = observed or gone or missing or policy.get("refresh")
    seen = Seen(observed, dict.fromkeys(gone), frozenset(missing)) if looked else None
    return make_plan(wants, state, seen, replace(POLICY, **policy))


def one(made: Plan) -> Change:
    (change,) = made.changes
    return change


def told(made: Plan) -> list[tuple[str, str, tuple[Step, ...]]]:
    return [(change.key, change.action.value, change.steps) for change in made.changes]


def gold(audience: Audience = GOLD, **lifecycle: Any) -> tuple[Wanted, ...]:
    return tuple(
        replace(wanted, lifecycle=Lifecycle(**lifecycle)) for wanted in want(("gold", audience))
    )


def knows(audience: Audience = OLD, key: str = "gold", **known: Any) -> State:
    return found([(key, replace(Known(audience, Ids(f"id-of-{key}")), **known))])


def shown(audience: Audience) -> Observed:
    return there(audience, "id-of-gold")


class TestUpdate:
    """A changed name or description is a patch."""

    def test_only_the_fields_that_differ_are_sent(self) -> None:
        change = one(life(gold(), knows()))
        (patch,) = change.steps
        assert (change.action, patch) == (Action.UPDATE, Patch(ID, OLD, GOLD))
        assert isinstance(patch, Patch)
        assert patch.changes == {"description": "new"}

    def test_what_was_read_gives_the_platforms_own_id(self) -> None:
        assert one(life(gold(), knows(), shown(OLD))).steps == (Patch(IDS, OLD, GOLD),)

    def test_a_description_may_be_removed(self) -> None:
        change = one(life(gold(audience("Gold")), knows()))
        assert change.steps == (Patch(ID, OLD, audience("Gold")),)

    def test_what_somebody_made_so_already_is_recorded(self) -> None:
        change = one(life(gold(), knows(), shown(GOLD)))
        assert (change.action, change.steps) == (Action.RECORD, (Record(GOLD, IDS.platform_id),))
        assert change.reason == reasons.HAS_IT

    def test_what_somebody_edited_waits_for_a_person_with_three_values_side_by_side(self) -> None:
        change = one(life(gold(), knows(), shown(EDITED)))
        assert (change.action, change.steps) == (Action.DRIFT, ())
        assert "`aepctl --env prod apply --overwrite --target gold`" in str(change.reason)
        assert change.diff == (FieldDiff("description", "old", "edited", "new"),)
        assert change.waits

    def test_a_person_may_write_over_it(self) -> None:
        change = one(life(gold(), knows(), shown(EDITED), overwrite=True))
        assert (change.action, change.steps) == (Action.UPDATE, (Patch(IDS, EDITED, GOLD),))

    def test_blanks_that_somebody_changed_are_no_edit(self) -> None:
        """Also where the manifest wants another name by now."""
        wanted, seen = want(("gold", audience("Silver", "old"))), shown(audience("Gold  ", "old"))
        assert one(life(wanted, knows(), seen)).action is Action.UPDATE
        assert one(life(wanted, knows(ids=IDS), seen)).action is Action.UPDATE

    def test_nor_is_a_spelling_that_nobody_has_seen_until_now(self) -> None:
        """Without the platform's own id it was never read since it was sent."""
        wanted, seen = want(("gold", audience("Silver", "old"))), shown(audience("GOLD", "old"))
        assert one(life(wanted, knows(), seen)).action is Action.UPDATE
        assert one(life(wanted, knows(ids=IDS), seen)).action is Action.DRIFT

    def test_an_edit_of_another_field_waits_as_well(self) -> None:
        renamed = audience("Renamed", "old")
        change = one(life(gold(), knows(), shown(renamed)))
        assert change.action is Action.DRIFT
        assert [diff.field for diff in change.diff] == ["name", "description"]

    def test_without_a_refresh_nobody_looks_at_what_needs_no_change(self) -> None:
        assert life(gold(), knows(GOLD), shown(EDITED)).unchanged == 1

    @pytest.mark.parametrize("ignored", ["description", "name"])
    def test_fields_that_the_manifest_ignores_are_neither_compared_nor_sent(
        self, ignored: str
    ) -> None:
        wanted = gold(audience("G", "new"), ignored=frozenset({ignored}))
        change = one(life(wanted, knows(), shown(OLD)))
        (patch,) = change.steps
        assert isinstance(patch, Patch)
        assert ignored not in patch.changes
        assert len(patch.changes) == 1

    def test_an_edit_of_an_ignored_field_is_nobodys_business(self) -> None:
        wanted = gold(ignored=frozenset({"description"}))
        assert life(wanted, knows(), shown(EDITED), refresh=True).unchanged == 1

    def test_what_is_gone_is_told_and_made_anew_only_with_a_refresh(self) -> None:
        change = one(life(gold(), knows(), gone=["id-of-gold"]))
        assert (change.action, change.steps) == (Action.DECIDE, ())
        assert str(change.reason).startswith("gone from the platform: `aepctl --env prod apply --r")

    def test_what_a_list_alone_does_not_show_may_be_there(self) -> None:
        change = one(life(gold(), knows(), missing=["id-of-gold"]))
        assert (change.action, change.steps) == (Action.DECIDE, ())
        assert "`aepctl --env prod state rm gold`" in str(change.reason)
        wanted, moved = want(("aurum", GOLD)), {"gold": "aurum"}
        change = one(life(wanted, knows(), missing=["id-of-gold"], moved=moved))
        assert "`aepctl --env prod state rm gold`" in str(change.reason)  # as state has it


class TestRefresh:
    """Everything known is looked at."""

    def test_an_edit_is_told_though_nothing_changed_in_the_manifests(self) -> None:
        change = one(life(gold(), knows(GOLD), shown(EDITED), refresh=True))
        assert change.action is Action.DRIFT
        assert change.diff == (FieldDiff("description", "new", "edited", "new"),)
        change = one(life(gold(), knows(GOLD), shown(EDITED), refresh=True, overwrite=True))
        assert change.steps == (Patch(IDS, EDITED, GOLD),)

    def test_what_is_as_known_and_wanted_is_unchanged(self) -> None:
        made = life(gold(), knows(GOLD), shown(GOLD), refresh=True)
        assert (made.changes, made.unchanged) == ((), 1)

    def test_what_is_gone_is_forgotten_and_made_anew(self) -> None:
        change = one(life(gold(), knows(GOLD), gone=["id-of-gold"], refresh=True))
        assert (change.action, change.steps) == (Action.CREATE, (Forget(), Create(GOLD)))
        assert (change.known, change.reason) == (Known(GOLD, ID), reasons.GONE)

    def test_where_a_person_decides_what_takes_its_place_it_is_not_forgotten_either(self) -> None:
        seen = (there(GOLD, "A"), there(GOLD, "B"))
        change = one(life(gold(), knows(GOLD), *seen, gone=["id-of-gold"], refresh=True))
        assert (change.action, change.steps, change.matches) == (Action.DECIDE, (), seen)

    def test_what_has_another_id_by_now_is_adopted(self) -> None:
        seen = there(GOLD, "A")
        change = one(life(gold(), knows(GOLD), seen, gone=["id-of-gold"], refresh=True))
        known = Known(GOLD, Ids("A", "p-A"))
        assert (change.action, change.steps) == (Action.ADOPT, (Forget(), Adopt(known)))

    def test_what_nobody_wants_and_is_gone_is_forgotten(self) -> None:
        change = one(life((), knows(), gone=["id-of-gold"], refresh=True))
        assert (change.action, change.steps) == (Action.FORGET, (Forget(),))
        change = one(life((), knows(retained=True), gone=["id-of-gold"], refresh=True))
        assert (change.action, change.steps) == (Action.FORGET, (Forget(),))

    def test_what_a_list_alone_does_not_show_is_left_as_it_is(self) -> None:
        assert life(gold(), knows(GOLD), missing=["id-of-gold"], refresh=True).unchanged == 1


class TestReplace:
    """The platform lets nobody change `namespace` and `originName`."""

    wanted = gold(replaces=True)
    there = knows(ELSEWHERE)

    def test_it_is_refused_unless_the_manifest_says_so(self) -> None:
        change = one(life(gold(), self.there))
        assert (change.action, change.steps) == (Action.DECIDE, ())
        assert change.reason == reasons.IMMUTABLE
        assert [diff.field for diff in change.diff] == ["description", "namespace"]

    def test_the_new_one_is_created_before_the_old_one_goes(self) -> None:
        change = one(life(self.wanted, self.there))
        assert change.action is Action.REPLACE
        assert change.steps == (Create(GOLD, replaces=ID), Delete(ID, ELSEWHERE))

    def test_what_is_there_already_is_adopted_in_its_place(self) -> None:
        change = one(life(self.wanted, self.there, shown(ELSEWHERE), there(GOLD, "A")))
        known = Known(GOLD, Ids("A", "p-A"), deposed=Deposed(ID, ELSEWHERE))
        assert (change.action, change.steps) == (
            Action.REPLACE,
            (Adopt(known), Delete(IDS, ELSEWHERE)),
        )

    def test_an_old_one_that_was_seen_has_the_platforms_own_id(self) -> None:
        change = one(life(self.wanted, self.there, shown(ELSEWHERE)))
        assert change.steps == (Create(GOLD, replaces=IDS), Delete(IDS, ELSEWHERE))

    def test_what_its_block_says_of_its_end_is_remembered_of_the_new_one(self) -> None:
        change = one(life(gold(replaces=True, at_removal=DELETES), self.there))
        steps = (Create(GOLD, replaces=ID), Remember(DELETES), Delete(ID, ELSEWHERE))
        assert change.steps == steps

    def test_an_attempt_to_make_the_new_one_goes_on(self) -> None:
        intent = intend("gold", GOLD, step=Create(GOLD, replaces=ID), phase=Phase.ABSENT)
        change = one(life(self.wanted, replace(self.there, intents={intent.id: intent})))
        assert (change.action, change.intent) == (Action.REPLACE, intent)

    def test_which_of_several_takes_its_place_is_for_a_person(self) -> None:
        old, seen = shown(ELSEWHERE), (there(GOLD, "A"), there(GOLD, "B"))
        change = one(life(self.wanted, self.there, old, *seen))
        assert (change.action, change.steps, change.matches) == (Action.DECIDE, (), seen)
        assert (change.known, change.observed) == (Known(ELSEWHERE, ID), old)

    def test_what_others_depend_on_is_not_replaced(self) -> None:
        old = replace(shown(ELSEWHERE), dependents=("A",))
        change = one(life(self.wanted, self.there, old))
        assert (change.key, change.action, change.steps) == ("gold", Action.DECIDE, ())
        assert (change.observed, change.reason) == (old, reasons_to_stay.dependents(old))

    def test_both_fields_count(self) -> None:
        wanted = gold(audience("Gold", "new", origin_name="Own"), replaces=True)
        assert one(life(wanted, self.there)).action is Action.REPLACE

    def test_only_what_is_replaced_is_looked_for(self) -> None:
        """A text alone is changed in place."""
        assert to_look_up(Wants(self.wanted), self.there, POLICY).candidates
        assert not to_look_up(Wants(self.wanted), knows(OLD), POLICY).candidates

    @pytest.mark.parametrize("known", [PROTECTED, AtRemoval()])
    def test_what_is_protected_is_not_replaced(self, known: AtRemoval) -> None:
        protected = AtRemoval(prevent_destroy=not known.prevent_destroy)
        state = knows(ELSEWHERE, at_removal=known)
        change = one(life(gold(replaces=True, at_removal=protected), state))
        assert (change.action, change.reason) == (Action.DECIDE, reasons.PROTECTED_REPLACE)

    def test_an_edit_waits_for_a_person(self) -> None:
        edited = replace(ELSEWHERE, description="edited")
        assert one(life(self.wanted, self.there, shown(edited))).action is Action.DRIFT

    def test_the_old_half_that_is_left_goes_with_the_next_run(self) -> None:
        state = knows(GOLD, deposed=Deposed(Ids("old"), ELSEWHERE))
        change = one(life(self.wanted, state))
        assert (change.action, change.steps) == (
            Action.REPLACE,
            (Delete(Ids("old"), ELSEWHERE),),
        )
        assert change.reason == reasons.OLD_HALF

    def test_it_goes_even_where_nobody_wants_any_of_it(self) -> None:
        state = knows(GOLD, deposed=Deposed(Ids("old"), ELSEWHERE))
        steps = (Delete(Ids("old"), ELSEWHERE), Forget(retain=True))
        assert one(life((), state)).steps == steps

    def test_where_the_client_gives_ids_the_new_one_has_another(self) -> None:
        (create, _) = one(life(self.wanted, self.there, client_ids=True)).steps
        (first,) = one(life(gold(), NOTHING, client_ids=True)).steps
        assert isinstance(create, Create)
        assert isinstance(first, Create)
        assert create.audience_id != first.audience_id
        anew = computed_id(POLICY.target.org, POLICY.target.sandbox, "gold\nagora\nAgora")
        assert create.audience_id == anew

    def test_its_create_in_doubt_is_settled_first(self) -> None:
        intent = intend("gold", GOLD, step=Create(GOLD, replaces=ID))
        state = replace(self.there, intents={intent.id: intent})
        assert told(life(self.wanted, state)) == [("gold", "settle", ())]


class TestRemove:
    """The block is gone, or the manifests say themselves that it ends."""

    @pytest.mark.parametrize(
        ("state", "removed", "policy", "expected"),
        [
            (knows(), {}, {}, ("forget", (Forget(retain=True),))),
            (knows(), {}, {"on_removal": OnRemoval.DELETE}, ("delete", (Delete(ID, OLD),))),
            (knows(at_removal=DELETES), {}, {}, ("delete", (Delete(ID, OLD),))),
            (
                knows(at_removal=AtRemoval(OnRemoval.RETAIN)),
                {},
                {"on_removal": OnRemoval.DELETE},
                ("forget", (Forget(retain=True),)),
            ),
            (knows(), {"gold": True}, {}, ("delete", (Delete(ID, OLD),))),
            (knows(at_removal=DELETES), {"gold": False}, {}, ("forget", (Forget(),))),
            (knows(retained=True), {"gold": True}, {}, ("delete", (Delete(ID, OLD),))),
            (knows(retained=True), {"gold": False}, {}, ("forget", (Forget(),))),
            (knows(at_removal=PROTECTED), {}, {}, ("decide", ())),
            (knows(at_removal=PROTECTED), {"gold": True}, {}, ("decide", ())),
            (knows(at_removal=PROTECTED), {"gold": False}, {}, ("forget", (Forget(),))),
        ],
    )
    def test_whose_word_counts(
        self,
        state: State,
        removed: dict[str, bool],
        policy: dict[str, Any],
        expected: tuple[str, tuple[Step, ...]],
    ) -> None:
        assert told(life((), state, removed=removed, **policy)) == [("gold", *expected)]

    def test_what_was_retained_is_not_told_again(self) -> None:
        assert life((), knows(retained=True)).changes == ()
        assert life((), knows(retained=True), on_removal=OnRemoval.DELETE).changes == ()

    def test_what_was_retained_is_adopted_again_and_nothing_is_sent(self) -> None:
        change = one(life(gold(OLD), knows(retained=True)))
        assert (change.action, change.steps) == (Action.ADOPT, (Adopt(Known(OLD, ID)),))
        assert change.reason == reasons.RETAINED

    def test_what_was_retained_and_is_wanted_otherwise_is_changed(self) -> None:
        change = one(life(gold(), knows(retained=True)))
        assert (change.action, change.steps) == (
            Action.UPDATE,
            (Adopt(Known(OLD, ID)), Patch(ID, OLD, GOLD)),
        )

    def test_what_somebody_edited_is_not_deleted_without_a_word(self) -> None:
        state = knows(at_removal=DELETES)
        change = one(life((), state, shown(EDITED)))
        assert (change.action, change.steps) == (Action.DRIFT, ())
        assert change.diff == (FieldDiff("description", "old", "edited", None),)
        change = one(life((), state, shown(EDITED), overwrite=True))
        assert change.steps == (Delete(IDS, EDITED),)
        kept = knows(audience("GOLD", "old"), ids=IDS, sent=OLD, at_removal=DELETES)
        change = one(life((), kept, shown(audience("GOLD", "edited"))))
        assert (change.action, change.steps) == (Action.DRIFT, ())

    def test_what_somebody_edited_says_so(self) -> None:
        change = one(life((), knows(at_removal=DELETES), shown(EDITED)))
        assert change.reason == edited_removed("gold", POLICY)
        looked = one(life((), knows(at_removal=DELETES), shown(EDITED), refresh=True))
        assert "`aepctl --env prod apply --refresh --overwrite --target gold`" in str(looked.reason)

    def test_where_all_is_destroyed_the_word_for_it_is_destroy(self) -> None:
        change = one(life((), knows(), shown(EDITED), destroys=True))
        assert "`aepctl --env prod destroy --overwrite --target gold`" in str(change.reason)

    def test_what_others_depend_on_stays_and_says_who(self) -> None:
        state = knows(at_removal=DELETES)
        change = one(life((), state, replace(shown(OLD), dependents=("A", "B"))))
        assert (change.key, change.action, change.steps) == ("gold", Action.DECIDE, ())
        assert change.known == state.audiences["gold"]
        assert change.reason == ("other audiences depend on it: A, B. Delete or change those first")

    def test_what_it_took_the_place_of_goes_with_it(self) -> None:
        state = knows(at_removal=DELETES, deposed=Deposed(Ids("old"), ELSEWHERE))
        change = one(life((), state))
        assert change.steps == (Delete(Ids("old"), ELSEWHERE), Delete(ID, OLD))
        assert change.reason == reasons_to_stay.with_old("old")

    def test_what_moved_and_was_removed_since_goes_under_its_new_key(self) -> None:
        change = one(life((), knows(), moved={"gold": "aurum"}, removed={"aurum": True}))
        assert (change.key, change.moved_from) == ("aurum", "gold")
        assert change.steps == (Move("gold"), Delete(ID, OLD))

    def test_it_says_whether_the_manifests_name_it_and_what_the_platform_has(self) -> None:
        state = knows(at_removal=DELETES)
        named = one(life((), state, shown(OLD), removed={"gold": True}))
        assert (named.is_named, named.observed, named.diff) == (True, shown(OLD), ())
        assert not one(life((), state)).is_named

    def test_what_is_protected_says_how_it_can_be_deleted(self) -> None:
        change = one(life((), knows(at_removal=PROTECTED)))
        assert (change.key, change.reason) == ("gold", reasons.PROTECTED)

    def test_what_was_retained_and_is_gone_says_so(self) -> None:
        change = one(life((), knows(retained=True), gone=["id-of-gold"]))
        assert (change.key, change.reason) == ("gold", reasons.GONE)

    def test_a_destroy_deletes_what_is_wanted_and_what_is_not_but_nothing_that_was_retained(
        self,
    ) -> None:
        for wanted in (gold(), ()):
            made = life(wanted, knows(), destroys=True)
            assert told(made) == [("gold", "delete", (Delete(ID, OLD),))]
        assert told(life((), knows(retained=True), destroys=True)) == []

    @pytest.mark.parametrize(
        ("wanted", "state"),
        [((), knows(at_removal=PROTECTED)), (gold(at_removal=PROTECTED), knows())],
        ids=["as state remembers", "as its manifest says"],
    )
    def test_a_destroy_leaves_what_is_protected(
        self, wanted: tuple[Wanted, ...], state: State
    ) -> None:
        made = life(wanted, state, destroys=True)
        change = one(made)
        assert (change.key, change.action, change.steps) == ("gold", Action.DECIDE, ())
        assert (change.known, change.reason) == (state.audiences["gold"], reasons_to_stay.GUARDED)
        assert made.guarded == ("gold",)

    def test_also_under_the_key_that_it_had_before(self) -> None:
        (aurum,) = want(("aurum", OLD))
        wanted = [replace(aurum, lifecycle=Lifecycle(PROTECTED))]
        state = found([know("gold", OLD), know("silver", audience("Silver"))])
        moved = {"gold": "aurum", "silver": "argent"}
        made = life(wanted, state, moved=moved, destroys=True)
        assert (made.guarded, made.deletes) == (("gold",), 1)

    def test_what_is_gone_already_is_forgotten(self) -> None:
        change = one(life((), knows(at_removal=DELETES), gone=["id-of-gold"]))
        assert (change.key, change.action, change.steps) == ("gold", Action.FORGET, (Forget(),))
        assert change.reason == "gone from the platform"

    def test_what_a_list_alone_does_not_show_is_not_forgotten(self) -> None:
        state = knows(at_removal=DELETES)
        change = one(life((), state, missing=["id-of-gold"]))
        assert (change.key, change.action, change.steps) == ("gold", Action.DECIDE, ())
        assert change.reason == reasons.missing("gold", state.audiences["gold"], POLICY)

    def test_what_a_manifest_says_of_the_end_is_remembered(self) -> None:
        change = one(life(gold(OLD, at_removal=PROTECTED), knows()))
        assert (change.action, change.steps) == (Action.RECORD, (Remember(PROTECTED),))
        assert change.reason == "protected from now on; on_removal: delete"
        created = one(life(gold(OLD, at_removal=PROTECTED), NOTHING))
        assert created.steps == (Create(OLD), Remember(PROTECTED))
        known = knows(at_removal=PROTECTED)
        assert life(gold(OLD, at_removal=PROTECTED), known).unchanged == 1


class TestMove:
    """`moved:` in the manifests."""

    wanted = want(("aurum", OLD))

    def test_it_is_known_under_the_new_key(self) -> None:
        change = one(life(self.wanted, knows(), moved={"gold": "aurum"}))
        assert (change.action, change.steps) == (Action.MOVE, (Move("gold"),))
        assert (change.key, change.moved_from) == ("aurum", "gold")

    def test_chains_are_followed_from_wherever_a_state_is(self) -> None:
        moved = {"au": "gold", "gold": "or", "or": "aurum"}
        for key in ("au", "gold", "or"):
            change = one(life(self.wanted, knows(key=key), moved=moved))
            assert change.steps == (Move(key),)
        assert life(self.wanted, knows(key="aurum"), moved=moved).unchanged == 1
        assert one(life(self.wanted, NOTHING, moved=moved)).action is Action.CREATE

    def test_what_does_not_move_keeps_its_key(self) -> None:
        state = found([know("gold", OLD), know("silver", audience("Silver"))])
        wanted = (*self.wanted, *want(("silver", audience("Silver"))))
        made = life(wanted, state, moved={"gold": "aurum"})
        assert (told(made), made.unchanged) == ([("aurum", "move", (Move("gold"),))], 1)

    def test_it_may_be_changed_at_the_same_time(self) -> None:
        change = one(life(want(("aurum", GOLD)), knows(), moved={"gold": "aurum"}))
        assert (change.action, change.steps) == (
            Action.UPDATE,
            (Move("gold"), Patch(ID, OLD, GOLD)),
        )

    def test_what_state_has_under_both_keys_is_for_a_person(self) -> None:
        state = found([know("gold", OLD), know("aurum", audience("Aurum"))])
        wanted = want(("aurum", audience("Aurum")))
        change = one(life(wanted, state, moved={"gold": "aurum"}, on_removal=OnRemoval.DELETE))
        assert (change.key, change.action, change.steps) == ("gold", Action.DECIDE, ())
        assert str(change.reason).startswith("the manifests say that `gold` is `aurum` now, but st")
        assert str(change.reason).endswith("forgotten: `aepctl --env prod state rm gold`")

    def test_what_is_in_doubt_is_settled_under_its_old_key_first(self) -> None:
        intent = intend("gold", OLD, step=Patch(ID, GOLD, OLD), at=AT)
        state = replace(knows(), intents={intent.id: intent})
        made = life(self.wanted, state, moved={"gold": "aurum"})
        assert told(made) == [("aurum", "settle", ()), ("gold", "settle", ())]
        other = audience("Other")
        made = life((*self.wanted, *want(("x", other))), state, moved={"gold": "aurum"})
        assert told(made)[2:] == [("x", "create", (Create(other),))]

    def test_it_does_not_end_while_its_new_key_is_in_doubt(self) -> None:
        intent = intend("aurum", audience("Other"))
        state = replace(knows(), intents={intent.id: intent})
        made = life(self.wanted, state, moved={"gold": "aurum"}, on_removal=OnRemoval.DELETE)
        assert told(made) == [("aurum", "settle", ())]

    def test_reverting_the_commit_after_an_apply_orphans_nothing(self) -> None:
        """State's own knowledge decides: what was moved is asked about, never made again."""
        made = life(want(("gold", OLD)), knows(key="aurum"))
        assert told(made) == [("gold", "decide", ())]
        assert made.renames == (("aurum", "gold"),)

    def test_one_that_ends_by_the_manifests_word_is_no_other_key(self) -> None:
        made = life(self.wanted, knows(), removed={"gold": True})
        assert [change.action for change in made.changes] == [Action.DECIDE, Action.DELETE]
        assert made.renames == ()
        assert "`gold`, which `removed:` ends: once that is done" in str(made.changes[0].reason)
        assert life(self.wanted, NOTHING, removed={"gold": True}).changes[0].steps == (Create(OLD),)
        decided = intend("aurum", OLD, phase=Phase.RECREATE)
        state = replace(knows(), intents={decided.id: decided})
        made = life(self.wanted, state, removed={"gold": True})
        assert made.changes[0].steps == (Create(OLD),)


def test_what_a_list_alone_shows_is_neither_adopted_nor_made_again() -> None:
    """It may have been deleted a moment ago, or made."""
    wants, seen = Wants(want(("gold", GOLD))), Seen((there(GOLD, "A"),), denied=frozenset({"A"}))
    change = one(make_plan(wants, NOTHING, seen, POLICY))
    assert (change.action, change.steps) == (Action.DECIDE, ())
    assert "the platform lists `A`, but has no such audience under its id" in str(change.reason)
    assert "`aepctl --env prod state resolve gold --recreate`" in str(change.reason)


class TestAudienceId:
    """A manifest says itself which audience it is."""

    wanted = tuple(replace(one, audience_id="A") for one in want(("gold", GOLD)))

    def test_it_is_adopted(self) -> None:
        change = one(life(self.wanted, NOTHING))
        assert (change.action, change.given_id) == (Action.ADOPT, "A")
        assert change.steps == (Adopt(Known(GOLD, Ids("A"))),)
        seen = there(audience("G", "old"), "A")
        change = one(life(self.wanted, NOTHING, seen))
        assert change.steps == (Adopt(Known(seen.audience, Ids("A", "p-A"))),)
        assert change.given_id == "A"
        assert "has another name and description, until the next plan" in str(change.reason)

    def test_what_its_block_says_of_its_end_is_remembered_whether_it_was_seen_or_not(self) -> None:
        (wanted,) = gold(at_removal=DELETES)
        change = one(life([replace(wanted, audience_id="A")], NOTHING))
        assert change.steps == (Adopt(Known(GOLD, Ids("A"), at_removal=DELETES)),)
        change = one(life([wanted], NOTHING, there(GOLD, "A")))
        assert change.steps == (Adopt(Known(GOLD, Ids("A", "p-A"), at_removal=DELETES)),)

    @pytest.mark.parametrize(
        ("observed", "said"),
        [
            (there(GOLD, "B"), "the platform shows no audience `A`"),
            (there(ELSEWHERE, "A"), "has namespace 'crm'"),
        ],
    )
    def test_what_cannot_be_it_is_for_a_person(self, observed: Observed, said: str) -> None:
        change = one(life(self.wanted, NOTHING, observed))
        assert (change.action, change.steps) == (Action.DECIDE, ())
        assert change.matches == ((observed,) if observed.ids.audience_id == "A" else ())
        assert said in str(change.reason)

    def test_the_one_that_another_key_has_is_not_adopted(self) -> None:
        state = found([("x", Known(audience("X"), Ids("A")))])
        made = life((*self.wanted, *want(("x", audience("X")))), state)
        assert told(made) == [("gold", "decide", ())]

    @pytest.mark.parametrize("deposed", [None, Deposed(Ids("Z"), OLD)])
    def test_state_that_has_another_one_for_it_is_for_a_person(
        self, deposed: Deposed | None
    ) -> None:
        """Also where its texts are as they are wanted."""
        change = one(life(self.wanted, knows(GOLD, deposed=deposed)))
        assert change.action is Action.DECIDE
        assert "the manifest says that it is `A`, and state has `id-of-gold`" in str(change.reason)
        assert "`aepctl --env prod state rm gold`" in str(change.reason)

    def test_where_the_client_gives_ids_it_is_for_the_create_alone(self) -> None:
        assert one(life(self.wanted, knows(), client_ids=True)).steps == (Patch(ID, OLD, GOLD),)


class TestLimits:
    """How many deletes need somebody's word."""

    @pytest.mark.parametrize(
        ("known", "max_deletes", "allowed"), [(3, 10, 0), (10, 10, 3), (40, 10, 10), (40, 5, 5)]
    )
    def test_never_more_than_a_part_of_what_is_known(
        self, known: int, max_deletes: int, allowed: int
    ) -> None:
        state = found(know(f"k{n}", audience(f"K{n}")) for n in range(known))
        made = life((), state, max_deletes=max_deletes, on_removal=OnRemoval.DELETE)
        assert (made.deletes, made.max_deletes) == (known, allowed)
        assert made.exceeded == ("max_deletes",)
