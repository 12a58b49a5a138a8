"""A disk that fails, and one that crashes, at every call of a run: nothing is lost."""

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from fakes import (
    AT,
    DISK_CALLS,
    TARGET,
    Crash,
    FakeClock,
    FaultyDisk,
    MemoryDisk,
    audience,
    quick_folder,
)
from fakes import Ids as Names
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import sampled_from

from aepctl.errors import StateError
from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Adopt, Create, Delete, Forget, Patch
from aepctl.state.codec import decode_state
from aepctl.state.encoder import encode_state
from aepctl.state.events import Begun, Ended, Ending
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.loading import read_state
from aepctl.state.model import Intent, Run, State, UsedPlan
from aepctl.state.session import StateSession, open_session
from aepctl.state.stores.disk import Disk
from aepctl.state.stores.file import FileStore

FOLDER: list[Path] = []


@pytest.fixture(autouse=True)
def _folder_for_the_lock() -> Iterator[None]:
    """The lock is the kernel's, so it stands in a real folder also where the disk is in memory."""
    with quick_folder() as folder:
        FOLDER.append(folder)
        yield
        FOLDER.pop()


def in_memory(disk: Disk) -> FileStore:
    return FileStore(str(FOLDER[-1] / "local.json"), disk=disk)


def session(store: FileStore, name: str) -> AbstractContextManager[StateSession]:
    run = Run(name, AT, "aepctl apply")
    return open_session(store, TARGET, run, clock=FakeClock(), ids=Names(name))


def known(key: str) -> Known:
    return Known(audience(key), Ids(f"A-{key}"))


# One run, at every call


OLD = State("L", 3, TARGET, {key: known(key) for key in ("old", "older", "oldest")})
PATCH = Patch(Ids("A-old"), audience("old"), audience("old", "new"))
DELETE = Delete(Ids("A-older"), audience("older"))


@dataclass
class Told:
    """What the world outside has seen of a run."""

    sent: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def work(one: StateSession, told: Told) -> None:
    """Create gold, have silver refused, bronze unknown, change one and delete one.

    It stops, as an apply does, at the first note that cannot be made.
    """
    for key, step, ending in (
        ("gold", Create(audience("gold")), Ending.DONE),
        ("silver", Create(audience("silver")), Ending.REFUSED),
        ("bronze", Create(audience("bronze")), Ending.UNKNOWN),
        ("old", PATCH, Ending.DONE),
        ("older", DELETE, Ending.DONE),
    ):
        intent = one.begin(key, step)
        told.sent.append(key)
        if ending is Ending.REFUSED:
            told.refused.append(key)  # the platform has said so, whether it can be noted or not
        one.end(intent, ending, ids=Ids(f"A-{key}") if ending is Ending.DONE else None)
        if ending is Ending.DONE:
            told.acknowledged.append(key)


def whole_run(store: FileStore, told: Told) -> None:
    with session(store, "now") as one:
        try:
            work(one, told)
        finally:
            one.checkpoint()


def prepared() -> MemoryDisk:
    """A disk with a state of three audiences, and the journal of a run that was killed."""
    disk = MemoryDisk()
    path = FOLDER[-1] / "local.json"
    earlier = Intent("earlier", "before", "lead", Create(audience("lead")), AT)
    log = encode_header("L", 3, TARGET, Run("before", AT, "aepctl apply"))
    log += encode_event(Begun(earlier))
    log += encode_event(Ended("earlier", Ending.DONE, "before", AT, Ids("A-lead")))
    for file, data in ((path, encode_state(OLD).encode()), (path.with_suffix(".journal"), log)):
        handle = disk.open_append(file)
        disk.open[handle].data = data
        disk.sync(handle)
        disk.close(handle)
        disk.sync_folder(file.parent)
    return disk


def assert_nothing_is_lost(disk: MemoryDisk, told: Told) -> None:
    """State is old or new, never neither; what was acknowledged is known; the rest is open."""
    found = read_state(in_memory(disk), TARGET)
    open_keys = [intent.key for intent in found.intents.values()]
    assert found.serial > OLD.serial
    assert set(found.audiences) >= {"old", "oldest", "lead"}
    assert len(open_keys) == len(set(open_keys))
    for key in told.sent:
        settled = key in told.acknowledged or key in told.refused
        assert settled or key in open_keys or key in {"gold", "old", "older"}
    if "gold" in told.acknowledged:
        assert found.audiences["gold"] == known("gold")
    elif "gold" in told.sent:
        assert ("gold" in open_keys) != (found.audiences.get("gold") == known("gold"))
    if "old" in told.acknowledged:
        assert found.audiences["old"] == Known(audience("old", "new"), Ids("A-old"))
    elif "old" in told.sent:
        assert ("old" in open_keys) != (found.audiences["old"].audience.description == "new")
    if "older" in told.acknowledged:
        assert "older" not in found.audiences
    elif "older" in told.sent:
        assert ("older" in open_keys) == ("older" in found.audiences)
    with session(in_memory(disk), "next") as one:  # the next run takes it up, and loses nothing
        assert one.state == found
    assert read_state(in_memory(disk), TARGET) == found


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
        with suppress(StateError):
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


@pytest.mark.parametrize("lost", ["nothing", "names", "both"])
def test_a_crash_while_the_next_run_takes_over_loses_nothing_either(lost: str) -> None:
    for memory, disk in every_takeover():
        with suppress(Crash), session(in_memory(disk), "next") as one:
            one.begin("gold", Create(audience("gold")))
        memory.power_cut(lost)
        with session(in_memory(memory), "last") as one:
            assert set(one.state.audiences) == {*OLD.audiences, "lead"}


def every_takeover() -> Iterator[tuple[MemoryDisk, FaultyDisk]]:
    for at in itertools.count(1):
        memory = prepared()
        disk = FaultyDisk(memory, at, error=Crash, lasting=True)
        yield memory, disk
        if len(disk.calls) < at:
            break


def test_the_rounds_above_meet_every_kind_of_call() -> None:
    disk = FaultyDisk(prepared())
    whole_run(in_memory(disk), Told())
    assert set(disk.calls) == set(DISK_CALLS)


@pytest.mark.parametrize("lost", ["contents", "names", "both"])
def test_a_power_cut_after_a_finished_run_brings_no_journal_back(lost: str) -> None:
    disk = MemoryDisk()
    store = in_memory(disk)
    with session(store, "now") as one:
        one.note("gold", Adopt(known("gold")))
        one.checkpoint()
    disk.power_cut(lost)
    assert {path.name for path in disk.names} == {"local.json"}
    assert read_state(store, TARGET).audiences == {"gold": known("gold")}


def test_the_removal_of_a_log_is_never_durable_before_its_document_is() -> None:
    """A run put its document in place and was killed before that was durable; the next one finds
    the log obsolete and removes it. A disk may make the removal durable, and the rename not."""
    disk = FaultyDisk(memory_after_the_kill())
    with session(in_memory(disk), "next"):
        pass
    assert disk.calls[-2:] == ["remove", "sync_folder"]
    again = FaultyDisk(memory_after_the_kill(), len(disk.calls), error=Crash, lasting=True)
    with suppress(Crash), session(in_memory(again), "next"):
        raise AssertionError("it was not killed")
    left = again.real
    assert isinstance(left, MemoryDisk)
    left.safe_names.pop(FOLDER[-1] / "local.journal", None)
    left.power_cut("names")
    assert "lead" in read_state(in_memory(left), TARGET).audiences


def memory_after_the_kill() -> MemoryDisk:
    """The document is in place, but not durably, and its log is still there."""
    memory = prepared()
    sound = FaultyDisk(prepared())
    with session(in_memory(sound), "next"):
        pass
    disk = FaultyDisk(memory, sound.calls.index("replace") + 2, error=Crash, lasting=True)
    with suppress(Crash), session(in_memory(disk), "killed"):
        raise AssertionError("it was not killed")
    return memory


# Many runs, with crashes in between, against the simplest model of what is known


class Runs(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.disk = MemoryDisk()
        self.known: dict[str, Known] = {}
        self.open: dict[str, Intent] = {}
        self.plans: dict[str, UsedPlan] = {}
        self.serial = 0
        self.count = 0
        self.running: AbstractContextManager[StateSession] | None = None
        self._open()

    def _open(self) -> None:
        self.count += 1
        self.running = session(in_memory(self.disk), f"run-{self.count}")
        self.one = self.running.__enter__()

    def teardown(self) -> None:
        if self.running is not None:
            self.running.__exit__(None, None, None)

    def _new(self) -> str:
        self.count += 1
        return f"key-{self.count}"

    def _settle(self, n: int, ending: Ending, ids: Ids | None = None) -> Intent:
        intent = self.open[sorted(self.open)[n % len(self.open)]]
        self.one.end(intent, ending, ids=ids)
        return intent

    @rule()
    def begin_a_create(self) -> None:
        key = self._new()
        self.open[key] = self.one.begin(key, Create(audience(key)))

    @precondition(lambda self: self.known.keys() - self.open.keys())
    @rule(delete=sampled_from([True, False]))
    def begin_with_one_that_is_known(self, delete: bool) -> None:
        key = min(self.known.keys() - self.open.keys())
        mine = self.known[key]
        step = (
            Delete(mine.ids, mine.audience)
            if delete
            else Patch(mine.ids, mine.audience, replace(mine.audience, description=str(self.count)))
        )
        self.open[key] = self.one.begin(key, step)

    @precondition(lambda self: self.open)
    @rule(n=sampled_from(range(3)))
    def done(self, n: int) -> None:
        self.count += 1
        intent = self._settle(n, Ending.DONE, Ids(f"A-{self.count}"))
        del self.open[intent.key]
        match intent.step:
            case Create(wanted):
                self.known[intent.key] = Known(wanted, Ids(f"A-{self.count}"))
            case Patch(ids, _, after):
                self.known[intent.key] = Known(after, ids)
            case Delete():
                del self.known[intent.key]

    @precondition(lambda self: self.open)
    @rule(n=sampled_from(range(3)))
    def refused(self, n: int) -> None:
        del self.open[self._settle(n, Ending.REFUSED).key]

    @precondition(lambda self: self.open)
    @rule(n=sampled_from(range(3)))
    def unknown(self, n: int) -> None:
        self._settle(n, Ending.UNKNOWN)

    @rule()
    def adopt(self) -> None:
        key = self._new()
        self.known[key] = known(key)
        self.one.note(key, Adopt(known(key)))

    @precondition(lambda self: self.known.keys() - self.open.keys())
    @rule()
    def forget(self) -> None:
        key = min(self.known.keys() - self.open.keys())
        del self.known[key]
        self.one.note(key, Forget())

    @rule()
    def use_a_plan(self) -> None:
        """One of which nothing is left, and one of which something always is."""
        plan, serial = self._new(), self.one.state.serial
        left = () if self.count % 2 else ("never done",)
        runs = (self.one.run.id,) if left else ()
        self.plans[plan] = UsedPlan(serial, runs, frozenset(left))
        self.one.use_plan(plan, left)

    @rule()
    def checkpoint(self) -> None:
        self.one.checkpoint()

    @rule(checkpoint=sampled_from([True, False]))
    def end_and_begin_again(self, checkpoint: bool) -> None:
        if checkpoint:
            self.one.checkpoint()
        self.teardown()
        self._open()

    @rule(lost=sampled_from(["nothing", "contents", "names", "both"]))
    def crash_and_begin_again(self, lost: str) -> None:
        self.teardown()  # it gives the lock back, and writes nothing
        self.disk.power_cut(lost)
        self._open()

    @invariant()
    def everybody_finds_what_the_model_says(self) -> None:
        for found in (read_state(in_memory(self.disk), TARGET), self.one.state):
            assert found.audiences == self.known
            assert found.plans == self.plans
            assert {intent.key: intent.id for intent in found.intents.values()} == {
                key: intent.id for key, intent in self.open.items()
            }

    @invariant()
    def the_serial_of_the_document_never_shrinks(self) -> None:
        document = in_memory(self.disk).read().document
        serial = decode_state(document, "s.json").serial if document is not None else 0
        assert serial >= self.serial
        self.serial = serial


TestRuns = Runs.TestCase
TestRuns.settings = settings(
    derandomize=True, deadline=None, max_examples=60, stateful_step_count=25
)
