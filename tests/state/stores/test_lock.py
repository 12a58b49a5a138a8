"""The lock: one holder, named to whoever comes second, gone when its process is."""

import errno
import fcntl
import json
import os
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from aepctl.errors import StateError, StateLocked
from aepctl.state.stores.lock import last_taken, locked
from aepctl.state.stores.names import Name

WHO = {"pid": "42", "host": "runner-7", "since": "2026-01-31T12:00:00+00:00", "command": "apply"}

NAME = "state/local.json"

HOLD = """
import os
import socket
import sys
from pathlib import Path
from aepctl.state.stores.lock import last_taken, locked
who = {"pid": str(os.getpid()), "host": socket.gethostname(), "since": "now", "command": "apply"}
with locked(Path(sys.argv[1]), who, name="local.json"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "local.lock"


@contextmanager
def another_process(lock: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process of its own that holds the lock until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def refusal(lock: Path, **how: float) -> str:
    with pytest.raises(StateLocked) as caught, locked(lock, WHO, **how, name=NAME):
        raise AssertionError("two hold the lock")
    assert caught.value.exit_code == 5
    assert caught.value.hint == (
        "wait for it to end, or use --lock-timeout 60s; the lock is released when that process ends"
    )
    return caught.value.message


def test_the_second_is_told_at_once_who_holds_it_since_when_and_where(lock: Path) -> None:
    with locked(lock, WHO, name=NAME):
        assert refusal(lock) == (
            "state/local.json is locked by `apply`, process 42 on runner-7, "
            "since 2026-01-31T12:00:00+00:00"
        )


def test_in_ci_the_job_is_named_too(lock: Path) -> None:
    with locked(lock, {**WHO, "job": "https://ci.example/job/9"}, name=NAME):
        assert refusal(lock).endswith("since 2026-01-31T12:00:00+00:00, https://ci.example/job/9")


@pytest.mark.parametrize("signature", ["", '{"pid": "4', "[]", "7", "{}", "\0\0"])
def test_a_holder_that_has_not_signed_yet_is_another_process(lock: Path, signature: str) -> None:
    with locked(lock, WHO, name=NAME):
        lock.write_text(signature)
        assert refusal(lock).endswith(" is locked by another process")


def test_the_lock_is_free_again_afterwards_and_after_an_error(lock: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), locked(lock, WHO, name=NAME):
            raise ZeroDivisionError
    with locked(lock, WHO, name=NAME):
        pass


def test_the_file_stays_so_that_nobody_locks_a_dead_inode(lock: Path) -> None:
    with locked(lock, WHO, name=NAME):
        inode = lock.stat().st_ino
    assert lock.stat().st_ino == inode
    with locked(lock, WHO, name=NAME):
        assert lock.stat().st_ino == inode


def test_a_longer_signature_of_an_earlier_holder_does_not_shine_through(lock: Path) -> None:
    with locked(lock, {**WHO, "job": "https://ci.example/" + "x" * 200}, name=NAME):
        pass
    with locked(lock, WHO, name=NAME):
        assert json.loads(lock.read_text()) == WHO


def test_waiting_takes_the_lock_when_it_is_released(lock: Path) -> None:
    first = locked(lock, WHO, name=NAME)
    first.__enter__()
    threading.Timer(0.1, lambda: first.__exit__(None, None, None)).start()
    with locked(lock, {**WHO, "pid": "43"}, wait=30, name=NAME):
        assert json.loads(lock.read_text())["pid"] == "43"


def test_waiting_ends_after_the_time_that_was_given(lock: Path) -> None:
    pauses: list[float] = []
    with locked(lock, WHO, name=NAME), pytest.raises(StateLocked, match="process 42"):
        locked(lock, WHO, wait=5, sleep=pauses.append, name=NAME).__enter__()
    assert sum(pauses) == pytest.approx(5)
    assert max(pauses) <= 1


def test_a_process_that_is_killed_leaves_no_lock_behind(lock: Path) -> None:
    with another_process(lock) as process:
        assert f"`apply`, process {process.pid} on {socket.gethostname()}" in refusal(lock)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with locked(lock, WHO, name=NAME):
            assert json.loads(lock.read_text()) == WHO


def test_programs_that_are_started_do_not_inherit_the_lock(lock: Path) -> None:
    with (
        locked(lock, WHO, name=NAME),
        subprocess.Popen(["sleep", "60"], close_fds=False) as child,
    ):
        try:
            opened = [os.path.realpath(f) for f in Path(f"/proc/{child.pid}/fd").iterdir()]
        finally:
            child.kill()
    assert str(lock) not in opened


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    with locked(tmp_path / "state" / "deep" / "local.lock", WHO, name=NAME):
        assert (tmp_path / "state" / "deep" / "local.lock").exists()


def not_a_folder(tmp_path: Path) -> Path:
    (tmp_path / "state").touch()
    return tmp_path / "state" / "local.lock"


def a_folder_in_its_place(tmp_path: Path) -> Path:
    (tmp_path / "local.lock").mkdir()
    return tmp_path / "local.lock"


def a_symbolic_link(tmp_path: Path) -> Path:
    (tmp_path / "local.lock").symlink_to(tmp_path / "elsewhere")
    return tmp_path / "local.lock"


@pytest.mark.parametrize(
    ("place", "hint"),
    [
        (not_a_folder, "a file is in the place of a folder: move it away, or "),
        (a_folder_in_its_place, "a folder is in the place of a file: move it away, or "),
        (a_symbolic_link, "a symbolic link is in its place: remove the link, or "),
    ],
)
def test_a_lock_that_cannot_be_opened_is_a_clear_error(
    tmp_path: Path, place: Callable[[Path], Path], hint: str
) -> None:
    path = place(tmp_path)
    with pytest.raises(StateError, match=f"{path}: the lock cannot be opened: ") as caught:
        locked(path, WHO, name=NAME).__enter__()
    assert caught.value.hint == f"{hint}let `state:` of the environment name another file"
    assert not (tmp_path / "elsewhere").exists()


def test_a_full_disk_keeps_the_signature_away_but_not_the_lock(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with locked(lock, WHO, name=NAME):
        assert refusal(lock).endswith(" is locked by another process")


def test_a_file_system_without_locks_is_a_clear_error(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(StateError, match="No locks available"):
        locked(lock, WHO, name=NAME).__enter__()


# A lock file that does not stay where it is


def remove(lock: Path) -> None:
    lock.unlink()


def replace(lock: Path) -> None:
    lock.with_suffix(".new").touch()
    lock.with_suffix(".new").rename(lock)


def remove_the_folder(lock: Path) -> None:
    shutil.rmtree(lock.parent)


def make_the_folder_anew(lock: Path) -> None:
    shutil.rmtree(lock.parent)
    lock.parent.mkdir()


def move_the_folder_away(lock: Path) -> None:
    lock.parent.rename(lock.parent.with_name("elsewhere"))


def put_a_copy_in_the_folders_place(lock: Path) -> None:
    shutil.copytree(lock.parent, lock.parent.with_name("copy"))
    move_the_folder_away(lock)
    lock.parent.with_name("copy").rename(lock.parent)


GONE = [
    remove,
    replace,
    remove_the_folder,
    make_the_folder_anew,
    move_the_folder_away,
    put_a_copy_in_the_folders_place,
]


@pytest.mark.parametrize("way", GONE, ids=lambda way: way.__name__)
def test_a_lock_file_that_is_not_at_its_path_any_more_is_lost_for_good(
    tmp_path: Path, way: Callable[[Path], None]
) -> None:
    lock = tmp_path / "state" / "local.lock"
    with locked(lock, WHO, name=NAME) as held:
        assert held.lost() is None
        os.link(lock, tmp_path / "kept")
        way(lock)
        assert held.lost() == "its lock file was deleted or replaced while it was held"
        lock.parent.mkdir(exist_ok=True)
        (tmp_path / "kept").replace(lock)
        assert held.lost() is not None


@pytest.mark.skipif(sys.platform != "linux", reason="this system has no abstract sockets")
@pytest.mark.parametrize("way", GONE, ids=lambda way: way.__name__)
def test_whoever_comes_second_is_locked_out_all_the_same(
    tmp_path: Path, way: Callable[[Path], None]
) -> None:
    lock = tmp_path / "state" / "local.lock"
    lock.parent.mkdir()
    with another_process(lock) as process:
        way(lock)
        assert refusal(lock) == (
            f"{NAME} is locked by process {process.pid} of this machine, whose lock file is gone"
        )
        process.kill()
        process.wait()
        with locked(lock, WHO, name=NAME) as held:
            assert held.lost() is None
            assert json.loads(lock.read_text()) == WHO


def test_states_beside_each_other_can_be_held_at_once(tmp_path: Path) -> None:
    folders = (tmp_path / "a", tmp_path / "b")
    with ExitStack() as held:
        for folder in folders:
            for name in ("dev.lock", "prod.lock"):
                held.enter_context(locked(folder / name, WHO, name=NAME))
        assert all((one / "dev.lock").exists() for one in folders)


def test_a_lock_file_that_is_replaced_while_it_is_locked_is_locked_anew(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, replaced = fcntl.flock, []

    def flock(handle: int, how: int) -> None:
        real(handle, how)
        if len(replaced) < 3:
            replace(lock)
            replaced.append(handle)

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(lock, WHO, name=NAME) as held:
        assert held.lost() is None
        assert len(replaced) == 3


def test_one_that_is_replaced_for_ever_is_an_error_and_leaves_no_handle(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(Path("/dev/fd").iterdir())
    monkeypatch.setattr(fcntl, "flock", lambda *_: replace(lock))
    with pytest.raises(StateError, match="the lock file is replaced again and again") as caught:
        locked(lock, WHO, name=NAME).__enter__()
    assert caught.value.hint == (
        "something writes to the folder of the state: stop it, or keep the state elsewhere"
    )
    assert set(Path("/dev/fd").iterdir()) == before


# Other users, and systems that cannot do everything


def as_another_user(lock: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """The file may be read, and not written."""
    real = os.open

    def refusing(path: Path, flags: int, mode: int = 0o777) -> int:
        if path == lock and flags & os.O_RDWR:
            raise OSError(number, os.strerror(number))
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", refusing)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_a_lock_file_that_may_only_be_read_is_locked_too(
    lock: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    signed = {**WHO, "host": socket.gethostname()}
    with locked(lock, signed, name=NAME):
        pass
    as_another_user(lock, monkeypatch, number)
    with locked(lock, {**WHO, "pid": "43"}, name=NAME) as held:
        assert held.lost() is None
        assert json.loads(lock.read_text()) == signed
        if sys.platform == "linux":  # that signature is an earlier holder's
            assert refusal(lock) == f"{NAME} is locked by process {os.getpid()} of this machine"


def test_one_that_is_not_there_and_cannot_be_made_is_told_with_the_first_reason(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_another_user(lock, monkeypatch, errno.EROFS)
    with pytest.raises(StateError) as caught:
        locked(lock, WHO, name=NAME).__enter__()
    assert caught.value.message == f"{lock}: the lock cannot be opened: Read-only file system"


def test_another_users_that_is_a_link_is_not_followed(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock.with_name("elsewhere").touch()
    lock.symlink_to("elsewhere")
    as_another_user(lock, monkeypatch, errno.EACCES)
    with pytest.raises(StateError, match="the lock cannot be opened: Permission denied"):
        locked(lock, WHO, name=NAME).__enter__()


def test_others_may_read_who_holds_it_and_only_its_owner_may_write(lock: Path) -> None:
    before = os.umask(0)
    try:
        with locked(lock, WHO, name=NAME):
            assert stat.S_IMODE(lock.stat().st_mode) == 0o644
    finally:
        os.umask(before)


@pytest.mark.parametrize("number", [errno.EPERM, errno.EACCES, errno.EINVAL, errno.EAFNOSUPPORT])
@pytest.mark.parametrize("call", ["socket", "bind", "listen"])
def test_where_there_are_no_sockets_the_file_alone_is_the_lock(
    lock: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    class Forbidden(socket.socket):
        def __init__(self, *args: int) -> None:
            if call == "socket":
                raise OSError(number, os.strerror(number))
            super().__init__(*args)

        def bind(self, _: object) -> None:
            if call == "bind":
                raise OSError(number, os.strerror(number))

        def listen(self, _: int = 0) -> None:
            if call == "listen":
                raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "socket", Forbidden)
    with locked(lock, WHO, name=NAME) as held:
        assert held.lost() is None
        assert "process 42 on runner-7" in refusal(lock)


def test_a_fifo_in_its_place_does_not_hang(lock: Path) -> None:
    os.mkfifo(lock)
    with locked(lock, WHO, name=NAME) as held:
        assert held.lost() is None


# The name that is held with it

linux = pytest.mark.skipif(sys.platform != "linux", reason="this system has no abstract sockets")


@linux
def test_a_holder_that_is_not_to_be_seen_from_here_is_another_process(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one in another PID namespace the kernel says 0."""

    class Unseen(socket.socket):
        def getsockopt(self, *_: int) -> bytes:  # type: ignore[override]
            return struct.pack("3i", 0, 0, 0)

    with locked(lock, WHO, name=NAME):
        remove(lock)
        monkeypatch.setattr(socket, "socket", Unseen)
        assert refusal(lock) == (
            f"{NAME} is locked by another process of this machine, whose lock file is gone"
        )


@linux
def test_however_often_it_is_asked_for_nobody_waits_for_its_holder(lock: Path) -> None:
    """Its queue is full some time: the kernel does not tell any more."""
    with Name(lock):
        told = [Name(lock).process() for _ in range(5000)]
    assert told[0] == os.getpid()
    assert told[-1] is None


def test_a_name_that_cannot_be_made_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Name(tmp_path / "no" / "state" / "local.lock")
    assert nowhere.process() is None
    with nowhere:
        assert nowhere.process() is None

    def forbidden(_: int) -> socket.socket:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(socket, "socket", forbidden)
    assert Name(tmp_path / "local.lock").process() is None


@pytest.mark.parametrize(
    ("signed", "said"),
    [
        (json.dumps(WHO), "2026-01-31 12:00 UTC"),
        ("", None),
        ('{"since": "now"}', None),
        ('{"since": "0001-01-01T00:00:00+14:00"}', None),
        ("[]", None),
    ],
)
def test_when_it_was_taken_last_is_told_as_far_as_it_is_signed(
    tmp_path: Path, signed: str, said: str | None
) -> None:
    assert last_taken(tmp_path / "none.lock") is None
    file = tmp_path / "prod.lock"
    file.write_text(signed)
    assert last_taken(file) == said
