"""Answers that go wrong on their way, byte by byte: 2,000 exchanges in a short round.

Most go through the real transport, reader and writer within this process, each worker with a
server and a seed of its own, so that what fails can be repeated. Some are real processes.
"""

import json
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest
from fakes import TARGET
from raw_server import RawServer, Request, Wire, http
from rig import APPLY, ROUNDS, Record, Site, rescued
from wire_mutations import (
    FRAMING,
    LIES,
    SLOW,
    Mutation,
    Script,
    mutated,
    names_another,
    tells_a_refusal,
    untouched,
)

from aepctl.aep.connection import Platform
from aepctl.aep.reader import AudienceReader
from aepctl.aep.tokens import ImsToken
from aepctl.aep.verdicts import Done, NotSent, Refused, Unknown
from aepctl.aep.writer import AudienceWriter
from aepctl.clock import SystemClock
from aepctl.errors import AepctlError
from aepctl.model.audience import Audience, Ids, Observed
from aepctl.model.steps import Create
from aepctl.project.credentials import Credentials, Secret
from aepctl.project.environment import Environment
from aepctl.replies import NoResponse, NothingSent, Reply, Response
from aepctl.transport import Transport, TransportFactory

EXCHANGES = 2000 * ROUNDS
WORKERS = 8
DEADLINE = 0.4
LATE = 8.0
"""So much after its deadline an exchange is late for sure, however busy the machine is."""
SECRET = "rig-client-secret"
REFUSED = http(422, '{"title": "No", "error_code": "1-422"}')

pytestmark = [pytest.mark.rig, pytest.mark.timeout(600 * ROUNDS)]


class QuickClock(SystemClock):
    """The real time, but nobody waits for another attempt."""

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.001))


@dataclass
class World:
    """A platform that does what it is asked, whatever becomes of its answers."""

    rng: Random
    mutations: tuple[Mutation, ...]
    audiences: dict[str, dict[str, str]] = field(default_factory=dict)
    arrived: Counter[str] = field(default_factory=Counter)
    committed: dict[str, str] = field(default_factory=dict)
    refusals: float = 0.1
    exchanges: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    last: tuple[str, bytes] = ("", b"")
    mutex: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, wire: Wire) -> None:
        request = wire.receive()
        with self.mutex:
            self.exchanges += 1
            script = self._script(request)
        script.play(wire)

    def _script(self, request: Request) -> Script:
        url = urlsplit(request.line.split()[1])
        if request.line.startswith("POST") and "/ims/" in url.path:
            return self._mutated(http(200, '{"access_token": "rig-token-1", "expires_in": 9999}'))
        if url.path.endswith("/bulk-get"):
            asked = [one["id"] for one in request.json()["ids"]]
            results = {one: self.audiences[one] for one in asked if one in self.audiences}
            return self._mutated(http(200, json.dumps({"results": results})))
        if request.line.startswith("POST"):
            return self._create(request)
        if not url.path.endswith("/audiences"):
            found = self.audiences.get(url.path.rsplit("/", 1)[1])
            return self._mutated(http(200, json.dumps(found)) if found else http(404, "{}"))
        name = parse_qs(url.query).get("name", [""])[0]
        found = [one for one in self.audiences.values() if name in one["name"]]
        total = {"totalCount": len(found), "pageSize": 100}
        return self._mutated(http(200, json.dumps({"children": found, "_page": total})))

    def _create(self, request: Request) -> Script:
        sent = request.json()
        request_id = str(request.header("x-request-id"))
        self.arrived[request_id] += 1
        if self.rng.random() < self.refusals:
            return self._mutated(REFUSED)
        audience_id = f"made-{len(self.audiences):05}"
        self.committed[request_id] = audience_id
        known = {"audienceId": audience_id, "id": f"p-{audience_id}", "type": "ExternalAudience"}
        self.audiences[known["id"]] = {**sent, **known}
        answer = http(200, json.dumps({"name": sent["name"], "audienceId": audience_id}))
        while True:
            script = self._mutated(answer)
            if not tells_a_refusal(script) and not names_another(script, audience_id):
                return script

    def _mutated(self, answer: bytes) -> Script:
        way, script = mutated(self.rng, answer, self.mutations)
        self.seen[way] += 1
        self.last = (way, script.data[:2000])
        return script


class Watched(TransportFactory):
    """Its transports are watched: each exchange comes back as one of our values, and in time."""

    def __init__(self) -> None:
        super().__init__(timeout_seconds=DEADLINE, environ={})
        self.slowest = 0.0
        self.replies: Counter[str] = Counter()

    def transport(self) -> Transport:
        real = super().transport()
        send = real.send

        def watched(*request: object) -> Reply:
            began = time.monotonic()
            reply = send(*request)  # type: ignore[arg-type]
            self.slowest = max(self.slowest, time.monotonic() - began)
            assert isinstance(reply, Response | NothingSent | NoResponse)
            self.replies[type(reply).__name__] += 1
            return reply

        real.send = watched  # type: ignore[method-assign]
        return real


class Worker:
    """Asks for tokens, lists, reads and creates in turn, until so many exchanges were made."""

    def __init__(self, seed: int, mutations: tuple[Mutation, ...], *, lies: bool) -> None:
        self.seed = seed
        self.lies = lies
        self.world = World(Random(seed), mutations)
        self.factory = Watched()
        self.ends: Counter[str] = Counter()
        self.error: BaseException | None = None

    def work(self, exchanges: int) -> None:
        try:
            with RawServer(*[self.world] * exchanges * 4) as server:
                environment = Environment(
                    "rig", TARGET, "", f"{server.url}/core/ais", f"{server.url}/ups", server.url
                )
                given = Credentials("key", access_token=Secret("rig-token-2"))
                platform = Platform(environment, given, self.factory)
                try:
                    while self.world.exchanges < exchanges:
                        for ask in (self._token, self._create, self._list, self._read):
                            ask(platform)
                finally:
                    platform.close()
        except BaseException as error:  # noqa: BLE001 - raised by the test
            self.error = error

    def _token(self, platform: Platform) -> None:
        asking = Credentials("key", client_id="rig", client_secret=Secret(SECRET))
        transport = self.factory.transport()
        ims = ImsToken(transport, platform.environment.ims_url, asking, QuickClock())
        try:
            token = ims.current()
        except AepctlError:
            self.ends["token: an error of ours"] += 1
        else:
            assert self.lies or token == "rig-token-1"
            self.ends["token: had"] += 1
        finally:
            transport.close()

    def _create(self, platform: Platform) -> None:
        number = sum(self.world.arrived.values())
        request_id = f"request-{self.seed}-{number}"
        step = Create(Audience(f"Audience {number}", "agora", "Rig"))
        connection = platform.connect()
        verdict = AudienceWriter(connection).send(step, request_id)
        connection.close()
        made = self.world.committed.get(request_id)
        assert self.world.arrived[request_id] <= 1  # nothing twice
        match verdict:
            case Done(ids):
                assert ids is not None
                assert ids.audience_id == made
            case NotSent():
                assert self.world.arrived[request_id] == 0
            case Refused():
                assert made is None  # nothing lost
            case Unknown():
                pass
        self.ends[f"create: {type(verdict).__name__}"] += 1

    def _list(self, platform: Platform) -> None:
        connection = platform.connect()
        try:
            found = AudienceReader(connection, QuickClock()).list_all()
        except AepctlError:
            self.ends["list: an error of ours"] += 1
        else:
            told = {one.ids.audience_id for one in found}
            assert self.lies or told == {one["audienceId"] for one in self.world.audiences.values()}
            self.ends["list: read"] += 1
        finally:
            connection.close()

    def _read(self, platform: Platform) -> None:
        if not self.world.audiences:
            return
        platform_id, there = next(reversed(self.world.audiences.items()))
        connection = platform.connect()
        reader = AudienceReader(connection, QuickClock())
        try:
            found = reader.get(Ids(there["audienceId"], platform_id))
        except AepctlError:
            self.ends["read: an error of ours"] += 1
        else:
            assert self.lies or isinstance(found, Observed)
            assert self.lies or found.ids.audience_id == there["audienceId"]  # type: ignore[union-attr]
            self.ends["read: read"] += 1
        finally:
            connection.close()


def all_work(workers: list[Worker], exchanges: int) -> None:
    threads = [
        threading.Thread(target=one.work, args=(exchanges // len(workers),)) for one in workers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in workers:
        if one.error is not None:
            one.error.add_note(f"seed {one.seed}, {one.world.last}")
            raise one.error


@pytest.mark.parametrize("lies", [False, True], ids=["framing", "framing and bodies"])
def test_every_exchange_ends_as_one_of_ours_in_time_and_never_wrongly(
    lies: bool, report: Record
) -> None:
    mutations = (*FRAMING * 3, *SLOW, *(LIES * 6 if lies else ()))
    workers = [Worker(seed + 100 * lies, mutations, lies=lies) for seed in range(WORKERS)]
    all_work(workers, EXCHANGES // 2)
    ends = sum((one.ends for one in workers), Counter[str]())
    seen = sum((one.world.seen for one in workers), Counter[str]())
    slowest = max(one.factory.slowest for one in workers)
    exchanges = sum(one.world.exchanges for one in workers)
    ended = ", ".join(f"{name} {count}" for name, count in sorted(ends.items()))
    report(
        f"wire, {'framing and bodies' if lies else 'framing'}",
        f"{exchanges} exchanges, the slowest {slowest:.2f} s of {DEADLINE} s; {ended}",
    )
    assert exchanges >= EXCHANGES // 2
    assert slowest < DEADLINE + LATE
    assert set(seen) == {one.__name__ for one in mutations}
    for kind in ("token: had", "create: Done", "create: Unknown", "list: read", "read: read"):
        assert ends[kind] >= 10, ends


# Real processes

WANTED = 30
HONEST: tuple[Mutation, ...] = (untouched,)
TRACES = re.compile("Traceback|internal error")


def check_nothing_lost(ground: Site, world: World, err: str) -> None:
    """Each audience of the platform is in state, in an open intent, or printed."""
    known = {one["audienceId"] for one in ground.known().values()}
    known |= set(
        rescued(line for line in err.splitlines() if line.startswith('{"type": "')).values()
    )
    open_ids = {one.get("id") or one.get("intent") for one in ground.intents()} | set(
        ground.document().get("intents", {})
    )
    for request_id, audience_id in world.committed.items():
        assert audience_id in known or request_id in open_ids, (request_id, audience_id)


@pytest.mark.parametrize("seed", range(6 * ROUNDS))
def test_a_real_apply_over_such_a_wire_makes_nothing_twice_and_loses_nothing(
    seed: int, tmp_path: Path, report: Record
) -> None:
    world = World(Random(1000 + seed), FRAMING, refusals=0.0)
    codes = []
    with RawServer(*[world] * 100_000) as server, Site(tmp_path, server.url) as ground:
        ground.want(WANTED)
        for attempt in range(8):
            world.mutations = FRAMING if attempt < 3 else HONEST
            code, out, err = ground.run(*APPLY)
            codes.append(code)
            assert not TRACES.search(err), err
            assert code in {0, 1, 3, 4}, out + err
            assert max(world.arrived.values(), default=0) <= 1
            names = Counter(one["name"] for one in world.audiences.values())
            assert max(names.values(), default=0) <= 1, names
            if ground.state.exists():
                check_nothing_lost(ground, world, err)
            if code == 0 and attempt >= 3:
                break
        there = {one["audienceId"]: one["name"] for one in world.audiences.values()}
        ours = {one["audienceId"]: one["name"] for one in ground.known().values()}
        assert (codes[-1], ours, len(there)) == (0, there, WANTED)
    report(f"wire, real processes, seed {seed}", f"exits {codes}, {world.exchanges} exchanges")
