"""What of the platform goes into state: steps that touch state alone."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from plan_samples import POLICY, audience, found, intend, know, there, want

from aepctl.model.audience import Deposed, Ids, Known, Observed, Wanted
from aepctl.model.problem import Origin
from aepctl.model.steps import Forget, Record
from aepctl.model.wants import Moved, Wants
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.plan.refreshing import NEW_ID, plan_refresh
from aepctl.plan.seen import Seen
from aepctl.state.model import State

GOLD, EDITED = audience("Gold", "ten"), audience("Gold", "edited")
WANTED = want(("gold", GOLD))
KNOWN = found([know("gold", GOLD, "p-id-of-gold")])


def taken(
    wanted: Iterable[Wanted],
    state: State,
    *observed: Observed,
    gone: Iterable[str] = (),
    moved: Iterable[Moved] = (),
    **policy: Any,
) -> Plan:
    wants = Wants(tuple(wanted), tuple(moved))
    policy_ = replace(POLICY, refresh=True, **policy)
    return plan_refresh(wants, state, Seen(observed, dict.fromkeys(gone)), policy_)


def one(made: Plan) -> Change:
    (change,) = made.changes
    return change


def test_an_edited_text_is_recorded_and_shown_as_a_change_of_the_state() -> None:
    change = one(taken(WANTED, KNOWN, there(EDITED, "id-of-gold")))
    assert (change.action, change.steps) == (Action.RECORD, (Record(EDITED, "p-id-of-gold"),))
    assert change.diff == (FieldDiff("description", "ten", None, "edited"),)
    assert change.diff[0].columns == ()


def test_a_field_that_the_manifest_ignores_is_recorded_as_well() -> None:
    """State says what is there, whoever may change it."""
    lifecycle = replace(WANTED[0].lifecycle, ignored=frozenset({"description"}))
    wanted = (replace(WANTED[0], lifecycle=lifecycle),)
    assert one(taken(wanted, KNOWN, there(EDITED, "id-of-gold"))).steps


def test_the_platforms_own_id_is_kept() -> None:
    change = one(taken(WANTED, found([know("gold", GOLD)]), there(GOLD, "id-of-gold")))
    assert (change.steps, change.reason) == ((Record(GOLD, "p-id-of-gold"),), NEW_ID)


def test_what_is_as_known_or_not_listed_is_left() -> None:
    assert taken(WANTED, KNOWN, there(GOLD, "id-of-gold")).changes == ()
    assert taken(WANTED, KNOWN).changes == ()


def test_what_is_gone_is_forgotten_and_whether_it_comes_back_is_said() -> None:
    change = one(taken(WANTED, KNOWN, gone=["id-of-gold"]))
    assert (change.action, change.steps) == (Action.FORGET, (Forget(),))
    assert str(change.reason).endswith("still wanted, so the next apply makes it anew")
    assert one(taken((), KNOWN, gone=["id-of-gold"])).reason == "gone from the platform"


def test_one_whose_old_half_is_still_to_be_deleted_is_not_forgotten() -> None:
    known = Known(GOLD, Ids("id-of-gold"), deposed=Deposed(Ids("old"), EDITED))
    change = one(taken(WANTED, found([("gold", known)]), gone=["id-of-gold"]))
    assert (change.action, change.steps) == (Action.DECIDE, ())
    assert "`aepctl --env prod apply --refresh --target gold`" in str(change.reason)


def test_what_is_retained_is_forgotten_where_it_is_gone_but_its_texts_are_left() -> None:
    known = Known(GOLD, Ids("id-of-gold", "p-id-of-gold"), retained=True)
    state = found([("gold", known)])
    assert taken((), state, there(EDITED, "id-of-gold")).changes == ()
    assert one(taken((), state, gone=["id-of-gold"])).steps == (Forget(),)


def test_what_is_in_doubt_is_left_alone_and_told() -> None:
    state = found([know("gold", GOLD)], [intend("gold", GOLD)])
    change = one(taken(WANTED, state, there(EDITED, "id-of-gold")))
    assert (change.action, change.steps) == (Action.SETTLE, ())


def test_a_key_that_moves_in_the_manifests_is_recorded_where_the_state_has_it() -> None:
    moved = [Moved("gold", "new", Origin("audiences/all.yaml", 9, 3))]
    change = one(taken(want(("new", GOLD)), KNOWN, there(EDITED, "id-of-gold"), moved=moved))
    assert (change.key, len(change.steps)) == ("gold", 1)
