"""Signals to the real program, and readers that go away, while creates are under way."""

import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest
from git_server import WRITER, basic, git_server
from git_world import GitWorld
from rig import APPLY, PROGRAM, Record, Site, creates, duplicates, lost, signalled
from waiting import wait_for

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind, serve
from aepctl.state.codec import decode_written

WORKERS = 4
APPLYING = (*APPLY, "--parallelism", str(WORKERS))
PATIENCE = 6.0
"""Seconds for which what is under way is waited for."""
INTERRUPTED = 130
BOTH = (signal.SIGINT, signal.SIGTERM)
ALL = (*BOTH, signal.SIGHUP)

pytestmark = [pytest.mark.rig, pytest.mark.timeout(600)]

Start = Callable[..., tuple[Site, Emulator]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A site that wants so many audiences, and a platform that behaves so."""
    with ExitStack() as running:

        def start(wanted: int, **behaviour: Any) -> tuple[Site, Emulator]:
            emulator = running.enter_context(serve(behaviour=Behaviour(**behaviour)))
            ground = running.enter_context(Site(tmp_path, emulator.url))
            ground.want(wanted)
            return ground, emulator

        yield start


def under_way(emulator: Emulator, count: int = WORKERS) -> None:
    assert wait_for(lambda: creates(emulator) >= count)


def check_nothing_lost(ground: Site, emulator: Emulator) -> None:
    """Whatever is on the platform is in state; the next apply makes the rest."""
    assert lost(emulator, ground.known()) == []
    assert ground.left_over() == []


def check_next_apply(ground: Site, emulator: Emulator, wanted: int) -> str:
    emulator.behaviour = Behaviour()
    code, out, err = ground.run(*APPLY)
    assert code == 0, out + err
    assert (duplicates(emulator), len(ground.known())) == (0, wanted)
    check_nothing_lost(ground, emulator)
    return out


@pytest.mark.parametrize("number", ALL)
def test_the_first_signal_finishes_what_is_under_way(start: Start, number: signal.Signals) -> None:
    ground, emulator = start(40, latency=0.5)
    process = ground.start(*APPLYING)
    under_way(emulator, WORKERS + 1)
    process.send_signal(number)
    at_signal = creates(emulator)
    out, err = process.communicate(timeout=15)
    assert process.returncode == 130
    assert at_signal <= creates(emulator) <= at_signal + WORKERS
    assert f"Stopped: interrupted by {number.name}" in out
    assert f"{40 - creates(emulator)} not started, {creates(emulator)} created" in out
    assert "starting nothing new" in err
    assert "Traceback" not in err
    check_nothing_lost(ground, emulator)
    check_next_apply(ground, emulator, 40)


def test_what_hangs_is_left_as_an_open_intent(start: Start, report: Record) -> None:
    hang = Fault(kind=FaultKind.HANG_AFTER, match="0003")
    ground, emulator = start(40, latency=0.2, faults=(hang,))
    process = ground.start(*APPLYING)
    under_way(emulator, 8)
    seconds = signalled(process, signal.SIGTERM, 60)
    report("interrupt with a request that hangs", f"ended after {seconds:.1f} s")
    assert process.returncode == 130
    assert seconds > PATIENCE - 0.5
    assert [one["key"] for one in ground.intents()] == ["aud-0003"]
    assert "adopted  aud-0003" in check_next_apply(ground, emulator, 40)


@pytest.mark.parametrize("number", BOTH)
def test_the_second_signal_ends_at_once(start: Start, number: signal.Signals) -> None:
    ground, emulator = start(20, faults=(Fault(kind=FaultKind.HANG_AFTER),))
    process = ground.start(*APPLYING)
    under_way(emulator)
    process.send_signal(number)
    assert process.stderr is not None
    while "starting nothing new" not in process.stderr.readline():
        assert process.poll() is None
    seconds = signalled(process, number, 10)
    assert process.returncode == 130
    assert seconds < PATIENCE  # it did not wait for what hangs
    assert "ends at once" in process.stderr.read()
    assert len(ground.intents()) == WORKERS
    check_next_apply(ground, emulator, 20)


def test_a_terminal_that_is_closed_hangs_up_once(start: Start) -> None:
    """Its shell passes the signal on, and the kernel sends it too: that is no second one."""
    ground, emulator = start(40, latency=0.5)
    process = ground.start(*APPLYING)
    under_way(emulator, WORKERS + 1)
    for _ in range(3):
        process.send_signal(signal.SIGHUP)
        time.sleep(0.05)
    out, err = process.communicate(timeout=15)
    assert process.returncode == 130
    assert "Stopped: interrupted by SIGHUP" in out
    assert "ends at once" not in err
    assert ground.intents() == []
    check_nothing_lost(ground, emulator)


def test_another_signal_after_a_hangup_ends_at_once(start: Start) -> None:
    ground, emulator = start(20, faults=(Fault(kind=FaultKind.HANG_AFTER),))
    process = ground.start(*APPLYING)
    under_way(emulator)
    process.send_signal(signal.SIGHUP)
    assert process.stderr is not None
    while "starting nothing new" not in process.stderr.readline():
        assert process.poll() is None
    assert signalled(process, signal.SIGTERM, 10) < PATIENCE
    assert process.returncode == 130
    check_next_apply(ground, emulator, 20)


def test_the_terminal_is_closed(start: Start) -> None:
    """A real one, on which nothing can be written any more."""
    ground, emulator = start(40, latency=0.5)
    ours, theirs = pty.openpty()
    with closing(os.fdopen(theirs)) as terminal:
        process = ground.start(
            *(sys.executable, "-c", AS_ITS_TERMINAL, *APPLYING),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        under_way(emulator, WORKERS + 1)
    os.close(ours)
    assert process.wait(20) == 130
    assert 0 < creates(emulator) < 40
    assert ground.intents() == []
    check_nothing_lost(ground, emulator)
    check_next_apply(ground, emulator, 40)


AS_ITS_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_nohup_keeps_it_going(start: Start) -> None:
    ground, emulator = start(12, latency=0.2)
    process = ground.start("sh", "-c", f"trap '' HUP; exec {' '.join(APPLYING)}")
    under_way(emulator, WORKERS + 1)
    process.send_signal(signal.SIGHUP)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, out + err
    assert len(ground.known()) == 12


def test_as_a_background_job_of_a_shell_that_ignores_sigint(start: Start) -> None:
    ground, emulator = start(40, latency=0.5)
    script = f"{' '.join(APPLYING)} & echo $! >pid; wait $!"
    shell = ground.start("sh", "-c", script)
    under_way(emulator)
    job = int((ground.folder / "pid").read_text())
    status = Path(f"/proc/{job}/status")
    if status.exists():  # SIGINT is not ignored any more once the program says so
        caught = next(ln for ln in status.read_text().splitlines() if ln.startswith("SigCgt"))
        assert int(caught.split()[1], 16) & 1 << (signal.SIGINT - 1)
    os.kill(job, signal.SIGINT)
    out, _ = shell.communicate(timeout=15)
    assert "Stopped: interrupted by SIGINT" in out
    assert shell.returncode == 130
    check_nothing_lost(ground, emulator)


def as_pid_1() -> list[str]:
    """How to make a process the first of its namespace. Skips where that cannot be done."""
    found = shutil.which("unshare")
    for options in (["--pid"], ["--user", "--map-root-user", "--pid"]):
        command = [str(found), *options, "--fork", "--mount-proc"]
        if (
            found
            and subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0
        ):
            return command
    pytest.skip("this machine lets nobody make a PID namespace")


@pytest.mark.parametrize("number", ALL)
def test_as_the_first_process_of_a_container(start: Start, number: signal.Signals) -> None:
    command = as_pid_1()
    ground, emulator = start(40, latency=0.5)
    outer = ground.start(*command, *APPLYING)
    under_way(emulator)
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
    assert len(children) == 1
    os.kill(int(children[0]), number)
    out, _ = outer.communicate(timeout=15)
    assert outer.returncode == 130
    assert f"Stopped: interrupted by {number.name}" in out
    check_nothing_lost(ground, emulator)


def test_the_reader_of_standard_error_goes_with_the_same_signal(start: Start) -> None:
    """`aepctl apply 2>&1 | tee log`, and Ctrl-C ends both."""
    ground, emulator = start(40, latency=0.5)
    process = ground.start(*APPLYING)
    under_way(emulator)
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()
    signalled(process, signal.SIGINT, 15)
    assert process.returncode == 130
    check_nothing_lost(ground, emulator)


@pytest.mark.parametrize("number", ALL)
def test_interrupted_at_the_question(start: Start, number: signal.Signals) -> None:
    ground, emulator = start(3)
    ours, theirs = pty.openpty()
    with closing(os.fdopen(ours)), closing(os.fdopen(theirs)) as terminal:
        process = ground.start(*PROGRAM, "apply", stdin=terminal)
        assert process.stderr is not None
        said = ""
        while not said.endswith("to continue: "):
            letter = process.stderr.read(1)
            assert letter, said
            said += letter
        time.sleep(0.3)  # from writing to reading: within it Python writes the question once more
        signalled(process, number, 10)
    assert process.returncode == 130
    assert process.stderr.read().strip() == "interrupted"
    assert (creates(emulator), ground.known(), ground.left_over()) == (0, {}, [])


TELLING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from aepctl.__main__ import main
class Telling:
    def find_spec(name, *_):
        name == "aepctl.cli.main" and print("up", flush=True)
sys.meta_path.insert(0, Telling)
sys.argv[0] = "aepctl"
main()
"""
"""The program, which tells when it begins to load: before, Python itself may drop a signal.

Nobody has SIGINT ignored, as a shell does for what it starts in the background (these tests, say).
"""


@pytest.mark.parametrize("number", ALL)
@pytest.mark.parametrize("command", ["apply", "plan"])
def test_interrupted_while_it_loads_or_looks(
    start: Start, command: str, number: signal.Signals
) -> None:
    """At any time before the first create: no traceback, nothing sent, and no other error.

    A plan may be whole before the signal comes.
    """
    ground, emulator = start(3, latency=1.0)
    options = ("--auto-approve",) if command == "apply" else ()
    ended = set()
    for hundredths in (0, 3, 10, 20, 30, 60):
        process = ground.start(sys.executable, "-c", TELLING, command, *options)
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        time.sleep(hundredths / 100)
        process.send_signal(number)
        _, err = process.communicate(timeout=10)
        ended.add(process.returncode)
        assert err.strip() in {"", "interrupted"}, hundredths
    assert 130 in ended
    by_python = 130 if number == signal.SIGINT else -number
    assert ended <= ({130, by_python} if command == "apply" else {130, by_python, 0})
    assert creates(emulator) == 0


AT_LAST = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Last:
    def __del__(self, kill=os.kill, me=os.getpid(), number=signal.SIGINT):
        kill(me, number)
last = Last()
from aepctl.__main__ import main
sys.argv[0] = "aepctl"
main()
"""
"""The program, interrupted when Python has ended all else, its own handlers of signals too."""


def test_interrupted_when_the_result_is_out(start: Start) -> None:
    ground, _ = start(3)
    code, out, err = ground.run(sys.executable, "-c", AT_LAST, "plan")
    assert code == 0, err
    assert "Plan for rig" in out
    assert err == ""


def test_the_reader_of_a_large_plan_goes(start: Start) -> None:
    ground, _ = start(3000)
    process = ground.start(*PROGRAM, "plan")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("+ aud-0000")
    process.stdout.close()
    assert process.wait(20) == 0
    assert process.stderr.read() == ""


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_with_closed_streams(start: Start, closed: str) -> None:
    """A closed stream's number must not become the journal's: a signal writes to number 2."""
    ground, emulator = start(40, latency=0.5)
    shell = f"exec {' '.join(APPLYING)} {closed}"
    process = ground.start("sh", "-c", shell)
    under_way(emulator, WORKERS + 1)
    signalled(process, signal.SIGTERM, 15)
    assert process.returncode == 130
    check_nothing_lost(ground, emulator)
    assert ground.lock.read_text().startswith('{"pid": ')
    check_next_apply(ground, emulator, 40)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_standard_output_on_a_full_disk(start: Start) -> None:
    """The work is done and recorded; that its report is cut is an error."""
    ground, emulator = start(10)
    with Path("/dev/full").open("w") as full:
        code, _, err = ground.run(*APPLY, stdout=full)
    assert code == 1
    assert "standard output could not be written (No space left on device)" in err
    assert len(ground.known()) == 10
    check_nothing_lost(ground, emulator)


def test_a_store_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    """Pipelines kill some ten seconds after the signal. What the store lacks is told by then."""
    world = GitWorld(tmp_path)
    name, value = "http.extraHeader", basic(WRITER)
    header = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": name, "GIT_CONFIG_VALUE_0": value}
    behaviour = Behaviour(latency=0.05)
    with git_server(world.root) as server, serve(behaviour=behaviour) as emulator:
        with Site(
            tmp_path / "runner",
            emulator.url,
            lock_lease_seconds=6,
            state=f"git:{server.url}/origin.git",
        ) as ground:
            ground.environ.update({**world.environ, **header})
            ground.want(40)
            code, out, err = ground.run(*PROGRAM, "state", "init")
            assert code == 0, out + err
            process = ground.start(*APPLYING)
            under_way(emulator)
            server.at, server.fault = "greet", "hang"
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=10)
            assert process.returncode == INTERRUPTED, err
            assert [one for one in processes() if server.url in one] == []
            server.fault = ""
            shutil.rmtree(ground.folder / ".aepctl")
            code, out, err = ground.run(
                *PROGRAM, "state", "recover", "-", "--lock-timeout", "3m", input=err
            )
            assert code == 0, out + err
        there = world.open(path="rig.json").get()
        assert there is not None
        known = decode_written(there.data, "the store").state.audiences.values()
        platform = {one["audienceId"] for one in emulator.audiences}
        assert {one.ids.audience_id for one in known} == platform


def processes() -> list[str]:
    """The command lines of all that run here."""
    found = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(one.read_text(errors="replace").replace("\0", " "))
    return found
