"""Files of the state that are deleted, replaced or moved away while an apply is at work.

Nothing is made twice: whoever comes second is locked out, or the first sends nothing more. No ID is
lost: it is in the state, in the journal, or was printed for `state recover`.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from rig import (
    APPLY,
    PROGRAM,
    Record,
    Site,
    creates,
    duplicates,
    journal_lines,
    lost,
    rescued,
)
from waiting import wait_for

from aepctl.emulator import Behaviour, Emulator, serve

WANTED = 40
WORKERS = 4
APPLYING = (*APPLY, "--parallelism", str(WORKERS))

pytestmark = [pytest.mark.rig, pytest.mark.timeout(300)]


def git(ground: Site, *command: str) -> None:
    identity = ("-c", "user.name=rig", "-c", "user.email=rig@example.org")
    subprocess.run(["git", *identity, *command], check=True, cwd=ground.folder, capture_output=True)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], tuple[Site, Emulator]]]:
    with ExitStack() as running:

        def start() -> tuple[Site, Emulator]:
            """A repository whose state, lock and all, was committed; a slow platform."""
            emulator = running.enter_context(serve(behaviour=Behaviour()))
            ground = running.enter_context(Site(tmp_path / "site", emulator.url))
            ground.want(2)
            assert ground.run(*APPLY)[0] == 0
            git(ground, "init", "--quiet")
            git(ground, "add", "--all", "--force")
            git(ground, "commit", "--quiet", "--message", "with its lock")
            git(ground, "branch", "other")
            git(ground, "checkout", "--quiet", "other")
            git(ground, "rm", "--quiet", "--cached", "state/rig.lock")
            (ground.folder / ".gitignore").write_text("state/*.lock\nstate/*.journal\n")
            ground.want(WANTED)
            git(ground, "add", ".gitignore", "audiences")
            git(ground, "commit", "--quiet", "--message", "without")
            emulator.behaviour = Behaviour(latency=0.3)
            return ground, emulator

        yield start


def remove_lock(ground: Site) -> None:
    ground.lock.unlink()


def replace_lock(ground: Site) -> None:
    new = ground.lock.with_suffix(".new")
    new.write_text("{}")
    new.rename(ground.lock)


def lock_away_and_back(ground: Site) -> None:
    text = ground.lock.read_text()
    ground.lock.unlink()
    ground.lock.write_text(text)


def checkout_and_back(ground: Site) -> None:
    """Away from a branch that ignores the lock to one that has it, and back."""
    git(ground, "checkout", "--force", "master" if has(ground, "master") else "main")
    git(ground, "checkout", "--force", "other")


def has(ground: Site, branch: str) -> bool:
    done = subprocess.run(
        ["git", "rev-parse", "--verify", branch],
        check=False,
        cwd=ground.folder,
        capture_output=True,
    )
    return done.returncode == 0


def stash(ground: Site) -> None:
    git(ground, "stash", "--all")
    git(ground, "stash", "pop")


def clean(ground: Site) -> None:
    git(ground, "clean", "-fdX")


def remove_journal(ground: Site) -> None:
    ground.journal.unlink()


def remove_all(ground: Site) -> None:
    shutil.rmtree(ground.state.parent)


def remove_all_and_make_anew(ground: Site) -> None:
    shutil.rmtree(ground.state.parent)
    ground.state.parent.mkdir()


def move_away(ground: Site) -> None:
    ground.state.parent.rename(ground.folder / "elsewhere")


def copy_and_replace(ground: Site) -> None:
    shutil.copytree(ground.state.parent, ground.folder / "copy")
    ground.state.parent.rename(ground.folder / "elsewhere")
    (ground.folder / "copy").rename(ground.state.parent)


WAYS = (
    remove_lock,
    replace_lock,
    lock_away_and_back,
    checkout_and_back,
    stash,
    clean,
    remove_journal,
    remove_all,
    remove_all_and_make_anew,
    move_away,
    copy_and_replace,
)


def known_or_printed(ground: Site, log: str) -> dict[str, str]:
    """Each key's ID, where the next run finds it or a person does."""
    code, _, err = ground.run(*PROGRAM, "plan")
    assert code == 0, err
    found = {key: one["audienceId"] for key, one in ground.known().items()}
    if ground.journal.exists():
        lines = ground.journal.read_text().splitlines()
        found |= rescued(lines)
    return found | rescued(journal_lines(log))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nothing_is_made_twice_and_no_id_is_lost(
    start: Callable[[], tuple[Site, Emulator]], report: Record, way: Callable[[Site], None]
) -> None:
    ground, emulator = start()
    first = ground.start(*APPLYING)
    assert wait_for(lambda: creates(emulator) > 2 + 2 * WORKERS)
    emulator.behaviour = Behaviour(latency=2.0)  # so that it is not done before that
    way(ground)
    at_once = creates(emulator)
    emulator.behaviour = Behaviour(latency=0.2)
    second = ground.start(*APPLYING)
    out, err = first.communicate(timeout=60)
    sent = creates(emulator) - at_once
    other_out, other_err = second.communicate(timeout=60)
    assert "Traceback" not in err + other_err
    assert duplicates(emulator) == 0
    assert first.returncode in {1, 4}, out + err
    # 4: an intent was written when the lock had just gone, so it was not begun, and is not found.
    assert second.returncode in {0, 4, 5}, other_out + other_err
    if second.returncode == 5:
        assert sent <= 2 * WORKERS  # what was under way, and what had passed the guard
    assert "deleted or replaced while it was" in out + err
    there = {one["audienceId"] for one in emulator.audiences}
    assert there == set(known_or_printed(ground, err).values())
    log = ground.folder / "log"
    log.write_text(out + err)
    if journal_lines(err):
        code, _, said = ground.run(*PROGRAM, "state", "recover", "log")
        # Without any state the second one has begun another, and found all that was made.
        assert code == 0 or (second.returncode != 5 and "for another state" in said), said
    emulator.behaviour = Behaviour()
    for _ in range(3):
        code, said, err = ground.run(*APPLY)
        if code == 0:
            break
    assert code == 0, said + err
    assert (duplicates(emulator), lost(emulator, ground.known())) == (0, [])
    assert len(ground.known()) == WANTED
    report(f"taken away: {way.__name__}", f"{sent} creates arrived afterwards, 0 duplicates")
