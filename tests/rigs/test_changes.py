"""Changes, replaces, moves and deletes in one plan, killed at every call to disk and platform.

With every kind of answer, with and without a power cut; then the next applies. Everything is as it
is wanted in the end, once, and nothing that somebody else has done meanwhile is written over.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import quick_folder
from machine_parts import FAULTS, WINDOW, Crash, World, run_apply, wanted
from rig import ROUNDS, Record, calls_in_turn

from aepctl.apply.outcomes import OutcomeKind
from aepctl.model.audience import Audience
from aepctl.model.lifecycle import Lifecycle
from aepctl.state.model import Phase, State

pytestmark = [pytest.mark.rig, pytest.mark.timeout(120 * ROUNDS)]

CUTS = (None, 0b000, 0b010, 0b100, 0b111)
"""A kill alone, or with a power cut that keeps these of the changed names."""
ENDED_BY_NOBODY = [fault for fault in FAULTS if fault not in {"outrun", "conflict"}]
"""Without those that leave a decision, which ../test_machine.py has: it exists already."""
THEIRS = "Theirs"
CALLS = 25  # a run that makes fewer has not done what it is for
RUNS = 4  # after so many nothing is left to do


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Only the lock is there: the disk is in memory."""
    with quick_folder() as folder:
        yield folder


def new_world(folder: Path) -> World:
    """Four are known; one shall change, one be replaced, one have another key, and one go."""
    keys = ("changed", "replaced", "moved", "removed")
    world = World(folder, wanted={key: wanted(key, 4 * n) for n, key in enumerate(keys)})
    assert run_apply(world).counts()[OutcomeKind.CREATED] == len(keys)
    world.clock.sleep(WINDOW)
    one = world.wanted["changed"]
    audience = dataclasses.replace(one.audience, name="Changed", description="Ours")
    world.wanted["changed"] = dataclasses.replace(one, audience=audience)
    one = world.wanted["replaced"]
    audience = dataclasses.replace(one.audience, namespace="other")
    life = Lifecycle(replaces=True)
    world.wanted["replaced"] = dataclasses.replace(one, audience=audience, lifecycle=life)
    one = world.wanted.pop("moved")
    world.wanted["anew"] = dataclasses.replace(one, key="anew")
    world.moved = {"moved": "anew"}
    del world.wanted["removed"]
    world.removed = {"removed": True}
    return world


def crashes(world: World, call: int | None, cut: int | None, *faults: str) -> bool:
    """One apply; whether the process died at this call."""
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
    for cut in CUTS if ROUNDS > 1 else CUTS[:2]:
        for call in calls_in_turn(faults, cut):
            world = new_world(folder)
            crashed = crashes(world, call, cut, *faults)
            yield world, (faults, cut, call)
            if not crashed:
                break
        assert call > CALLS


def settle(world: World) -> None:
    """The next applies, on a world without faults, until there is nothing to do."""
    for _ in range(RUNS):
        world.clock.sleep(WINDOW)
        if not run_apply(world).outcomes:
            return
    raise AssertionError("it comes to no end")


def open_keys(state: State) -> set[str]:
    return {one.key for one in state.intents.values() if one.phase is Phase.OPEN}


def is_traced(world: World) -> bool:
    """Whether state or an intent has whatever was done on the platform."""
    state, first = world.state(), world.made[:4]
    changed, replaced, _, removed = first
    known, begun = state.audiences, open_keys(state)
    after = world.wanted["changed"].audience
    had = {audience_id for one in known.values() for audience_id in one.all_ids}
    return (
        (changed.audience != after or "changed" in begun or known["changed"].audience == after)
        and (not removed.deleted or "removed" in begun or "removed" not in known)
        and (not replaced.deleted or "replaced" in begun or replaced.audience_id not in had)
        and all(one.audience_id in had or "replaced" in begun for one in world.made[4:])
    )


def check_done(world: World, where: tuple[object, ...]) -> None:
    """All is as it is wanted, once; what state knows is what the platform has."""
    state = world.state()
    there: dict[str, Audience] = {one.audience_id: one.audience for one in world.live()}
    assert world.wrongs == [], where
    assert state.intents == {}, where
    assert {key: one.audience for key, one in state.audiences.items()} == {
        key: one.audience for key, one in world.wanted.items()
    }, where
    assert {one.ids.audience_id: one.audience for one in state.audiences.values()} == there, where
    assert len(world.made) == 5, where
    assert state.audiences["changed"].ids == world.made[0].ids, where
    assert state.audiences["anew"].ids == world.made[2].ids, where
    assert set(world.disk.everything()) == {"machine.json"}, where


@pytest.mark.parametrize("fault", ENDED_BY_NOBODY)
def test_a_kill_at_any_call(tmp_path: Path, report: Record, fault: str) -> None:
    cases = 0
    for world, where in every_crash(tmp_path, fault, fault, fault):
        assert is_traced(world), where
        settle(world)
        check_done(world, where)
        cases += 1
    report(f"a mixed plan, {fault}", f"killed at {cases} calls, each finished by the next runs")


@pytest.mark.parametrize("fault", ["none", "drop-before", "drop-after"])
def test_a_kill_at_any_call_of_the_run_that_settles(tmp_path: Path, fault: str) -> None:
    """What is in doubt is sent again, or found, and may be killed again."""
    for cut in CUTS if ROUNDS > 1 else CUTS[:2]:
        for call in calls_in_turn(fault, cut):
            world = new_world(tmp_path)
            assert not crashes(world, None, None, "drop-before", "drop-after", "drop-after")
            assert open_keys(world.state())
            world.clock.sleep(WINDOW)
            killed = crashes(world, call, cut, fault)
            assert is_traced(world)
            settle(world)
            check_done(world, (fault, cut, call))
            if not killed:
                break
        assert call > CALLS


@pytest.mark.parametrize("fault", ["none", "refuse", "drop-before", "drop-after"])
def test_somebody_elses_edit_in_between_is_never_written_over(tmp_path: Path, fault: str) -> None:
    for world, where in every_crash(tmp_path, fault):
        one, begun = world.made[0], open_keys(world.state())
        done = one.audience == world.wanted["changed"].audience and "changed" not in begun
        one.audience = dataclasses.replace(one.audience, description=THEIRS)
        world.clock.sleep(WINDOW)
        kinds = {each.key: each.kind for each in run_apply(world).outcomes}
        run_apply(world)
        assert world.wrongs == [], where
        assert one.audience.description == THEIRS, where
        assert done or kinds["changed"] is OutcomeKind.UNDECIDED, where


@pytest.mark.parametrize("fault", ["none", "refuse", "drop-before", "drop-after"])
def test_what_somebody_else_has_deleted_meanwhile_is_neither_changed_nor_made_again(
    tmp_path: Path, fault: str
) -> None:
    for world, where in every_crash(tmp_path, fault):
        for one in world.made:
            one.deleted = True
        made = len(world.made) + ("replaced" in open_keys(world.state()))  # it may be begun again
        for _ in range(RUNS):
            world.clock.sleep(WINDOW)
            run_apply(world)
        assert world.wrongs == [], where
        assert len(world.made) <= made, where
