"""kill -9 at any git of a write: the next one finds the old document or the new one."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from git_world import GitWorld

WRITER = """
import os, sys
from pathlib import Path
from aepctl.state.stores.git import open_git
address, project = sys.argv[1], Path(sys.argv[2])
store = open_git(address, os.environ, default_path="prod.json",
                 folder=project / ".aepctl/git", project=project)
found = store.get()
version = store.put(b"first of it", found.version if found else None, "first")
store.put(b"second of it", version, "second")
"""
SHIM = """#!/bin/sh
number=$(cat "$COUNT")
echo $((number + 1)) > "$COUNT"
if [ "$number" = "$KILL_AT" ]; then
    kill -9 $PPID
    [ "$GOES_ON" = 1 ] || exit 1
fi
exec "$REAL_GIT" "$@"
"""


def run(world: GitWorld, kill_at: int, *, goes_on: bool) -> int:
    """Write twice, killed at this git; how the process ended, once its gits have, too."""
    shims, count = world.root / "shims", world.root / "count"
    shims.mkdir(exist_ok=True)
    (shims / "git").write_text(SHIM)
    (shims / "git").chmod(0o755)
    count.write_text("0\n")
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True)
    environ = world.environ | {
        "PATH": f"{shims}:{world.environ['PATH']}", "COUNT": str(count), "KILL_AT": str(kill_at),
        "GOES_ON": str(int(goes_on)), "REAL_GIT": real.stdout.strip(),
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }  # fmt: skip
    words = [sys.executable, "-c", WRITER, world.url, str(world.project)]
    ended = subprocess.run(words, env=environ, check=False, stderr=subprocess.DEVNULL).returncode
    until = time.monotonic() + 10
    while time.monotonic() < until and still_there(world):
        time.sleep(0.02)
    return ended


def still_there(world: GitWorld) -> bool:
    """Whether a git of that world is at work, on its origin or in a repository of its project."""
    found = subprocess.run(["pgrep", "-f", str(world.root)], capture_output=True, check=False)
    return found.stdout != b""


@pytest.fixture
def world(tmp_path: Path) -> GitWorld:
    return GitWorld(tmp_path)


@pytest.mark.rig
@pytest.mark.parametrize("goes_on", [False, True], ids=["git ends too", "git goes on"])
def test_whoever_comes_next_finds_the_old_or_the_new_one(
    world: GitWorld, goes_on: bool, record_property: Callable[[str, object], None]
) -> None:
    world.open().put(b"old", None, "old")
    kills = 0
    while (ended := run(world, kills, goes_on=goes_on)) != 0:
        assert ended == -signal.SIGKILL
        kills += 1
        store = world.open()
        found = store.get()
        assert found is not None
        assert found.data in {b"old", b"first of it", b"second of it"}
        store.put(b"old", found.version, "again")
        assert len([one for one in (world.project / ".aepctl/git").iterdir() if one.is_dir()]) == 1
        del store
    assert kills > 8
    assert world.files() == {"prod.json": "second of it"}
    record_property("rig: kill -9 at a git of a write", kills)


@pytest.mark.rig
def test_processes_of_one_machine_do_not_meet(world: GitWorld) -> None:
    """Eight at once in one project, each killed at some git; those that are left are right."""
    script = """
import os, sys
from pathlib import Path
from aepctl.state.stores.documents import Overtaken
from aepctl.state.stores.git import open_git
address, project = sys.argv[1], Path(sys.argv[2])
store = open_git(address, os.environ, default_path="prod.json",
                 folder=project / ".aepctl/git", project=project)
done = 0
while done < 3:
    found = store.get()
    try:
        store.put(b"%d" % (int(found.data) + 1), found.version, "count")
        done += 1
        print(done, flush=True)
    except Overtaken:
        pass
"""
    world.open().put(b"0", None, "begin")
    words = [sys.executable, "-c", script, world.url, str(world.project)]
    environ = world.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    running = [
        subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    for process in running[:3]:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    told = [len((process.communicate()[0] or "").splitlines()) for process in running]
    while still_there(world):
        time.sleep(0.02)
    found = world.open().get()
    assert found is not None
    assert told[3:] == [3] * 5
    sure, in_doubt = 15 + 3 + sum(told[:3]), 3
    assert sure <= int(found.data) <= sure + in_doubt
    assert int(found.data) + 1 == len(world.log())
