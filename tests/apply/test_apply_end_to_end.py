"""Every row of the outcome table on a real socket: how many creates arrive, what is noted.

After its script the server would grant any further create, so that one sent twice is seen.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from engine import EndToEnd, change
from fakes import audience
from raw_server import (
    RawServer,
    Step,
    Wire,
    answer,
    close,
    created,
    cut,
    deaf_port,
    free_port,
    hang,
    raw,
    reset,
    reset_unread,
)

from aepctl.apply.outcomes import OutcomeKind
from aepctl.emulator import Behaviour, Fault, FaultKind, serve
from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Create, Delete, Patch, RemoteStep
from aepctl.plan.plan import Action
from aepctl.project.credentials import Credentials, Secret
from aepctl.state.events import Ended

ERROR = '{"error_code": "403010", "message": "no"}'
ASKING = Credentials(api_key="client", client_id="client", client_secret=Secret("test-secret"))

UNKNOWN: dict[str, Step] = {
    "cut body": cut("A"),
    "empty body": answer(200),
    "204": answer(204),
    "HTML": answer(200, "<html>OK</html>"),
    "no ID": answer(200, '{"name": "gold"}'),
    "endless body": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"),
    "closed": close,
    "reset": reset,
    "reset unread": reset_unread,
    "no answer in time": hang,
    "no HTTP": raw(b"SSH-2.0-OpenSSH\r\n\r\n"),
    **{
        str(status): answer(status, ERROR, {"Location": "/core/ais/audiences"})
        for status in (300, 301, 302, 303, 304, 307, 308)
    },
    **{str(status): answer(status, ERROR) for status in (402, 406, 408, 409, 410, 418, 423, 425)},
    **{str(status): answer(status, ERROR, {"Retry-After": "0"}) for status in range(500, 512)},
    "599": answer(599, ERROR),
}


SILENT = "no answer in time"
"""It is waited for, and so a rig's."""


@pytest.mark.parametrize(
    "seen", [pytest.param(one, marks=[pytest.mark.rig] if one == SILENT else []) for one in UNKNOWN]
)
def test_unknown_is_sent_once_and_stays_open(end_to_end: EndToEnd, seen: str) -> None:
    with RawServer(UNKNOWN[seen]) as server:
        (outcome,) = end_to_end.apply(server.url, timeout=0.5 if seen == SILENT else 30)
        arrived = 0 if seen == "reset unread" else 1
        assert server.heard(arrived)
        assert (server.connections, server.creates) == (1, arrived)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert outcome.failure is not None
    assert end_to_end.words == ["begin", "unknown"]
    (intent,) = end_to_end.state.intents.values()
    assert (intent.key, intent.reason) == ("gold", outcome.failure.message)
    assert end_to_end.stopped is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422])
def test_refused_is_sent_once_and_leaves_nothing(end_to_end: EndToEnd, status: int) -> None:
    with RawServer(answer(status, ERROR, {"x-request-id": "theirs"})) as server:
        (outcome,) = end_to_end.apply(server.url)
        assert server.creates == 1
    assert outcome.kind is OutcomeKind.REFUSED
    assert outcome.failure is not None
    failure = outcome.failure
    assert (failure.message, failure.code, failure.status) == ("no", "403010", status)
    assert failure.request_id == "theirs"
    assert end_to_end.words == ["begin", "refused"]
    (_, ended) = end_to_end.engine.journal.events
    assert isinstance(ended, Ended)
    assert ended.reason == "no"
    assert end_to_end.state.intents == {}


@pytest.mark.parametrize("status", [200, 201])
def test_created_is_known_with_both_its_ids(end_to_end: EndToEnd, status: int) -> None:
    body = json.dumps({"id": "P", "name": "gold", "audienceId": "A"})
    with RawServer(answer(status, body)) as server:
        (outcome,) = end_to_end.apply(server.url)
        assert server.creates == 1
    assert (outcome.kind, outcome.ids) == (OutcomeKind.CREATED, Ids("A", "P"))
    assert end_to_end.words == ["begin", "done"]
    assert end_to_end.state.audiences == {"gold": Known(audience("gold"), Ids("A", "P"))}


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"Retry-After": "7"}, 7.0), ({}, 0.75)], ids=["told", "untold"]
)
def test_429_waits_and_is_tried_again_under_a_new_intent(
    end_to_end: EndToEnd, headers: dict[str, str], seconds: float
) -> None:
    with RawServer(answer(429, ERROR, headers), created("A")) as server:
        (outcome,) = end_to_end.apply(server.url)
        sent = [request.header("x-request-id") for request in server.requests]
    assert outcome.kind is OutcomeKind.CREATED
    assert end_to_end.words == ["begin", "refused", "begin", "done"]
    assert sent == end_to_end.intents
    assert len(set(sent)) == 2
    assert end_to_end.engine.waited == [seconds]


def test_429_without_end_is_refused_after_ten_attempts(end_to_end: EndToEnd) -> None:
    with RawServer(*[answer(429, ERROR)] * 10) as server:
        (outcome,) = end_to_end.apply(server.url)
        assert server.creates == 10
    assert outcome.kind is OutcomeKind.REFUSED
    assert end_to_end.words == ["begin", "refused"] * 10
    assert end_to_end.stopped is None


@contextmanager
def nobody_listens() -> Iterator[str]:
    yield f"http://127.0.0.1:{free_port()}"


@contextmanager
def no_such_name() -> Iterator[str]:
    yield "http://nobody.invalid"


@contextmanager
def nobody_accepts() -> Iterator[str]:
    with deaf_port() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("place", [nobody_listens, no_such_name, nobody_accepts])
def test_not_sent_is_tried_four_times_and_then_the_run_stops(
    end_to_end: EndToEnd, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with place() as url:
        outcomes = end_to_end.apply(url, "gold", "silver", timeout=0.05)
    assert [(one.key, one.kind) for one in outcomes] == [("gold", OutcomeKind.REFUSED)]
    assert end_to_end.words == ["begin", "not-sent"] * 4
    assert end_to_end.stopped is not None
    assert end_to_end.stopped.startswith("the platform cannot be reached: nothing was sent: ")
    assert end_to_end.state.intents == {}


# Tokens


def test_401_is_tried_once_more_with_a_new_token_under_a_new_intent(
    end_to_end: EndToEnd,
) -> None:
    token = answer(200, '{"access_token": "t1"}'), answer(200, '{"access_token": "t2"}')
    script = (token[0], answer(401, ERROR), token[1], created("A"))
    with RawServer(*script) as server:
        (outcome,) = end_to_end.apply(server.url, credentials=ASKING)
        sent = [one for one in server.requests if "/audiences" in one.line]
    assert outcome.kind is OutcomeKind.CREATED
    assert [one.header("Authorization") for one in sent] == ["Bearer t1", "Bearer t2"]
    assert [one.header("x-request-id") for one in sent] == end_to_end.intents
    assert end_to_end.words == ["begin", "refused", "begin", "done"]


def test_a_second_401_is_the_end_of_it(end_to_end: EndToEnd) -> None:
    behaviour = Behaviour(faults=(Fault(kind=FaultKind.UNAUTHORIZED),))
    with serve(behaviour=behaviour) as emulator:
        (outcome,) = end_to_end.apply(emulator.url, credentials=ASKING)
        assert len(emulator.requests) == 2
        assert emulator.audiences == []
    assert outcome.kind is OutcomeKind.REFUSED
    assert end_to_end.words == ["begin", "refused"] * 2


def test_where_no_token_can_be_had_nothing_is_sent_and_the_run_stops(
    end_to_end: EndToEnd,
) -> None:
    with RawServer(answer(400, '{"error": "invalid_client"}')) as server:
        outcomes = end_to_end.apply(server.url, "gold", "silver", credentials=ASKING)
        assert server.creates == 0
    assert [one.kind for one in outcomes] == [OutcomeKind.REFUSED]
    assert end_to_end.words == ["begin", "refused"]
    assert end_to_end.stopped is not None
    assert end_to_end.stopped.startswith("could not get an access token: ")


# Against the emulator: what was committed is never committed twice

COMMITTED = {
    FaultKind.ERROR_AFTER: 1,
    FaultKind.DROP_AFTER: 1,
    FaultKind.CUT_BODY: 1,
    FaultKind.HTML_BODY: 1,
    FaultKind.EMPTY_BODY: 1,
    FaultKind.NO_ID: 1,
    FaultKind.HANG_AFTER: 1,
    FaultKind.ERROR_BEFORE: 0,
    FaultKind.DROP_BEFORE: 0,
    FaultKind.REDIRECT: 0,
    FaultKind.CONFLICT: 0,
}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(one, marks=[pytest.mark.rig] if one is FaultKind.HANG_AFTER else [])
        for one in COMMITTED
    ],
)
def test_what_may_have_been_committed_is_left_open(end_to_end: EndToEnd, kind: FaultKind) -> None:
    with serve(behaviour=Behaviour(faults=(Fault(kind=kind, times=1),))) as emulator:
        timeout = 3.0 if kind is FaultKind.HANG_AFTER else 30
        (outcome,) = end_to_end.apply(emulator.url, timeout=timeout)
        assert len(emulator.requests) == 1
        assert len(emulator.audiences) == COMMITTED[kind]
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert [intent.key for intent in end_to_end.state.intents.values()] == ["gold"]


def test_one_refused_audience_does_not_stop_the_others(end_to_end: EndToEnd) -> None:
    fault = Fault(kind=FaultKind.REFUSE, match="silver")
    keys = ("gold", "silver", "bronze", "iron")
    with serve(behaviour=Behaviour(faults=(fault,))) as emulator:
        outcomes = end_to_end.apply(emulator.url, *keys, parallelism=3)
        ids = {one["name"]: one["audienceId"] for one in emulator.audiences}
    results = {one.key: one.kind for one in outcomes}
    assert results == dict.fromkeys(keys, OutcomeKind.CREATED) | {"silver": OutcomeKind.REFUSED}
    assert {key: one.ids.audience_id for key, one in end_to_end.state.audiences.items()} == ids


def test_a_storm_of_faults_makes_no_duplicate_and_loses_no_id(end_to_end: EndToEnd) -> None:
    kinds = [kind for kind in COMMITTED if kind is not FaultKind.HANG_AFTER]
    kinds += [FaultKind.REFUSE, FaultKind.RATE_LIMIT, FaultKind.UNAUTHORIZED]
    faults = tuple(Fault(kind=kind, rate=0.06) for kind in kinds)
    keys = [f"key-{number}" for number in range(120)]
    with serve(behaviour=Behaviour(faults=faults, seed=7)) as emulator:
        outcomes = end_to_end.apply(emulator.url, *keys, parallelism=8)
        made = [one["name"] for one in emulator.audiences]
        ids = {one["name"]: one["audienceId"] for one in emulator.audiences}
    assert len(made) == len(set(made))
    assert {one.kind for one in outcomes} == {"created", "refused", "unknown"}
    found = end_to_end.state
    open_keys = {intent.key for intent in found.intents.values()}
    assert {key: one.ids.audience_id for key, one in found.audiences.items()} == {
        one.key: ids[one.key] for one in outcomes if one.kind is OutcomeKind.CREATED
    }
    assert set(made) <= set(found.audiences) | open_keys
    assert not set(found.audiences) & open_keys


# The intent first


def test_the_intent_is_durable_before_the_first_byte_leaves(end_to_end: EndToEnd) -> None:
    found: list[list[str]] = []

    def look(wire: Wire) -> None:
        """At the moment of the connection, and before a byte of it is read."""
        found.append(end_to_end.intents)
        request = wire.receive()
        assert request.header("x-request-id") == end_to_end.intents[-1]
        found.append(end_to_end.words)

    with RawServer(look) as server:
        end_to_end.apply(server.url)
        (request,) = server.requests
    assert found == [[request.header("x-request-id")], ["begin"]]


def test_many_at_once_have_each_their_own_intent_first(end_to_end: EndToEnd) -> None:
    missing: list[str] = []

    def look(wire: Wire) -> None:
        request = wire.receive()
        noted = {(intent.id, intent.key) for intent in end_to_end.state.intents.values()}
        if (request.header("x-request-id"), request.json()["name"]) not in noted:
            missing.append(request.line)
        wire.send(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    keys = [f"key-{number}" for number in range(24)]
    with RawServer(*[look] * 24) as server:
        end_to_end.apply(server.url, *keys, parallelism=8)
        assert server.creates == 24
    assert missing == []


def test_workers_end_with_the_run(end_to_end: EndToEnd) -> None:
    with RawServer() as server:
        end_to_end.apply(server.url, "gold", "silver", parallelism=2)
    for thread in threading.enumerate():
        if thread.name.startswith("apply-"):
            thread.join(10)
            assert not thread.is_alive()


# The whole life of an audience


def test_created_changed_and_deleted_over_a_real_connection(end_to_end: EndToEnd) -> None:
    dull, shiny = audience("gold", "Dull"), audience("gold", "Shiny")
    with serve() as emulator:
        (outcome,) = end_to_end.execute(emulator.url, [change("gold", Create(dull))])
        (made,) = emulator.audiences
        assert outcome.ids is not None
        ids = Ids(outcome.ids.audience_id, made["id"])  # a list would have shown it

        patch = change("gold", Patch(ids, dull, shiny), action=Action.UPDATE)
        (outcome,) = end_to_end.execute(emulator.url, [patch])
        assert (outcome.kind, outcome.ids) == (OutcomeKind.UPDATED, ids)
        assert end_to_end.state.audiences == {"gold": Known(shiny, ids)}
        assert [one["description"] for one in emulator.audiences] == ["Shiny"]

        delete = change("gold", Delete(ids, shiny), action=Action.DELETE)
        (outcome,) = end_to_end.execute(emulator.url, [delete])
        assert outcome.kind is OutcomeKind.DELETED
        assert end_to_end.state.audiences == {}
        assert emulator.audiences == []
    assert end_to_end.words == ["begin", "done"] * 3


@pytest.mark.parametrize("step", ["patch", "delete"])
@pytest.mark.parametrize(
    "seen", ["reset", "500", "HTML", pytest.param(SILENT, marks=pytest.mark.rig)]
)
def test_a_patch_or_delete_in_doubt_is_sent_once_and_stays_open(
    end_to_end: EndToEnd, step: str, seen: str
) -> None:
    ids, dull = Ids("A", "P"), audience("gold", "Dull")
    steps: dict[str, RemoteStep] = {
        "patch": Patch(ids, dull, audience("gold")),
        "delete": Delete(ids, dull),
    }
    shown = {"id": "P", "audienceId": "A", **dull.fields()}
    with RawServer(answer(200, json.dumps(shown)), UNKNOWN[seen]) as server:
        timeout = 2.0 if seen == SILENT else 30
        (outcome,) = end_to_end.execute(server.url, [change("gold", steps[step])], timeout=timeout)
        assert server.heard(2)
        assert [one.line.split()[0] for one in server.requests] == ["GET", step.upper()]
    assert outcome.kind is OutcomeKind.UNKNOWN
    (intent,) = end_to_end.state.intents.values()
    assert intent.step == steps[step]


def test_an_answer_with_the_id_of_another_audience_is_in_doubt(end_to_end: EndToEnd) -> None:
    """As a cache in between may give it, which has never heard of POST."""
    with RawServer(created("A"), created("A")) as server:
        outcomes = end_to_end.apply(server.url, "gold", "silver")
    assert [(one.key, one.kind) for one in outcomes] == [
        ("gold", OutcomeKind.CREATED), ("silver", OutcomeKind.UNKNOWN)
    ]  # fmt: skip
    assert [one.key for one in end_to_end.state.intents.values()] == ["silver"]
