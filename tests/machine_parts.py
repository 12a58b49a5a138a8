"""What the state machine runs on: a disk and a platform in memory, and a clock that jumps.

The story of apply, from lock to journal, is the real one. A crash may come at any call to disk or
platform; after it, neither does anything any more, until the next run.
"""

import dataclasses
import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from aepctl.aep.writer import AudienceWriter
from aepctl.apply.executor import execute
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.apply.sender import Sender
from aepctl.apply.stopping import Backoff, StopSignal
from aepctl.manifests import Manifests
from aepctl.model.audience import Audience, Ids, Wanted
from aepctl.model.problem import Origin
from aepctl.model.steps import Create, Delete, Patch, RemoteStep
from aepctl.model.target import Target
from aepctl.operations.apply import apply
from aepctl.operations.context import Context
from aepctl.operations.options import ApplyOptions
from aepctl.plan.plan import Action, Change, Plan
from aepctl.project.environment import Environment
from aepctl.replies import NoResponse, NothingSent, Reply, Response
from aepctl.state.loading import load
from aepctl.state.model import Phase, State
from aepctl.state.session import open_session
from aepctl.state.stores.base import Stored
from aepctl.state.stores.disk import Disk
from aepctl.state.stores.file import FileStore, whole_lines

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

    def put(self, name: str, data: bytes | None) -> None:
        """Somebody puts this there, or takes it away, durably."""
        if data is None:
            self.names.pop(name, None)
        else:
            self.names[name] = Inode(data, data)
        self.durable_names = dict(self.names)
        self.pending = []

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

    def open_new(self, path: Path, like: Path) -> int:
        assert path.name not in self.names
        assert path.parent == like.parent
        self._changes()
        return self._open(path.name)

    def is_at(self, handle: int, path: Path) -> bool:
        return self.names.get(path.name) is self.handles[handle]

    def beside(self, path: Path) -> list[Path]:
        start = f".{path.name}."
        return [path.with_name(one) for one in self.names if one.startswith(start)]

    def open_append(self, path: Path) -> int:
        self._changes()
        return self._open(path.name)

    def _open(self, name: str) -> int:
        if name not in self.names:
            self._renames({name: Inode()})
        inode = self.names[name]
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
        """At least so long: who waits for less than it can count must not wait for ever."""
        self.at += timedelta(microseconds=math.ceil(seconds * 1e6))


@dataclass
class Made:
    """An audience of the platform; `visible` is when the list shows it."""

    audience: Audience
    audience_id: str
    request: str
    created: datetime
    visible: datetime
    deleted: bool = False
    ended: bool = False  # deleted by us

    @property
    def ids(self) -> Ids:
        return Ids(self.audience_id, f"platform-{self.audience_id}")


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
        self._last: tuple[Stored, State] | None = None
        self.environment = Environment(
            name="machine",
            target=TARGET,
            state=str(self.folder / "machine.json"),
            ais_url=f"{TARGET.endpoint}/ais",
            ups_url=f"{TARGET.endpoint}/ups",
            ims_url=TARGET.endpoint,
            settle_seconds=WINDOW,
            audience_ids="client" if self.ids == "client" else "server",
        )

    @property
    def context(self) -> Context:
        """This world, as the program is given it."""

        @contextmanager
        def open_platform(*_: object) -> Iterator[World]:
            yield self

        return Context(
            environ={"AEP_ACCESS_TOKEN": "test-token", "AEP_API_KEY": "test-key"},
            clock=self.clock,
            new_id=lambda: str(UUID(int=self.dice.getrandbits(128), version=4)),
            read_manifests=lambda _: Manifests(tuple(self.wanted.values())),
            open_store=lambda _: self.store(),
            open_platform=open_platform,  # type: ignore[arg-type] # a connection in memory
            console=Yes(self.told),
        )

    def store(self) -> FileStore:
        """A new one each time, as every process has its own."""
        return FileStore(self.environment.state, disk=self.disk)

    def state(self) -> State:
        """What counts: the document with what its journal adds."""
        return self._loaded(self.store().read())

    def durable(self) -> State:
        """What a power cut at this instant would leave of the state."""
        kept = {name: inode.durable for name, inode in self.disk.durable_names.items()}
        log = whole_lines(kept.get("machine.journal", b""))
        return self._loaded(Stored(kept.get("machine.json"), log or None))

    def _loaded(self, stored: Stored) -> State:
        """Each step asks several times for the same."""
        if self._last is None or self._last[0] != stored:
            self._last = stored, load(stored, self.store(), TARGET).state
        return self._last[1]

    def live(self) -> list[Made]:
        return [one for one in self.made if not one.deleted]

    # What the program meets in place of the platform. See aepctl.aep.connection.

    timeout_seconds = 30.0

    def connect(self) -> "World":
        return self

    def close(self) -> None:
        return

    def renew_token(self) -> bool:
        return True

    @property
    def token_advice(self) -> str:
        return "get another token"

    def reconnect(self) -> None:
        return

    def send(
        self, method: str, url: str, *, request_id: str, accept: str = "", body: bytes | None = None
    ) -> Reply:
        path = urlsplit(url).path
        if self.fuse.burn():
            raise Crash
        step = self._check_intent(request_id)
        if self.within is not None:
            self.within()
        fault = self.faults.pop(0) if self.faults else "none"
        if fault in NOT_COMMITTED:
            return NOT_COMMITTED[fault]
        match method, step:
            case "POST", Create():
                answer = self._create(path, json.loads(body or b""), step, request_id)
            case "PATCH", Patch():
                answer = self._patch(path, json.loads(body or b""), step)
            case "DELETE", Delete():
                answer = self._delete(path, step)
            case _:
                self.wrongs.append(f"{method} {path} was sent with the intent of {step}")
                answer = Response(405)
        if self.fuse.burn():  # committed, and nobody is there any more to hear it
            raise Crash
        if answer.status >= 400:
            return answer
        return self._swapped() if fault == SWAPPED else COMMITTED.get(fault, answer)

    def _swapped(self) -> Response:
        """The answer to another create: that of the first one, where there was one before."""
        one = self.made[0]
        said = {"audienceId": one.audience_id, "name": one.audience.name}
        return Response(200, json.dumps(said).encode())

    def _check_intent(self, request_id: str) -> RemoteStep | None:
        """Nothing is sent whose intent would not survive a power cut, or beside an open one."""
        intents = self.durable().intents
        mine = intents.get(request_id)
        if mine is None:
            return None
        if sum(one.key == mine.key and one.phase is Phase.OPEN for one in intents.values()) > 1:
            self.wrongs.append(f"{mine.key} was sent although an earlier step is unresolved")
        return mine.step

    def _create(self, path: str, fields: dict[str, str], step: Create, request_id: str) -> Response:
        given = fields.pop("audienceId", None)
        if path != "/ais/audiences" or step != Create(Audience.of(fields), given):
            self.wrongs.append(f"{fields} was sent with the intent of {step}")
        given = given if self.ids == "client" else None
        if given is not None and any(one.audience_id == given for one in self.live()):
            return Response(409, b"{}")
        made = self.commit(step.audience, request_id, given)
        return Response(200, json.dumps({"audienceId": made.audience_id}).encode())

    def _patch(self, path: str, operations: list[dict[str, str]], step: Patch) -> Response:
        one = self._there(path, step.ids)
        if one is None:
            self.wrongs.append(f"{path} was changed although it is not there")
            return GONE
        changes = {each["path"].removeprefix("/"): each["value"] or None for each in operations}
        if changes != step.changes:
            self.wrongs.append(f"{changes} was sent with the intent of {step}")
        there, before = one.audience.fields(), step.before.fields()
        if any(there.get(name) != before.get(name) for name in changes):
            self.wrongs.append(f"{one.audience} was changed over somebody else's edit")
        one.audience = Audience.of({**there, **changes})
        return Response(200, json.dumps(self._listed(one)).encode())

    def _delete(self, path: str, step: Delete) -> Response:
        one = self._there(path, step.ids)
        if one is None:
            self.wrongs.append(f"{path} was deleted although it is not there")
            return GONE
        one.deleted = one.ended = True
        return Response(204)

    def _there(self, path: str, ids: Ids | None = None) -> Made | None:
        """What has this address, which is the platform's own id, and these IDs."""
        platform_id = path.rpartition("/")[2]
        assert path == f"/ups/audiences/{platform_id}"
        return next(
            (
                one
                for one in self.live()
                if one.ids.platform_id == platform_id and ids in {None, one.ids}
            ),
            None,
        )

    def commit(self, audience: Audience, request_id: str, given: str | None) -> Made:
        owners = {one.ids.audience_id: key for key, one in self.state().audiences.items()}
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
            return LIST_FAULTS[self.list_faults % len(LIST_FAULTS)]
        if path != "/audiences":
            one = self._there(f"/ups{path}")
            return GONE if one is None else Response(200, json.dumps(self._listed(one)).encode())
        now = self.clock.now()
        seen = [one for one in reversed(self.live()) if one.visible <= now]
        seen = [one for one in seen if query.get("name", "") in one.audience.name]
        if "property" in query:
            seen = [one for one in seen if f"audienceId=={one.audience_id}" == query["property"]]
        start = int(query["start"])
        children = [self._listed(one) for one in seen[start : start + PAGE]]
        following = {"next": start + PAGE} if start + PAGE < len(seen) else {}
        page = {"children": children, "_page": {"totalCount": len(seen), **following}}
        return Response(200, json.dumps(page).encode())

    def _listed(self, one: Made) -> dict[str, object]:
        return {
            **one.audience.fields(),
            "id": one.ids.platform_id,
            "audienceId": one.audience_id,
            "createEpoch": int(one.created.timestamp()),
        }


GONE = Response(404, b'{"type": "https://ns.adobe.com/aep/errors/UPAPI-113430-404"}')
NOT_COMMITTED: dict[str, Reply] = {
    "refuse": Response(400, b'{"message": "no"}'),
    "rate-limit": Response(429, retry_after=0.0),
    "unauthorized": Response(401),
    "error-before": Response(503),
    "drop-before": NoResponse("dropped"),
    "not-sent": NothingSent("no connection"),
    "conflict": Response(409),
    "redirect": Response(307),
}
COMMITTED: dict[str, Reply] = {
    "error-after": Response(500),
    "drop-after": NoResponse("dropped"),
    "cut-body": Response(200, b'{"audienceId": "1', complete=False),
    "empty-body": Response(200),
    "no-id": Response(200, b'{"name": "x"}'),
    "html-body": Response(200, b"<html>"),
}
SWAPPED = "swapped"
FAULTS = ("none", *NOT_COMMITTED, *COMMITTED, SWAPPED)
SHORT = Response(200, b'{"children": [], "_page": {"totalCount": 5}}')
LIST_FAULTS: tuple[Reply, ...] = (
    Response(503),
    NoResponse("cut"),
    Response(429, retry_after=0.0),
    SHORT,
)


class Yes:
    """A console that says yes, and remembers which IDs it was told."""

    def __init__(self, told: set[str]) -> None:
        self._told = told

    def show(self, plan: Plan) -> None:
        return

    def approve(self, plan: Plan) -> bool:
        return False

    def begin(self, plan: Plan) -> None:
        return

    def warn(self, text: str) -> None:
        return

    def tell(self, outcome: Outcome) -> None:
        if outcome.kind is OutcomeKind.DELETED:
            assert outcome.ids is not None
            self._told.discard(outcome.ids.audience_id)
        elif outcome.ids is not None:
            self._told.add(outcome.ids.audience_id)


def run_apply(world: World) -> ApplyReport:
    """One worker: the order of calls, and so the point of a crash, is the same each time."""
    stop = WaitsInNoTime(world)
    report = apply(world.context, world.environment, ApplyOptions(parallelism=1), stop)
    raise_what_a_worker_met(stop)
    return report


def raise_what_a_worker_met(stop: StopSignal) -> None:
    """The end of the process, or a bug: the program tells it when its report is done."""
    if stop.error is not None:
        raise stop.error


def carry_out(world: World, changes: Sequence[Change]) -> tuple[Outcome, ...]:
    """Do the steps of these changes under the lock, as apply does those of its plan."""
    context, stop = world.context, WaitsInNoTime(world)
    with open_session(
        world.store(), TARGET, context.run("apply"), clock=world.clock, ids=context.new_id
    ) as session:
        outcomes = execute(
            changes,
            Sender(session, world.clock, stop, Backoff(world.clock, stop)),
            lambda: AudienceWriter(world.connect()),  # type: ignore[arg-type] # it has only send
            parallelism=1,
            on_outcome=context.console.tell,
        )
        session.checkpoint()
    raise_what_a_worker_met(stop)
    return outcomes


def patch_of(key: str, made: Made, after: Audience) -> Change:
    return Change(key, Action.UPDATE, steps=(Patch(made.ids, made.audience, after),))


def delete_of(key: str, made: Made) -> Change:
    return Change(key, Action.REMOVED, steps=(Delete(made.ids, made.audience),))


class WaitsInNoTime(StopSignal):
    """Holding back takes no real time."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._clock = world.clock

    def wait(self, seconds: float) -> bool:
        self._clock.sleep(seconds)
        return self.requested()


def wanted(key: str, number: int, description: str | None = None) -> Wanted:
    audience = Audience(f"Audience {number}", "agora", "Machine", description)
    return Wanted(key, audience, Origin("audiences/machine.yaml", number + 1, 3))


def described(one: Wanted, description: str) -> Wanted:
    return dataclasses.replace(
        one, audience=dataclasses.replace(one.audience, description=description)
    )
