"""What each event does to a state, and which cannot have happened to it."""

from dataclasses import replace

import pytest
from fakes import AT, TARGET, audience, replay
from histories import histories
from hypothesis import given

from aepctl.model.audience import Audience, Deposed, Ids, Known
from aepctl.model.lifecycle import AtRemoval, OnRemoval
from aepctl.model.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    Move,
    Patch,
    Record,
    Remember,
    RemoteStep,
)
from aepctl.state.events import Begun, Contradiction, Ended, Ending, Event, Noted, PlanUsed
from aepctl.state.model import NO_OUTCOME, Intent, Phase, Run, State, UsedPlan
from aepctl.state.reducer import MAX_RUNS, Draft, folded, with_run
from aepctl.state.used_plans import MAX_PLANS

EMPTY = State("L", 3, TARGET)
GOLD = Known(audience("Gold"), Ids("A-gold", "P-gold"))
SILVER = Known(audience("Silver"), Ids("A-silver"))
BOTH = State("L", 3, TARGET, {"gold": GOLD, "silver": SILVER})
NEW = audience("Gold", "new")


def intent(
    key: str = "gold", step: RemoteStep | None = None, name: str = "i-1", phase: Phase = Phase.OPEN
) -> Intent:
    step = step or Create(audience("Gold"))
    since = "run-0" if phase is Phase.ABSENT else None
    return Intent(name, "run-1", key, step, AT, phase, absent_since=since)


def ended(ending: Ending, name: str = "i-1", **more: object) -> Ended:
    return Ended(name, ending, "run-2", AT, **more)  # type: ignore[arg-type]


PATCH = Patch(GOLD.ids, GOLD.audience, NEW)
DELETE = Delete(GOLD.ids, GOLD.audience)


def with_intent(state: State, *open_ones: Intent) -> State:
    return replace(state, intents={**state.intents, **{one.id: one for one in open_ones}})


def contradiction(state: State, event: Event) -> str:
    """Why it cannot have happened; the draft then is as it was."""
    draft = Draft(state)
    with pytest.raises(Contradiction) as caught:
        draft.take(event)
    assert draft.state() == state
    return str(caught.value)


# Begun


def test_what_begins_is_open_beside_what_is_known() -> None:
    one = intent(step=PATCH)
    assert replay(BOTH, [Begun(one)]) == with_intent(BOTH, one)


@pytest.mark.parametrize("phase", [Phase.ABSENT, Phase.RECREATE])
def test_an_intent_that_came_to_nothing_makes_way_and_those_of_other_keys_stay(
    phase: Phase,
) -> None:
    earlier, other = intent(phase=phase), intent("silver", name="i-2", phase=phase)
    again = intent(name="i-3")
    after = replay(with_intent(EMPTY, earlier, other), [Begun(again)])
    assert after == with_intent(EMPTY, other, again)
    assert list(after.intents) == ["i-2", "i-3"]


def test_nothing_begins_for_a_key_while_an_intent_of_it_is_open() -> None:
    state = with_intent(EMPTY, intent())
    assert contradiction(state, Begun(intent(name="i-2"))) == (
        "`gold` has an open intent already (i-1)"
    )


def test_an_intent_begins_once() -> None:
    state = with_intent(EMPTY, intent(phase=Phase.ABSENT))
    assert contradiction(state, Begun(intent("silver"))) == "the intent i-1 begins a second time"


def test_whether_an_intent_may_begin_can_be_asked_without_beginning_it() -> None:
    draft = Draft(with_intent(EMPTY, intent(phase=Phase.ABSENT)))
    draft.check_begin(intent(name="i-2"))
    assert draft.state() == with_intent(EMPTY, intent(phase=Phase.ABSENT))
    draft.take(Begun(intent(name="i-2")))
    with pytest.raises(Contradiction, match="has an open intent already"):
        draft.check_begin(intent(name="i-3"))


def test_of_two_intents_of_a_key_that_were_merged_by_hand_the_open_one_still_counts() -> None:
    for order in ((Phase.OPEN, Phase.ABSENT), (Phase.ABSENT, Phase.OPEN)):
        pair = [intent(name=f"i-{phase}", phase=phase) for phase in order]
        state = with_intent(EMPTY, *pair)
        assert contradiction(state, Begun(intent(name="i-3"))) == (
            "`gold` has an open intent already (i-open)"
        )
        after = replay(state, [ended(Ending.REFUSED, "i-open"), Begun(intent(name="i-3"))])
        assert after == with_intent(EMPTY, intent(name="i-3"))


# Ended


def test_what_was_created_is_known_with_its_ids_as_it_was_sent() -> None:
    state = with_intent(EMPTY, intent(), intent("silver", name="i-2"))
    after = replay(state, [ended(Ending.DONE, ids=GOLD.ids)])
    assert after == with_intent(
        replace(EMPTY, audiences={"gold": GOLD}), intent("silver", name="i-2")
    )


def test_what_was_seen_is_known_as_it_was_seen() -> None:
    after = replay(with_intent(EMPTY, intent()), [ended(Ending.DONE, ids=GOLD.ids, observed=NEW)])
    assert after.audiences == {"gold": Known(NEW, GOLD.ids)}
    after = replay(
        with_intent(BOTH, intent(step=PATCH)), [ended(Ending.DONE, observed=audience("X"))]
    )
    assert after.audiences["gold"] == Known(audience("X"), GOLD.ids)


def test_a_create_without_an_id_is_not_done() -> None:
    state = with_intent(EMPTY, intent())
    assert contradiction(state, ended(Ending.DONE)) == (
        "`gold` was created, but without an audienceId"
    )


def test_what_was_patched_is_known_as_it_was_sent_with_the_ids_it_had() -> None:
    after = replay(with_intent(BOTH, intent(step=PATCH)), [ended(Ending.DONE)])
    assert after == replace(BOTH, audiences={"gold": Known(NEW, GOLD.ids), "silver": SILVER})


def test_what_was_deleted_is_not_known_any_more() -> None:
    after = replay(with_intent(BOTH, intent(step=DELETE)), [ended(Ending.DONE)])
    assert after == replace(BOTH, audiences={"silver": SILVER})


def test_a_delete_of_what_is_forgotten_already_is_done_too() -> None:
    state = with_intent(replace(BOTH, audiences={"silver": SILVER}), intent(step=DELETE))
    assert replay(state, [ended(Ending.DONE)]) == replace(BOTH, audiences={"silver": SILVER})


def test_after_a_delete_the_id_is_nobodys() -> None:
    draft = Draft(with_intent(BOTH, intent(step=DELETE)))
    assert draft.owner("A-gold") == "gold"
    draft.take(ended(Ending.DONE))
    assert draft.owner("A-gold") is None
    draft.take(Noted("bronze", Adopt(GOLD), AT))
    assert draft.owner("A-gold") == "bronze"


def test_what_was_changed_is_known_again_though_its_line_was_taken_out_of_the_state() -> None:
    state = with_intent(EMPTY, intent(step=PATCH))
    assert replay(state, [ended(Ending.DONE)]).audiences == {"gold": Known(PATCH.after, PATCH.ids)}


@pytest.mark.parametrize("step", [PATCH, DELETE], ids=type)
def test_no_run_begins_a_change_or_delete_of_what_is_not_known_as_such(step: RemoteStep) -> None:
    with pytest.raises(Contradiction, match="`gold` is not known"):
        Draft(EMPTY).check_begin(intent(step=step))
    other = replace(EMPTY, audiences={"gold": Known(audience("Gold"), Ids("A-other"))})
    with pytest.raises(Contradiction, match="`gold` is known as A-other, not A-gold"):
        Draft(other).check_begin(intent(step=step))
    Draft(replace(EMPTY, audiences={"gold": GOLD})).check_begin(intent(step=step))


@pytest.mark.parametrize("step", [PATCH, DELETE, Create(GOLD.audience)], ids=type)
def test_what_is_known_under_another_id_was_not_what_was_done(step: RemoteStep) -> None:
    other = replace(EMPTY, audiences={"gold": Known(audience("Gold"), Ids("A-other"))})
    state = with_intent(other, intent(step=step))
    assert contradiction(state, ended(Ending.DONE, ids=GOLD.ids)) == (
        "`gold` is known as A-other, not A-gold"
    )


def test_an_id_that_is_another_keys_did_not_come_of_this_create() -> None:
    state = with_intent(BOTH, intent("bronze"))
    assert contradiction(state, ended(Ending.DONE, ids=GOLD.ids)) == (
        "A-gold is known as `gold`, not as `bronze`"
    )


@pytest.mark.parametrize("ending", [Ending.REFUSED, Ending.NOT_SENT, Ending.ABANDONED])
@pytest.mark.parametrize("step", [Create(audience("Gold")), PATCH, DELETE], ids=type)
def test_what_came_to_nothing_leaves_nothing(ending: Ending, step: RemoteStep) -> None:
    state = with_intent(BOTH, intent(step=step))
    assert replay(state, [ended(ending, reason="no")]) == BOTH


@pytest.mark.parametrize("before", Phase)
@pytest.mark.parametrize(
    ("ending", "phase", "since"),
    [
        (Ending.UNKNOWN, Phase.OPEN, None),
        (Ending.ABSENT, Phase.ABSENT, "run-2"),
        (Ending.RECREATE, Phase.RECREATE, None),
    ],
)
def test_what_is_not_known_stays_with_its_reason(
    before: Phase, ending: Ending, phase: Phase, since: str | None
) -> None:
    one = intent(phase=before)
    other = intent("silver", name="i-2")
    after = replay(with_intent(EMPTY, one, other), [ended(ending, reason="no answer")])
    kept = replace(one, phase=phase, reason="no answer", absent_since=since)
    assert after == with_intent(EMPTY, kept, other)
    assert list(after.intents) == ["i-1", "i-2"]


@pytest.mark.parametrize("ending", [Ending.UNKNOWN, Ending.ABSENT, Ending.RECREATE])
def test_without_a_new_reason_the_earlier_one_stays(ending: Ending) -> None:
    told = replace(intent(), reason="reset")
    after = replay(with_intent(EMPTY, told), [ended(ending)])
    assert after.intents["i-1"].reason == "reset"
    after = replay(with_intent(EMPTY, intent()), [ended(ending)])
    assert (
        after.intents["i-1"].reason == NO_OUTCOME == "the run ended before its outcome was recorded"
    )


def test_that_it_exists_is_not_forgotten_with_the_next_answer() -> None:
    once = replay(with_intent(EMPTY, intent()), [ended(Ending.UNKNOWN, exists=True)])
    assert once.intents["i-1"].exists
    twice = replay(once, [ended(Ending.UNKNOWN, reason="reset")])
    assert twice.intents["i-1"].exists
    assert replay(twice, [ended(Ending.ABSENT)]).intents["i-1"].exists
    never = replay(with_intent(EMPTY, intent()), [ended(Ending.UNKNOWN)])
    assert not never.intents["i-1"].exists


def test_what_was_not_known_can_be_settled_later() -> None:
    events = [ended(Ending.UNKNOWN), ended(Ending.ABSENT), ended(Ending.DONE, ids=GOLD.ids)]
    after = replay(with_intent(EMPTY, intent()), events)
    assert after == replace(EMPTY, audiences={"gold": GOLD})


@pytest.mark.parametrize("ending", Ending)
def test_there_is_no_outcome_of_what_is_not_open(ending: Ending) -> None:
    assert contradiction(BOTH, ended(ending, ids=GOLD.ids)) == (
        "the outcome of an intent that is not open (i-1)"
    )


# Noted


def note(key: str, step: Adopt | Move | Forget | Record) -> Noted:
    return Noted(key, step, AT)


def test_what_is_adopted_is_known() -> None:
    assert replay(EMPTY, [note("gold", Adopt(GOLD))]) == replace(EMPTY, audiences={"gold": GOLD})


def test_what_is_adopted_once_more_is_known_as_it_was_seen_last() -> None:
    seen = Known(NEW, Ids("A-gold", "P-new"))
    assert replay(BOTH, [note("gold", Adopt(seen))]).audiences["gold"] == seen


def test_adopting_ends_what_came_to_nothing_but_not_what_is_open() -> None:
    absent, other = intent(phase=Phase.ABSENT), intent("silver", name="i-2", phase=Phase.ABSENT)
    after = replay(with_intent(EMPTY, absent, other), [note("gold", Adopt(GOLD))])
    assert after == with_intent(replace(EMPTY, audiences={"gold": GOLD}), other)
    after = replay(with_intent(EMPTY, intent()), [note("gold", Adopt(GOLD))])
    assert after == with_intent(replace(EMPTY, audiences={"gold": GOLD}), intent())


def test_one_id_has_one_key_and_one_key_one_id() -> None:
    assert contradiction(BOTH, note("bronze", Adopt(GOLD))) == (
        "A-gold is known as `gold`, not as `bronze`"
    )
    assert contradiction(BOTH, note("gold", Adopt(SILVER))) == (
        "`gold` is known as A-gold, not A-silver"
    )


def test_what_is_moved_keeps_all_but_its_key_and_its_intents_go_with_it() -> None:
    mine, other = intent(step=PATCH), intent("silver", name="i-2")
    after = replay(with_intent(BOTH, mine, other), [note("aurum", Move("gold"))])
    assert after.audiences == {"aurum": GOLD, "silver": SILVER}
    assert after.intents == {"i-1": replace(mine, key="aurum"), "i-2": other}
    assert list(after.intents) == ["i-1", "i-2"]
    assert replay(after, [ended(Ending.DONE)]).audiences["aurum"] == Known(NEW, GOLD.ids)


def test_after_a_move_the_id_is_the_new_keys_and_the_old_key_is_free() -> None:
    draft = Draft(with_intent(BOTH, intent(step=PATCH)))
    draft.take(note("aurum", Move("gold")))
    assert draft.owner("A-gold") == "aurum"
    draft.take(Begun(intent(name="i-2")))
    with pytest.raises(Contradiction, match="`aurum` has an open intent already"):
        draft.take(Begun(intent("aurum", name="i-3")))


def test_a_step_may_begin_for_what_was_moved() -> None:
    begun = replace(intent(PATCH), key="aurum")
    state = replay(BOTH, (Noted("aurum", Move("gold"), AT), Begun(begun)))
    assert state.intents == {begun.id: begun}


def test_a_move_ends_what_came_to_nothing_for_the_new_key() -> None:
    state = with_intent(BOTH, intent("aurum", phase=Phase.ABSENT))
    assert replay(state, [note("aurum", Move("gold"))]).intents == {}


def test_a_move_needs_something_to_move_and_a_free_key() -> None:
    assert contradiction(BOTH, note("aurum", Move("bronze"))) == "`bronze` is not known"
    assert contradiction(BOTH, note("silver", Move("gold"))) == "`silver` is known already"
    taken = with_intent(BOTH, intent("aurum"))
    assert contradiction(taken, note("aurum", Move("gold"))) == (
        "`aurum` has an open intent already (i-1)"
    )


def test_what_is_forgotten_is_not_known_and_its_id_is_nobodys() -> None:
    draft = Draft(BOTH)
    draft.take(note("gold", Forget()))
    assert draft.state() == replace(BOTH, audiences={"silver": SILVER})
    assert draft.owner("A-gold") is None
    assert contradiction(EMPTY, note("gold", Forget())) == "`gold` is not known"


def test_what_is_recorded_changes_the_fields_and_keeps_the_ids() -> None:
    after = replay(BOTH, [note("gold", Record(NEW))])
    assert after == replace(BOTH, audiences={"gold": Known(NEW, GOLD.ids), "silver": SILVER})
    assert contradiction(EMPTY, note("gold", Record(NEW))) == "`gold` is not known"


def test_an_id_that_stands_under_two_keys_already_is_in_nobodys_way() -> None:
    """Such a state can be read, so what is done to either key must be recorded."""
    twice = replace(EMPTY, audiences={"a": GOLD, "b": GOLD})
    for key in ("a", "b"):
        assert replay(twice, [note(key, Record(NEW))]).audiences[key] == Known(NEW, GOLD.ids)
        assert replay(twice, [note("c", Move(key))]).audiences["c"] == GOLD
        draft = Draft(twice)
        draft.take(note(key, Forget()))
        assert draft.owner("A-gold") in {None, *draft.state().audiences}


# Plans, runs, serials


def test_the_plans_that_were_used_last_are_kept_each_once() -> None:
    used = [PlanUsed(f"p-{n}", AT, "r", n) for n in range(MAX_PLANS + 2)]
    kept = {f"p-{n}": UsedPlan(n) for n in range(2, MAX_PLANS + 2)}
    assert replay(EMPTY, used).plans == kept
    assert MAX_PLANS == 500
    again = replay(EMPTY, [PlanUsed(one, AT, "r", n) for n, one in enumerate(("a", "b", "a"))])
    assert again == replace(EMPTY, plans={"a": UsedPlan(2), "b": UsedPlan(1)})


USED = PlanUsed("p", AT, "run-1", 3, ("gold", "silver"))


def left(*events: Event) -> UsedPlan:
    """What is left of the plan p after these."""
    return replay(EMPTY, [USED, *events]).plans["p"]


def test_what_the_plans_own_run_did_is_no_longer_left() -> None:
    gold = Known(audience("gold"), Ids("A"))
    begun = Begun(Intent("i", "run-1", "silver", Create(audience("silver")), AT))
    assert left() == UsedPlan(3, ("run-1",), frozenset({"gold", "silver"}))
    assert left(Noted("gold", Adopt(gold), AT, "run-1")).left == {"silver"}
    assert left(Noted("gold", Adopt(gold), AT, "another")).left == {"gold", "silver"}
    assert left(begun).left == {"gold", "silver"}
    done = Ended("i", Ending.DONE, "a later one", AT, Ids("B"))
    assert left(begun, done).left == {"gold"}
    assert left(begun, done, Noted("gold", Adopt(gold), AT, "run-1")) == UsedPlan(3)


@pytest.mark.parametrize("ending", [one for one in Ending if one is not Ending.DONE])
def test_what_came_to_nothing_or_is_not_known_is_left(ending: Ending) -> None:
    begun = Begun(Intent("i", "run-1", "silver", Create(audience("silver")), AT))
    assert left(begun, Ended("i", ending, "run-1", AT)).left == {"gold", "silver"}


def test_what_was_done_once_is_not_left_again_when_it_is_forgotten() -> None:
    gold = Noted("gold", Adopt(Known(audience("gold"), Ids("A"))), AT, "run-1")
    assert left(gold, Noted("gold", Forget(), AT, "run-2")).left == {"silver"}


def test_a_plan_that_is_used_again_remembers_each_of_its_runs() -> None:
    again = PlanUsed("p", AT, "run-2", 5, ("silver",))
    assert left(again) == UsedPlan(5, ("run-1", "run-2"), frozenset({"silver"}))
    assert left(again, PlanUsed("p", AT, "run-3", 6)) == UsedPlan(6)


RUN = Run("run-1", AT, "aepctl apply")


def test_what_a_run_changed_is_one_more_serial_with_the_run() -> None:
    after = replace(EMPTY, audiences={"gold": GOLD})
    assert folded(EMPTY, after, RUN) == replace(after, serial=4, runs=(RUN,))
    assert folded(EMPTY, with_intent(EMPTY, intent()), RUN).serial == 4
    assert folded(EMPTY, replace(EMPTY, plans={"p": UsedPlan()}), RUN).serial == 4


def test_a_run_that_came_to_nothing_changes_nothing() -> None:
    assert folded(EMPTY, replay(EMPTY, [Begun(intent()), ended(Ending.REFUSED)]), RUN) is EMPTY


def test_the_last_runs_are_kept_each_once_with_its_last_part() -> None:
    state = EMPTY
    for number in range(MAX_RUNS + 2):
        state = with_run(state, Run(f"run-{number}", AT, "aepctl apply"))
    assert [run.id for run in state.runs] == [f"run-{n}" for n in range(2, MAX_RUNS + 2)]
    assert (state.serial, MAX_RUNS) == (3 + MAX_RUNS + 2, 50)
    later = replace(state.runs[0], part=2)
    assert with_run(state, later).runs == (*state.runs[1:], later)


def test_a_state_has_a_run_with_the_parts_up_to_the_one_it_has() -> None:
    state = with_run(EMPTY, replace(RUN, part=2))
    assert [state.has_run(replace(RUN, part=part)) for part in (1, 2, 3)] == [True, True, False]
    assert not state.has_run(replace(RUN, id="run-2"))


# Properties


@given(histories())
def test_the_state_that_was_given_is_never_changed(
    history: tuple[State, tuple[Event, ...]],
) -> None:
    before, events = history
    copy = replace(before, audiences=dict(before.audiences), intents=dict(before.intents))
    after = replay(before, events)
    assert before == copy
    assert (after.lineage, after.serial, after.target, after.runs) == (
        before.lineage,
        before.serial,
        before.target,
        before.runs,
    )


@given(histories())
def test_one_by_one_is_the_same_as_all_at_once(history: tuple[State, tuple[Event, ...]]) -> None:
    before, events = history
    state = before
    for event in events:
        state = replay(state, [event])
    assert state == replay(before, events)


@given(histories())
def test_never_two_keys_for_an_id_nor_two_intents_for_a_key(
    history: tuple[State, tuple[Event, ...]],
) -> None:
    before, events = history
    draft = Draft(before)
    for event in events:
        draft.take(event)
        state = draft.state()
        owned = [one.ids.audience_id for one in state.audiences.values()]
        assert len(owned) == len(set(owned))
        assert all(draft.owner(one.ids.audience_id) == key for key, one in state.audiences.items())
        keys = [one.key for one in state.intents.values()]
        assert len(keys) == len(set(keys))


class Counted(str):
    """A key that counts how often it is looked at."""

    __slots__ = ()
    looked = 0

    def __eq__(self, other: object) -> bool:
        Counted.looked += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        Counted.looked += 1
        return str.__hash__(self)


def test_an_event_costs_the_same_however_much_the_state_holds() -> None:
    def looks(size: int) -> int:
        draft = Draft(EMPTY)
        for n in range(size):
            draft.take(Begun(intent(f"k-{n}", name=f"i-{n}")))
            draft.take(note(f"a-{n}", Adopt(Known(audience("A"), Ids(f"A-{n}")))))
        Counted.looked = 0
        draft.take(Begun(intent(Counted("new"), name="new")))
        draft.take(ended(Ending.ABSENT, "new"))
        draft.take(Begun(intent(Counted("new"), name="newer")))
        draft.take(ended(Ending.DONE, "newer", ids=GOLD.ids))
        draft.take(note("newest", Move(Counted("new"))))
        return Counted.looked

    assert looks(300) == looks(3) > 0


# A replace: the new one is known before the old one goes.

MOVED_ON = Audience("Gold", "crm", "CRM")
REPLACE = Create(MOVED_ON, replaces=GOLD.ids)
REPLACED = Known(MOVED_ON, Ids("A-new"), deposed=Deposed(GOLD.ids, GOLD.audience))


def replacing(state: State = BOTH) -> State:
    done = ended(Ending.DONE, ids=Ids("A-new"))
    return replay(state, [Begun(intent(step=REPLACE)), done])


def test_what_takes_the_place_of_another_has_that_beside_it() -> None:
    assert replacing().audiences == {"gold": REPLACED, "silver": SILVER}
    assert replacing().owner("A-gold") == replacing().owner("A-new") == "gold"


def test_the_protection_of_what_is_replaced_is_that_of_the_new_one() -> None:
    kept = AtRemoval(OnRemoval.DELETE, prevent_destroy=True)
    state = replay(BOTH, [Noted("gold", Remember(kept), AT)])
    assert replacing(state).audiences["gold"] == replace(REPLACED, at_removal=kept)


def test_the_old_half_goes_with_its_delete() -> None:
    begun = Begun(intent(step=Delete(GOLD.ids, GOLD.audience), name="i-2"))
    state = replay(replacing(), [begun, ended(Ending.DONE, "i-2")])
    assert state.audiences["gold"] == replace(REPLACED, deposed=None)


def test_the_old_half_stays_known_where_the_new_one_is_deleted_first() -> None:
    begun = Begun(intent(step=Delete(REPLACED.ids, MOVED_ON), name="i-2"))
    state = replay(replacing(), [begun, ended(Ending.DONE, "i-2")])
    assert state.audiences["gold"] == GOLD


def test_the_old_half_that_is_left_ends_as_the_new_one_was_to_end() -> None:
    ends = {"at_removal": AtRemoval(OnRemoval.DELETE, prevent_destroy=True), "retained": True}
    state = replace(BOTH, audiences={"gold": replace(REPLACED, **ends)})
    begun = Begun(intent(step=Delete(REPLACED.ids, MOVED_ON)))
    done = replay(state, [begun, ended(Ending.DONE)])
    assert done.audiences["gold"] == replace(GOLD, **ends)


def test_the_old_half_stays_where_the_create_is_heard_of_once_more() -> None:
    state = with_intent(replacing(), intent(step=REPLACE, name="i-2"))
    done = replay(state, [ended(Ending.DONE, "i-2", ids=REPLACED.ids)])
    assert done.audiences["gold"] == REPLACED


def test_a_second_replace_waits_until_the_old_half_is_gone() -> None:
    again = intent(step=Create(NEW, replaces=REPLACED.ids), name="i-2")
    with pytest.raises(Contradiction, match="`gold` took the place of A-gold already"):
        Draft(replacing()).check_begin(again)


def test_a_replace_of_what_the_key_is_not_known_as_cannot_begin() -> None:
    other = intent(step=Create(MOVED_ON, replaces=SILVER.ids))
    with pytest.raises(Contradiction, match="`gold` is known as A-gold, not A-silver"):
        Draft(BOTH).check_begin(other)


def test_the_old_half_stays_where_the_new_one_is_adopted_once_more() -> None:
    seen = Known(NEW, REPLACED.ids)
    state = replay(replacing(), [Noted("gold", Adopt(seen), AT)])
    assert state.audiences["gold"] == replace(seen, deposed=REPLACED.deposed)


def test_the_same_create_without_a_place_to_take_contradicts_what_is_known() -> None:
    state = with_intent(BOTH, intent(step=Create(MOVED_ON)))
    said = contradiction(state, ended(Ending.DONE, ids=Ids("A-new")))
    assert said == "`gold` is known as A-gold, not A-new"


def test_a_decision_that_nothing_was_replaced_leaves_what_is_known() -> None:
    state = with_intent(BOTH, intent(step=REPLACE))
    same = ended(Ending.DONE, ids=GOLD.ids, observed=GOLD.audience)
    assert replay(state, [same]).audiences == BOTH.audiences


# How it ends.


def test_what_is_retained_is_known_until_it_is_adopted_again() -> None:
    retained = replay(BOTH, [Noted("gold", Forget(retain=True), AT)])
    assert retained.audiences["gold"] == replace(GOLD, retained=True)
    assert retained.owner("A-gold") == "gold"
    assert replay(retained, [Noted("gold", Adopt(GOLD), AT)]) == BOTH


def test_a_patch_keeps_all_else_that_is_known() -> None:
    kept = replace(GOLD, at_removal=AtRemoval(prevent_destroy=True))
    state = replace(BOTH, audiences={"gold": kept})
    patch = Patch(Ids("A-gold"), GOLD.audience, NEW)
    done = replay(state, [Begun(intent(step=patch)), ended(Ending.DONE, ids=patch.ids)])
    assert done.audiences["gold"] == replace(kept, audience=NEW)


def test_what_is_patched_is_no_longer_retained() -> None:
    state = replace(BOTH, audiences={"gold": replace(GOLD, retained=True)})
    done = replay(state, [Begun(intent(step=PATCH)), ended(Ending.DONE, ids=GOLD.ids)])
    assert done.audiences["gold"] == replace(GOLD, audience=NEW)


def test_a_record_may_tell_the_platforms_own_id() -> None:
    state = replay(BOTH, [Noted("silver", Record(SILVER.audience, "P-silver"), AT)])
    assert state.audiences["silver"].ids == Ids("A-silver", "P-silver")
    assert replay(state, [Noted("silver", Record(NEW), AT)]).audiences["silver"].ids.platform_id


def test_a_patch_keeps_the_spelling_that_was_asked_for_of_what_it_does_not_change() -> None:
    """Else a platform that keeps its own would seem to differ in what nobody can change."""
    asked = audience("Gold")
    kept = replace(asked, namespace="AGORA")
    before = Known(kept, GOLD.ids, asked)
    step = Patch(GOLD.ids, kept, replace(kept, description="new"))
    done = Ended("i-1", Ending.DONE, "run-1", AT, observed=replace(kept, description="new"))
    state = replay(State("L", 3, TARGET, {"gold": before}), [Begun(intent(step=step)), done])
    assert state.audiences["gold"].sent == replace(asked, description="new")
