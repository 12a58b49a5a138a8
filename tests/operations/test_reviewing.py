"""A saved plan under the lock: killed at any call, finished by running it again, done once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import quick_folder
from machine_parts import WINDOW, Crash, World, run_apply, wanted
from machine_plans import Reviewed, only_what_was_reviewed, review

from aepctl.apply.outcomes import OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.errors import SafetyRefusal, StateLocked
from aepctl.operations import keys


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Only the lock is there: the disk is in memory."""
    with quick_folder() as folder:
        yield folder


def world_of(folder: Path, *keys: str) -> World:
    """Nothing is known yet; these are wanted."""
    manifests = {key: wanted(key, number) for number, key in enumerate(keys, 1)}
    return World(folder, wanted=manifests)


def crashes_at(world: World, one: Reviewed, call: int) -> bool:
    """Apply it in a process that dies at this call; whether it came so far."""
    world.fuse.left = call
    try:
        run_apply(world, one.saved)
    except Crash:
        return True
    else:
        return False
    finally:
        world.disk.handles.clear()
        world.fuse.left = None


def finish(world: World, one: Reviewed) -> ApplyReport:
    """Run it again until all is done, as the exit code asks for."""
    for _ in range(4):
        world.clock.sleep(WINDOW)
        report = run_apply(world, one.saved)
        if report.exit_code == 0:
            return report
    raise AssertionError("a saved plan could not be finished")


def test_killed_at_any_call_it_is_finished_by_running_it_again(tmp_path: Path) -> None:
    call, killed = 0, True
    while killed:
        call += 1
        world = world_of(tmp_path, "k1", "k2", "k3")
        one = review(world, ("k1", "k2"))
        killed = crashes_at(world, one, call)
        finish(world, one)
        assert world.wrongs == [], call
        assert sorted(world.state().audiences) == ["k1", "k2"], call
        assert len(world.made) == 2, call
        again = run_apply(world, one.saved)
        assert (again.exit_code, again.plan.done, again.outcomes) == (0, 2, ()), call
    assert call > 20


def test_killed_then_forgotten_it_makes_what_is_left_and_nothing_twice(tmp_path: Path) -> None:
    """What it made before it was killed is gone from state and platform when it is run again."""
    call, killed, gone = 0, True, 0
    while killed:
        call += 1
        world = world_of(tmp_path, "k1", "k2")
        one = review(world, ())
        killed = crashes_at(world, one, call)
        known = world.state().audiences
        for key in known:
            keys.forget(world.context, world.environment, [key])
        for made in world.made:
            made.deleted = made.audience_id in {one.ids.audience_id for one in known.values()}
        gone += len(known)
        finish(world, one)
        assert world.wrongs == [], call
        assert len(world.made) == 2, call
        assert world.state().audiences.keys() == {"k1", "k2"} - known.keys(), call
    assert gone > 10


@pytest.mark.parametrize("fault", ["drop-after", "error-after", "no-id"])
def test_an_unknown_outcome_is_settled_before_what_is_left(tmp_path: Path, fault: str) -> None:
    world = world_of(tmp_path, "k1", "k2")
    one = review(world, ())
    world.faults = [fault]
    assert run_apply(world, one.saved).exit_code == 4
    assert world.state().plans[one.saved.binding.id].left == {"k1"}
    report = finish(world, one)
    assert report.plan.done == 2
    assert len(world.made) == 2


def test_what_another_plan_has_open_is_settled_and_not_made(tmp_path: Path) -> None:
    world = world_of(tmp_path, "k1", "k2")
    first, second = review(world, ("k1",)), review(world, ("k2",))
    world.faults = ["drop-after"]
    assert run_apply(world, first.saved).exit_code == 4
    report = run_apply(world, second.saved)
    kinds = {one.key: one.kind for one in report.outcomes}
    assert kinds == {"k1": OutcomeKind.ADOPTED, "k2": OutcomeKind.CREATED}
    assert finish(world, first).plan.done == 1
    assert len(world.made) == 2


def test_one_that_no_longer_holds_asks_nothing_and_leaves_the_state_alone(tmp_path: Path) -> None:
    world = world_of(tmp_path, "k1", "k2")
    one = review(world, ())
    world.wanted["k2"] = wanted("k2", 7)
    before = world.disk.everything()
    world.list_faults = 99  # it could not even list
    with pytest.raises(SafetyRefusal, match="no longer holds for 1 of its 2 changes\nk2: name was"):
        run_apply(world, one.saved)
    assert world.disk.everything() == before
    assert world.made == []


def test_one_that_has_ended_is_left_as_it_is_by_any_number_of_applies(tmp_path: Path) -> None:
    world = world_of(tmp_path, "k1")
    one = review(world, ())
    finish(world, one)
    world.list_faults = 99
    del world.wanted["k1"]
    before = world.disk.everything()
    for _ in range(3):
        with only_what_was_reviewed(world, one):
            report = run_apply(world, one.saved)
        assert (report.exit_code, report.plan.done, report.outcomes) == (0, 1, ())
    assert world.disk.everything() == before


def test_a_second_apply_at_the_same_time_is_turned_away_and_then_finds_all_done(
    tmp_path: Path,
) -> None:
    world = world_of(tmp_path, "k1", "k2")
    one = review(world, ())
    turned_away = []

    def second() -> None:
        with pytest.raises(StateLocked) as refusal:
            run_apply(world, one.saved)
        turned_away.append(refusal.value.exit_code)

    world.within = second
    assert run_apply(world, one.saved).exit_code == 0
    world.within = None
    assert turned_away == [5, 5]
    assert run_apply(world, one.saved).plan.done == 2
    assert len(world.made) == 2
