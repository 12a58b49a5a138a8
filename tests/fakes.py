"""Stand-ins for the parts of the world that fail, forget or take their time."""

import errno
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aepctl.aep.verdicts import Verdict
from aepctl.apply.stopping import StopSignal
from aepctl.clock import SystemClock
from aepctl.errors import StateNotWritten
from aepctl.log import LINE_SECONDS, Level, Log, Notice
from aepctl.model.audience import Audience, Observed
from aepctl.model.audience import Ids as AudienceIds
from aepctl.model.failure import Failure
from aepctl.model.steps import LocalStep, RemoteStep
from aepctl.model.target import Target
from aepctl.state.events import Begun, Ended, Ending, Event, Noted
from aepctl.state.model import Intent, State
from aepctl.state.reducer import Draft
from aepctl.state.stores.disk import Disk

TARGET = Target("1BD6382559DF0C130A49422D@AdobeOrg", "dev", "https://platform.adobe.io")
AT = "2026-01-31T12:00:00.000+00:00"


def audience(name: str, description: str | None = None) -> Audience:
    return Audience(name, "agora", "Agora_Collaboration", description)


def replay(state: State, events: Iterable[Event]) -> State:
    """The state after these events; `serial` and `runs` stay. Raises Contradiction."""
    draft = Draft(state)
    for event in events:
        draft.take(event)
    return draft.state()


class Ids:
    """IDs in the order in which they were asked for: id-1, id-2 …"""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return f"{self._prefix}-{self.count}"


# Disks


@dataclass
class Inode:
    data: bytes = b""
    safe: bytes = b""  # what a power cut leaves


class MemoryDisk(Disk):
    """A disk that forgets, at a power cut, what was not synced: contents and names apart."""

    def __init__(self) -> None:
        self.names: dict[Path, Inode] = {}
        self.safe_names: dict[Path, Inode] = {}
        self.open: dict[int, Inode] = {}
        self._handles = 0

    def power_cut(self, lost: str) -> None:
        """`nothing` is what a killed process leaves; `contents`, `names`: what was not synced."""
        if lost in {"names", "both"}:
            self.names = dict(self.safe_names)
        for inode in self.names.values():
            inode.data = inode.safe if lost in {"contents", "both"} else inode.data
            inode.safe = inode.data
        self.safe_names = dict(self.names)
        self.open.clear()

    def read(self, path: Path) -> bytes | None:
        return self.names[path].data if path in self.names else None

    def make_folder(self, path: Path) -> None:
        pass

    def open_new(self, path: Path, like: Path) -> int:
        assert path not in self.names
        assert path.parent == like.parent
        return self.open_append(path)

    def is_at(self, handle: int, path: Path) -> bool:
        return self.names.get(path) is self.open[handle]

    def beside(self, path: Path) -> list[Path]:
        start = f".{path.name}."
        return [one for one in self.names if one.name.startswith(start)]

    def open_append(self, path: Path) -> int:
        self._handles += 1
        self.open[self._handles] = self.names.setdefault(path, Inode())
        return self._handles

    def write(self, handle: int, data: bytes) -> int:
        some = data[:150]  # short writes are allowed, so they happen here
        self.open[handle].data += some
        return len(some)

    def truncate(self, handle: int, size: int) -> None:
        inode = self.open[handle]
        inode.data = inode.data[:size].ljust(size, b"\0")

    def sync(self, handle: int) -> None:
        self.open[handle].safe = self.open[handle].data

    def close(self, handle: int) -> None:
        del self.open[handle]

    def replace(self, source: Path, target: Path) -> None:
        self.names[target] = self.names.pop(source)

    def remove(self, path: Path) -> None:
        self.names.pop(path, None)

    def sync_folder(self, folder: Path) -> None:
        here = {path: inode for path, inode in self.names.items() if path.parent == folder}
        elsewhere = {p: inode for p, inode in self.safe_names.items() if p.parent != folder}
        self.safe_names = elsewhere | here


class Crash(BaseException):
    """The process is gone."""


def full() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


class FaultyDisk(Disk):
    """Passes calls on to `real`, but the `at`-th one goes wrong: and all later ones, if `lasting`.

    `done` says how much of that call happened all the same: none of it, half (of a write), all.
    """

    def __init__(
        self,
        real: Disk,
        at: int | None = None,
        *,
        error: Callable[[], BaseException] = full,
        lasting: bool = False,
        done: str = "none",
    ) -> None:
        self.real = real
        self.at = at
        self.error = error
        self.lasting = lasting
        self.done = done
        self.calls: list[str] = []

    def _call(self, name: str, *args: Any) -> Any:
        self.calls.append(name)
        number = len(self.calls)
        if self.at is None or number < self.at or (number > self.at and not self.lasting):
            return getattr(self.real, name)(*args)
        if number == self.at and self.done == "all":
            getattr(self.real, name)(*args)
        if number == self.at and self.done == "half" and name == "write":
            self.real.write(args[0], args[1][: len(args[1]) // 2])
        raise self.error()


def _passing_on(name: str) -> Any:
    return lambda self, *args: self._call(name, *args)


# Without what mutmut adds, whose names are not ASCII.
DISK_CALLS = tuple(name for name in vars(Disk) if name.isascii() and not name.startswith("_"))

for _name in DISK_CALLS:
    setattr(FaultyDisk, _name, _passing_on(_name))


# Time


class FakeClock:
    """Time that passes only when somebody waits; `slept` has what was waited for."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 31, 12, tzinfo=UTC) + timedelta(seconds=self.seconds - 100)

    def monotonic(self) -> float:
        return self.seconds

    def running(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class QuickClock(SystemClock):
    """The real time, but that nobody is kept waiting: it is ahead by what was to be slept."""

    def __init__(self) -> None:
        self.slept = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.slept)

    def monotonic(self) -> float:
        return super().monotonic() + self.slept

    def running(self) -> float:
        return super().running() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where temporary folders are in memory: for a lock that is taken thousands of times."""


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A real folder, in memory where that can be."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


class FakeStop(StopSignal):
    """A stop whose waiting takes no time; `waited` has what was asked for."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.waited: list[float] = []
        self._clock = clock

    def wait(self, seconds: float) -> bool:
        self.waited.append(round(seconds, 3))
        self._clock.seconds += seconds
        return self.requested()


class Heard(Log):
    """Who keeps in `told` what was said, in words, and in `notices` all of it; no details."""

    def __init__(self, told: list[str] | None = None, *, every: float = LINE_SECONDS) -> None:
        self.told: list[str] = [] if told is None else told
        self.notices: list[Notice] = []
        self.every = every

    def tell(self, notice: Notice) -> None:
        self.notices.append(notice)
        if notice.level is not Level.DETAIL:
            self.told.append(notice.message)


# The ports of apply

RUN = "run-1"


@dataclass
class FakeJournal:
    """A journal in memory, over the real reducer. `full_at` names what cannot be made durable.

    That is `begin`, an ending such as `done`, or `note`; with `check` it is no longer ours. As with
    the real one, an intent then is not begun, and everything else has happened all the same.
    `events` are those that are durable.
    """

    full_at: set[str] = field(default_factory=set)
    before: State = field(default_factory=lambda: State("lineage", 1, TARGET))
    events: list[Event] = field(default_factory=list)
    ids: Ids = field(default_factory=Ids)

    def __post_init__(self) -> None:
        self._draft = Draft(self.before)
        self._mutex = threading.Lock()

    @property
    def state(self) -> State:
        return self._draft.state()

    @property
    def durable(self) -> State:
        """What the next run would find after a crash."""
        return replay(self.before, self.events)

    @property
    def words(self) -> list[str]:
        """What was noted, each in one word."""
        return [_word(event) for event in self.events]

    def reserve(self, steps: Sequence[tuple[str, RemoteStep]], *, workers: int) -> None:
        self.reserved = tuple(steps)

    def begin(self, key: str, step: RemoteStep) -> Intent:
        with self._mutex:
            intent = Intent(self.ids(), RUN, key, step, AT)
        self._take("begin", Begun(intent))
        return intent

    def check(self) -> None:
        if "check" in self.full_at:
            raise StateNotWritten("the lock was lost", "its file was deleted")

    def end(
        self,
        intent: Intent,
        ending: Ending,
        *,
        ids: AudienceIds | None = None,
        observed: Audience | None = None,
        reason: str | None = None,
        exists: bool = False,
    ) -> None:
        self._take(ending, Ended(intent.id, ending, RUN, AT, ids, observed, reason, exists))

    def note(self, key: str, step: LocalStep, *, more: bool = False) -> None:
        self._take("note", Noted(key, step, AT, more=more))

    @contextmanager
    def together(self) -> Iterator[None]:
        yield

    def owner(self, audience_id: str) -> str | None:
        return self._draft.owner(audience_id)

    def had(self, audience_id: str) -> str | None:
        return None if self.owner(audience_id) else self.before.owner(audience_id)

    def _take(self, word: str, event: Event) -> None:
        with self._mutex:
            full = word in self.full_at
            if not (full and isinstance(event, Begun)):
                self._draft.take(event)
            if full:
                raise StateNotWritten("the store is full", "No space left on device")
            self.events.append(event)


def _word(event: Event) -> str:
    match event:
        case Begun():
            return "begin"
        case Ended():
            return event.ending.value
        case _:
            return "note"


class FakeWriter:
    """Answers steps from a script: verdicts to give, or exceptions to raise.

    `shows`: what it reads, one after the other; the last stays.
    """

    def __init__(
        self,
        script: Iterable[Verdict | Exception] = (),
        *,
        renews: bool = True,
        says: str | None = None,
        shows: Sequence[Observed | Exception | None] = (None,),
    ) -> None:
        self._script = iter(script)
        self._shows = list(shows)
        self.read_ids: list[AudienceIds] = []
        self._renews = renews
        self._says = says
        self.sent: list[tuple[RemoteStep, str]] = []
        self.renewed = 0
        self.reconnected = 0
        self.closed = False

    def send(self, step: RemoteStep, request_id: str) -> Verdict:
        self.sent.append((step, request_id))
        verdict = next(self._script)
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    def read(self, ids: AudienceIds) -> Observed | None:
        self.read_ids.append(ids)
        shown = self._shows.pop(0) if len(self._shows) > 1 else self._shows[0]
        if isinstance(shown, Exception):
            raise shown
        return shown

    def renew_token(self) -> bool:
        self.renewed += 1
        return self._renews

    def reconnect(self) -> None:
        self.reconnected += 1

    def advice(self, failure: Failure) -> str | None:
        return self._says

    def close(self) -> None:
        self.closed = True
