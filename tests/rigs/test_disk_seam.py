"""One whole apply, in which the disk fails, or the process dies, at the N-th call: for every N.

Afterwards state is old or new, never neither; no ID that was told is missing; nothing was sent
whose intent would not have survived; and the runs that follow leave nothing twice, lost or open.
"""

import copy
import errno
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from failing import OLD, WANTED, Told, World
from fakes import Crash, FaultyDisk
from rig import ROUNDS, Record, calls_in_turn, journal_lines, rescued

from aepctl.apply.outcomes import OutcomeKind
from aepctl.errors import AepctlError
from aepctl.model.audience import Ids
from aepctl.state.codec import decode_state

pytestmark = [pytest.mark.rig, pytest.mark.timeout(600 * ROUNDS)]

SHORTEST = 50  # calls; a run that makes fewer has not done what it is for
RUNS = 4  # after so many healthy runs nothing is open


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def error(number: int) -> Callable[[], OSError]:
    return lambda: OSError(number, errno.errorcode[number])


def every_call(world: World, start: str, **fault: object) -> Iterator[FaultyDisk]:
    """A world as it was, with the fault at the next call each time; to the last one, and past."""
    what = sorted(f"{name}={one}" for name, one in fault.items() if not callable(one))
    for at in calls_in_turn(start, what):
        world.begin(start)
        disk = FaultyDisk(world.memory, at, **fault)  # type: ignore[arg-type]
        yield disk
        if len(disk.calls) < at:
            break
    assert at > SHORTEST


def check_state(world: World, start: str) -> None:
    """The file is whole, and either the old one or a newer one that still has what the old had."""
    raw = world.memory.read(world.path)
    if start == "nothing" and raw is None:
        return
    assert raw is not None
    state = decode_state(raw, "prod.json")
    if start == "nothing":
        assert state.serial > 0
    else:
        assert state == OLD or state.serial > OLD.serial
        for key, known in OLD.audiences.items():  # its own id may be known by now
            now = state.audiences[key]
            assert replace(now, ids=Ids(now.ids.audience_id)) == known


def recorded_ids(world: World) -> dict[str, str]:
    return {key: one.ids.audience_id for key, one in world.state().audiences.items()}


def check_told(world: World, told: Told, rescue: str) -> None:
    """Every ID that was told is recorded, or was printed for `state recover`."""
    recorded = recorded_ids(world)
    for key, audience_id in told.acknowledged.items():
        printed = "".join(journal_lines(rescue))
        assert recorded.get(key) == audience_id or f'"{audience_id}"' in printed, key


def check_recovery(world: World, rescue: str) -> None:
    """What was printed, read from a log, comes into state; again, and nothing changes."""
    log = "".join(f"2026-01-31T12:00:01Z {line}\n" for line in rescue.splitlines())
    printed = rescued(journal_lines(rescue))
    assert printed
    for _ in range(2):
        new = len(printed.keys() - recorded_ids(world).keys())
        already = len(printed) - new
        told = f"recovered {new} audience{'s' * (new != 1)}"
        told += f"; {already} already recorded" if already else ""
        assert world.recover(log).done == told
        recorded = recorded_ids(world)
        assert {key: recorded[key] for key in printed} == printed


def check_next_runs(world: World) -> None:
    """With a disk that works again: each wanted audience once, each ID known, nothing left over."""
    for _ in range(RUNS):
        report = world.apply(world.memory, Told())
        if report.exit_code == 0:
            break
        counts = report.counts()
        assert counts[OutcomeKind.UNKNOWN] + counts[OutcomeKind.REFUSED], report
    assert report.exit_code == 0
    there = Counter(one.name for one, _ in world.platform.there)
    assert there == dict.fromkeys(WANTED, 1)
    assert world.state().intents == {}
    assert recorded_ids(world) == {one.name: given for one, given in world.platform.there}
    assert set(world.memory.names) == {world.path}
    assert world.platform.without_intent == []


def check_what_follows(world: World, start: str, told: Told, rescue: str) -> None:
    """In each of the ways that it may go on."""
    after = copy.deepcopy((world.memory, world.platform))
    for lost in LOST:
        world.memory.power_cut(lost)
        check_state(world, start)
        check_told(world, told, rescue)
        world.memory, world.platform = copy.deepcopy(after)
    if rescue:
        check_recovery(world, rescue)
        check_next_runs(world)
        world.memory, world.platform = after  # and without the recovery nothing is made twice
    check_next_runs(world)


STARTS = ("nothing", "an earlier run")
DONE = ("none", "half", "all")
LOST = ("nothing", "contents", "names", "both")
AT_ONCE = (1, 3) if ROUNDS > 1 else (1,)


@pytest.mark.parametrize("parallelism", AT_ONCE)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for-good"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=["full", "broken"])
def test_a_disk_that_fails_at_any_call(
    world: World, report: Record, number: int, lasting: bool, start: str, parallelism: int
) -> None:
    calls, rescued = 0, 0
    for done in DONE:
        for disk in every_call(world, start, error=error(number), lasting=lasting, done=done):
            told, rescue = Told(), ""
            with suppress(AepctlError):  # and no other error
                ended = world.apply(disk, told, parallelism)
                rescue = ended.rescue or ""
                assert len(disk.calls) < (disk.at or 0) or ended.exit_code in {1, 4}
            assert world.platform.without_intent == []
            check_state(world, start)
            check_told(world, told, rescue)
            check_what_follows(world, start, told, rescue)
            calls, rescued = calls + 1, rescued + bool(rescue)
    assert rescued or not lasting
    how = f"{errno.errorcode[number]} {'for good' if lasting else 'once'}, {parallelism} at once"
    report(f"disk fails, {how}, after {start}", f"{calls} runs, {rescued} with IDs printed")


class ThenDies(FaultyDisk):
    """After the call that fails, the process goes on, and dies when it comes to fold."""

    dead = False

    def _call(self, name: str, *args: object) -> object:
        failed = self.at is not None and len(self.calls) >= self.at
        self.dead = self.dead or (failed and name == "replace")
        if self.dead:
            raise Crash
        return super()._call(name, *args)


@pytest.mark.parametrize("start", STARTS)
def test_what_follows_a_line_that_was_half_written_counts(
    world: World, report: Record, start: str
) -> None:
    """The disk fails once, other notes are made, and only the journal is there afterwards."""
    calls = 0
    for parallelism in (1, 3):
        for at in itertools.count(1):
            world.begin(start)
            disk = ThenDies(world.memory, at, done="half")
            told, rescue = Told(), ""
            with suppress(AepctlError, Crash):
                rescue = world.apply(disk, told, parallelism).rescue or ""
            assert world.platform.without_intent == []
            check_state(world, start)
            unnoted = told.acknowledged.keys() - recorded_ids(world).keys()
            # The one whose note failed, and which only a report could print; what was adopted is
            # noted all at once, and is found again by looking.
            assert len(unnoted - told.adopted) <= 1
            if not unnoted:
                check_told(world, told, rescue)
            check_next_runs(world)
            calls += 1
            if len(disk.calls) < at:
                break
    report(f"half a line is written, then the process dies, after {start}", f"{calls} runs")


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("lost", LOST)
def test_a_process_that_dies_at_any_call(
    world: World, report: Record, lost: str, start: str
) -> None:
    calls = 0
    for done in DONE:
        for disk in every_call(world, start, error=Crash, lasting=True, done=done):
            told = Told()
            with suppress(Crash):
                world.apply(disk, told)
            world.memory.power_cut(lost)
            assert world.platform.without_intent == []
            check_state(world, start)
            check_told(world, told, "")
            check_next_runs(world)
            calls += 1
    report(f"process dies, a power cut takes {lost}, after {start}", f"{calls} runs")
