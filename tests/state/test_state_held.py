"""State under the lock: noted before, recorded after, and whatever fails or crashes in between."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fakes import AT, DISK_CALLS, TARGET, Crash, FaultyDisk, Ids, MemoryDisk, audience
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import sampled_from

from aepctl.errors import StateError, StateLocked
from aepctl.state.codec import encode_state
from aepctl.state.disk import Disk
from aepctl.state.held import HeldState, hold
from aepctl.state.lines import encode_header, encode_intent, encode_outcome
from aepctl.state.model import Intent, Known, State
from aepctl.state.store import StateStore

WHO = {"pid": "42"}
OLD = State("L", 3, TARGET, {"old": Known(audience("Old"), "id-old")})


def known(name: str) -> Known:
    return Known(audience(name), f"id-{name}")


def lay_old(store: StateStore) -> None:
    store.path.write_text(encode_state(OLD), encoding="utf-8")


def files(store: StateStore) -> set[str]:
    return {path.name for path in store.path.parent.iterdir()}


def journaled(store: StateStore) -> list[str]:
    """The notes in the journal, in a word each."""
    if not store.journal.exists():
        return []
    lines = [json.loads(line) for line in store.journal.read_text().splitlines()]
    return [line.get("outcome", line["type"]) for line in lines]


def test_a_create_is_noted_before_and_after_and_folded_at_the_end(store: StateStore) -> None:
    with hold(store, WHO, ids=Ids()) as held:
        intent = held.begin("gold", audience("gold"), None, AT)
        assert journaled(store) == ["journal", "intent"]
        assert store.read().intents == (intent,)
        held.created(intent, Known(intent.audience, "A", "P"), AT)
        assert journaled(store) == ["journal", "intent", "created"]
        assert store.read().audiences == {"gold": Known(intent.audience, "A", "P")}
        assert not store.path.exists()
        held.fold()
        assert files(store) == {"local.json", "local.lock"}
    found = store.read()
    assert found.state == State("id-1", 1, TARGET, {"gold": Known(intent.audience, "A", "P")})
    assert found.intents == ()


def test_what_was_refused_leaves_nothing_open(store: StateStore) -> None:
    with hold(store, WHO) as held:
        held.refused(held.begin("gold", audience("gold"), None, AT), "too long", AT)
        assert held.snapshot.intents == ()
        assert journaled(store) == ["journal", "intent", "refused"]
        held.fold()
    assert store.read().audiences == {}
    assert not store.journal.exists()


def test_what_is_unknown_stays_open_over_folds_and_runs_with_its_doubt(store: StateStore) -> None:
    with hold(store, WHO) as held:
        intent = held.begin("gold", audience("gold"), None, AT)
        held.unknown(intent, "no answer in time", AT)
        assert journaled(store) == ["journal", "intent", "unknown"]
        held.fold()
        assert journaled(store) == ["journal", "intent"]
    for _ in range(2):
        with hold(store, WHO) as held:
            (found,) = held.snapshot.intents
            assert (found.id, found.doubt) == (intent.id, "no answer in time")
            held.fold()


def test_an_open_intent_of_an_earlier_run_can_be_settled(store: StateStore) -> None:
    with hold(store, WHO) as held:
        held.begin("gold", audience("gold"), None, AT)
    with hold(store, WHO) as held:
        (intent,) = held.snapshot.intents
        held.created(intent, known("gold"), AT)
        held.fold()
    assert store.read().audiences == {"gold": known("gold")}
    assert not store.journal.exists()


def test_a_run_that_starts_nothing_leaves_no_state(store: StateStore) -> None:
    with hold(store, WHO) as held:
        assert held.snapshot.audiences == {}
        held.fold()
    assert files(store) == {"local.lock"}


def test_a_run_that_changes_nothing_leaves_state_as_it_is(store: StateStore) -> None:
    lay_old(store)
    before = store.path.stat()
    with hold(store, WHO) as held:
        held.refused(held.begin("gold", audience("gold"), None, AT), "too long", AT)
        held.fold()
    after = store.path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_serial_grows_with_changes_only_and_the_lineage_stays(store: StateStore) -> None:
    lay_old(store)
    for run, serial in (("gold", 4), ("", 4), ("silver", 5)):
        with hold(store, WHO) as held:
            if run:
                held.created(held.begin(run, audience(run), None, AT), known(run), AT)
            held.fold()
            held.fold()
        found = store.read().state
        assert found is not None
        assert (found.lineage, found.serial) == ("L", serial)


def test_outcomes_that_a_run_left_in_its_journal_are_folded_by_the_next(store: StateStore) -> None:
    with hold(store, WHO) as held:
        held.created(held.begin("gold", audience("gold"), None, AT), known("gold"), AT)
    assert not store.path.exists()
    with hold(store, WHO):
        assert store.path.exists()
        assert not store.journal.exists()
    assert store.read().audiences == {"gold": known("gold")}


def test_a_crash_between_replacing_state_and_removing_the_journal_changes_nothing(
    store: StateStore,
) -> None:
    with hold(store, WHO) as held:
        held.created(held.begin("gold", audience("gold"), None, AT), known("gold"), AT)
        journal = store.journal.read_bytes()
        held.fold()
    state = store.path.read_bytes()
    store.journal.write_bytes(journal)
    with hold(store, WHO):
        assert store.path.read_bytes() == state
        assert not store.journal.exists()


def test_a_key_that_is_known_drops_its_open_intent(store: StateStore) -> None:
    lay_old(store)
    intent = Intent("i", "old", audience("Old"), AT)
    store.journal.write_text(encode_header("L", 3, TARGET) + encode_intent(intent))
    with hold(store, WHO) as held:
        assert held.snapshot.intents == ()
        assert not store.journal.exists()
    assert store.read().state == OLD


@pytest.mark.parametrize("torn", ['{"type": "intent", "inte', "x" * 5000])
def test_the_torn_end_of_a_journal_is_cut_off_before_the_next_note(
    store: StateStore, torn: str
) -> None:
    gold = Intent("i", "gold", audience("gold"), AT)
    whole = encode_header("L", 0, TARGET) + encode_intent(gold)
    store.journal.write_text(whole + torn)
    held = HeldState(store)  # without hold(): that folds, and so rewrites the journal
    silver = held.begin("silver", audience("silver"), None, AT)
    held.close()
    assert store.journal.read_text() == whole + encode_intent(silver)


def test_a_journal_with_nothing_whole_in_it_is_begun_anew(store: StateStore) -> None:
    store.journal.write_text('{"type": "jour')
    with hold(store, WHO) as held:
        held.begin("gold", audience("gold"), None, AT)
    assert journaled(store) == ["journal", "intent"]


@pytest.mark.parametrize("file", ["local.json", "local.journal"])
def test_a_refused_file_is_not_touched_by_a_run_and_the_lock_is_free(
    store: StateStore, file: str
) -> None:
    broken = store.path.with_name(file)
    broken.write_text("broken\n")
    with pytest.raises(StateError), hold(store, WHO):
        raise AssertionError("a broken file was taken")
    assert broken.read_text() == "broken\n"
    broken.unlink()
    with hold(store, WHO):
        pass


def test_a_second_run_is_refused_while_the_first_holds_state(store: StateStore) -> None:
    with hold(store, WHO), pytest.raises(StateLocked), hold(store, WHO):
        raise AssertionError("two hold the state")


def test_the_snapshot_has_this_runs_own_outcomes(store: StateStore) -> None:
    lay_old(store)
    with hold(store, WHO) as held:
        held.created(held.begin("gold", audience("gold"), None, AT), known("gold"), AT)
        open_one = held.begin("silver", audience("silver"), None, AT)
        snapshot = held.snapshot
        assert set(snapshot.audiences) == {"old", "gold"}
        assert snapshot.intents == (open_one,)
        assert set(snapshot.audiences) == set(store.read().audiences)


def test_many_threads_note_at_once_and_every_line_is_whole(store: StateStore) -> None:
    def work(number: int) -> None:
        for step in range(10):
            key = f"{number}-{step}"
            held.created(held.begin(key, audience(key), None, AT), known(key), AT)

    with hold(store, WHO) as held:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.read().audiences) == 80
        held.fold()
    assert len(store.read().audiences) == 80
    assert store.read().intents == ()


def test_a_worker_that_outlives_the_lock_can_note_nothing_more(store: StateStore) -> None:
    """After an interrupt that ran out of patience; the journal may be another run's by now."""
    with hold(store, WHO) as held:
        intent = held.begin("gold", audience("gold"), None, AT)
        held.fold()
    with hold(store, WHO) as next_run:
        other = next_run.begin("silver", audience("silver"), None, AT)
        for late in (
            lambda: held.begin("bronze", audience("bronze"), None, AT),
            lambda: held.created(intent, known("gold"), AT),
            lambda: held.unknown(intent, "late", AT),
        ):
            with pytest.raises(OSError, match="no longer held"):
                late()
        assert {one.key for one in store.read().intents} == {"gold", other.key}


# A disk that fails, and one that crashes, at every call of one run


@dataclass
class Told:
    """What the world outside has seen of a run."""

    sent: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def run(held: HeldState, told: Told) -> None:
    """Create gold, have silver refused and bronze unknown; stop, as an apply does, at the first
    note that cannot be made."""
    for key, outcome in (("gold", "created"), ("silver", "refused"), ("bronze", "unknown")):
        intent = held.begin(key, audience(key), None, AT)
        told.sent.append(key)
        if outcome == "created":
            held.created(intent, known(key), AT)
            told.acknowledged.append(key)
        elif outcome == "refused":
            told.refused.append(key)  # the platform has said so, whether it can be noted or not
            held.refused(intent, "too long", AT)
        else:
            held.unknown(intent, "no answer in time", AT)


def whole_run(store: StateStore, told: Told) -> None:
    with hold(store, WHO, ids=Ids()) as held:
        try:
            run(held, told)
        finally:
            held.fold()


def prepared() -> MemoryDisk:
    """A disk with a state of one audience, and the journal of a run that ended early."""
    disk = MemoryDisk()
    store = in_memory(disk)
    earlier = Intent("earlier", "lead", audience("lead"), AT)
    for path, text in (
        (store.path, encode_state(OLD)),
        (
            store.journal,
            encode_header("L", 3, TARGET)
            + encode_intent(earlier)
            + encode_outcome(earlier, "created", AT, audienceId="id-lead"),
        ),
    ):
        handle = disk.open_new(path)
        disk.open[handle].data = text.encode()
        disk.sync(handle)
        disk.close(handle)
        disk.sync_folder(path.parent)
    return disk


FOLDER: list[Path] = []


@pytest.fixture(autouse=True)
def _folder_for_the_lock(tmp_path: Path) -> Iterator[None]:
    """The lock is the kernel's, so it stands in a real folder also where the disk is in memory."""
    FOLDER.append(tmp_path)
    yield
    FOLDER.pop()


def in_memory(disk: Disk) -> StateStore:
    return StateStore(str(FOLDER[-1] / "local.json"), TARGET, disk=disk)


def assert_nothing_is_lost(disk: MemoryDisk, told: Told) -> None:
    """State is old or new, never neither; what was acknowledged is known; the rest is open."""
    store = in_memory(disk)
    state, _ = store.load()
    assert state is not None
    assert state.serial >= OLD.serial
    assert set(state.audiences) >= {"old"}
    found = store.read()
    open_keys = [intent.key for intent in found.intents]
    assert {"old", "lead"} <= set(found.audiences)
    assert len(open_keys) == len(set(open_keys))
    assert not set(open_keys) & set(found.audiences)
    for key in told.acknowledged:
        assert found.audiences[key] == known(key)
    for key in told.sent:
        assert key in found.audiences or key in open_keys or key in told.refused
    with hold(store, WHO):  # the next run takes it up, and loses nothing either
        pass
    assert store.read() == found


def every_call(**faults: Any) -> Iterator[tuple[MemoryDisk, FaultyDisk]]:
    """A prepared disk for each call of a run, the fault at that call; to the last one and past."""
    for at in itertools.count(1):
        memory = prepared()
        disk = FaultyDisk(memory, at, **faults)
        yield memory, disk
        if len(disk.calls) < at:
            break
    assert at > 30, "the run got longer with each round"


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for-good"])
@pytest.mark.parametrize("done", ["none", "half", "all"])
def test_a_disk_that_fails_at_any_call_loses_nothing(done: str, lasting: bool) -> None:
    for memory, disk in every_call(done=done, lasting=lasting):
        told = Told()
        with suppress(OSError, StateError):
            whole_run(in_memory(disk), told)
        assert_nothing_is_lost(memory, told)


@pytest.mark.parametrize("lost", ["nothing", "contents", "names", "both"])
@pytest.mark.parametrize("done", ["none", "half", "all"])
def test_a_crash_at_any_call_loses_nothing_not_even_to_a_power_cut(done: str, lost: str) -> None:
    for memory, disk in every_call(error=Crash, lasting=True, done=done):
        told = Told()
        with suppress(Crash):
            whole_run(in_memory(disk), told)
        memory.power_cut(lost)
        assert_nothing_is_lost(memory, told)


def test_the_rounds_above_meet_every_kind_of_call() -> None:
    disk = FaultyDisk(prepared())
    whole_run(in_memory(disk), Told())
    assert set(disk.calls) == set(DISK_CALLS)


@pytest.mark.parametrize("lost", ["contents", "names", "both"])
def test_a_power_cut_after_a_finished_run_brings_no_journal_back(lost: str) -> None:
    disk = MemoryDisk()
    store = in_memory(disk)
    with hold(store, WHO) as held:
        held.created(held.begin("gold", audience("gold"), None, AT), known("gold"), AT)
        held.fold()
    disk.power_cut(lost)
    assert set(disk.names) == {store.path}
    assert store.read().audiences == {"gold": known("gold")}


def test_an_id_that_could_not_be_journaled_still_reaches_state() -> None:
    memory = MemoryDisk()
    disk = FaultyDisk(memory)
    store = in_memory(disk)
    with hold(store, WHO) as held:
        intent = held.begin("gold", audience("gold"), None, AT)
        disk.at = len(disk.calls) + 1
        with pytest.raises(OSError, match="No space left"):
            held.created(intent, known("gold"), AT)
        assert held.snapshot.audiences == {"gold": known("gold")}
        held.fold()
    assert store.read().audiences == {"gold": known("gold")}
    assert store.read().intents == ()


@pytest.mark.parametrize("note", ["refused", "unknown"])
def test_an_outcome_that_could_not_be_journaled_leaves_its_intent_open(note: str) -> None:
    disk = FaultyDisk(MemoryDisk())
    store = in_memory(disk)
    with hold(store, WHO) as held:
        intent = held.begin("gold", audience("gold"), None, AT)
        disk.at = len(disk.calls) + 1
        with pytest.raises(OSError, match="No space left"):
            getattr(held, note)(intent, "why", AT)
        assert [one.key for one in held.snapshot.intents] == ["gold"]
        held.fold()
    assert [one.key for one in store.read().intents] == ["gold"]


def test_an_intent_that_could_not_be_journaled_is_none() -> None:
    disk = FaultyDisk(MemoryDisk())
    store = in_memory(disk)
    with hold(store, WHO) as held:
        disk.at = len(disk.calls) + 1
        with pytest.raises(OSError, match="No space left"):
            held.begin("gold", audience("gold"), None, AT)
        assert held.snapshot.intents == ()
        held.begin("silver", audience("silver"), None, AT)  # the disk has room again
    assert [one.key for one in store.read().intents] == ["silver"]


def test_a_handle_that_cannot_be_closed_is_closed_once() -> None:
    """A second close might hit a handle that is somebody else's by then."""
    disk = FaultyDisk(MemoryDisk())
    with hold(in_memory(disk), WHO) as held:
        held.begin("gold", audience("gold"), None, AT)
        disk.at = len(disk.calls) + 1
        with pytest.raises(OSError, match="No space left"):
            held.fold()
    assert disk.calls.count("close") == 1


# Any sequence of runs against a model of a few lines

KEYS = ("gold", "silver", "bronze")


class Runs(RuleBasedStateMachine):
    """`known` and `open` are the model: what a state must know of and hold open."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.disk = MemoryDisk()
        self.ids = Ids()
        self.known: dict[str, Known] = {}
        self.open: dict[str, Intent] = {}
        self.serial = 0
        self.held = self._open()

    def _store(self) -> StateStore:
        return StateStore("/state/local.json", TARGET, disk=self.disk)

    def _open(self) -> HeldState:
        held = HeldState(self._store(), self.ids)
        held.fold()
        return held

    def free(self) -> list[str]:
        return [key for key in KEYS if key not in self.known and key not in self.open]

    @precondition(lambda self: self.free())
    @rule(n=sampled_from(range(3)))
    def begin(self, n: int) -> None:
        free = self.free()
        key = free[n % len(free)]
        self.open[key] = self.held.begin(key, audience(key), None, AT)

    def _settle(self, n: int, note: Callable[[Intent], None]) -> str:
        key = sorted(self.open)[n % len(self.open)]
        note(self.open[key])
        return key

    @precondition(lambda self: self.open)
    @rule(n=sampled_from(range(3)))
    def created(self, n: int) -> None:
        new = f"audience-{self.ids()}"
        key = self._settle(
            n, lambda intent: self.held.created(intent, Known(intent.audience, new), AT)
        )
        self.known[key] = Known(audience(key), new)
        del self.open[key]

    @precondition(lambda self: self.open)
    @rule(n=sampled_from(range(3)))
    def refused(self, n: int) -> None:
        del self.open[self._settle(n, lambda intent: self.held.refused(intent, "no", AT))]

    @precondition(lambda self: self.open)
    @rule(n=sampled_from(range(3)))
    def unknown(self, n: int) -> None:
        self._settle(n, lambda intent: self.held.unknown(intent, "reset", AT))

    @rule()
    def fold(self) -> None:
        self.held.fold()

    @rule()
    def end_and_begin_again(self) -> None:
        self.held.fold()
        self.held.close()
        self.held = self._open()

    @rule(lost=sampled_from(["nothing", "contents", "names", "both"]))
    def crash_and_begin_again(self, lost: str) -> None:
        self.disk.power_cut(lost)
        self.held = self._open()

    @invariant()
    def everybody_finds_what_the_model_says(self) -> None:
        for found in (self._store().read(), self.held.snapshot):
            assert found.audiences == self.known
            assert {intent.key: intent.id for intent in found.intents} == {
                key: intent.id for key, intent in self.open.items()
            }

    @invariant()
    def the_serial_never_shrinks(self) -> None:
        state, _ = self._store().load()
        serial = state.serial if state else 0
        assert serial >= self.serial
        self.serial = serial


TestRuns = Runs.TestCase
TestRuns.settings = settings(
    derandomize=True, deadline=None, max_examples=60, stateful_step_count=25
)
