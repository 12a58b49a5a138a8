"""State in a file: the contract, and what only files have: names, disks that fail, processes."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from contract import WHO, Place, StoreContract
from fakes import FaultyDisk, Inode, MemoryDisk

from aepctl.errors import StateError, StateNotWritten
from aepctl.state.stores.advice import AGAIN, ALONE, ROOM
from aepctl.state.stores.base import Stored
from aepctl.state.stores.disk import Disk
from aepctl.state.stores.file import FileStore


class FilePlace(Place):
    """A real folder, on a disk that can be full."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "state" / "local.json"
        self.disk = FaultyDisk(Disk(), lasting=True, done="half")

    def open(self) -> FileStore:
        return FileStore(str(self.path), disk=self.disk)

    def tear(self, torn: bytes) -> None:
        with self.path.with_suffix(".journal").open("ab") as file:
            file.write(torn)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Nothing can be synced; what was written can be taken back."""
        real = self.disk.real
        self.disk.real = _Unsynced()
        yield
        self.disk.real = real


class _Unsynced(Disk):
    def sync(self, handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


class TestFileStore(StoreContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> FilePlace:
        return FilePlace(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path / "prod.json"))


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_log_and_lock_stand_beside_the_document(store: FileStore, tmp_path: Path) -> None:
    with store.hold(WHO, wait=0) as held:
        held.append(b"line\n")
        assert files(tmp_path) == {"prod.journal", "prod.lock"}
        held.checkpoint(b"document")
    assert files(tmp_path) == {"prod.json", "prod.lock"}
    assert (tmp_path / "prod.json").read_bytes() == b"document"


def test_reading_makes_no_file(store: FileStore, tmp_path: Path) -> None:
    assert store.read() == Stored(None, None)
    assert files(tmp_path) == set()


def test_messages_name_the_files_as_the_user_wrote_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = FileStore("state/prod.json")
    assert (store.where, store.log_name) == ("state/prod.json", "state/prod.journal")
    monkeypatch.chdir("/")
    with store.hold(WHO, wait=0) as held:
        held.checkpoint(b"document")
    assert (tmp_path / "state/prod.json").exists()


def test_the_log_is_read_first_because_outcomes_move_from_it_to_the_document() -> None:
    seen: list[str] = []

    class Watched(MemoryDisk):
        def read(self, path: Path) -> bytes | None:
            seen.append(path.name)
            return super().read(path)

    FileStore("/state/local.json", disk=Watched()).read()
    assert seen == ["local.journal", "local.json"]


class ForbiddenDisk(Disk):
    """Files with this ending may not be read."""

    def __init__(self, ending: str) -> None:
        self.ending = ending

    def read(self, path: Path) -> bytes | None:
        if path.suffix == self.ending:
            raise PermissionError(errno.EACCES, "Permission denied")
        return super().read(path)


@pytest.mark.parametrize("ending", [".json", ".journal"])
def test_a_file_that_may_not_be_read_is_not_an_empty_state(tmp_path: Path, ending: str) -> None:
    store = FileStore(str(tmp_path / "local.json"), disk=ForbiddenDisk(ending))
    with pytest.raises(StateError) as caught:
        store.read()
    name = (tmp_path / "local.json").with_suffix(ending)
    assert caught.value.message == f"{name}: cannot be read: Permission denied"
    assert (
        caught.value.hint == "let this user read it, or run aepctl as the user that it belongs to"
    )


@pytest.mark.parametrize("ending", [".json", ".journal"])
@pytest.mark.parametrize(
    ("made", "reason", "hint"),
    [
        (Path.mkdir, "Is a directory", "a folder is in the place of a file: move it away, or "),
        (os.mkfifo, "not a regular file", "it is a device, a pipe or a socket: move it away, or "),
        (
            lambda path: path.symlink_to(path.name),
            "Too many levels of symbolic links",
            "a symbolic link is in its place: remove the link, or ",
        ),
        (
            lambda path: path.touch() or os.truncate(path, 2**30),
            "it has 1,073,741,824 bytes, more than the 268,435,456 bytes that are taken",
            "no state is that large: see what the file is, or ",
        ),
    ],
    ids=["folder", "pipe", "itself", "large"],
)
def test_what_is_in_the_place_of_a_file_is_told_with_what_to_do(
    tmp_path: Path, ending: str, made: Callable[[Path], object], reason: str, hint: str
) -> None:
    path = tmp_path / f"prod{ending}"
    made(path)
    with pytest.raises(StateError) as caught:
        FileStore(str(tmp_path / "prod.json")).read()
    assert caught.value.message == f"{path}: cannot be read: {reason}"
    assert caught.value.hint == f"{hint}let `state:` of the environment name another file"


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    store = FileStore(str(tmp_path / "state" / "deep" / "prod.json"))
    with pytest.raises(StateError) as caught, store.hold(WHO, wait=0):
        raise AssertionError("it was held")
    folder = tmp_path / "state" / "deep"
    reason = "the folder of the state cannot be made: Not a directory"
    assert caught.value.message == f"{folder}: {reason}"
    assert str(caught.value.hint).startswith("a file is in the place of a folder: move it away")


def test_a_folder_that_may_not_be_made_likewise(tmp_path: Path) -> None:
    class Forbidding(Disk):
        def make_folder(self, path: Path) -> None:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

    store = FileStore(str(tmp_path / "state" / "prod.json"), disk=Forbidding())
    with pytest.raises(StateError) as caught, store.hold(WHO, wait=0):
        raise AssertionError("it was held")
    assert caught.value.hint == "the state is kept there: make the folder above it writable"


class Syncs(Disk):
    """Remembers which folders were synced."""

    def __init__(self) -> None:
        self.folders: list[Path] = []

    def sync_folder(self, folder: Path) -> None:
        self.folders.append(folder)
        super().sync_folder(folder)


def test_its_folder_is_made_durably_before_anything_is_put_there(tmp_path: Path) -> None:
    disk = Syncs()
    with FileStore(str(tmp_path / "new" / "local.json"), disk=disk).hold(WHO, wait=0):
        assert disk.folders == [tmp_path]


def held_calls(tmp_path: Path, disk: FaultyDisk, *calls: str) -> None:
    with FileStore(str(tmp_path / "prod.json"), disk=disk).hold(WHO, wait=0) as held:
        for call in calls:
            if call == "append":
                held.append(b"line\n")
            else:
                held.checkpoint(b"document" if call == "document" else None)


def test_a_document_is_durable_before_its_log_is_removed(tmp_path: Path) -> None:
    disk = FaultyDisk(MemoryDisk())
    held_calls(tmp_path, disk, "append", "document")
    assert disk.calls[-4:] == ["replace", "sync_folder", "remove", "sync_folder"]


def test_so_is_one_that_a_killed_run_put_in_place(tmp_path: Path) -> None:
    disk = FaultyDisk(MemoryDisk())
    held_calls(tmp_path, disk, "append", "nothing")
    assert disk.calls[-3:] == ["sync_folder", "remove", "sync_folder"]


@pytest.mark.parametrize(
    ("fails", "file"), [("open_new", "json"), ("replace", "json"), ("remove", "journal")]
)
def test_what_cannot_be_written_is_named_with_the_reason_and_what_to_do(
    tmp_path: Path, fails: str, file: str
) -> None:
    memory = MemoryDisk()
    sound = FaultyDisk(memory)
    held_calls(tmp_path, sound, "append", "document")
    at = len(sound.calls) - sound.calls[::-1].index(fails)
    with pytest.raises(StateNotWritten) as caught:
        held_calls(tmp_path, FaultyDisk(MemoryDisk(), at), "append", "document")
    name = tmp_path / f"prod.{file}"
    assert caught.value.message == f"{name}: cannot be written: No space left on device"
    assert caught.value.reason == "No space left on device"
    assert caught.value.hint == ROOM == "make the folder writable, or free some space"


def test_a_log_that_cannot_be_opened_is_told_alike(tmp_path: Path) -> None:
    sound = FaultyDisk(MemoryDisk())
    held_calls(tmp_path, sound, "append")
    for call in ("read", "open_append", "truncate", "sync_folder", "write", "sync", "is_at"):
        at = len(sound.calls) - sound.calls[::-1].index(call)
        with pytest.raises(StateNotWritten) as caught:
            held_calls(tmp_path, FaultyDisk(MemoryDisk(), at), "append")
        name = tmp_path / "prod.journal"
        assert caught.value.message == f"{name}: cannot be written: No space left on device"


def test_an_error_without_words_of_the_system_is_told_in_its_own(tmp_path: Path) -> None:
    def wordless() -> OSError:
        return OSError("strange")

    with pytest.raises(StateNotWritten) as caught:
        held_calls(tmp_path, FaultyDisk(MemoryDisk(), 4, error=wordless), "append")
    assert caught.value.reason == "strange"


@pytest.mark.parametrize(
    ("number", "hint"), [(errno.EBUSY, ALONE), (errno.EPERM, ROOM), (errno.EROFS, ROOM)]
)
def test_a_document_that_cannot_be_replaced_is_found_out_by_the_first_append(
    tmp_path: Path, number: int, hint: str
) -> None:
    """Before anything is sent; once for each lock."""

    class Fixed(MemoryDisk):
        def replace(self, source: Path, target: Path) -> None:
            raise OSError(number, os.strerror(number))

    disk = Fixed()
    path = tmp_path / "prod.json"
    disk.names[path] = Inode(b"document", b"document")
    with FileStore(str(path), disk=disk).hold(WHO, wait=0) as held:
        with pytest.raises(StateNotWritten) as caught:
            held.append(b"line\n")
        assert caught.value.reason == f"{path} cannot be replaced: {os.strerror(number)}"
        assert caught.value.message == caught.value.reason
        assert caught.value.hint == hint
        assert set(disk.names) == {path}
        assert disk.read(path) == b"document"


def test_it_is_tried_once_and_not_where_there_is_none(tmp_path: Path) -> None:
    for document in (None, b"document"):
        disk = FaultyDisk(MemoryDisk())
        with FileStore(str(tmp_path / "prod.json"), disk=disk).hold(WHO, wait=0) as held:
            if document is not None:
                disk.real.names[tmp_path / "prod.json"] = Inode(document, document)  # type: ignore[attr-defined]
            for _ in range(3):
                held.append(b"line\n")
            assert held.read() == Stored(document, b"line\n" * 3)
        assert disk.calls.count("replace") == (document is not None)


def test_what_a_checkpoint_has_replaced_can_be_replaced(tmp_path: Path) -> None:
    disk = FaultyDisk(MemoryDisk())
    held_calls(tmp_path, disk, "document", "append")
    assert disk.calls.count("replace") == 1


def test_a_log_that_cannot_be_closed_leaves_the_document_as_it_is(tmp_path: Path) -> None:
    """What a network share could not keep, it says at the close."""
    disk = FaultyDisk(MemoryDisk())
    with FileStore(str(tmp_path / "prod.json"), disk=disk).hold(WHO, wait=0) as held:
        held.append(b"line\n")
        disk.at = len(disk.calls) + 1
        with pytest.raises(StateNotWritten) as caught:
            held.checkpoint(b"document")
        name = tmp_path / "prod.journal"
        assert caught.value.message == f"{name}: cannot be written: No space left on device"
        assert disk.calls[-1] == "close"
        assert held.read() == Stored(None, b"line\n")


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_log_that_is_not_at_its_path_any_more_takes_nothing_and_the_document_does(
    store: FileStore, tmp_path: Path, how: str
) -> None:
    log = tmp_path / "prod.journal"
    with store.hold(WHO, wait=0) as held:
        held.append(b"one\n")
        os.link(log, tmp_path / "kept")
        log.unlink()
        if how == "replaced":
            log.write_bytes(b"another\n")
        for _ in range(2):
            with pytest.raises(StateNotWritten) as caught:
                held.append(b"two\n")
            assert caught.value.reason == "it was deleted or replaced while it was in use"
            assert caught.value.hint == AGAIN
            (tmp_path / "kept").replace(log)  # and that it is put back does not help
            (tmp_path / "kept").touch()
        held.checkpoint(b"document")
        held.append(b"three\n")
        assert held.read() == Stored(b"document", b"three\n")


def test_without_its_lock_file_nothing_is_written(store: FileStore, tmp_path: Path) -> None:
    with store.hold(WHO, wait=0) as held:
        held.checkpoint(b"document")
        held.append(b"one\n")
        (tmp_path / "prod.lock").unlink()
        (tmp_path / "prod.lock").touch()
        for late in (
            lambda: held.append(b"late\n"),
            lambda: held.checkpoint(b"late"),
            lambda: held.checkpoint(None),
            held.read,
            held.check,
        ):
            with pytest.raises(StateNotWritten) as caught:
                late()
            reason = "its lock file was deleted or replaced while it was held"
            assert caught.value.reason == reason
            assert caught.value.message == f"{store.where}: cannot be written: {reason}"
            assert caught.value.hint == AGAIN
    assert store.read() == Stored(b"document", b"one\n")


def test_a_lock_that_is_lost_while_a_line_is_written_makes_it_not_count(tmp_path: Path) -> None:
    class Losing(Disk):
        def sync(self, handle: int) -> None:
            super().sync(handle)
            (tmp_path / "prod.lock").unlink(missing_ok=True)

    store = FileStore(str(tmp_path / "prod.json"), disk=Losing())
    with store.hold(WHO, wait=0) as held, pytest.raises(StateNotWritten, match="its lock file"):
        held.append(b"one\n")


def test_what_a_killed_run_left_beside_it_is_removed_under_the_lock(
    store: FileStore, tmp_path: Path
) -> None:
    (tmp_path / ".prod.json.0123456789ab.tmp").write_bytes(b"half a docu")
    with store.hold(WHO, wait=0):
        assert files(tmp_path) == {"prod.lock"}


def test_a_close_that_fails_when_the_lock_goes_hides_nothing(tmp_path: Path) -> None:
    """What counts was synced before; an error here would take the place of the run's report."""
    disk = FaultyDisk(MemoryDisk())
    with FileStore(str(tmp_path / "local.json"), disk=disk).hold(WHO, wait=0) as held:
        held.append(b"line\n")
        disk.at = len(disk.calls) + 1
    assert disk.calls[-1] == "close"
    with pytest.raises(StateNotWritten):
        held.append(b"line\n")


INCREMENT = """
import sys
from aepctl.state.stores.file import FileStore
who = {"pid": "1", "host": "h", "since": "s", "command": "count"}
for _ in range(5):
    with FileStore(sys.argv[1]).hold(who, wait=60) as held:
        held.append(b"line\\n")
        held.checkpoint(str(int(held.read().document or b"0") + 1).encode())
"""


def test_processes_take_turns_too(tmp_path: Path) -> None:
    path = tmp_path / "count.json"
    command = [sys.executable, "-c", INCREMENT, str(path)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    running = [subprocess.Popen(command, env=environ) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    assert path.read_bytes() == b"20"
