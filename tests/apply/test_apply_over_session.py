"""Apply over the real session: what is on disk before, while and after a request is on its way."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine import creates
from fakes import AT, TARGET, FakeClock, FakeStop
from raw_server import GIVEN, RawServer, Wire, platform_at

from aepctl.aep.writer import AudienceWriter
from aepctl.apply.executor import execute
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.sender import Sender
from aepctl.apply.stopping import Backoff
from aepctl.emulator import Behaviour, Fault, FaultKind, serve
from aepctl.state.loading import load
from aepctl.state.model import Run, State
from aepctl.state.session import StateSession, open_session
from aepctl.state.stores.file import FileStore


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path / "local.json"))


def on_disk(store: FileStore) -> State:
    """What the next run would find after a crash at this moment."""
    return load(store.read(), store, TARGET).state


@contextmanager
def session(store: FileStore) -> Iterator[StateSession]:
    run = Run("run-1", AT, "aepctl apply")
    with open_session(store, TARGET, run, clock=FakeClock()) as opened:
        yield opened


def create(store: FileStore, url: str, keys: Iterable[str], parallelism: int = 1) -> list[Outcome]:
    """Create these audiences, and leave everything as the run leaves it before its checkpoint."""
    clock = FakeClock()
    stop = FakeStop(clock)
    with session(store) as opened, platform_at(url, GIVEN) as platform:
        sender = Sender(opened, clock, stop, Backoff(clock, stop), lambda: 0.5)
        return list(
            execute(
                creates(keys),
                sender,
                lambda: AudienceWriter(platform.connect()),
                parallelism=parallelism,
                on_outcome=lambda outcome: None,
            )
        )


def test_the_intent_is_durable_before_the_first_byte_leaves(store: FileStore) -> None:
    found: list[list[str]] = []

    def look(wire: Wire) -> None:
        """At the moment of the connection, and before a byte of it is read."""
        found.append(list(on_disk(store).intents))
        found.append([str(wire.receive().header("x-request-id"))])

    with RawServer(look) as server:
        create(store, server.url, ["gold"])
    assert len(found[0]) == 1
    assert found[0] == found[1]


def test_many_at_once_have_each_their_own_intent_on_disk_first(store: FileStore) -> None:
    missing: list[str] = []

    def look(wire: Wire) -> None:
        request = wire.receive()
        noted = {(one.id, one.key) for one in on_disk(store).intents.values()}
        if (request.header("x-request-id"), request.json()["name"]) not in noted:
            missing.append(request.line)
        wire.send(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with RawServer(*[look] * 24) as server:
        create(store, server.url, [f"key-{number}" for number in range(24)], parallelism=8)
        assert server.creates == 24
    assert missing == []
    assert on_disk(store).intents == {}


def test_a_storm_of_faults_makes_no_duplicate_and_loses_no_id(store: FileStore) -> None:
    kinds = [kind for kind in FaultKind if kind in SEEN_ON_CREATE]
    faults = tuple(Fault(kind=kind, rate=0.06) for kind in kinds)
    keys = [f"key-{number}" for number in range(120)]
    with serve(behaviour=Behaviour(faults=faults, seed=7)) as emulator:
        outcomes = create(store, emulator.url, keys, parallelism=8)
        made = [one["name"] for one in emulator.audiences]
        ids = {one["name"]: one["audienceId"] for one in emulator.audiences}
    assert len(made) == len(set(made))
    found = on_disk(store)
    open_keys = {intent.key for intent in found.intents.values()}
    assert {key: one.ids.audience_id for key, one in found.audiences.items()} == {
        one.key: ids[one.key] for one in outcomes if one.kind is OutcomeKind.CREATED
    }
    assert set(made) <= set(found.audiences) | open_keys
    assert not set(found.audiences) & open_keys


SEEN_ON_CREATE = frozenset(
    {
        FaultKind.ERROR_AFTER,
        FaultKind.DROP_AFTER,
        FaultKind.CUT_BODY,
        FaultKind.HTML_BODY,
        FaultKind.EMPTY_BODY,
        FaultKind.NO_ID,
        FaultKind.ERROR_BEFORE,
        FaultKind.DROP_BEFORE,
        FaultKind.REDIRECT,
        FaultKind.CONFLICT,
        FaultKind.REFUSE,
        FaultKind.RATE_LIMIT,
        FaultKind.UNAUTHORIZED,
    }
)
