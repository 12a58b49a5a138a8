"""Changes and deletes, killed at every call to disk and platform, with every kind of answer.

Afterwards the next apply reads what is open, and does what is left: all is as it is wanted, or
waits for a person because somebody else has written over it.
"""

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import quick_folder
from machine_parts import (
    FAULTS,
    WINDOW,
    Crash,
    World,
    run_apply,
    wanted,
)
from rig import ROUNDS, Record, calls_in_turn

from aepctl.apply.outcomes import OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.model.audience import Audience
from aepctl.state.model import Phase

pytestmark = [pytest.mark.rig, pytest.mark.timeout(120 * ROUNDS)]

CUTS = (None, 0b000, 0b010, 0b100, 0b111)
"""A kill alone, or with a power cut that keeps these of the changed names."""
THEIRS = "Theirs"
CALLS = 12  # a run that makes fewer has not done what it is for


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Only the lock is there: the disk is in memory."""
    with quick_folder() as folder:
        yield folder


def new_world(folder: Path) -> World:
    """`k1` and `k2` are on the platform and known, and the second is not wanted any more."""
    world = World(folder, wanted={key: wanted(key, n) for n, key in enumerate(("k1", "k2"), 1)})
    assert run_apply(world).counts()[OutcomeKind.CREATED] == 2
    world.clock.sleep(WINDOW)
    world.wanted["k1"] = dataclasses.replace(world.wanted["k1"], audience=after(world))
    del world.wanted["k2"]
    world.removed["k2"] = True
    return world


def after(world: World) -> Audience:
    return dataclasses.replace(world.made[0].audience, name="Changed", description="Ours")


def crashes(world: World, call: int | None, cut: int | None, *faults: str) -> bool:
    """Change one audience and delete the other; whether the process died at this call."""
    world.faults, world.fuse.left = list(faults), call
    try:
        run_apply(world)
    except Crash:
        if cut is not None:
            world.disk.power_cut(cut)
        return True
    else:
        return False
    finally:
        world.disk.handles.clear()
        world.faults, world.fuse.left = [], None


def every_crash(folder: Path, *faults: str) -> Iterator[tuple[World, tuple[object, ...]]]:
    """A world after the process has died, at each call in turn; and one where it has not."""
    for cut in CUTS:
        for call in calls_in_turn(faults, cut):
            world = new_world(folder)
            crashed = crashes(world, call, cut, *faults)
            yield world, (faults, cut, call)
            if not crashed:
                break
        assert call > CALLS


def finish(world: World) -> ApplyReport:
    """The next applies, on a world without faults."""
    report = run_apply(world)
    return report if report.exit_code == 0 else run_apply(world)


def check_agreement(world: World) -> None:
    """What state knows is what the platform has; nothing went wrong on the way, or is open."""
    state = world.state()
    assert world.wrongs == []
    assert state.intents == {}
    assert {one.ids.audience_id: one.audience for one in state.audiences.values()} == {
        one.audience_id: one.audience for one in world.live()
    }
    assert len(world.made) == 2
    assert set(world.disk.everything()) == {"machine.json"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_kill_at_any_call(tmp_path: Path, report: Record, fault: str) -> None:
    cases = 0
    for world, where in every_crash(tmp_path, fault, fault):
        state = world.state()
        begun = {one.key for one in state.intents.values() if one.phase is Phase.OPEN}
        changed = world.made[0].audience.name == "Changed"
        deleted = world.made[1].deleted
        assert not changed or "k1" in begun or state.audiences["k1"].audience.name == "Changed"
        assert not deleted or "k2" in begun or "k2" not in state.audiences
        assert finish(world).exit_code == 0, where
        check_agreement(world)
        assert world.made[0].audience == after(world), where
        assert world.made[1].deleted, where
        assert not run_apply(world).outcomes, where
        cases += 1
    report(f"change and delete, {fault}", f"killed at {cases} calls, each finished by the next run")


@pytest.mark.parametrize("fault", ["none", "drop-before", "drop-after"])
def test_a_kill_at_any_call_of_the_run_that_finishes_it(tmp_path: Path, fault: str) -> None:
    """It may be killed again: nothing changes by that."""
    for second in itertools.count(1):
        killed = False
        for cut in CUTS:
            world = new_world(tmp_path)
            assert not crashes(world, None, None, "drop-before", "drop-after")
            assert len(world.state().intents) == 2
            killed |= crashes(world, second, cut, fault)
            assert finish(world).exit_code == 0
            check_agreement(world)
            assert world.made[0].audience == after(world)
            assert world.made[1].deleted
        if not killed:
            break
    assert second > CALLS


@pytest.mark.parametrize("fault", FAULTS)
def test_somebody_elses_edit_in_between_is_never_written_over(tmp_path: Path, fault: str) -> None:
    for world, where in every_crash(tmp_path, fault):
        one = world.made[0]
        one.audience = dataclasses.replace(one.audience, description=THEIRS)
        known = world.state().audiences["k1"].audience.description
        outcomes = {each.key: each.kind for each in finish(world).outcomes}
        assert world.wrongs == [], where
        assert world.made[0].audience.description == THEIRS, where
        assert outcomes.get("k1") is OutcomeKind.UNDECIDED or known == "Ours", where
        assert world.state().intents == {}, where


@pytest.mark.parametrize("fault", FAULTS)
def test_what_somebody_else_has_deleted_meanwhile_is_not_made_again(
    tmp_path: Path, fault: str
) -> None:
    for world, where in every_crash(tmp_path, fault, fault):
        for one in world.made:
            one.deleted = True
        finish(world)
        assert world.wrongs == [], where
        assert world.state().intents == {}, where
        assert len(world.made) == 2
