"""Files of other users, and mounts: what cannot be replaced is found out before anything is sent.

Root gives files away and mounts. Without its capabilities it is a user as any other.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from rig import APPLY, PROGRAM, Site, creates, duplicates, lost
from waiting import wait_for

from aepctl.emulator import Behaviour, Emulator, serve

SOMEBODY = 12_345
STICKY = 0o1777

pytestmark = [
    pytest.mark.rig,
    pytest.mark.timeout(300),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away, and mounts"),
]

Start = Callable[..., tuple[Site, Emulator]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A site whose state knows two audiences; its folders are open to everybody."""
    with ExitStack() as running:

        def start(**behaviour: Any) -> tuple[Site, Emulator]:
            emulator = running.enter_context(serve(behaviour=Behaviour()))
            ground = running.enter_context(Site(tmp_path / "site", emulator.url))
            ground.want(2)
            code, out, err = ground.run(*APPLY)
            assert code == 0, out + err
            ground.want(6)
            emulator.behaviour = Behaviour(**behaviour)
            ground.state.parent.chmod(0o777)
            return ground, emulator

        yield start


ANY_USER = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--clear-groups")


def without_rights(ground: Site) -> tuple[str, ...]:
    """How to run a command that may do only what modes allow; all files become somebody else's."""
    for path in (ground.lock, ground.state, ground.state.parent):
        os.chown(path, SOMEBODY, SOMEBODY)
    if shutil.which(ANY_USER[0]) is None:
        pytest.skip("setpriv is not installed")
    writes = [*ANY_USER, "sh", "-c", f"echo >>{ground.lock}"]
    if subprocess.run(writes, check=False, capture_output=True).returncode == 0:
        pytest.skip("root does not give up its rights here")
    return ANY_USER


def check_refused(ground: Site, emulator: Emulator, ended: tuple[int, str, str]) -> str:
    """Nothing was sent, and nothing is left behind."""
    code, out, err = ended
    assert code == 1, out + err
    assert "Traceback" not in err
    assert "internal error" not in err
    assert creates(emulator) == 2
    assert ground.left_over() == []
    return out + err


def test_a_lock_file_of_another_user_locks_nobody_out(start: Start) -> None:
    ground, emulator = start()
    code, out, err = ground.run(*without_rights(ground), *APPLY)
    assert code == 0, out + err
    assert (creates(emulator), duplicates(emulator), lost(emulator, ground.known())) == (6, 0, [])


def test_and_excludes_others_as_any_lock_does(start: Start) -> None:
    ground, emulator = start(latency=2.0)
    first = ground.start(*without_rights(ground), *APPLY)
    assert wait_for(lambda: creates(emulator) > 2)
    first.send_signal(signal.SIGSTOP)  # it is at work for as long as that takes
    code, _, err = ground.run(*APPLY)
    first.send_signal(signal.SIGCONT)
    assert code == 5
    assert f"is locked by process {first.pid} of this machine" in err
    emulator.behaviour = Behaviour()
    assert first.wait(60) == 0
    assert (creates(emulator), duplicates(emulator)) == (6, 0)


def test_a_state_that_may_not_be_replaced_in_a_sticky_folder(start: Start) -> None:
    ground, emulator = start()
    ground.state.parent.chmod(STICKY)
    ended = ground.run(*without_rights(ground), *APPLY)
    assert "state/rig.json cannot be replaced: Operation not permitted" in check_refused(
        ground, emulator, ended
    )


def test_a_folder_that_may_not_be_written(start: Start) -> None:
    ground, emulator = start()
    ground.state.parent.chmod(0o755)
    ended = ground.run(*without_rights(ground), *APPLY)
    assert "state/rig.json cannot be replaced: Permission denied" in check_refused(
        ground, emulator, ended
    )


def test_a_state_that_is_a_mount_of_its_own(start: Start) -> None:
    ground, emulator = start()
    elsewhere = ground.folder / "elsewhere.json"
    elsewhere.write_bytes(ground.state.read_bytes())
    mount = ["mount", "--bind", str(elsewhere), str(ground.state)]
    done = subprocess.run(mount, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"a file cannot be mounted here: {done.stderr.strip()}")
    try:
        said = check_refused(ground, emulator, ground.run(*APPLY))
        assert "state/rig.json cannot be replaced: Device or resource busy" in said
        assert ground.run(*PROGRAM, "plan")[0] == 0
    finally:
        subprocess.run(["umount", str(ground.state)], check=True)
    assert ground.run(*APPLY)[0] == 0
    assert (creates(emulator), duplicates(emulator)) == (6, 0)


def test_mode_owner_and_group_of_the_state_stay_as_they_were(start: Start) -> None:
    ground, _ = start()
    os.chown(ground.state, SOMEBODY, SOMEBODY + 1)
    ground.state.chmod(0o640)
    assert ground.run(*APPLY)[0] == 0
    now = ground.state.stat()
    found = (now.st_uid, now.st_gid, now.st_mode & 0o777)
    assert found == (SOMEBODY, SOMEBODY + 1, 0o640)
