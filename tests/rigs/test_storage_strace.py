"""The real program, with an error or a kill injected at its N-th fsync, rename or write."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from really import APPLY, Grounds
from rig import ROUNDS, Record

pytestmark = [pytest.mark.rig, pytest.mark.timeout(600 * ROUNDS)]

CALLS = (
    ("fsync", "EIO", 3),
    ("write", "ENOSPC", 2),
    ("rename", "ENOSPC", 1),
    ("unlink", "EROFS", 1),
)
"""Which calls fail, how, and how many a thread makes at least, or the rig misses them."""
NEW = ("gold", "silver", "bronze")
MOST = 60  # no run makes so many of one call
KILLED = -9


@cache
def why_not() -> str | None:
    """Why strace cannot inject here, or None where it can."""
    if sys.platform != "linux" or shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(
        [
            *("strace", "-qq", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO"),
            *(sys.executable, "-c", "import os; os.fsync(0)"),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    worked = "Input/output error" in tried.stderr
    return None if worked else f"strace cannot inject: {tried.stderr.strip()[-200:]}"


@pytest.fixture
def grounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Grounds]:
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    with Grounds(tmp_path, monkeypatch, capsys) as grounds:
        yield grounds


def strace(call: str, fault: str, folder: Path, log: Path) -> list[str]:
    """Inject into calls on the state's files alone. Each thread counts for itself.

    Of other files this program only writes some, to its streams; the name of the file that takes a
    document's place is another one each time, so writing that one is left to the seam's rig.
    """
    names = ("prod.json", "prod.journal") if call == "write" else ()
    return [
        *("strace", "-f", "-qq", "-o", str(log), "-e", f"trace={call}"),
        *(word for name in names for word in ("-P", str(folder / name))),
        *("-e", f"inject={call}:{fault}"),
    ]


def ways(error: str, number: int) -> tuple[str, ...]:
    """A kill, an error once, and an error for good; in a short round they take turns."""
    every = (f"signal=KILL:when={number}", f"error={error}:when={number}+")
    every += (f"error={error}:when={number}",)
    return every if ROUNDS > 1 else (every[number % 2],)


@pytest.mark.parametrize(("call", "error", "fewest"), CALLS)
def test_an_error_or_a_kill_at_any_call(
    grounds: Grounds, report: Record, call: str, error: str, fewest: int
) -> None:
    counts = Counter[str]()
    for number in range(1, MOST):
        hit = False
        for way in ways(error, number):
            ground = grounds(*NEW)
            log = ground.project.root / "strace.log"
            injecting = strace(call, way, ground.folder.resolve(), log)
            ended = ground.run(*injecting, *APPLY, "--parallelism", "2")
            injected = "(INJECTED)" in log.read_text() or ended.code == KILLED
            assert injected == (ended.code != 0), (way, ended)
            ground.check(ended)
            ground.check_next_runs()
            hit = hit or injected
            counts["killed" if ended.code == KILLED else "failed"] += injected
            counts["with IDs printed"] += bool(ended.printed)
        if not hit:
            break
    assert fewest < number < MOST
    report(f"strace, {call}", f"{dict(counts)}, no more than {number - 1} in a thread")
