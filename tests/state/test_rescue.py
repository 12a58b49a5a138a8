"""What is told before a process ends: all that the next run would not find where it looks."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from fakes import AT, TARGET, FakeClock, Ids, audience
from stores import MemoryStore

from aepctl.errors import StateNotWritten
from aepctl.model.audience import Ids as AudienceIds
from aepctl.model.audience import Known
from aepctl.model.steps import Adopt, Create, Delete, Forget, Patch
from aepctl.state.encoder import encode_state
from aepctl.state.events import Begun, Ended, Ending, Event, Noted
from aepctl.state.frames import MARK, read_frames
from aepctl.state.journal_codec import read_journal
from aepctl.state.model import Intent, Run, State
from aepctl.state.recover import take_in
from aepctl.state.rescue import unkept
from aepctl.state.rescued import read_rescued
from aepctl.state.session import StateSession, open_session

GOLD = Known(audience("gold"), AudienceIds("A-gold"))
OLD = Known(audience("old"), AudienceIds("A-old"))
SILVER = Known(audience("silver"), AudienceIds("A-silver"))
INTENT = Intent("i-1", "run-1", "bronze", Create(audience("bronze")), AT)
STATE = State("L", 3, TARGET, {"old": OLD})


def knows(state: State = STATE, **known: Known) -> State:
    return replace(state, audiences={**state.audiences, **known})


def begun(*intents: Intent, state: State = STATE) -> State:
    return replace(state, intents={one.id: one for one in intents})


def adopt(key: str, known: Known, run: str = "") -> Noted:
    return Noted(key, Adopt(known), AT, run)


# Of a state, and of what is there instead


def test_where_all_is_there_nothing_is_told() -> None:
    assert unkept(STATE, STATE, (), AT) == ()
    assert unkept(begun(INTENT), begun(INTENT), (), AT) == ()
    assert unkept(STATE, knows(gold=GOLD), (), AT) == ()


def test_what_is_not_there_is_told_whenever_it_was_known() -> None:
    assert unkept(knows(gold=GOLD), STATE, (), AT) == (adopt("gold", GOLD),)
    every = (adopt("old", OLD), adopt("gold", GOLD))
    assert unkept(knows(gold=GOLD), None, (), AT) == every


def test_another_id_under_its_key_is_not_it() -> None:
    there = knows(old=Known(audience("old"), AudienceIds("A-other")))
    assert unkept(STATE, there, (), AT) == (adopt("old", OLD),)


def test_a_create_that_may_be_under_way_is_told_and_other_steps_are_not() -> None:
    patch = replace(INTENT, id="i-2", key="old", step=Patch(OLD.ids, OLD.audience, OLD.audience))
    assert unkept(begun(INTENT, patch), STATE, (), AT) == (Begun(INTENT),)
    assert unkept(begun(replace(INTENT, key="old")), STATE, (), AT) == ()


def test_a_create_that_takes_the_place_of_what_is_known_is_told() -> None:
    replacing = replace(INTENT, key="old", step=replace(INTENT.step, replaces=OLD.ids))
    assert unkept(begun(replacing), STATE, (), AT) == (Begun(replacing),)
    taken = knows(begun(replacing), old=SILVER)
    assert Begun(replacing) not in unkept(taken, knows(old=SILVER), (), AT)


def test_what_is_pending_is_told_once_as_it_happened_wherever_it_stands() -> None:
    done = Ended(INTENT.id, Ending.DONE, "run-1", AT, SILVER.ids)
    mine = knows(bronze=SILVER, gold=GOLD)
    pending: list[tuple[Event, Intent | None]] = [(done, INTENT), (adopt("gold", GOLD), None)]
    expected = (Begun(INTENT), done, adopt("gold", GOLD))
    for there in (STATE, mine, begun(INTENT)):
        assert unkept(mine, there, pending, AT) == expected
    forgotten: list[tuple[Event, Intent | None]] = [(Noted("old", Forget(), AT), None)]
    assert unkept(STATE, STATE, forgotten, AT) == (Noted("old", Forget(), AT),)


def test_a_delete_that_was_settled_before_its_key_got_another_id_is_told_with_it() -> None:
    """What is there knows the old ID, and that it was to be deleted."""
    delete = replace(INTENT, key="old", step=Delete(OLD.ids, OLD.audience))
    there, mine = begun(delete), knows(old=GOLD)
    ended = (Begun(delete), Ended(delete.id, Ending.DONE, delete.run, delete.at))
    assert unkept(mine, there, (), AT) == (*ended, adopt("old", GOLD))
    pending: list[tuple[Event, Intent | None]] = [(ended[1], delete)]
    assert unkept(mine, there, pending, AT) == (*ended, adopt("old", GOLD))
    for open_or_gone in (begun(delete), replace(STATE, audiences={}), STATE):
        assert unkept(open_or_gone, there, (), AT) == ()


def test_a_delete_that_was_settled_before_its_key_was_tried_again_is_told_with_the_attempt() -> (
    None
):
    """Nobody knows what came of the attempt; behind an open delete it would be no news."""
    delete = replace(INTENT, key="old", step=Delete(OLD.ids, OLD.audience))
    again = replace(INTENT, id="i-2", key="old", step=Create(OLD.audience))
    mine = replace(STATE, audiences={}, intents={again.id: again})
    ended = (Begun(delete), Ended(delete.id, Ending.DONE, delete.run, delete.at))
    assert unkept(mine, begun(delete), (), AT) == (*ended, Begun(again))


def test_what_of_it_says_nothing_new_does_not_hide_what_comes_after_it() -> None:
    absent = Ended("i-0", Ending.ABSENT, "run-1", AT)
    pending: list[tuple[Event, Intent | None]] = [
        (absent, replace(INTENT, id="i-0")),
        (Begun(INTENT), None),
        (adopt("gold", GOLD), None),
    ]
    assert unkept(STATE, STATE, pending, AT) == (adopt("gold", GOLD),)


def test_an_intent_whose_outcome_is_pending_is_told_once_though_it_is_open() -> None:
    done = Ended(INTENT.id, Ending.DONE, "run-1", AT, SILVER.ids)
    assert unkept(begun(INTENT), STATE, [(done, INTENT)], AT) == (Begun(INTENT), done)


# Of a run whose files go


def session(store: MemoryStore) -> AbstractContextManager[StateSession]:
    run = Run("run-1", AT, "aepctl apply")
    return open_session(store, TARGET, run, clock=FakeClock(), ids=Ids("run"))


def laid() -> MemoryStore:
    return MemoryStore(document=encode_state(STATE).encode())


def told(rescue: str | None) -> list[Event]:
    (text,) = read_frames(rescue or "").texts
    journal = read_journal(text.encode(), "rescued")
    assert journal is not None
    return [event for _, event in journal.events]


def lose_the_log(store: MemoryStore) -> None:
    store.log = None


def lose_all(store: MemoryStore) -> None:
    store.log = store.document = None


def lose_both_for_another_state(store: MemoryStore) -> None:
    store.log, store.document = None, encode_state(replace(STATE, lineage="other")).encode()


def make_them_unreadable(store: MemoryStore) -> None:
    store.log = store.document = b"what is this\n"


def roll_back(store: MemoryStore) -> None:
    store.log, store.document = None, encode_state(replace(STATE, audiences={})).encode()


ALL = {"old", "gold", "silver"}


@pytest.mark.parametrize(
    ("lose", "keys"),
    [
        (lose_the_log, {"gold", "silver"}),
        (lose_all, ALL),
        (lose_both_for_another_state, {"gold", "silver"}),
        (make_them_unreadable, ALL),
        (roll_back, ALL),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_ids_that_were_durable_and_are_gone_can_be_told_and_taken_in(
    lose: Callable[[MemoryStore], None], keys: set[str]
) -> None:
    store = laid()
    with session(store) as one:
        one.end(one.begin("gold", Create(audience("gold"))), Ending.DONE, ids=GOLD.ids)
        one.note("silver", Adopt(SILVER))
        intent = one.begin("bronze", Create(audience("bronze")))
        assert one.rescue() is None
        lose(store)
        store.full_at = {"append", "checkpoint"}
        rescue = one.rescue()
    events = told(rescue)
    assert {event.key for event in events if isinstance(event, Noted)} == keys
    assert events[-1] == Begun(intent)
    new = MemoryStore()
    with session(new) as two:
        (journal,) = read_rescued(f"error: gone\n{rescue}", "log").journals
        taken = take_in(two, journal)
        assert (set(taken.new), taken.reopened) == (keys, ("bronze",))
        assert take_in(two, journal).new == ()


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, StateNotWritten])
def test_an_error_that_ends_the_run_has_what_no_store_took(error: type[BaseException]) -> None:
    store = laid()
    given = ("full", "full") if error is StateNotWritten else ()
    with pytest.raises(error) as caught, session(store) as one:  # noqa: PT012
        intent = one.begin("gold", Create(audience("gold")))
        store.full_at = {"append", "checkpoint"}
        with pytest.raises(StateNotWritten):
            one.end(intent, Ending.DONE, ids=GOLD.ids)
        raise error(*given)
    (note,) = caught.value.__notes__
    assert note.startswith(MARK)
    assert told(note) == [Begun(intent), Ended(intent.id, Ending.DONE, "run-1", AT, GOLD.ids)]


def test_an_error_has_no_note_where_the_log_has_it_all() -> None:
    store = laid()
    with pytest.raises(ZeroDivisionError) as caught, session(store) as one:  # noqa: PT012
        one.end(one.begin("gold", Create(audience("gold"))), Ending.DONE, ids=GOLD.ids)
        store.full_at = {"checkpoint"}
        raise ZeroDivisionError
    assert not hasattr(caught.value, "__notes__")


# Notes that are made together


def test_what_is_noted_together_is_one_write_at_the_end() -> None:
    store = laid()
    with session(store) as one:
        intents = [one.begin(f"k-{n}", Create(audience(f"k-{n}"))) for n in range(50)]
        store.calls.clear()
        with one.together():
            for intent in intents:
                one.end(intent, Ending.ABSENT, reason="not found")
            one.note("gold", Adopt(GOLD))
            assert store.calls == []
        assert store.calls == ["append"]
        assert one.owner("A-gold") == "gold"
        one.note("silver", Adopt(SILVER))
        assert store.calls == ["append"] * 2
        with one.together():
            pass
        assert store.calls == ["append"] * 2


def test_an_intent_among_them_is_durable_at_once_with_all_before_it() -> None:
    store = laid()
    with session(store) as one, one.together():
        one.note("gold", Adopt(GOLD))
        one.begin("bronze", Create(audience("bronze")))
        assert store.calls == ["append"]
        assert store.log is not None
        assert store.log.count(b"\n") == 3


def test_what_cannot_be_written_together_is_known_all_the_same_and_told() -> None:
    store = laid()
    with session(store) as one:
        store.full_at = {"append"}
        with pytest.raises(StateNotWritten), one.together():  # noqa: PT012
            one.note("gold", Adopt(GOLD))
            one.note("silver", Adopt(SILVER))
        assert set(one.state.audiences) == ALL
        assert told(one.rescue()) == [
            adopt("gold", GOLD, "run-1"),
            adopt("silver", SILVER, "run-1"),
        ]


def test_an_open_create_that_is_to_take_anothers_place_is_printed_and_taken_in() -> None:
    """Although its key is known; one that takes nobody's place is a leftover."""
    begun = replace(INTENT, key="old", step=Create(audience("new"), replaces=OLD.ids))
    mine = replace(STATE, intents={begun.id: begun})
    assert unkept(mine, STATE, (), AT) == (Begun(begun),)
    leftover = replace(begun, step=Create(audience("new")))
    assert unkept(replace(STATE, intents={begun.id: leftover}), STATE, (), AT) == ()
