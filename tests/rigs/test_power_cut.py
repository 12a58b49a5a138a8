"""Two power cuts, on an ext4 of our own: what was acknowledged is there when the power is back.

One copies the image of the mounted file system, as a disk would be found, and mounts the copy. The
other tells ext4 to stop at once and to forget what it has not written (what xfstests' godown does).
"""

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from fakes import AT, TARGET, audience
from rig import ROUNDS, Record

from aepctl.clock import SystemClock
from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Adopt, Create, Delete, Patch
from aepctl.state.events import Ending
from aepctl.state.loading import read_state
from aepctl.state.model import Run
from aepctl.state.session import StateSession, open_session
from aepctl.state.stores.disk import Disk, replace_file
from aepctl.state.stores.file import FileStore
from aepctl.state.stores.journal_file import JournalFile

pytestmark = [pytest.mark.rig, pytest.mark.timeout(600 * ROUNDS)]

SIZE = 16 * 1024 * 1024
OPTIONS = "loop,commit=300"  # nothing is written by itself while the test runs
GOING_DOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
NOLOGFLUSH = 2
TRIES = 5
"""A `sync` somewhere on the machine saves what no program has synced; not every time."""

Facts = dict[str, str | None]
"""What was acknowledged: the ID of each key, or None where an intent is open."""


class Machine:
    """A file system whose power can be cut. All of it goes with the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mounted = ExitStack()
        self._image = folder / "image"
        self.root = folder / "mounted"
        with self._image.open("wb") as image:
            image.truncate(SIZE)

    def start(self) -> None:
        self._run("mkfs.ext4", "-q", "-F", str(self._image))
        self._mount(self._image, self.root)

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"`{command[0]}` does not work here: {done.stderr.strip()}")

    def _mount(self, image: Path, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._run("mount", "-o", OPTIONS, str(image), str(folder))
        self._mounted.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)

    def cut_and_copied(self) -> Path:
        """What another machine finds on this one's disk."""
        copy = self._folder / "copy"
        shutil.copyfile(self._image, copy)
        found = self._folder / "found"
        self._mount(copy, found)
        return found

    def cut_and_shut_down(self) -> Path:
        """What this machine finds when it comes back."""
        handle = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, GOING_DOWN, struct.pack("I", NOLOGFLUSH))
        finally:
            os.close(handle)
        self._run("umount", str(self.root))
        self._run("mount", "-o", OPTIONS, str(self._image), str(self.root))
        return self.root

    def close(self) -> None:
        self._mounted.close()


Cut = Callable[[Machine], Path]
CUTS = pytest.mark.parametrize(
    "cut", [Machine.cut_and_copied, Machine.cut_and_shut_down], ids=["copied", "shut-down"]
)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Callable[[], Machine]]:
    """Machines, one after another."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 is not installed")
    with ExitStack() as running:
        count = 0

        def new() -> Machine:
            nonlocal count
            count += 1
            folder = tmp_path / str(count)
            folder.mkdir()
            made = Machine(folder)
            running.callback(made.close)
            made.start()
            return made

        yield new


def store_on(root: Path) -> FileStore:
    return FileStore(str(root / "state" / "prod.json"))


def session(store: FileStore, run: str) -> AbstractContextManager[StateSession]:
    return open_session(store, TARGET, Run(run, AT, "apply"), clock=SystemClock())


def story(store: FileStore) -> Iterator[Facts]:
    """Runs that note and write; after each step, what was acknowledged so far."""
    with session(store, "first") as one:
        gold = one.begin("gold", Create(audience("gold")))
        yield {"gold": None}
        one.end(gold, Ending.DONE, ids=Ids("A-gold", "p-gold"))
        yield {"gold": "A-gold"}
        one.note("there", Adopt(Known(audience("there"), Ids("A-there", "p-there"))))
        yield {"gold": "A-gold", "there": "A-there"}
        one.begin("silver", Create(audience("silver")))
        yield {"gold": "A-gold", "there": "A-there", "silver": None}
        one.checkpoint()
        yield {"gold": "A-gold", "there": "A-there", "silver": None}
    with session(store, "second") as one:
        (silver,) = one.state.intents.values()
        one.end(silver, Ending.DONE, ids=Ids("A-silver", "p-silver"), observed=audience("silver"))
        yield {"gold": "A-gold", "there": "A-there", "silver": "A-silver"}
        known = one.state.audiences["gold"]
        patch = one.begin("gold", Patch(known.ids, known.audience, audience("gold", "changed")))
        yield {"gold": None, "there": "A-there", "silver": "A-silver"}
        one.end(patch, Ending.DONE, ids=known.ids)
        yield {"gold": "A-gold", "there": "A-there", "silver": "A-silver"}
        there = one.state.audiences["there"]
        delete = one.begin("there", Delete(there.ids, there.audience))
        yield {"gold": "A-gold", "there": None, "silver": "A-silver"}
        one.end(delete, Ending.DONE, ids=there.ids)
        yield {"gold": "A-gold", "silver": "A-silver"}
        one.checkpoint()
        yield {"gold": "A-gold", "silver": "A-silver"}


STEPS = 11


def check(root: Path, facts: Facts) -> None:
    found = read_state(store_on(root), TARGET)
    in_doubt = {one.key for one in found.intents.values()}
    known = {
        key: one.ids.audience_id for key, one in found.audiences.items() if key not in in_doubt
    }
    assert known == {key: given for key, given in facts.items() if given is not None}
    assert in_doubt == {key for key, given in facts.items() if given is None}
    with session(store_on(root), "third"):  # and the next run can go on from there
        pass
    assert read_state(store_on(root), TARGET).audiences == found.audiences


@CUTS
@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_what_was_acknowledged_survives(
    machine: Callable[[], Machine], cut: Cut, step: int
) -> None:
    computer = machine()
    steps = story(store_on(computer.root))
    facts: Facts = {}
    for _ in range(step):
        facts = next(steps)
    if cut is Machine.cut_and_shut_down:
        steps.close()  # its lock would keep the file system busy; closing it syncs nothing
    root = cut(computer)
    check(root, facts)
    steps.close()


def test_the_story_has_no_more_steps(tmp_path: Path) -> None:
    assert len(list(story(store_on(tmp_path)))) == STEPS


class Careless(Disk):
    """A disk with something left out that only a power cut shows."""

    def __init__(self, *left_out: str) -> None:
        self._left_out = left_out

    def sync(self, handle: int) -> None:
        if "file" not in self._left_out:
            super().sync(handle)

    def sync_folder(self, folder: Path) -> None:
        if "folder" not in self._left_out:
            super().sync_folder(folder)


def replaced(disk: Disk, root: Path) -> bytes:
    """An update that was acknowledged, over content that is durable."""
    replace_file(Disk(), root / "file", b"old")
    replace_file(disk, root / "file", b"new")
    return b"new"


def appended(disk: Disk, root: Path) -> bytes:
    journal = JournalFile(disk, root / "file", size=0)
    journal.append(b"line\n")
    journal.close()
    return b"line\n"


@CUTS
@pytest.mark.parametrize(
    ("write", "left_out"),
    [(replaced, ("folder",)), (replaced, ("file", "folder")), (appended, ("file", "folder"))],
    ids=["rename-without-folder", "rename-without-any", "append-without-any"],
)
def test_the_rig_sees_what_careless_writing_loses(
    machine: Callable[[], Machine],
    report: Record,
    cut: Cut,
    write: Callable[[Disk, Path], bytes],
    left_out: tuple[str, ...],
) -> None:
    """Or the rig would prove nothing."""
    for attempt in range(1, TRIES + 1):
        computer = machine()
        expected = write(Careless(*left_out), computer.root)
        found = Disk().read(cut(computer) / "file")
        if found != expected:
            report(f"power cut, {cut.__name__}, {write.__name__}, no sync of {left_out}",
                   f"lost in attempt {attempt}: {found!r}")  # fmt: skip
            return
    pytest.fail("careless writing lost nothing")


@CUTS
@pytest.mark.parametrize("write", [replaced, appended])
def test_careful_writing_loses_nothing(
    machine: Callable[[], Machine], cut: Cut, write: Callable[[Disk, Path], bytes]
) -> None:
    for _ in range(ROUNDS):
        computer = machine()
        expected = write(Disk(), computer.root)
        assert Disk().read(cut(computer) / "file") == expected
