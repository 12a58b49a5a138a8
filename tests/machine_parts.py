"""What the state machine runs on: a disk and a platform in memory, and a clock that jumps.

The story of apply, from lock to journal, is the real one. A crash may come at any call to disk or
platform; after it, neither does anything any more, until the next run.
"""

import dataclasses
import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from aepctl.aep.replies import Answer, Broken, NotSent, Reply
from aepctl.apply.outcomes import Outcome
from aepctl.apply.report import ApplyReport
from aepctl.apply.stopping import Stop
from aepctl.audience import Audience, Origin, Wanted
from aepctl.plan import Plan
from aepctl.settings import Settings, Target
from aepctl.state.disk import Disk
from aepctl.state.journal import replay
from aepctl.state.model import Phase, Snapshot
from aepctl.state.store import StateStore
from aepctl.workflow import applying, deciding, reading
from aepctl.workflow.applying import ApplyOptions
from aepctl.workflow.reading import Scope

WINDOW = 10.0  # settle_seconds
TARGET = Target("MACHINE@AdobeOrg", "dev", "https://platform.example")
PAGE = 3  # what the platform gives at once, whatever it is asked for


class Crash(BaseException):
    """The process is no more."""


class Fuse:
    """Burns down with each call to the world; then the process is dead until the next run."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.calls = 0

    @property
    def burnt(self) -> bool:
        return self.left is not None and self.left <= 0

    def burn(self) -> bool:
        """Count one call; whether it is the last one, which may be half done."""
        if self.burnt:
            raise Crash
        self.calls += 1
        if self.left is not None:
            self.left -= 1
        return self.burnt


@dataclass
class Inode:
    """A file. `durable` is what a power cut leaves of it."""

    data: bytes = b""
    durable: bytes = b""


class MemoryDisk(Disk):
    """Files in memory, with what would survive a power cut kept apart from what is written.

    Of changed names that were not made durable, a power cut keeps some and undoes others.
    """

    def __init__(self, fuse: Fuse) -> None:
        self.fuse = fuse
        self.names: dict[str, Inode] = {}
        self.durable_names: dict[str, Inode] = {}
        self.pending: list[dict[str, Inode | None]] = []
        self.handles: dict[int, Inode] = {}
        self.writes = 0

    def power_cut(self, kept: int) -> None:
        """Each bit of `kept` tells whether one change of names lasts."""
        for number, change in enumerate(self.pending):
            if kept >> number & 1:
                _rename(self.durable_names, change)
        self.pending = []
        self.names = dict(self.durable_names)
        for inode in self.names.values():
            inode.data = inode.durable

    def everything(self) -> dict[str, bytes]:
        return {name: inode.data for name, inode in self.names.items()}

    def _changes(self) -> None:
        """One more change, or the crash before it."""
        self.writes += 1
        if self.fuse.burn():
            raise Crash

    def _renames(self, change: dict[str, Inode | None]) -> None:
        _rename(self.names, change)
        self.pending.append(change)

    def read(self, path: Path) -> bytes | None:
        inode = self.names.get(path.name)
        return None if inode is None else inode.data

    def make_folder(self, path: Path) -> None:
        return

    def open_new(self, path: Path) -> int:
        self._changes()
        return self._open(path.name, empty=True)

    def open_append(self, path: Path) -> int:
        self._changes()
        return self._open(path.name)

    def _open(self, name: str, *, empty: bool = False) -> int:
        if name not in self.names:
            self._renames({name: Inode()})
        inode = self.names[name]
        if empty:
            inode.data = b""
        handle = max(self.handles, default=99) + 1
        self.handles[handle] = inode
        return handle

    def write(self, handle: int, data: bytes) -> int:
        """The last byte, a line's end, goes by itself; a crash leaves a torn end."""
        self.writes += 1
        some = data[:-1] or data
        if self.fuse.burn():
            self.handles[handle].data += some[: len(some) // 2]
            raise Crash
        self.handles[handle].data += some
        return len(some)

    def truncate(self, handle: int, size: int) -> None:
        self._changes()
        self.handles[handle].data = self.handles[handle].data[:size]

    def sync(self, handle: int) -> None:
        self._changes()
        self.handles[handle].durable = self.handles[handle].data

    def close(self, handle: int) -> None:
        del self.handles[handle]

    def replace(self, source: Path, target: Path) -> None:
        self._changes()
        self._renames({source.name: None, target.name: self.names[source.name]})

    def remove(self, path: Path) -> None:
        self._changes()
        self._renames({path.name: None})

    def sync_folder(self, folder: Path) -> None:
        self._changes()
        self.durable_names = dict(self.names)
        self.pending = []


def _rename(names: dict[str, Inode], change: dict[str, Inode | None]) -> None:
    for name, inode in change.items():
        if inode is None:
            names.pop(name, None)
        else:
            names[name] = inode


class JumpingClock:
    """Time that passes only where somebody waits, or a rule says so."""

    def __init__(self) -> None:
        self.at = datetime(2027, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Made:
    """An audience of the platform; `visible` is when the list shows it."""

    audience: Audience
    audience_id: str
    request: str
    created: datetime
    visible: datetime
    deleted: bool = False


@dataclass
class World:
    """Everything outside the program."""

    folder: Path
    ids: str = "server"
    fuse: Fuse = field(default_factory=Fuse)
    clock: JumpingClock = field(default_factory=JumpingClock)
    wanted: dict[str, Wanted] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    lag: float = 0.0
    late: float = 0.0
    faults: list[str] = field(default_factory=list)
    list_faults: int = 0
    excused: set[tuple[str, str, str]] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    wrongs: list[str] = field(default_factory=list)
    within: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self.disk = MemoryDisk(self.fuse)
        self.dice = random.Random(7)
        self.settings = Settings(
            environment="machine",
            manifests="audiences",
            state=str(self.folder / "machine.json"),
            target=TARGET,
            ais_url=TARGET.endpoint,
            ups_url=TARGET.endpoint,
            ims_url=TARGET.endpoint,
            settle_seconds=WINDOW,
            audience_ids="client" if self.ids == "client" else "server",
        )

    def store(self) -> StateStore:
        """A new one each time, as every process has its own."""
        return StateStore(self.settings.state, TARGET, disk=self.disk)

    def snapshot(self) -> Snapshot:
        return self.store().read()

    def live(self) -> list[Made]:
        return [one for one in self.made if not one.deleted]

    # What the program meets in place of the platform. See aepctl.aep.client.Platform.

    timeout = 30.0

    def connect(self) -> "World":
        return self

    def close(self) -> None:
        return

    def renew_token(self) -> bool:
        return True

    def create(self, audience: Audience, request_id: str, audience_id: str | None = None) -> Reply:
        if self.fuse.burn():
            raise Crash
        self._check_intent(audience, request_id)
        if self.within is not None:
            self.within()
        fault = self.faults.pop(0) if self.faults else "none"
        if fault in NOT_COMMITTED:
            return NOT_COMMITTED[fault]
        given = audience_id if self.ids == "client" else None
        if given is not None and any(one.audience_id == given for one in self.live()):
            return Answer(409, b"{}")
        made = self._commit(audience, request_id, given)
        if self.fuse.burn():  # committed, and nobody is there any more to hear it
            raise Crash
        if fault in COMMITTED:
            return COMMITTED[fault]
        return Answer(200, json.dumps({"audienceId": made.audience_id}).encode())

    def _check_intent(self, audience: Audience, request_id: str) -> None:
        """Nothing is sent whose intent would not survive a power cut."""
        inode = self.disk.durable_names.get("machine.journal", Inode())
        found = replay(inode.durable, "machine.journal")
        intents = {one.id: one for one in found.intents} if found else {}
        mine = intents.get(request_id)
        if mine is None or mine.audience != audience:
            self.wrongs.append(f"{audience.name} was sent without a durable intent")
        elif sum(one.key == mine.key and one.phase is Phase.OPEN for one in intents.values()) > 1:
            self.wrongs.append(f"{mine.key} was sent although an earlier create is unresolved")

    def _commit(self, audience: Audience, request_id: str, given: str | None) -> Made:
        owners = {one.audience_id: key for key, one in self.snapshot().audiences.items()}
        twins = [
            one
            for one in self.live()
            if one.audience.identity == audience.identity
            and not self._gave_its_name_away(owners.get(one.audience_id), audience)
        ]
        if twins and audience.identity not in self.excused:
            self.wrongs.append(f"{audience.name} was made twice")
        created = self.clock.now() + timedelta(seconds=self.late)
        made = Made(
            audience,
            given or str(UUID(int=self.dice.getrandbits(128), version=4)),
            request_id,
            created,
            created + timedelta(seconds=self.lag),
        )
        self.made.append(made)
        return made

    def _gave_its_name_away(self, key: str | None, audience: Audience) -> bool:
        """Whether this key owns an audience that is to get another name."""
        one = self.wanted.get(key or "")
        return one is not None and one.audience.identity != audience.identity

    def get(self, path: str, query: dict[str, str]) -> Reply:
        if self.fuse.burn():
            raise Crash
        if self.list_faults:
            self.list_faults -= 1
            return (Answer(503), Broken("cut"), Answer(429, retry_after=0.0))[self.list_faults % 3]
        now = self.clock.now()
        seen = [one for one in reversed(self.live()) if one.visible <= now]
        seen = [one for one in seen if query.get("name", "") in one.audience.name]
        if "property" in query:
            seen = [one for one in seen if f"audienceId=={one.audience_id}" == query["property"]]
        start = int(query["start"])
        children = [
            {
                **one.audience.fields(),
                "id": f"platform-{one.audience_id}",
                "audienceId": one.audience_id,
                "createEpoch": int(one.created.timestamp()),
            }
            for one in seen[start : start + PAGE]
        ]
        following = {"next": start + PAGE} if start + PAGE < len(seen) else {}
        page = {"children": children, "_page": {"totalCount": len(seen), **following}}
        return Answer(200, json.dumps(page).encode())


NOT_COMMITTED: dict[str, Reply] = {
    "refuse": Answer(400, b'{"message": "no"}'),
    "rate-limit": Answer(429, retry_after=0.0),
    "unauthorized": Answer(401),
    "error-before": Answer(503),
    "drop-before": Broken("dropped"),
    "not-sent": NotSent("no connection"),
    "conflict": Answer(409),
    "redirect": Answer(307),
}
COMMITTED: dict[str, Reply] = {
    "error-after": Answer(500),
    "drop-after": Broken("dropped"),
    "cut-body": Answer(200, b'{"audienceId": "1', complete=False),
    "empty-body": Answer(200),
    "no-id": Answer(200, b'{"name": "x"}'),
    "html-body": Answer(200, b"<html>"),
}
FAULTS = ("none", *NOT_COMMITTED, *COMMITTED)


class JumpingPace:
    """Holding off takes no real time."""

    def __init__(self, clock: JumpingClock, stop: Stop) -> None:
        self._clock = clock
        self._stop = stop

    def hold_off(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def wait(self) -> bool:
        return not self._stop.requested()


class Yes:
    """A Conversation that says yes, and remembers which IDs it was told."""

    def __init__(self, told: set[str]) -> None:
        self._told = told

    def show(self, plan: Plan) -> None:
        return

    def approve(self, plan: Plan) -> bool:
        return True

    def tell(self, outcome: Outcome) -> None:
        if outcome.audience_id is not None:
            self._told.add(outcome.audience_id)


@contextmanager
def inside(world: World) -> Iterator[None]:
    """The real commands, with this world in place of the real one."""

    def read_wanted(_: object) -> tuple[Settings, tuple[Wanted, ...]]:
        return world.settings, tuple(world.wanted.values())

    @contextmanager
    def platform_of(_: object) -> Iterator[World]:
        yield world

    def store_of(*_: object) -> StateStore:
        return world.store()

    places: dict[Any, dict[str, Any]] = {
        applying: {
            "read_wanted": read_wanted,
            "StateStore": store_of,
            "platform_of": platform_of,
            "credentials": lambda *_: None,
            "SystemClock": lambda: world.clock,
            "Pace": JumpingPace,
            "time": SimpleNamespace(sleep=world.clock.sleep),
            "Reader": lambda connection: Reader(connection, pause=world.clock.sleep),
        },
        reading: {"read_wanted": read_wanted, "StateStore": store_of},
        deciding: {
            "_store": store_of,
            "read_wanted": read_wanted,
            "_now": lambda: world.clock.now().isoformat(),
        },
    }
    with ExitStack() as patches:
        for module, names in places.items():
            for name, value in names.items():
                patches.enter_context(patch.object(module, name, value))
        yield


Reader = applying.Reader  # the real one, before `inside` puts another in its place


def run_apply(world: World) -> ApplyReport:
    """One worker: the order of calls, and so the point of a crash, is the same each time."""
    with inside(world):
        options = ApplyOptions(Scope(), parallelism=1)
        return applying.apply(options, Yes(world.told), Stop())


def wanted(key: str, number: int, description: str | None = None) -> Wanted:
    audience = Audience(f"Audience {number}", "agora", "Machine", description)
    return Wanted(key, audience, Origin("audiences/machine.yaml", number + 1, 3))


def described(one: Wanted, description: str) -> Wanted:
    return dataclasses.replace(
        one, audience=dataclasses.replace(one.audience, description=description)
    )
