"""What the rigs of failing storage share: a platform that looks at the disk, and one whole apply.

The apply meets everything that a run can: outcomes that an earlier run left in its journal, an
intent to settle that is found and one that is not, an audience to adopt, creates that are answered,
put off, refused, and not answered.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fakes import AT, FakeClock, FakeStop, MemoryDisk, audience

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.manifests import Manifests
from aepctl.model.audience import Audience, Ids, Known, Wanted
from aepctl.model.problem import Origin
from aepctl.model.steps import Create
from aepctl.model.target import Target
from aepctl.operations import state as deciding
from aepctl.operations.apply import ApplyOptions, apply
from aepctl.operations.context import Console, Context, SilentConsole
from aepctl.project.environment import Environment
from aepctl.replies import NoResponse, Reply, Response
from aepctl.state.encoder import encode_state
from aepctl.state.events import Begun, Ended, Ending, Event
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.loading import load, read_state
from aepctl.state.model import Intent, Run, State
from aepctl.state.run import new_id
from aepctl.state.stores.base import Stored
from aepctl.state.stores.disk import Disk
from aepctl.state.stores.file import FileStore, whole_lines

TARGET = Target("1BD6382559DF0C130A49422D@AdobeOrg", "prod", "https://platform.example")
WANTED = ("old", "lead", "found", "vanished", "there", "gold", "late", "picky", "mute")
EARLIER = Run("earlier", AT, "apply")


def _earlier(key: str) -> Intent:
    return Intent(f"earlier-{key}", EARLIER.id, key, Create(audience(key)), AT)


OLD = State(
    "L",
    3,
    TARGET,
    {"old": Known(audience("old"), Ids("id-old"))},
    {"earlier-vanished": _earlier("vanished")},
)
"""What an earlier run has written: one intent was left open by a run that ended in order."""


class Watched:
    """A platform in memory. At each create it looks whether the intent would survive a power cut.

    `late` is put off once, `picky` refused once, `mute` is made without an answer.
    """

    def __init__(self, disk: MemoryDisk, store: FileStore, environment: Environment) -> None:
        self.environment = environment
        self._disk = disk
        self._store = store
        self.there: list[tuple[Audience, str]] = []
        for name in ("old", "lead", "found", "there"):
            self._make(audience(name))
        self.sent: list[str] = []
        self.without_intent: list[str] = []
        self._once = {
            "late": Response(429, b"{}", retry_after=0.0),
            "picky": Response(400, b'{"message": "too picky"}'),
        }

    def connect(self) -> "Watched":
        return self

    def close(self) -> None:
        pass

    def renew_token(self) -> bool:
        return False

    @property
    def token_advice(self) -> str:
        return "get another token"

    def reconnect(self) -> None:
        return

    def send(
        self,
        method: str,
        url: str,
        *,
        request_id: str,
        accept: str = "",
        body: bytes | None = None,
        ready: Callable[[], None] | None = None,
    ) -> Reply:
        if ready is not None:
            ready()
        assert (method, urlsplit(url).path) == ("POST", "/ais/audiences")
        one = Audience.of(json.loads(body or b""))
        self.sent.append(one.name)
        mine = self._durable().intents.get(request_id)
        if mine is None or mine.step != Create(one):
            self.without_intent.append(one.name)
        put_off = self._once.pop(one.name, None)
        if put_off is not None:
            return put_off
        given = self._make(one)
        if one.name == "mute":
            return NoResponse("the connection was closed without an answer")
        return Response(200, json.dumps({"audienceId": given}).encode())

    def _make(self, one: Audience) -> str:
        before = sum(other.name == one.name for other, _ in self.there)
        self.there.append((one, f"id-{one.name}" + "-again" * before))
        return self.there[-1][1]

    def _durable(self) -> State:
        """The state that the next run would find after a power cut at this instant."""
        names = {path.name: inode.safe for path, inode in self._disk.safe_names.items()}
        log = whole_lines(names.get("prod.journal", b""))
        return load(Stored(names.get("prod.json"), log or None), self._store, TARGET).state

    def _shown(self, number: int) -> dict[str, Any]:
        one, given = self.there[number]
        return {
            "id": f"p-{number}",
            "audienceId": given,
            **one.fields(),
            "type": "ExternalSegment",
            "creationTime": int(time.time() * 1000),
        }

    def get(self, path: str, query: dict[str, str]) -> Reply:
        every = {f"p-{n}": self._shown(n) for n in range(len(self.there))}
        one = every.get(path.rpartition("/")[2])
        if one is not None:
            return Response(200, json.dumps(one).encode())
        children = [each for each in every.values() if query.get("name", "") in each["name"]]
        page = {"totalCount": len(children)}
        return Response(200, json.dumps({"children": children, "_page": page}).encode())


@dataclass
class Told(SilentConsole):
    """A console that approves of everything and remembers what it was told."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    adopted: set[str] = field(default_factory=set)

    def tell(self, outcome: Outcome) -> None:
        if outcome.kind is OutcomeKind.ADOPTED:
            self.adopted.add(outcome.key)
        if outcome.kind.done:
            assert outcome.ids is not None
            self.acknowledged[outcome.key] = outcome.ids.audience_id


class World:
    """Wanted audiences, a disk in memory, a platform, and applies over them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder.resolve() / "state" / "prod.json"
        self.environment = Environment(
            name="prod",
            target=TARGET,
            state=str(self.path),
            ais_url=f"{TARGET.endpoint}/ais",
            ups_url=f"{TARGET.endpoint}/ups",
            ims_url=TARGET.endpoint,
            settle_seconds=0.0,
        )
        self._wanted = tuple(
            Wanted(key, audience(key), Origin("audiences/all.yaml", line, 3))
            for line, key in enumerate(WANTED, 3)
        )
        self.begin("nothing")

    def begin(self, start: str) -> None:
        """No state at all, or everything as an earlier run has left it."""
        self.memory, self.clock = MemoryDisk(), FakeClock()
        store = self.store()
        self.platform = Watched(self.memory, store, self.environment)
        if start == "nothing":
            return
        lead, found = _earlier("lead"), _earlier("found")
        done = Ended(lead.id, Ending.DONE, EARLIER.id, AT, Ids("id-lead"))
        events: tuple[Event, ...] = (Begun(lead), Begun(found), done)
        journal = encode_header("L", 3, TARGET, EARLIER) + b"".join(map(encode_event, events))
        for path, data in ((self.path, encode_state(OLD).encode()), (store.log_path, journal)):
            handle = self.memory.open_append(path)
            self.memory.open[handle].data = data
            self.memory.sync(handle)
            self.memory.close(handle)
            self.memory.sync_folder(path.parent)

    def store(self, disk: Disk | None = None) -> FileStore:
        return FileStore(self.environment.state, disk=disk or self.memory)

    def state(self) -> State:
        """What counts: the document with what its journal adds."""
        return read_state(self.store(), TARGET)

    def _context(self, disk: Disk, console: Console) -> Context:
        @contextmanager
        def open_platform(*_: object) -> Iterator[Watched]:
            yield self.platform

        return Context(
            environ={"AEP_ACCESS_TOKEN": "test-token", "AEP_API_KEY": "test-key"},
            clock=self.clock,
            new_id=new_id,
            read_manifests=lambda _: Manifests(self._wanted),
            open_store=lambda _: self.store(disk),
            open_platform=open_platform,  # type: ignore[arg-type] # a connection in memory
            console=console,
        )

    def apply(self, disk: Disk, told: Told, parallelism: int = 1) -> ApplyReport:
        context, stop = self._context(disk, told), FakeStop(self.clock)
        report = apply(context, self.environment, ApplyOptions(parallelism=parallelism), stop)
        if stop.error is not None:  # the end of the process, or a bug: told when the report is done
            raise stop.error
        return report

    def recover(self, text: str) -> deciding.Decided:
        context = self._context(self.memory, SilentConsole())
        return deciding.recover(context, self.environment, text, "log")
