"""What a rescued journal adds to the present state, and what a person has to decide first."""

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import AT, TARGET, FakeClock, audience, replay
from fakes import Ids as Names
from histories import histories
from hypothesis import given
from stores import MemoryStore

from aepctl.errors import SafetyRefusal, StateError, StateNotWritten
from aepctl.model.audience import Deposed, Ids, Known
from aepctl.model.lifecycle import AtRemoval
from aepctl.model.steps import Adopt, Create, Delete, Forget, Move, Patch, Record
from aepctl.model.target import Target
from aepctl.state.encoder import encode_state
from aepctl.state.events import Begun, Ended, Ending, Event, Noted, PlanUsed
from aepctl.state.journal import JournalContents
from aepctl.state.loading import read_state
from aepctl.state.model import Intent, Phase, Run, State
from aepctl.state.recover import Recovered, additions, take_in
from aepctl.state.rescued import read_rescued
from aepctl.state.session import StateSession, open_session

RUN = Run("run-1", AT, "aepctl apply")
EMPTY = State("L", 3, TARGET)
GOLD = Known(audience("gold"), Ids("A-gold", "P-gold"))
BEGUN = Intent("i-1", "run-1", "gold", Create(audience("gold")), AT)
PATCH = Patch(GOLD.ids, GOLD.audience, audience("gold", "new"))


def journal(*events: Event, lineage: str = "L", target: Target = TARGET) -> JournalContents:
    return JournalContents("rescued.log", RUN, lineage, 3, target, tuple(enumerate(events, 2)), 1)


def recovered(state: State, rescued: JournalContents) -> tuple[Event, ...]:
    """What a journal adds to the state."""
    return additions(state, rescued).events


def done(name: str = "i-1", known: Known = GOLD) -> Ended:
    return Ended(name, Ending.DONE, "run-1", AT, known.ids, known.audience)


def adopted(key: str = "gold", known: Known = GOLD) -> Noted:
    return Noted(key, Adopt(known), AT)


def with_intent(state: State, *some: Intent) -> State:
    return replace(state, intents={**state.intents, **{one.id: one for one in some}})


def knows(state: State = EMPTY, **known: Known) -> State:
    return replace(state, audiences={**state.audiences, **known})


# IDs


def test_an_id_is_recorded_for_a_key_that_is_not_known() -> None:
    assert recovered(EMPTY, journal(Begun(BEGUN), done())) == (adopted(),)
    assert recovered(EMPTY, journal(adopted())) == (adopted(),)


def test_an_id_closes_the_open_create_that_it_came_of() -> None:
    state = with_intent(EMPTY, BEGUN)
    for rescued in (journal(Begun(BEGUN), done()), journal(done()), journal(adopted())):
        assert recovered(state, rescued) == (done(),)
        assert replay(state, recovered(state, rescued)) == knows(gold=GOLD)


def test_an_id_goes_with_the_audience_as_the_journal_has_it_at_last() -> None:
    events = (
        Begun(BEGUN),
        done(),
        Noted("gold", Record(audience("gold", "seen")), AT),
        Begun(replace(BEGUN, id="i-2", step=PATCH)),
        Ended("i-2", Ending.DONE, "run-1", AT),
        Noted("aurum", Move("gold"), AT),
    )
    expected = Known(audience("gold", "new"), GOLD.ids)
    assert recovered(EMPTY, journal(*events)) == (adopted("aurum", expected),)


@pytest.mark.parametrize(
    "ends",
    [
        (Noted("gold", Forget(), AT),),
        (
            Begun(replace(BEGUN, id="i-2", step=Delete(GOLD.ids, GOLD.audience))),
            Ended("i-2", Ending.DONE, "run-1", AT),
        ),
    ],
    ids=["forgotten", "deleted"],
)
def test_what_the_run_itself_ended_is_not_recorded(ends: tuple[Event, ...]) -> None:
    assert recovered(EMPTY, journal(adopted(), *ends)) == ()


def test_what_is_recorded_already_changes_nothing() -> None:
    rescued = journal(Begun(BEGUN), done())
    assert recovered(knows(gold=GOLD), rescued) == ()
    later = knows(gold=Known(audience("gold", "changed since"), GOLD.ids))
    assert recovered(later, rescued) == ()


def test_what_was_given_another_key_since_changes_nothing() -> None:
    assert recovered(knows(aurum=GOLD), journal(Begun(BEGUN), done())) == ()


def test_another_id_for_a_key_that_is_known_is_a_persons_decision() -> None:
    other = knows(gold=Known(audience("gold"), Ids("A-other")))
    with pytest.raises(SafetyRefusal) as caught:
        recovered(other, journal(Begun(BEGUN), done()))
    assert caught.value.message == (
        "`gold` is known as A-other, but rescued.log has A-gold: the platform has it twice"
    )
    assert caught.value.hint == ("delete one of the two on the platform; the state was not changed")


OTHER = Known(audience("gold", "new"), Ids("A-new", "P-new"))
REPLACE = Intent("i-9", "run-1", "gold", Create(OTHER.audience, replaces=GOLD.ids), AT)
BOTH = replace(OTHER, deposed=Deposed(GOLD.ids, GOLD.audience))
"""What took the place of gold, which is still to be deleted."""


@pytest.mark.parametrize(
    "events",
    [
        (Begun(REPLACE), done("i-9", OTHER)),
        (
            *(Begun(REPLACE), done("i-9", OTHER)),
            Begun(replace(BEGUN, id="i-10", step=Delete(GOLD.ids, GOLD.audience))),
            Ended("i-10", Ending.DONE, "run-1", AT),
        ),
        (adopted(known=replace(BOTH, at_removal=AtRemoval(prevent_destroy=True))),),
    ],
    ids=["created", "created, and the old one deleted", "adopted"],
)
def test_what_took_the_place_of_the_known_one_is_no_second_one(events: tuple[Event, ...]) -> None:
    """Whether the old one is gone the next apply finds out: it deletes it, or finds that so."""
    protected = AtRemoval(prevent_destroy=True)
    state = knows(gold=replace(GOLD, at_removal=protected))
    (added,) = recovered(state, journal(*events))
    assert added == Noted("gold", Adopt(replace(BOTH, at_removal=protected)), AT)
    assert recovered(replay(state, (added,)), journal(*events)) == ()


def test_where_its_create_is_open_that_is_closed() -> None:
    state = with_intent(knows(gold=GOLD), REPLACE)
    (added,) = recovered(state, journal(done("i-9", OTHER)))
    assert replay(state, (added,)) == knows(gold=BOTH)


def test_what_takes_the_place_of_something_else_is_a_persons_decision() -> None:
    other = knows(gold=Known(audience("gold"), Ids("A-other")))
    for state in (other, knows(gold=replace(BOTH, ids=Ids("A-3")))):
        with pytest.raises(SafetyRefusal, match="the platform has it twice"):
            recovered(state, journal(Begun(REPLACE), done("i-9", OTHER)))


def test_a_replace_that_may_be_under_way_is_open_again() -> None:
    rescued = journal(Begun(REPLACE))
    assert recovered(knows(gold=GOLD), rescued) == (Begun(REPLACE),)
    assert recovered(knows(gold=BOTH), rescued) == ()


def test_the_id_of_what_is_still_to_be_deleted_is_known() -> None:
    assert recovered(knows(gold=BOTH), journal(adopted())) == ()


def test_an_id_that_came_of_another_intent_than_the_open_one_is_a_persons_decision() -> None:
    state = with_intent(EMPTY, replace(BEGUN, id="i-9"))
    with pytest.raises(SafetyRefusal) as caught:
        recovered(state, journal(Begun(BEGUN), done()))
    assert caught.value.message == (
        "`gold` has an open intent (i-9), and rescued.log has another (i-1): the platform may "
        "have it twice"
    )
    assert caught.value.hint == (
        "the state was not changed; decide about the open one first: "
        "`aepctl state resolve gold --adopt ID`"
    )


def test_an_intent_that_came_to_nothing_is_in_no_ones_way() -> None:
    state = with_intent(EMPTY, replace(BEGUN, id="i-9", phase=Phase.ABSENT))
    events = recovered(state, journal(Begun(BEGUN), done()))
    assert events == (adopted(),)
    assert replay(state, events) == knows(gold=GOLD)


def test_an_id_whose_intent_is_nowhere_has_no_key_and_hinders_no_other() -> None:
    silver = Known(audience("silver"), Ids("A-silver"))
    with session(MemoryStore()) as opened:
        taken = take_in(opened, journal(done(), adopted("silver", silver)))
        assert (taken.new, taken.keyless) == (("silver",), ("A-gold",))
        assert opened.state.audiences == {"silver": silver}
    assert recovered(knows(gold=GOLD), journal(done())) == ()


# Intents


def test_a_create_that_may_be_under_way_is_open_again() -> None:
    unknown = Ended("i-1", Ending.UNKNOWN, "run-1", AT, reason="reset", exists=True)
    kept = replace(BEGUN, reason="reset", exists=True)
    assert recovered(EMPTY, journal(Begun(BEGUN), unknown)) == (Begun(kept),)


@pytest.mark.parametrize("ending", [Ending.REFUSED, Ending.NOT_SENT, Ending.ABANDONED])
def test_a_create_that_came_to_nothing_is_not(ending: Ending) -> None:
    ended = Ended("i-1", ending, "run-1", AT)
    assert recovered(EMPTY, journal(Begun(BEGUN), ended)) == ()
    assert recovered(with_intent(EMPTY, BEGUN), journal(Begun(BEGUN), ended)) == (ended,)
    assert recovered(with_intent(EMPTY, BEGUN), journal(ended)) == (ended,)


def test_an_intent_that_state_has_is_left_as_it_is() -> None:
    kept = replace(BEGUN, phase=Phase.ABSENT)
    unknown = Ended("i-1", Ending.UNKNOWN, "run-1", AT)
    for state in (with_intent(EMPTY, BEGUN), with_intent(EMPTY, kept)):
        assert recovered(state, journal(Begun(BEGUN))) == ()
    assert recovered(with_intent(EMPTY, BEGUN), journal(unknown)) == ()


def test_a_create_of_a_key_that_is_known_was_settled() -> None:
    assert recovered(knows(gold=GOLD), journal(Begun(BEGUN))) == ()
    assert recovered(EMPTY, journal(Begun(BEGUN), adopted())) == (adopted(),)


def test_another_open_intent_of_the_key_is_a_persons_decision() -> None:
    state = with_intent(EMPTY, replace(BEGUN, id="i-9"))
    with pytest.raises(SafetyRefusal) as caught:
        recovered(state, journal(Begun(BEGUN)))
    assert caught.value.message == (
        "`gold` has an open intent (i-9), and rescued.log has another (i-1): the platform may "
        "have it twice"
    )
    absent = with_intent(EMPTY, replace(BEGUN, id="i-9", phase=Phase.ABSENT))
    assert recovered(absent, journal(Begun(BEGUN))) == (Begun(BEGUN),)


@pytest.mark.parametrize("step", [PATCH, Delete(GOLD.ids, GOLD.audience)], ids=type)
def test_what_was_changed_or_deleted_closes_its_intent_and_opens_none(
    step: Patch | Delete,
) -> None:
    intent = replace(BEGUN, step=step)
    ended = Ended("i-1", Ending.DONE, "run-1", AT)
    assert recovered(knows(gold=GOLD), journal(Begun(intent))) == ()
    assert recovered(knows(gold=GOLD), journal(Begun(intent), ended)) == ()
    state = with_intent(knows(gold=GOLD), intent)
    for rescued in (journal(Begun(intent), ended), journal(ended)):
        assert recovered(state, rescued) == (ended,)
        assert replay(state, recovered(state, rescued)).intents == {}


def test_a_key_whose_audience_was_deleted_may_have_another_one_since() -> None:
    delete = replace(BEGUN, step=Delete(GOLD.ids, GOLD.audience))
    ended = Ended("i-1", Ending.DONE, "run-1", AT)
    new = Known(audience("gold"), Ids("A-new"))
    again = replace(BEGUN, id="i-2")
    state = with_intent(knows(gold=GOLD), delete)
    events = (Begun(delete), ended, Begun(again), done("i-2", new))
    rescued = journal(*events)
    assert recovered(state, rescued) == (ended, adopted("gold", new))
    after = replay(state, recovered(state, rescued))
    assert (dict(after.audiences), after.intents) == ({"gold": new}, {})
    assert recovered(after, rescued) == ()


def test_what_was_refused_here_is_in_no_other_creates_way() -> None:
    refused = Ended("i-1", Ending.REFUSED, "run-1", AT)
    again = replace(BEGUN, id="i-2")
    state = with_intent(EMPTY, BEGUN)
    rescued = journal(refused, Begun(again), done("i-2"))
    assert recovered(state, rescued) == (refused, adopted())
    assert recovered(state, journal(refused, Begun(again))) == (refused, Begun(again))


def test_what_only_state_knows_is_passed_over() -> None:
    events = (
        Noted("silver", Forget(), AT),
        Noted("silver", Record(audience("silver")), AT),
        Noted("bronze", Move("silver"), AT),
        PlanUsed("p", AT, "run-1"),
        adopted(),
    )
    assert recovered(EMPTY, journal(*events)) == (adopted(),)


def test_a_journal_that_contradicts_itself_is_refused_with_the_line() -> None:
    for second in (Begun(replace(BEGUN, id="i-2")), done("i-1", Known(audience("x"), Ids("X")))):
        before = (Begun(BEGUN),) if isinstance(second, Begun) else (adopted(), Begun(BEGUN))
        with pytest.raises(StateError) as caught:
            recovered(EMPTY, journal(*before, second))
        line = len(before) + 2
        assert caught.value.message.startswith(
            f"rescued.log:{line} does not fit the state: `gold` "
        )
        assert caught.value.hint == "the state was not changed"


@given(histories())
def test_whatever_a_run_did_taking_its_journal_in_again_changes_nothing(
    history: tuple[State, tuple[Event, ...]],
) -> None:
    events = tuple(e if isinstance(e, Begun) else replace(e, run=RUN.id) for e in history[1])
    state = State("L", 3, TARGET)
    rescued = journal(*events)
    try:
        once = replay(state, recovered(state, rescued))
    except StateError:
        return
    assert recovered(once, rescued) == ()


# In a session


def session(store: MemoryStore, name: str = "run-2") -> AbstractContextManager[StateSession]:
    run = Run(name, AT, "aepctl state recover")
    return open_session(store, TARGET, run, clock=FakeClock(), ids=Names(name))


def laid(state: State) -> MemoryStore:
    return MemoryStore(document=encode_state(state).encode())


def test_what_is_taken_in_is_told_and_recorded() -> None:
    silver = Known(audience("silver"), Ids("A-silver"))
    bronze = Intent("i-3", "run-1", "bronze", Create(audience("bronze")), AT)
    store = laid(knows(silver=silver))
    rescued = journal(Begun(BEGUN), done(), adopted("silver", silver), Begun(bronze))
    with session(store) as one:
        assert take_in(one, rescued) == Recovered(("gold",), ("silver",), ("bronze",))
        one.checkpoint()
        found = read_state(store, TARGET)
        assert found.audiences == {"silver": silver, "gold": GOLD}
        assert found.intents == {"i-3": bronze}
        document = store.document
        assert take_in(one, rescued) == Recovered((), ("gold", "silver"), ())
        one.checkpoint()
        assert store.document == document


def test_an_empty_state_takes_the_lineage_of_the_journal() -> None:
    store = MemoryStore()
    with session(store) as one:
        take_in(one, journal(adopted(), lineage="theirs"))
        one.checkpoint()
    assert read_state(store, TARGET).lineage == "theirs"


def test_the_journal_of_another_state_or_target_is_refused() -> None:
    store = laid(EMPTY)
    other = Target("o", "s", "emulator")
    with session(store) as one:
        with pytest.raises(StateError) as caught:
            take_in(one, journal(adopted(), lineage="theirs"))
        assert caught.value.message == (
            "rescued.log was written for another state (lineage theirs; this state has L)"
        )
        assert caught.value.hint == "use the environment whose apply wrote it"
        with pytest.raises(StateError) as caught:
            take_in(one, journal(adopted(), target=other))
        assert caught.value.message == (
            "rescued.log was written for another target (o, s, emulator; this is "
            f"{TARGET.org}, {TARGET.sandbox}, {TARGET.endpoint})"
        )
        assert caught.value.hint == "use the environment whose apply wrote it"
    assert store.calls == []


def test_what_a_full_store_could_not_take_is_recovered_from_what_was_printed() -> None:
    store = laid(EMPTY)
    with session(store, "run-1") as one:
        intent = one.begin("gold", Create(audience("gold", "Größe ❄")))
        store.full_at = {"append", "checkpoint"}
        with pytest.raises(StateNotWritten):
            one.end(intent, Ending.DONE, ids=GOLD.ids)
        log = "".join(f"12:00:01 runner | {line}\n" for line in str(one.rescue()).splitlines())
    store.full_at = set()
    rescued = read_rescued(f"some words\n{log}more words", "job.log")
    assert rescued.left_out == ()
    with session(store) as two:
        assert list(two.state.intents) == [intent.id]
        assert take_in(two, *rescued.journals) == Recovered(("gold",))
        two.checkpoint()
    found = read_state(store, TARGET)
    assert found.audiences == {"gold": Known(audience("gold", "Größe ❄"), GOLD.ids)}
    assert found.intents == {}


def test_what_aepctl_of_old_printed_is_recovered_too(data: Path) -> None:
    folder = data / "upgrade"
    store = MemoryStore(
        document=(folder / "prod.json").read_bytes(), log=(folder / "prod.journal").read_bytes()
    )
    text = (folder / "rescued.journal").read_text()
    (rescued,) = read_rescued(text, "rescued.journal").journals
    with session(store) as one:
        assert take_in(one, rescued).new == ("winter-sale",)
        assert one.state.intent_of("winter-sale") is None
        ids = Ids("c0ffee00-0000-4000-8000-000000000009")
        assert one.state.audiences["winter-sale"].ids == ids
        assert take_in(one, rescued).new == ()


# What takes another's place

NEW = Known(replace(audience("gold"), namespace="new"), Ids("B", "P-B"))
INSTEAD = replace(BEGUN, step=Create(NEW.audience, replaces=GOLD.ids))


def test_what_took_the_place_of_what_state_knows_is_recorded_beside_it() -> None:
    """The old one is still to be deleted, or once more: that does no harm."""
    deposed = replace(NEW, deposed=Deposed(GOLD.ids, GOLD.audience))
    rescued = journal(Begun(INSTEAD), done(known=NEW))
    assert recovered(knows(gold=GOLD), rescued) == (adopted(known=deposed),)
    assert recovered(knows(gold=deposed), rescued) == ()


def test_an_open_create_that_is_to_take_its_place_is_open_again() -> None:
    assert recovered(knows(gold=GOLD), journal(Begun(INSTEAD))) == (Begun(INSTEAD),)
    assert recovered(knows(gold=NEW), journal(Begun(INSTEAD))) == ()
    assert recovered(knows(gold=GOLD), journal(Begun(BEGUN))) == ()


def test_what_something_else_took_the_place_of_since_is_no_second_one() -> None:
    deposed = replace(NEW, deposed=Deposed(GOLD.ids, GOLD.audience))
    assert recovered(knows(gold=deposed), journal(Begun(BEGUN), done())) == ()
