"""Two and eight applies at once on the same state: one works, the others say who, or wait."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from rig import APPLY, PROGRAM, ROUNDS, Record, Site, creates, duplicates, lost
from waiting import wait_for

from aepctl.emulator import Behaviour, Emulator, serve

WANTED = 24
JOB = "https://ci.example/jobs/7"
LOCKED = re.compile(
    r"state/rig\.json is locked by `aepctl apply`, process (\d+) on (\S+), "
    r"since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00), (\S+) \[state-locked\]\n"
)

pytestmark = [pytest.mark.rig, pytest.mark.timeout(600 * ROUNDS)]


def holder(ground: Site) -> int | None:
    """The process that signed the lock last."""
    try:
        return int(json.loads(ground.lock.read_text())["pid"])
    except (OSError, ValueError):  # not there, or just being written
        return None


def ended(process: "subprocess.Popen[str]") -> tuple[str, float]:
    """Standard error, and the processor time used: with many at once, it is waited for that."""
    assert process.stderr is not None
    err = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return err, used.ru_utime + used.ru_stime


def check(ground: Site, emulator: Emulator, wanted: int = WANTED) -> None:
    assert creates(emulator) == len(emulator.audiences) == len(ground.known()) == wanted
    assert (duplicates(emulator), lost(emulator, ground.known()), ground.left_over()) == (0, [], [])


def refused_round(folder: Path, processes: int) -> tuple[float, float]:
    """All at once, none waits. The longest of the refused, by the clock and by the processor."""
    with (
        serve(behaviour=Behaviour(latency=2.0)) as emulator,
        Site(folder, emulator.url) as ground,
    ):
        ground.want(WANTED)
        ground.environ["CI_JOB_URL"] = JOB
        first = ground.start(*APPLY, "--parallelism", "2")
        assert wait_for(lambda: creates(emulator) > 0)
        began = time.monotonic()
        others = [ground.start(*APPLY) for _ in range(processes - 1)]
        used = 0.0
        for other in others:
            err, seconds = ended(other)
            used = max(used, seconds)
            assert other.returncode == 5, err
            told = LOCKED.search(err)
            assert told, err
            assert (int(told[1]), told[2], told[4]) == (first.pid, socket.gethostname(), JOB)
        took = time.monotonic() - began
        assert first.poll() is None  # they ended while it was at work: nobody waited for it
        emulator.behaviour = Behaviour()
        assert first.wait(30) == 0
        check(ground, emulator)
    return took, used


def at_the_same_instant(folder: Path, processes: int) -> Counter[int]:
    """None is first: whoever gets the lock works, the others are refused or find it done."""
    with (
        serve(behaviour=Behaviour(latency=0.05)) as emulator,
        Site(folder, emulator.url) as ground,
    ):
        ground.want(WANTED)
        running = [ground.start(*APPLY) for _ in range(processes)]
        said = [one.communicate(timeout=30) for one in running]
        codes = Counter(one.returncode for one in running)
        assert set(codes) <= {0, 5}, [err for _, err in said]
        worked = [out for out, _ in said if f"{WANTED} created" in out]
        idle = [out for out, _ in said if "Nothing to do" in out]
        assert (len(worked), len(idle)) == (1, codes[0] - 1)
        check(ground, emulator)
    return codes


def waiting_round(folder: Path, processes: int) -> None:
    """All at once, and all wait: one works, the others then find nothing to do."""
    with (
        serve(behaviour=Behaviour(latency=0.05)) as emulator,
        Site(folder, emulator.url) as ground,
    ):
        ground.want(WANTED)
        running = [ground.start(*APPLY, "--lock-timeout", "60s") for _ in range(processes)]
        said = [one.communicate(timeout=60)[0] for one in running]
        assert [one.returncode for one in running] == [0] * processes
        assert sum(f"{WANTED} created" in out for out in said) == 1
        assert sum("Nothing to do" in out for out in said) == processes - 1
        check(ground, emulator)


@pytest.mark.parametrize("processes", [2, 8])
def test_one_works_and_the_others_say_who(tmp_path: Path, report: Record, processes: int) -> None:
    found = [refused_round(tmp_path / str(n), processes) for n in range(ROUNDS)]
    took, used = (max(seconds) for seconds in zip(*found, strict=True))
    report(
        f"{processes} applies at once, none waits",
        f"{ROUNDS} rounds, {(processes - 1) * ROUNDS} refused, the last after {took:.2f} s at most "
        f"({used:.2f} s of processor each), 0 duplicates",
    )


@pytest.mark.parametrize("processes", [2, 8])
def test_at_the_same_instant(tmp_path: Path, report: Record, processes: int) -> None:
    codes = sum(
        (at_the_same_instant(tmp_path / str(n), processes) for n in range(ROUNDS)), Counter()
    )
    report(
        f"{processes} applies at the same instant",
        f"{ROUNDS} rounds, exit 0 {codes[0]} times, exit 5 {codes[5]} times, 0 duplicates",
    )


@pytest.mark.parametrize("processes", [2, 8])
def test_they_wait_and_find_it_done(tmp_path: Path, report: Record, processes: int) -> None:
    for number in range(ROUNDS):
        waiting_round(tmp_path / str(number), processes)
    report(f"{processes} applies at once, all wait", f"{ROUNDS} rounds, all exit 0, 0 duplicates")


def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path: Path, report: Record) -> None:
    with (
        serve(behaviour=Behaviour(latency=1.0)) as emulator,
        Site(tmp_path, emulator.url) as ground,
    ):
        ground.want(WANTED)
        for number in range(3 * ROUNDS):
            before = creates(emulator)
            process = ground.start(*APPLY, "--parallelism", "1")
            assert wait_for(lambda: holder(ground) == process.pid)  # noqa: B023 - called at once
            assert ground.run(*APPLY)[0] == 5
            if number % 3:
                wait_for(lambda: creates(emulator) > before, 3)  # noqa: B023 - called at once
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
            code, _, err = ground.run(*PROGRAM, "state", "mv", "no-such-key", "other")
            assert (code, "locked" in err) == (1, False)
        emulator.behaviour = Behaviour()
        while (code := ground.run(*APPLY)[0]) == 4:
            pass
        assert code == 0
        assert (duplicates(emulator), lost(emulator, ground.known())) == (0, [])
    report("lock after kill -9", f"{3 * ROUNDS} times free at once, 0 duplicates")


def test_nothing_is_guessed_from_age(tmp_path: Path) -> None:
    """A holder that stands still for long still holds; one that is gone does not."""
    with (
        serve(behaviour=Behaviour(latency=0.3)) as emulator,
        Site(tmp_path, emulator.url) as ground,
    ):
        ground.want(WANTED)
        process = ground.start(*APPLY, "--parallelism", "2")
        assert wait_for(lambda: creates(emulator) > 0)
        process.send_signal(signal.SIGSTOP)
        text = ground.lock.read_text().replace('"since": "20', '"since": "19')
        ground.lock.write_text(text)
        code, _, err = ground.run(*APPLY)
        assert (code, "since 19" in err) == (5, True)
        process.send_signal(signal.SIGCONT)
        assert process.wait(30) == 0
        check(ground, emulator)
        assert "Nothing to do" in ground.run(*APPLY)[1]
