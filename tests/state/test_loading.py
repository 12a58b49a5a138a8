"""What counts: the document with its journal, and what does not fit together is told."""

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import AT, TARGET, audience, replay
from histories import histories
from hypothesis import given
from stores import MemoryStore

from aepctl.errors import StateError
from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Adopt, Create, Delete, Patch
from aepctl.model.target import Target
from aepctl.state.codec import decode_state
from aepctl.state.encoder import encode_state
from aepctl.state.events import Begun, Ended, Ending, Event, Noted
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.loading import Loaded, load, read_state
from aepctl.state.model import Intent, Phase, Run, State
from aepctl.state.reducer import folded

OLD_RUN = Run("run-1", AT, "aepctl apply")
RUN = Run("run-2", AT, "aepctl apply")
KNOWN = Known(audience("Old"), Ids("A-old"))
OLD = State("L", 3, TARGET, {"old": KNOWN}, runs=(OLD_RUN,))
GOLD = Intent("i-1", "run-2", "gold", Create(audience("Gold")), AT)
CREATED = (Begun(GOLD), Ended("i-1", Ending.DONE, "run-2", AT, Ids("A-gold")))


def log(*events: Event, lineage: str = "L", serial: int = 3, run: Run = RUN) -> bytes:
    return encode_header(lineage, serial, TARGET, run) + b"".join(map(encode_event, events))


def store(state: State | None, raw: bytes | None = None) -> MemoryStore:
    document = None if state is None else encode_state(state).encode()
    return MemoryStore(document=document, log=raw)


def refusal(of: MemoryStore, target: Target = TARGET) -> StateError:
    """What reading is refused with; nothing changes."""
    before = of.read()
    with pytest.raises(StateError) as caught:
        read_state(of, target)
    assert of.read() == before
    assert of.calls == []
    return caught.value


def test_where_nothing_is_there_nothing_is_known() -> None:
    assert read_state(store(None), TARGET) == State(None, 0, TARGET)


def test_a_document_without_a_journal_is_the_state() -> None:
    one = store(OLD)
    assert read_state(one, TARGET) == OLD
    loaded = load(one.read(), one, TARGET)
    assert loaded.state is loaded.document


def test_what_the_journal_has_is_known_as_it_will_be_written() -> None:
    one = store(OLD, log(*CREATED))
    after = folded(OLD, replay(OLD, CREATED), RUN)
    assert (after.serial, after.runs) == (4, (OLD_RUN, RUN))
    assert read_state(one, TARGET) == after
    assert load(one.read(), one, TARGET) == Loaded(OLD, after)


def test_a_journal_without_a_document_counts() -> None:
    first = State("L", 0, TARGET)
    one = store(None, log(*CREATED, serial=0))
    assert read_state(one, TARGET) == folded(first, replay(first, CREATED), RUN)


def test_a_journal_that_came_to_nothing_leaves_the_document_as_it_is() -> None:
    nothing = (Begun(GOLD), Ended("i-1", Ending.REFUSED, "run-2", AT))
    for events in ((), nothing):
        one = store(OLD, log(*events))
        loaded = load(one.read(), one, TARGET)
        assert loaded == Loaded(OLD, OLD)
        assert loaded.state is loaded.document


@pytest.mark.parametrize("raw", [b"", log()[:-1]])
def test_a_journal_that_did_not_get_as_far_as_its_header_is_none(raw: bytes) -> None:
    assert read_state(store(OLD, raw), TARGET) == OLD


def test_the_journal_of_a_run_that_the_state_has_is_obsolete() -> None:
    """The run ended between replacing the document and dropping the log."""
    raw = log(*CREATED)
    after = folded(OLD, replay(OLD, CREATED), RUN)
    assert read_state(store(after, raw), TARGET) == after
    later = replace(after, serial=9, audiences={}, runs=(*after.runs, Run("run-3", AT, "x")))
    assert read_state(store(later, raw), TARGET) == later


def test_the_next_part_of_a_run_that_the_state_has_counts() -> None:
    """A run that went on after it had written the document, and was killed then."""
    after = folded(OLD, replay(OLD, [Noted("x", Adopt(Known(audience("X"), Ids("X"))), AT)]), RUN)
    second = replace(RUN, part=2)
    found = read_state(store(after, log(*CREATED, serial=4, run=second)), TARGET)
    assert found == folded(after, replay(after, CREATED), second)
    assert found.runs == (OLD_RUN, second)


def test_a_journal_of_an_earlier_serial_counts_where_its_run_is_not_in_the_state() -> None:
    """Another machine's newer state was pulled over it: its IDs must not be lost."""
    newer = replace(OLD, serial=8, runs=(OLD_RUN, Run("run-9", AT, "aepctl apply")))
    found = read_state(store(newer, log(*CREATED)), TARGET)
    assert found == folded(newer, replay(newer, CREATED), RUN)


PATCH = Patch(KNOWN.ids, KNOWN.audience, audience("New"))
DELETE = Delete(KNOWN.ids, KNOWN.audience)


@pytest.mark.parametrize("step", [PATCH, DELETE, Create(KNOWN.audience)], ids=type)
def test_an_intent_for_a_key_that_is_known_is_found(step: Create | Patch | Delete) -> None:
    intent = Intent("i-1", "run-2", "old", step, AT)
    assert read_state(store(OLD, log(Begun(intent))), TARGET).intents == {"i-1": intent}


def test_an_outcome_of_an_intent_in_the_document_closes_it() -> None:
    state = replace(OLD, intents={"i-1": GOLD})
    found = read_state(store(state, log(CREATED[1])), TARGET)
    assert found.audiences["gold"] == Known(audience("Gold"), Ids("A-gold"))
    assert found.intents == {}


# What does not fit


OTHERS = [
    (Target("THEM@AdobeOrg", "dev", TARGET.endpoint), f"org {TARGET.org}, not THEM@AdobeOrg"),
    (Target(TARGET.org, "prod", TARGET.endpoint), "sandbox dev, not prod"),
    (
        Target(TARGET.org, "prod", "emulator"),
        f"sandbox dev, not prod, endpoint {TARGET.endpoint}, not emulator",
    ),
]


@pytest.mark.parametrize("which", ["document", "journal"])
@pytest.mark.parametrize(("other", "said"), OTHERS)
def test_what_belongs_to_another_target_is_refused(which: str, other: Target, said: str) -> None:
    one = store(OLD) if which == "document" else store(None, log(serial=0))
    name = one.where if which == "document" else one.log_name
    error = refusal(one, other)
    assert error.message == f"{name} is the state of another target: {said}"
    assert error.hint == (
        "use the environment it belongs to, or give this one a `state:` of its own"
    )


def test_the_journal_of_another_state_is_refused() -> None:
    error = refusal(store(OLD, log(*CREATED, lineage="M")))
    assert error.message == (
        "state/local.journal was written for another state than state/local.json "
        "(lineage M; this state has L)"
    )
    assert error.hint == (
        "restore the state that it was written beside, or move state/local.journal away if "
        "you are sure that what is open in it does not matter"
    )


HOW_TO_GO_ON = (
    "restore state/local.json from Git; or, to go on with the present state, move "
    "state/local.journal away and take in what it holds: `aepctl state recover FILE`"
)


def test_a_state_that_was_rolled_back_under_its_journal_is_refused() -> None:
    error = refusal(store(OLD, log(*CREATED, serial=4)))
    assert error.message == (
        "state/local.journal was written upon serial 4 of state/local.json, which has serial 3 "
        "now: the state was rolled back or deleted"
    )
    assert error.hint == HOW_TO_GO_ON


def test_a_state_that_was_deleted_under_its_journal_is_refused() -> None:
    error = refusal(store(None, log(*CREATED, serial=1)))
    assert error.message == (
        "state/local.journal was written upon serial 1 of state/local.json, which is not there: "
        "the state was rolled back or deleted"
    )
    assert error.hint == HOW_TO_GO_ON


def test_what_cannot_have_happened_to_this_state_is_told_with_both_files_and_the_line() -> None:
    mine = replace(OLD, audiences={"gold": Known(audience("Gold"), Ids("A-other"))})
    error = refusal(store(mine, log(*CREATED)))
    assert error.message == (
        "state/local.journal:3 does not fit state/local.json: "
        "`gold` is known as A-other, not A-gold"
    )
    assert error.hint == (
        "nothing was changed; one of the two was edited or replaced by hand: restore the one that "
        "belongs to the other"
    )


def test_a_change_of_what_this_state_does_not_know_was_begun_upon_another() -> None:
    change = Patch(Ids("A-x"), audience("Dull"), audience("Shiny"))
    error = refusal(store(OLD, log(Begun(replace(GOLD, key="unheard-of", step=change)))))
    assert error.message == (
        "state/local.journal:2 does not fit state/local.json: `unheard-of` is not known"
    )


def test_a_document_or_a_journal_that_is_broken_is_told_by_its_name() -> None:
    broken = MemoryStore(document=b"{")
    assert refusal(broken).message.startswith("state/local.json:1: not valid JSON")
    broken = store(OLD, log() + b"broken\n")
    assert refusal(broken).message.startswith("state/local.journal:2: not a journal line")


# What aepctl 0.1 left behind


def upgraded(data: Path, document: str | None, journal: str) -> MemoryStore:
    folder = data / "upgrade"
    return MemoryStore(
        document=(folder / document).read_bytes() if document else None,
        log=(folder / journal).read_bytes(),
    )


def test_state_and_journal_of_a_killed_run_of_old_are_taken_over(data: Path) -> None:
    state = read_state(upgraded(data, "prod.json", "prod.journal"), TARGET)
    assert (state.serial, len(state.runs)) == (8, 1)
    assert {key: one.ids.audience_id[-1] for key, one in state.audiences.items()} == {
        "loyalty-gold": "1",
        "loyalty-silver": "2",
        "autumn-sale": "4",
    }
    found = {one.key: (one.phase, one.reason, one.exists) for one in state.intents.values()}
    assert found == {
        "winter-sale": (Phase.OPEN, "no answer in time", True),
        "summer-sale": (Phase.ABSENT, "not found on the platform", False),
    }


def test_what_was_taken_over_is_obsolete_afterwards(data: Path) -> None:
    one = upgraded(data, "prod.json", "prod.journal")
    after = read_state(one, TARGET)
    one.document = encode_state(after).encode()
    assert read_state(one, TARGET) == after


def test_what_a_finished_run_of_old_left_open_goes_into_the_document(data: Path) -> None:
    state = read_state(upgraded(data, "prod.json", "finished.journal"), TARGET)
    assert {one.key for one in state.intents.values()} == {"winter-sale", "summer-sale"}
    assert decode_state(encode_state(state).encode(), "s.json") == state
    absent = state.intent_of("summer-sale")
    assert absent is not None
    assert not absent.in_doubt("a later run")


def test_a_crash_of_old_between_state_and_journal_changes_nothing(data: Path) -> None:
    one = upgraded(data, "folded.json", "folded.journal")
    assert read_state(one, TARGET) == decode_state(one.document or b"", "s.json")


def test_an_intent_of_old_for_a_key_that_is_known_was_settled(data: Path) -> None:
    state = read_state(upgraded(data, "prod.json", "prod.journal"), TARGET)
    assert state.intent_of("loyalty-gold") is None


# Properties


@given(histories())
def test_any_history_is_the_same_by_way_of_a_journal_and_a_document(
    history: tuple[State, tuple[Event, ...]],
) -> None:
    before, events = history
    events = tuple(e if isinstance(e, Begun) else replace(e, run=RUN.id) for e in events)
    after = folded(before, replay(before, events), RUN)
    found = read_state(store(before, log(*events)), TARGET)
    assert found == after
    assert decode_state(encode_state(found).encode(), "s.json") == after


@given(histories())
def test_wherever_a_document_is_written_within_a_history_the_end_is_the_same(
    history: tuple[State, tuple[Event, ...]],
) -> None:
    before, events = history
    events = tuple(e if isinstance(e, Begun) else replace(e, run=RUN.id) for e in events)
    whole = replay(before, events)
    for cut in range(len(events) + 1):
        half = folded(before, replay(before, events[:cut]), RUN)
        rest = log(*events[cut:], serial=half.serial, run=replace(RUN, part=2))
        found = read_state(store(half, rest), TARGET)
        assert (found.audiences, found.intents, found.plans) == (
            whole.audiences,
            whole.intents,
            whole.plans,
        )
