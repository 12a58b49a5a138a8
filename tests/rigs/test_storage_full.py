"""The real program on storage that fills up, has a limit, or cannot be written at all.

Where an intent cannot be made durable nothing is sent. Where an outcome cannot be recorded the run
stops and prints the IDs, and `state recover` puts them into state: out of a log, and once.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from really import APPLY, Ended, Ground, Grounds
from rig import ROUNDS, Record, rescued

from aepctl.state.encoder import encode_state
from aepctl.state.frames import framed

pytestmark = [pytest.mark.rig, pytest.mark.timeout(180 * ROUNDS)]

NEW = tuple(f"new-{n}" for n in range(24))
SIZE = 64 * 1024
DEV_FULL = Path("/dev/full")

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


@pytest.fixture
def grounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Grounds]:
    with Grounds(tmp_path, monkeypatch, capsys) as grounds:
        yield grounds


class Mounts:
    """Small file systems in memory; all of them go with the test."""

    def __init__(self) -> None:
        self._mounted = ExitStack()

    def small(self, folder: Path) -> None:
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "aepctl-rig", str(folder)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"a tmpfs cannot be mounted here: {done.stderr.strip()}")
        self._mounted.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)

    def read_only(self, folder: Path, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)

    def close(self) -> None:
        self._mounted.close()


@pytest.fixture
def mounts() -> Iterator[Mounts]:
    mounts = Mounts()
    try:
        yield mounts
    finally:
        mounts.close()


def fill(folder: Path, leave: int) -> Path:
    """Leave so many pages of the file system free."""
    filler = folder / "filler"
    free = os.statvfs(folder)
    filler.write_bytes(b"x" * ((free.f_bfree - leave) * free.f_frsize))
    assert os.statvfs(folder).f_bfree == leave
    return filler


def check_stopped(ground: Ground, ended: Ended) -> None:
    """It says why on standard error or in its summary, and nothing half-done lies there."""
    assert ended.code == 1, ended
    assert "error: " in ended.err or "Stopped: " in ended.err + ended.out
    assert not list(ground.folder.glob(".*.tmp"))
    ground.check(ended)


def check_recovery(ground: Ground, ended: Ended) -> None:
    """The lines that were printed, in the log they were printed to, come into state once."""
    printed = rescued(ended.printed)
    assert printed
    assert "aepctl state recover FILE`" in ended.err
    log = "".join(f"2026-01-31T12:00:01.123Z {line}\n" for line in ended.err.splitlines())
    lineage = json.loads(ended.printed[0])["lineage"]
    other = framed("".join(f"{line}\n" for line in ended.printed).replace(lineage, "another"))
    run = ground.project.run
    ground.project.write("log", log)
    ground.project.write("other", other)
    assert run("state", "recover", "other").code == 1
    assert not printed.keys() & ground.project.ids().keys()
    done = run("state", "recover", "log")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"recovered {len(printed)} audience")
    ids = ground.project.ids()
    assert {key: ids[key] for key in printed} == printed
    state = ground.path.read_bytes()
    assert run("state", "recover", "log").out.startswith(
        f"recovered 0 audiences; {len(printed)} already recorded"
    )
    assert ground.path.read_bytes() == state


def limited(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class Counts:
    """How often an apply that met its limit ended in which way; each has to happen."""

    def __init__(self) -> None:
        self.nothing_sent = 0
        self.some_recorded = 0
        self.printed = 0

    def add(self, ground: Ground, ended: Ended) -> None:
        self.nothing_sent += not ground.sent()
        self.some_recorded += bool(ground.sent()) and not ended.printed
        self.printed += bool(ended.printed)

    def __str__(self) -> str:
        return (
            f"{self.nothing_sent} with nothing sent, {self.some_recorded} with all on disk, "
            f"{self.printed} with IDs printed and recovered"
        )


@AS_ROOT
def test_a_disk_that_fills_up(grounds: Grounds, mounts: Mounts, report: Record) -> None:
    """With a page of 4 KB left it is full in mid-run: what is under way can be noted no more."""
    counts = Counts()
    many = range(1, 13) if ROUNDS > 1 else (1, 8)
    for leave, at_once in [(0, 8), *((1, number) for number in many)]:
        ground = grounds(*NEW, lay=mounts.small, latency=0.1)
        filler = fill(ground.folder, leave)
        ended = ground.run(*APPLY, "--parallelism", str(at_once))
        check_stopped(ground, ended)
        counts.add(ground, ended)
        filler.unlink()
        if ended.printed:
            check_recovery(ground, ended)
        ground.check_next_runs()
    report("tmpfs of 64 KB fills up", str(counts))
    assert counts.nothing_sent
    assert counts.printed


def test_a_limit_on_the_size_of_files(grounds: Grounds, report: Record) -> None:
    """With hardly more room than the state needs, outcomes fit in neither journal nor state."""
    counts = Counts()
    for limit in (None, *range(0, 6000, 97 if ROUNDS > 1 else 700)):
        ground = grounds(*NEW)
        size = len(encode_state(ground.state()).encode()) + 60 if limit is None else limit
        ended = ground.run(*APPLY, "--parallelism", "3", preexec_fn=limited(size))
        if ended.code == 0:
            break
        check_stopped(ground, ended)
        counts.add(ground, ended)
        if ended.printed:
            check_recovery(ground, ended)
        ground.check_next_runs()
    report("ulimit -f", str(counts))
    assert counts.nothing_sent
    assert counts.printed


@AS_ROOT
@pytest.mark.parametrize("words", [(), ("-o", "json")], ids=["text", "json"])
def test_a_read_only_file_system(grounds: Grounds, mounts: Mounts, words: tuple[str, ...]) -> None:
    ground = grounds(*NEW, lay=mounts.small)
    mounts.read_only(ground.folder, "ro")
    ended = ground.run(*APPLY, *words)
    check_stopped(ground, ended)
    assert "Read-only file system" in ended.err
    assert ground.path.read_bytes() == ground.before
    assert ground.sent() == []
    if words:
        assert "Read-only file system" in json.loads(ended.out)["error"]["message"]
    mounts.read_only(ground.folder, "rw")
    ground.check_next_runs()


def without_rights(command: tuple[str, ...]) -> tuple[str, ...]:
    """Root passes over permissions, so it gives that up."""
    if os.geteuid() != 0:
        return command
    if shutil.which("setpriv") is None:
        pytest.skip("root may write anywhere, and without setpriv it cannot give that up")
    return ("setpriv", "--bounding-set=-all", "--inh-caps=-all", *command)


@pytest.mark.parametrize("words", [(), ("-o", "json")], ids=["text", "json"])
@pytest.mark.parametrize("earlier", [True, False], ids=["a-journal-is-there", "none-is-there"])
def test_a_folder_without_the_right_to_write(
    grounds: Grounds, words: tuple[str, ...], earlier: bool
) -> None:
    ground = grounds(*NEW)
    if not earlier:
        ground.journal.unlink()
    ground.folder.chmod(0o555)
    ended = ground.run(*without_rights((*APPLY, *words)))
    check_stopped(ground, ended)
    assert "Permission denied" in ended.err + (ended.out if not words else "")
    assert ground.path.read_bytes() == ground.before
    assert ground.sent() == []
    if words:
        document = json.loads(ended.out)
        assert document["error"] or "Permission denied" in document["summary"]["stopped"]
        assert document["outcomes"] == [] or not earlier
    ground.folder.chmod(0o755)
    ground.check_next_runs()


@pytest.mark.parametrize("words", [(), ("-o", "json")], ids=["text", "json"])
def test_a_journal_that_cannot_be_opened(grounds: Grounds, words: tuple[str, ...]) -> None:
    ground = grounds(*NEW)
    ground.journal.unlink()
    ground.journal.mkdir()
    ended = ground.run(*APPLY, *words)
    check_stopped_unread(ground, ended)
    if words:
        assert "Is a directory" in json.loads(ended.out)["error"]["message"]
    ground.journal.rmdir()
    ground.check_next_runs()


def check_stopped_unread(ground: Ground, ended: Ended) -> None:
    """As check_stopped, where what lies there cannot even be read."""
    assert ended.code == 1
    assert "prod.journal: cannot be read: Is a directory" in ended.err
    assert ground.path.read_bytes() == ground.before
    assert ground.sent() == []


def test_a_state_file_that_is_a_symbolic_link_stays_one(grounds: Grounds) -> None:
    """What it points to is replaced; journal and lock stand beside that."""
    ground = grounds(*NEW)
    elsewhere = ground.project.root / "elsewhere"
    elsewhere.mkdir()
    for name in ("prod.json", "prod.journal"):
        (ground.folder / name).rename(elsewhere / name)
    ground.path.symlink_to(elsewhere / "prod.json")
    (ground.folder / "prod.lock").unlink()
    ended = ground.run()
    assert ended.code == 0, ended
    assert ground.path.is_symlink()
    assert ground.path.read_bytes() != ground.before
    assert sorted(one.name for one in elsewhere.iterdir()) == ["prod.json", "prod.lock"]
    assert {one.name for one in ground.folder.iterdir()} == {"prod.json", ".gitignore"}
    ground.check_next_runs()


@pytest.mark.parametrize("name", ["prod.journal", "prod.lock"])
def test_nothing_is_written_through_a_symbolic_link(grounds: Grounds, name: str) -> None:
    ground = grounds(*NEW)
    theirs = ground.project.root / "theirs"
    theirs.write_text("")
    (ground.folder / name).unlink(missing_ok=True)
    (ground.folder / name).symlink_to(theirs)
    ended = ground.run()
    assert ended.code in {0, 1}, ended
    assert "internal error:" not in ended.err
    assert theirs.read_text() == ""
    ground.check(ended)
    (ground.folder / name).unlink(missing_ok=True)
    ground.check_next_runs()


@pytest.mark.skipif(not DEV_FULL.exists(), reason="this machine has no /dev/full")
@pytest.mark.parametrize("words", [(), ("-o", "json")], ids=["text", "json"])
def test_results_that_cannot_be_written_end_the_words_and_not_the_work(
    grounds: Grounds, words: tuple[str, ...]
) -> None:
    ground = grounds(*NEW)
    with DEV_FULL.open("w") as full:
        done = subprocess.run(
            [*APPLY, *words],
            check=False,
            cwd=ground.project.root,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1, done.stderr
    assert "standard output could not be written (No space left on device)" in done.stderr
    assert "Traceback" not in done.stderr
    assert ground.project.ids().keys() == set(ground.wanted)
    ground.check_next_runs()
