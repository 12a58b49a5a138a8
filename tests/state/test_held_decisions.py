"""Each note of a held state: the same in this process as in the next, with all that it says."""

import json
from collections.abc import Iterator

import pytest
from fakes import AT, TARGET, FaultyDisk, Ids, MemoryDisk, audience

from aepctl.errors import StateError
from aepctl.state.held import MOST_PLANS, HeldState, hold
from aepctl.state.journal import Replay
from aepctl.state.model import Intent, Known, Phase, State
from aepctl.state.store import StateStore

WHO = {"pid": "42"}
LATER = "2026-01-31T12:00:01.000+00:00"
GOLD = Known(audience("gold"), "A-gold", "P-gold")


@pytest.fixture
def held(store: StateStore) -> Iterator[HeldState]:
    with hold(store, WHO, ids=Ids()) as held:
        yield held


def begin(held: HeldState, key: str = "gold", given: str | None = None) -> Intent:
    return held.begin(key, audience(key), given, AT)


def last_line(store: StateStore) -> dict[str, object]:
    line: dict[str, object] = json.loads(store.journal.read_text().splitlines()[-1])
    return line


def check_same(held: HeldState, store: StateStore) -> None:
    """The next process knows what this one does: now, and after the fold."""
    for _ in range(2):
        found = store.read()
        assert found.intents == held.snapshot.intents
        assert found.audiences == held.snapshot.audiences
        held.fold()


def test_an_intent_keeps_the_id_that_the_client_gave(held: HeldState, store: StateStore) -> None:
    assert begin(held, given="given-id").audience_id == "given-id"
    assert last_line(store) == {
        "type": "intent",
        "intent": "id-2",
        "key": "gold",
        "at": AT,
        "audience": {"name": "gold", "namespace": "agora", "originName": "Agora_Collaboration"},
        "audienceId": "given-id",
    }
    check_same(held, store)


@pytest.mark.parametrize(
    ("note", "more", "phase", "exists"),
    [
        ("unknown", {}, Phase.OPEN, False),
        ("unknown", {"exists": False}, Phase.OPEN, False),
        ("unknown", {"exists": True}, Phase.OPEN, True),
        ("absent", {}, Phase.ABSENT, False),
        ("recreate", {}, Phase.RECREATE, False),
    ],
)
def test_a_doubt_is_kept_with_its_reason(
    held: HeldState, store: StateStore, note: str, more: dict[str, bool], phase: Phase, exists: bool
) -> None:
    begin(held, "silver")
    intent = begin(held)
    getattr(held, note)(intent, "no answer in time", LATER, **more)
    line = {"type": "outcome", "intent": intent.id, "outcome": note, "at": LATER}
    line |= {"reason": "no answer in time"} | ({"exists": True} if exists else {})
    assert last_line(store) == line
    (_, found) = held.snapshot.intents
    assert (found.phase, found.doubt, found.exists) == (phase, "no answer in time", exists)
    check_same(held, store)


def test_that_it_exists_is_not_forgotten_with_the_next_doubt(
    held: HeldState, store: StateStore
) -> None:
    intent = begin(held)
    held.unknown(intent, "already there", AT, exists=True)
    held.fold()
    held.unknown(held.snapshot.intents[0], "no answer in time", LATER)
    (found,) = held.snapshot.intents
    assert (found.doubt, found.exists) == ("no answer in time", True)
    check_same(held, store)


def test_what_was_refused_is_noted_with_its_reason(held: HeldState, store: StateStore) -> None:
    intent = begin(held)
    held.refused(intent, "the name is too long", LATER)
    assert last_line(store) == {
        "type": "outcome",
        "intent": intent.id,
        "outcome": "refused",
        "at": LATER,
        "reason": "the name is too long",
    }
    check_same(held, store)


def test_what_a_person_forgets_is_gone_and_the_rest_stays_open(
    held: HeldState, store: StateStore
) -> None:
    intent = begin(held)
    silver = begin(held, "silver")
    held.abandoned(intent, LATER)
    line = {"type": "outcome", "intent": intent.id, "outcome": "abandoned", "at": LATER}
    assert last_line(store) == line
    assert held.snapshot.intents == (silver,)
    check_same(held, store)


@pytest.mark.parametrize(("note", "outcome"), [("created", "created"), ("found", "adopted")])
def test_what_came_of_an_intent_is_known_with_its_ids(
    held: HeldState, store: StateStore, note: str, outcome: str
) -> None:
    intent = begin(held)
    silver = begin(held, "silver")
    getattr(held, note)(intent, GOLD, LATER)
    assert last_line(store) == {
        "type": "outcome",
        "intent": intent.id,
        "outcome": outcome,
        "at": LATER,
        "audienceId": "A-gold",
        "id": "P-gold",
    }
    assert held.rescue() == ""
    assert held.snapshot.intents == (silver,)
    assert held.snapshot.audiences == {"gold": GOLD}
    check_same(held, store)


def test_what_is_adopted_without_an_intent_is_known_with_its_ids(
    held: HeldState, store: StateStore
) -> None:
    held.adopted("gold", GOLD, LATER)
    assert last_line(store) == {
        "type": "adopted",
        "key": "gold",
        "at": LATER,
        "audience": {"name": "gold", "namespace": "agora", "originName": "Agora_Collaboration"},
        "audienceId": "A-gold",
        "id": "P-gold",
    }
    assert held.rescue() == ""
    check_same(held, store)


@pytest.mark.parametrize("note", ["adopted", "begin"])
def test_an_intent_that_came_to_nothing_makes_way_and_those_of_other_keys_stay(
    held: HeldState, store: StateStore, note: str
) -> None:
    silver = begin(held, "silver")
    held.absent(silver, "not found", AT)
    held.absent(begin(held), "not found", AT)
    if note == "adopted":
        held.adopted("gold", GOLD, AT)
        assert [one.key for one in held.snapshot.intents] == ["silver"]
    else:
        again = begin(held)
        assert [one.id for one in held.snapshot.intents] == [silver.id, again.id]
    assert {one.id: one.phase for one in held.snapshot.intents}[silver.id] is Phase.ABSENT
    check_same(held, store)


def test_a_second_intent_of_a_key_is_refused_while_the_first_is_open(
    held: HeldState, store: StateStore
) -> None:
    first = begin(held)
    with pytest.raises(ValueError, match="gold has an open intent: it is settled"):
        begin(held)
    assert store.read().intents == (first,)


@pytest.mark.parametrize("note", ["created", "found", "adopted"])
def test_an_id_that_no_disk_took_is_printed_under_its_key(note: str) -> None:
    disk = FaultyDisk(MemoryDisk(), lasting=True)
    held = HeldState(StateStore("/state/local.json", TARGET, disk=disk), Ids())
    intent = begin(held)
    disk.at = len(disk.calls) + 1
    of = "gold" if note == "adopted" else intent
    with pytest.raises(OSError, match="No space left"):
        getattr(held, note)(of, GOLD, AT)
    line = json.loads(held.rescue().splitlines()[1])
    assert (line["key"], line["audienceId"], line["id"]) == ("gold", "A-gold", "P-gold")


def test_an_audience_goes_over_to_another_key_at_once(held: HeldState, store: StateStore) -> None:
    held.adopted("gold", GOLD, AT)
    held.adopted("silver", Known(audience("silver"), "A-silver"), AT)
    held.fold()
    held.move("gold", "aurum")
    assert store.read().state == State(
        "id-1", 2, TARGET, {"aurum": GOLD, "silver": Known(audience("silver"), "A-silver")}
    )
    with pytest.raises(KeyError):
        held.move("gold", "aurum")


def test_a_saved_plan_that_is_applied_is_recorded_at_once(
    held: HeldState, store: StateStore
) -> None:
    for number in range(MOST_PLANS + 2):
        held.use_plan(f"plan-{number}")
        found = store.read().state
        assert found is not None
        assert found.plans[-1] == f"plan-{number}"
    assert found.serial == MOST_PLANS + 2
    assert found.plans == tuple(f"plan-{number}" for number in range(2, MOST_PLANS + 2))


def test_the_first_state_has_the_serial_one_also_where_all_is_open(
    held: HeldState, store: StateStore
) -> None:
    begin(held)
    held.fold()
    assert store.read().state == State("id-1", 1, TARGET, {})
    held.fold()
    assert store.read().state == State("id-1", 1, TARGET, {})


def test_what_belongs_to_another_state_is_refused_with_what_to_do(
    held: HeldState, store: StateStore
) -> None:
    held.adopted("silver", Known(audience("silver"), "A-silver"), AT)
    with pytest.raises(StateError) as caught:
        held.take_in(Replay("theirs", 1, TARGET, {"gold": GOLD}, (), 0))
    assert caught.value.what == "these lines belong to another state (lineage theirs, not id-1)"
    assert caught.value.next == "use --env with the environment whose apply printed them"
    assert store.read().audiences.keys() == {"silver"}
