"""State under the lock: noted before, recorded after, and what no store took is still told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace

import pytest
from fakes import AT, TARGET, FakeClock, Ids, audience
from stores import MemoryStore

from aepctl.errors import StateError, StateLocked, StateNotWritten
from aepctl.model.audience import Ids as AudienceIds
from aepctl.model.audience import Known
from aepctl.model.steps import Adopt, Create, Delete, Forget, Move, Patch, Record
from aepctl.state.codec import decode_state
from aepctl.state.encoder import encode_state
from aepctl.state.events import Begun, Contradiction, Ended, Ending, Noted, PlanUsed
from aepctl.state.frames import read_frames
from aepctl.state.journal_codec import read_journal
from aepctl.state.loading import read_state
from aepctl.state.model import Intent, Phase, Run, State, UsedPlan
from aepctl.state.session import StateSession, open_session

FULL = "No space left on device"
OLD = State("L", 3, TARGET, {"old": Known(audience("Old"), AudienceIds("A-old"))})
GOLD = Known(audience("gold"), AudienceIds("A-gold", "P-gold"))


def run(name: str = "run-1") -> Run:
    return Run(name, AT, "aepctl apply")


def session(
    store: MemoryStore, name: str = "run-1", *, wait: float = 0.0
) -> AbstractContextManager[StateSession]:
    return open_session(store, TARGET, run(name), wait=wait, clock=FakeClock(), ids=Ids(name))


def stored(store: MemoryStore) -> State | None:
    return None if store.document is None else decode_state(store.document, "s.json")


def journaled(store: MemoryStore) -> list[str]:
    """What is in the log, in a word each."""
    if not store.log:
        return []
    lines = [json.loads(line) for line in store.log.splitlines()]
    return [line.get("outcome", line["type"]) for line in lines]


def create(name: str, given: str | None = None) -> Create:
    return Create(audience(name), given)


def laid(state: State = OLD) -> MemoryStore:
    return MemoryStore(document=encode_state(state).encode())


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


# What is noted, and when


def test_a_step_is_noted_before_and_after_and_is_in_the_document_at_last(
    store: MemoryStore,
) -> None:
    with session(store) as one:
        intent = one.begin("gold", create("gold"))
        assert intent == Intent("run-1-1", "run-1", "gold", create("gold"), AT)
        assert journaled(store) == ["journal", "intent"]
        assert read_state(store, TARGET).intents == {intent.id: intent}
        one.end(intent, Ending.DONE, ids=GOLD.ids)
        assert journaled(store) == ["journal", "intent", "done"]
        assert read_state(store, TARGET).audiences == {"gold": GOLD}
        assert store.document is None
        one.checkpoint()
    assert store.log is None
    assert stored(store) == State("run-1-2", 1, TARGET, {"gold": GOLD}, runs=(run(),))


def test_each_note_is_one_write(store: MemoryStore) -> None:
    with session(store) as one:
        one.end(one.begin("gold", create("gold")), Ending.DONE, ids=GOLD.ids)
        one.note("gold", Record(audience("gold", "new")))
        assert store.calls == ["append"] * 3


def test_all_that_is_said_of_an_outcome_is_noted(store: MemoryStore) -> None:
    with session(store) as one:
        intent = one.begin("gold", create("gold", "given"))
        one.end(intent, Ending.UNKNOWN, reason="409 Conflict", exists=True)
        one.end(intent, Ending.DONE, ids=GOLD.ids, observed=audience("GOLD"))
        journal = read_journal(store.log or b"", "local.journal")
        assert journal is not None
        assert [event for _, event in journal.events] == [
            Begun(intent),
            Ended(intent.id, Ending.UNKNOWN, "run-1", AT, reason="409 Conflict", exists=True),
            Ended(intent.id, Ending.DONE, "run-1", AT, GOLD.ids, audience("GOLD")),
        ]
        asked = audience("gold")
        assert one.state.audiences == {"gold": Known(audience("GOLD"), GOLD.ids, asked)}


@pytest.mark.parametrize("ending", [Ending.REFUSED, Ending.NOT_SENT, Ending.ABANDONED])
def test_what_came_to_nothing_leaves_nothing(store: MemoryStore, ending: Ending) -> None:
    with session(store) as one:
        one.end(one.begin("gold", create("gold")), ending, reason="too long")
        assert one.state.intents == {}
        assert journaled(store) == ["journal", "intent", ending]
        one.checkpoint()
    assert (store.document, store.log) == (None, None)


@pytest.mark.parametrize(
    ("ending", "phase", "since"),
    [
        (Ending.UNKNOWN, Phase.OPEN, None),
        (Ending.ABSENT, Phase.ABSENT, "run-1"),
        (Ending.RECREATE, Phase.RECREATE, None),
    ],
)
def test_what_is_not_known_is_in_the_document_afterwards_and_in_every_later_run(
    store: MemoryStore, ending: Ending, phase: Phase, since: str | None
) -> None:
    with session(store) as one:
        intent = one.begin("gold", create("gold"))
        one.end(intent, ending, reason="no answer in time")
        one.checkpoint()
    assert store.log is None
    kept = replace(intent, phase=phase, reason="no answer in time", absent_since=since)
    for name in ("run-2", "run-3"):
        with session(store, name) as one:
            assert one.state.intents == {intent.id: kept}
            one.checkpoint()
    assert stored(store) == State("run-1-2", 1, TARGET, intents={intent.id: kept}, runs=(run(),))


def test_steps_that_touch_state_only_are_noted(store: MemoryStore) -> None:
    with session(store) as one:
        one.note("gold", Adopt(GOLD))
        one.note("aurum", Move("gold"))
        one.note("silver", Adopt(Known(audience("silver"), AudienceIds("A-silver"))))
        one.note("silver", Forget())
        one.note("aurum", Record(audience("aurum")))
        assert journaled(store) == ["journal"] + ["noted"] * 5
        expected = {"aurum": Known(audience("aurum"), GOLD.ids)}
        assert one.state.audiences == read_state(store, TARGET).audiences == expected
        one.checkpoint()
    assert read_state(store, TARGET).audiences == expected


def test_a_saved_plan_that_is_applied_is_durable_at_once(store: MemoryStore) -> None:
    with session(store) as one:
        one.use_plan("plan-1", ("gold", "silver"))
        used = {"plan-1": UsedPlan(0, ("run-1",), frozenset({"gold", "silver"}))}
        assert one.state.plans == read_state(store, TARGET).plans == used
        one.checkpoint()
    assert stored(store) == State("run-1-1", 1, TARGET, plans=used, runs=(run(),))


def test_what_a_run_does_is_done_by_the_plan_that_it_applies_however_late(
    store: MemoryStore,
) -> None:
    with session(store) as one:
        one.use_plan("plan-1", ("gold", "silver", "bronze"))
        intent = one.begin("silver", create("silver"))
        one.note("gold", Adopt(GOLD))
        left = UsedPlan(0, ("run-1",), frozenset({"silver", "bronze"}))
        assert one.state.plans == read_state(store, TARGET).plans == {"plan-1": left}
        one.checkpoint()
    with session(store, "run-2") as two:
        two.end(intent, Ending.DONE, ids=AudienceIds("S"))
        left = UsedPlan(0, ("run-1",), frozenset({"bronze"}))
        assert two.state.plans == read_state(store, TARGET).plans == {"plan-1": left}
        two.note("bronze", Adopt(Known(audience("bronze"), AudienceIds("B"))))
        assert two.state.plans == {"plan-1": left}
        two.use_plan("plan-1", ())
        assert two.state.plans == {"plan-1": UsedPlan(1)}


def test_several_events_are_recorded_in_one_write_or_not_at_all(store: MemoryStore) -> None:
    with session(store) as one:
        one.record(Noted("gold", Adopt(GOLD), AT), PlanUsed("p", AT, "run-1"))
        assert store.calls == ["append"]
        before = (store.log, one.state)
        with pytest.raises(Contradiction, match="A-gold is known as `gold`, not as `other`"):
            one.record(Noted("x", Adopt(Known(audience("x"), AudienceIds("X"))), AT),
                       Noted("other", Adopt(GOLD), AT))  # fmt: skip
        assert (store.log, one.state) == before
        one.record()
        assert store.calls == ["append"]


def test_the_time_of_a_note_is_the_clocks(store: MemoryStore) -> None:
    clock = FakeClock()
    with open_session(store, TARGET, run(), clock=clock, ids=Ids()) as one:
        clock.seconds += 1.5
        intent = one.begin("gold", create("gold"))
        assert intent.at == "2026-01-31T12:00:01.500+00:00"
        clock.seconds += 1
        one.end(intent, Ending.DONE, ids=GOLD.ids)
        one.note("gold", Record(audience("gold")))
        one.use_plan("p", ())
    ats = [json.loads(line).get("at") for line in (store.log or b"").splitlines()]
    assert ats == [None, intent.at] + ["2026-01-31T12:00:02.500+00:00"] * 3


# What cannot be


def test_nothing_begins_for_a_key_while_an_intent_of_it_is_open(store: MemoryStore) -> None:
    with session(store) as one:
        first = one.begin("gold", create("gold"))
        with pytest.raises(Contradiction, match="`gold` has an open intent already"):
            one.begin("gold", create("gold"))
        assert journaled(store) == ["journal", "intent"]
        assert one.state.intents == {first.id: first}


def test_no_change_begins_for_what_is_not_known(store: MemoryStore) -> None:
    with session(store) as one:
        change = Patch(GOLD.ids, GOLD.audience, audience("Shiny"))
        with pytest.raises(Contradiction, match="`gold` is not known"):
            one.begin("gold", change)
        assert journaled(store) == []
        assert one.state.intents == {}


def test_whose_an_id_is_can_be_asked_while_a_note_is_being_written() -> None:
    asked = []

    def ids() -> str:  # is called while the session is at it
        asked.append((one.owner("A-old"), one.had("A-old"), one.owner("A-2")))
        return "intent-1"

    store = laid()
    with open_session(store, TARGET, run(), clock=FakeClock(), ids=ids) as one:
        one.begin("silver", create("silver"))
    assert asked == [("old", None, None)]


def test_an_id_that_is_another_keys_is_not_recorded_and_its_intent_stays_open(
    store: MemoryStore,
) -> None:
    with session(store) as one:
        one.note("gold", Adopt(GOLD))
        intent = one.begin("silver", create("silver"))
        assert (one.owner("A-gold"), one.owner("A-silver")) == ("gold", None)
        with pytest.raises(Contradiction, match="A-gold is known as `gold`"):
            one.end(intent, Ending.DONE, ids=GOLD.ids)
        assert journaled(store) == ["journal", "noted", "intent"]
        one.end(intent, Ending.UNKNOWN, reason="the ID is another key's")
        assert one.rescue() is None
    assert list(read_state(store, TARGET).intents) == [intent.id]


# Documents, serials, lineages, runs


def test_a_run_that_does_nothing_leaves_nothing(store: MemoryStore) -> None:
    with session(store) as one:
        assert one.state == State(None, 0, TARGET)
        one.checkpoint()
    assert (store.document, store.log, store.calls) == (None, None, [])


def test_a_run_that_changes_nothing_leaves_the_document_as_it_is() -> None:
    store = laid()
    before = store.document
    with session(store) as one:
        one.end(one.begin("gold", create("gold")), Ending.REFUSED, reason="too long")
        one.checkpoint()
    assert (store.document, store.log) == (before, None)


def test_the_serial_grows_by_one_with_each_document_and_the_lineage_stays() -> None:
    store = laid()
    for name, keys, serial in (("r-1", ("a", "b"), 4), ("r-2", (), 4), ("r-3", ("c",), 5)):
        with session(store, name) as one:
            for key in keys:
                one.end(one.begin(key, create(key)), Ending.DONE, ids=AudienceIds(f"A-{key}"))
            one.checkpoint()
            one.checkpoint()
        found = stored(store)
        assert found is not None
        assert (found.lineage, found.serial) == ("L", serial)
    assert [one.id for one in found.runs] == ["r-1", "r-3"]


def test_the_lineage_is_made_with_the_first_write(store: MemoryStore) -> None:
    with session(store) as one:
        assert one.state.lineage is None
        one.note("gold", Adopt(GOLD))
        assert one.state.lineage == read_state(store, TARGET).lineage == "run-1-1"
        one.checkpoint()
        assert (one.state.lineage, one.state.serial) == ("run-1-1", 1)


def test_a_lineage_can_be_taken_over_before_the_first_write_only(store: MemoryStore) -> None:
    with session(store) as one:
        one.take_lineage("theirs")
        one.note("gold", Adopt(GOLD))
        one.take_lineage("another")
        one.checkpoint()
    found = stored(store)
    assert found is not None
    assert found.lineage == "theirs"


def test_a_run_that_goes_on_after_a_document_begins_a_new_part(store: MemoryStore) -> None:
    with session(store) as one:
        one.note("gold", Adopt(GOLD))
        one.checkpoint()
        intent = one.begin("silver", create("silver"))
        found = read_state(store, TARGET)
        assert found.intents == {intent.id: intent}
        assert found.runs == (replace(run(), part=2),)
    with session(store, "run-2") as two:
        assert two.state == found
        assert stored(store) == found
        two.checkpoint()
    assert stored(store) == found


def test_the_state_has_this_runs_own_events_with_serial_and_runs_of_the_document() -> None:
    store = laid()
    with session(store) as one:
        one.note("gold", Adopt(GOLD))
        intent = one.begin("silver", create("silver"))
        both = {**OLD.audiences, "gold": GOLD}
        assert one.state == replace(OLD, audiences=both, intents={intent.id: intent})


# What an earlier run left behind


def test_what_a_run_left_in_its_log_is_in_the_document_before_the_next_does_anything(
    store: MemoryStore,
) -> None:
    with session(store) as one:
        one.end(one.begin("gold", create("gold")), Ending.DONE, ids=GOLD.ids)
        open_one = one.begin("silver", create("silver"))
    assert store.document is None
    expected = read_state(store, TARGET)
    with session(store, "run-2") as two:
        assert (stored(store), store.log) == (expected, None)
        assert two.state == expected
        assert (expected.serial, expected.runs) == (1, (run(),))
        two.end(open_one, Ending.DONE, ids=AudienceIds("A-silver"))
        two.checkpoint()
    found = stored(store)
    assert found is not None
    assert set(found.audiences) == {"gold", "silver"}
    assert (found.serial, [one.id for one in found.runs]) == (2, ["run-1", "run-2"])


@pytest.mark.parametrize("step", [
    create("Old"), Delete(AudienceIds("A-old"), audience("Old")),
    Patch(AudienceIds("A-old"), audience("Old"), audience("Older")),
], ids=type)  # fmt: skip
def test_an_intent_for_a_key_that_is_known_is_there_in_every_later_run(
    step: Create | Patch | Delete,
) -> None:
    store = laid()
    with session(store) as one:
        intent = one.begin("old", step)
    for name in ("run-2", "run-3"):
        assert read_state(store, TARGET).intents == {intent.id: intent}
        with session(store, name) as later:
            assert later.state.intents == {intent.id: intent}
            later.checkpoint()


def test_a_crash_between_document_and_log_changes_nothing(store: MemoryStore) -> None:
    store.full_at = {"drop"}
    with session(store) as one:
        one.end(one.begin("gold", create("gold")), Ending.DONE, ids=GOLD.ids)
        with suppress(StateNotWritten):
            one.checkpoint()
    store.full_at = set()
    document = store.document
    assert document is not None
    assert journaled(store) == ["journal", "intent", "done"]
    with session(store, "run-2") as two:
        assert (store.document, store.log) == (document, None)
        assert two.state == stored(store)


def test_a_log_with_nothing_whole_in_it_is_dropped() -> None:
    store = laid()
    store.log, store.torn = b"", b'{"type": "jour'
    with session(store) as one:
        assert (store.document, store.log) == (encode_state(OLD).encode(), None)
        one.begin("gold", create("gold"))
        assert journaled(store) == ["journal", "intent"]


@pytest.mark.parametrize("which", ["document", "log"])
def test_a_refused_file_is_not_touched_and_the_lock_is_free(which: str) -> None:
    store = laid()
    setattr(store, which, b"broken\n")
    with pytest.raises(StateError), session(store):
        raise AssertionError("a broken state was taken")
    assert getattr(store, which) == b"broken\n"
    assert store.calls == []
    setattr(store, which, None)
    with session(store):
        pass


def test_where_what_was_left_behind_cannot_be_written_nothing_is_begun(
    store: MemoryStore,
) -> None:
    with session(store) as one:
        one.begin("gold", create("gold"))
    store.full_at = {"checkpoint"}
    with pytest.raises(StateNotWritten) as caught, session(store, "run-2"):
        raise AssertionError("it went on")
    assert caught.value.reason == FULL
    store.full_at = set()
    with session(store, "run-2") as two:
        assert [one.key for one in two.state.intents.values()] == ["gold"]


# The lock


def test_a_second_run_is_refused_while_the_first_holds_state(store: MemoryStore) -> None:
    with session(store):
        with pytest.raises(StateLocked, match="is locked by `aepctl apply`"), session(store):
            raise AssertionError("two hold the state")
        assert store.holder["since"] == AT


def test_a_run_can_wait_for_the_lock(store: MemoryStore) -> None:
    first = session(store)
    first.__enter__().note("gold", Adopt(GOLD))
    threading.Timer(0.1, lambda: first.__exit__(None, None, None)).start()
    with session(store, "run-2", wait=30) as two:
        assert two.state.audiences == {"gold": GOLD}


def test_a_worker_that_outlives_the_lock_can_write_nothing_more(store: MemoryStore) -> None:
    """After an interrupt that ran out of patience; the log may be another run's by now."""
    with session(store) as one:
        intent = one.begin("gold", create("gold"))
    with session(store, "run-2") as two:
        other = two.begin("silver", create("silver"))
        before = store.read()
        late: list[Callable[[], object]] = [
            lambda: one.begin("bronze", create("bronze")),
            lambda: one.end(intent, Ending.DONE, ids=GOLD.ids),
            lambda: one.note("x", Adopt(Known(audience("x"), AudienceIds("X")))),
            lambda: one.use_plan("p", ()),
            one.checkpoint,
        ]
        for call in late:
            with pytest.raises(StateNotWritten) as caught:
                call()
            assert caught.value.reason == "the state is no longer held"
            assert caught.value.message == (
                "state/local.json: cannot be written: the state is no longer held"
            )
        assert store.read() == before
        assert set(two.state.intents) == {intent.id, other.id}


def test_many_threads_note_at_once_and_every_line_is_whole(store: MemoryStore) -> None:
    def work(number: int) -> None:
        for step in range(10):
            key = f"{number}-{step}"
            one.end(one.begin(key, create(key)), Ending.DONE, ids=AudienceIds(f"A-{key}"))

    with session(store) as one:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(read_state(store, TARGET).audiences) == 80
        one.checkpoint()
    found = stored(store)
    assert found is not None
    assert (len(found.audiences), found.intents) == (80, {})


# A store that is full


@pytest.fixture
def full() -> Iterator[tuple[MemoryStore, StateSession, Intent]]:
    """A session with one open intent, whose store now takes nothing more."""
    store = laid()
    with session(store) as one:
        intent = one.begin("gold", create("gold"))
        store.full_at = {"append"}
        yield store, one, intent


Full = tuple[MemoryStore, StateSession, Intent]


def test_an_intent_that_cannot_be_made_durable_is_not_begun(full: Full) -> None:
    store, one, intent = full
    with pytest.raises(StateNotWritten) as caught:
        one.begin("silver", create("silver"))
    assert caught.value.reason == FULL
    assert one.state.intents == {intent.id: intent}
    assert one.rescue() is None
    store.full_at = set()
    one.begin("silver", create("silver"))
    assert journaled(store) == ["journal", "intent", "intent"]


def test_an_intent_that_came_to_nothing_stays_where_its_successor_cannot_be_begun() -> None:
    store = laid()
    with session(store) as one:
        first = one.begin("gold", create("gold"))
        one.end(first, Ending.ABSENT)
        store.full_at = {"append"}
        with pytest.raises(StateNotWritten):
            one.begin("gold", create("gold"))
        assert list(one.state.intents) == [first.id]


def test_what_happened_is_known_though_it_cannot_be_written_and_is_in_the_next_document(
    full: Full,
) -> None:
    store, one, intent = full
    with pytest.raises(StateNotWritten):
        one.end(intent, Ending.DONE, ids=GOLD.ids)
    with pytest.raises(StateNotWritten):
        one.note("silver", Adopt(Known(audience("silver"), AudienceIds("A-silver"))))
    assert set(one.state.audiences) == {"old", "gold", "silver"}
    assert one.owner("A-gold") == "gold"
    one.checkpoint()
    assert one.rescue() is None
    found = stored(store)
    assert found is not None
    assert set(found.audiences) == {"old", "gold", "silver"}
    assert found.intents == {}


def test_what_could_not_be_written_goes_before_what_is_written_next(full: Full) -> None:
    """Else the log would tell a story that cannot be: a second intent before the first's end."""
    store, one, intent = full
    with pytest.raises(StateNotWritten):
        one.end(intent, Ending.REFUSED, reason="429")
    store.full_at = set()
    again = one.begin("gold", create("gold"))
    assert journaled(store) == ["journal", "intent", "refused", "intent"]
    assert list(read_state(store, TARGET).intents) == [again.id]


def test_what_only_this_process_knows_can_be_printed(full: Full) -> None:
    store, one, intent = full
    odd = Known(audience("silver", "Größe ❄"), AudienceIds("A-silver"))
    with pytest.raises(StateNotWritten):
        one.end(intent, Ending.DONE, ids=GOLD.ids)
    with pytest.raises(StateNotWritten):
        one.note("silver", Adopt(odd))
    store.full_at = {"append", "checkpoint"}
    with pytest.raises(StateNotWritten):
        one.checkpoint()
    rescue = one.rescue()
    assert rescue is not None
    assert rescue.isascii()
    (text,) = read_frames(rescue).texts
    journal = read_journal(text.encode(), "rescued")
    assert journal is not None
    assert (journal.lineage, journal.serial, journal.target) == ("L", 3, TARGET)
    assert journal.run == run()
    assert [event for _, event in journal.events] == [
        Begun(intent),
        Ended(intent.id, Ending.DONE, "run-1", AT, GOLD.ids),
        Noted("silver", Adopt(odd), AT, "run-1"),
    ]


@pytest.mark.parametrize(
    "ending", [one for one in Ending if one is not Ending.DONE], ids=lambda one: one.value
)
def test_what_is_found_again_by_looking_need_not_be_printed(full: Full, ending: Ending) -> None:
    _, one, intent = full
    with pytest.raises(StateNotWritten):
        one.end(intent, ending, reason="no")
    assert one.rescue() is None


def test_where_all_is_durable_nothing_is_printed(store: MemoryStore) -> None:
    with session(store) as one:
        assert one.rescue() is None
        one.end(one.begin("gold", create("gold")), Ending.DONE, ids=GOLD.ids)
        assert one.rescue() is None
        one.checkpoint()
        assert one.rescue() is None


def test_a_plan_that_could_not_be_noted_is_in_the_next_document(full: Full) -> None:
    store, one, _ = full
    with pytest.raises(StateNotWritten):
        one.use_plan("p", ())
    one.checkpoint()
    found = stored(store)
    assert found is not None
    assert found.plans == {"p": UsedPlan(found.serial - 1)}


@pytest.mark.parametrize("fails", ["checkpoint", "drop"])
def test_after_a_document_that_failed_nothing_is_begun_until_one_is_written(fails: str) -> None:
    """The log may be obsolete by then: what is appended to it would not be read."""
    store = laid()
    with session(store) as one:
        one.note("gold", Adopt(GOLD))
        store.full_at = {fails}
        with pytest.raises(StateNotWritten) as first:
            one.checkpoint()
        store.full_at = set()
        log = store.log
        with pytest.raises(StateNotWritten) as caught:
            one.begin("silver", create("silver"))
        assert (caught.value.message, caught.value.reason, caught.value.hint) == (
            first.value.message,
            first.value.reason,
            first.value.hint,
        )
        assert store.log == log
        with pytest.raises(StateNotWritten):
            one.note("gold", Forget())
        assert set(one.state.audiences) == {"old"}
        one.checkpoint()
        assert one.state == stored(store)
        assert set(one.state.audiences) == {"old"}
        intent = one.begin("silver", create("silver"))
    assert read_state(store, TARGET).intents == {intent.id: intent}


def test_what_is_known_is_kept_over_documents_that_fail_until_one_is_written(full: Full) -> None:
    store, one, intent = full
    with pytest.raises(StateNotWritten):
        one.end(intent, Ending.DONE, ids=GOLD.ids)
    for fails in ("checkpoint", "drop"):
        store.full_at = {fails}
        with pytest.raises(StateNotWritten):
            one.checkpoint()
        assert one.rescue() is not None
    store.full_at = set()
    one.checkpoint()
    assert one.rescue() is None
    assert read_state(store, TARGET).audiences == {**OLD.audiences, "gold": GOLD}


def test_a_first_write_that_fails_leaves_nothing_and_the_next_one_has_the_header(
    store: MemoryStore,
) -> None:
    store.full_at = {"append"}
    with session(store) as one:
        with pytest.raises(StateNotWritten):
            one.begin("gold", create("gold"))
        one.checkpoint()
        assert (store.document, store.log) == (None, None)
        store.full_at = set()
        one.begin("gold", create("gold"))
        assert journaled(store) == ["journal", "intent"]


# Several at once


def test_steps_that_belong_together_are_one_write_and_never_half_of_them_in_a_log() -> None:
    store = laid()
    with session(store) as one:
        one.note_all([("spare", Move("old")), ("new", Move("spare")), ("gold", Adopt(GOLD))])
        assert store.calls == ["checkpoint", "drop"]
        assert one.state == stored(store)
    found = stored(store)
    assert found is not None
    assert (set(found.audiences), found.serial, store.log) == ({"new", "gold"}, 4, None)


def test_of_steps_that_belong_together_all_are_done_or_none() -> None:
    store = laid()
    with session(store) as one, pytest.raises(Contradiction, match="`nobody` is not known"):
        one.note_all([("new", Move("old")), ("x", Move("nobody"))])
    assert (stored(store), store.log) == (OLD, None)


def test_where_they_cannot_be_written_none_is_done() -> None:
    store = laid()
    store.full_at = {"checkpoint"}
    with pytest.raises(StateNotWritten, match=FULL), session(store) as one:
        one.note_all([("new", Move("old")), ("gold", Adopt(GOLD))])
    assert (stored(store), store.log) == (OLD, None)
