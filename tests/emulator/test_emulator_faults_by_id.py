"""Faults of what is asked by id: reads, patches and deletes. What arrives, and what was done."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from emulator_client import HEADERS, Audience, Client, Start

from aepctl.emulator import Fault, FaultKind, Operation
from aepctl.emulator.faults import POSSIBLE, SPELLED

NOT_DONE = {
    FaultKind.REFUSE: 400,
    FaultKind.RATE_LIMIT: 429,
    FaultKind.ERROR_BEFORE: 503,
    FaultKind.UNAUTHORIZED: 401,
    FaultKind.REDIRECT: 307,
    FaultKind.CONFLICT: 409,
    FaultKind.FORBIDDEN: 403,
    FaultKind.DEPENDENTS: 400,
}
DONE = {
    FaultKind.ERROR_AFTER: 500,
    FaultKind.HTML_BODY: 200,
    FaultKind.EMPTY_BODY: 200,
    FaultKind.NO_ID: 200,
    FaultKind.SWAPPED: 200,
}
BROKEN = {
    FaultKind.DROP_BEFORE: False,
    FaultKind.DROP_AFTER: True,
    FaultKind.CUT_BODY: True,
    FaultKind.HANG_AFTER: True,
}
WRITES = (Operation.PATCH, Operation.DELETE)
READS = (Operation.GET, Operation.BULK_GET)
OF_READS = {FaultKind.STALE, FaultKind.EDITED}


def request(client: Client, operation: Operation, audience: Audience) -> httpx.Request:
    method, path, body = {
        Operation.GET: ("GET", f"/{audience['id']}", None),
        Operation.BULK_GET: ("POST", "/bulk-get", {"ids": [{"id": audience["id"]}]}),
        Operation.PATCH: (
            "PATCH",
            f"/{audience['id']}",
            [{"op": "add", "path": "/description", "value": "new"}],
        ),
        Operation.DELETE: ("DELETE", f"/{audience['id']}", None),
    }[operation]
    return client.http.build_request(method, client.ups + path, headers=HEADERS, json=body)


def send(client: Client, operation: Operation, audience: Audience) -> httpx.Response:
    return client.http.send(request(client, operation, audience))


def was_done(client: Client, operation: Operation) -> bool:
    if operation is Operation.DELETE:
        return client.emulator.audiences == []
    return [one.get("description") for one in client.emulator.audiences] == ["new"]


def possible(*operations: Operation, among: Any) -> list[Any]:
    return [
        pytest.param(on, kind, id=f"{on}-{kind}")
        for on in operations
        for kind in among
        if kind in POSSIBLE[on]
    ]


def test_every_kind_is_covered_here() -> None:
    for operation in (*WRITES, *READS):
        assert POSSIBLE[operation] <= {*NOT_DONE, *DONE, *BROKEN, *OF_READS}


@pytest.mark.parametrize(("on", "kind"), possible(*WRITES, *READS, among=NOT_DONE))
def test_what_comes_before_it_is_done(start: Start, on: Operation, kind: FaultKind) -> None:
    client = start(Fault(kind=kind, on=on, times=1, retry_after="1"))
    audience = client.created()
    answer = send(client, on, audience)
    assert (answer.status_code, answer.headers["retry-after"]) == (NOT_DONE[kind], "1")
    assert client.emulator.audiences == [audience]
    assert client.emulator.requests[-1].result == f"{on}-{kind}"
    assert send(client, on, audience).is_success


@pytest.mark.parametrize(("on", "kind"), possible(*WRITES, among=DONE))
def test_what_was_done_and_does_not_say_so(start: Start, on: Operation, kind: FaultKind) -> None:
    client = start(Fault(kind=kind, on=on))
    answer = send(client, on, client.created())
    assert answer.status_code == DONE[kind]
    assert was_done(client, on)


@pytest.mark.parametrize(("on", "kind"), possible(*WRITES, *READS, among=BROKEN))
def test_what_breaks_the_connection(start: Start, on: Operation, kind: FaultKind) -> None:
    client = start(Fault(kind=kind, on=on, times=1))
    audience = client.created()
    sent = request(client, on, audience)
    if kind is FaultKind.HANG_AFTER:
        client.is_left_hanging(sent)
    else:
        with pytest.raises(httpx.TransportError):
            client.http.send(sent)
    assert on in READS or was_done(client, on) is BROKEN[kind]


@pytest.mark.parametrize("on", READS)
def test_the_spoiled_bodies_of_reads(start: Start, on: Operation) -> None:
    def body(kind: FaultKind) -> httpx.Response:
        client = start(Fault(kind=kind, on=on))
        return send(client, on, client.created())

    assert "<html>" in body(FaultKind.HTML_BODY).text
    assert body(FaultKind.EMPTY_BODY).content == b""


@pytest.mark.parametrize("on", [Operation.GET, Operation.PATCH])
def test_the_spoiled_audiences(start: Start, on: Operation) -> None:
    client = start(Fault(kind=FaultKind.SWAPPED, on=on), Fault(kind=FaultKind.NO_ID, on=on))
    gold, silver = client.created(name="Gold"), client.created(name="Silver")
    assert send(client, on, gold).json() == silver
    client = start(Fault(kind=FaultKind.NO_ID, on=on))
    assert not {"id", "audienceId"} & send(client, on, client.created()).json().keys()


def test_access_control_says_which_audience_and_what_for(start: Start) -> None:
    client = start(*(Fault(kind=FaultKind.FORBIDDEN, on=on) for on in (*WRITES, *READS)))
    audience = client.created()
    for on, action in zip((*WRITES, *READS), ("WRITE", "WRITE", "READ", "READ"), strict=True):
        answer = send(client, on, audience)
        assert answer.json()["type"].endswith("/UPAPI-113752-403")
        (error,) = answer.json()["errors"]["403"]
        assert f'"action":"{action}"' in error["message"]
        assert (audience["id"] in error["message"]) is (on is not Operation.BULK_GET)


def test_others_depend_on_it_and_no_read_says_so(start: Start) -> None:
    client = start(Fault(kind=FaultKind.DEPENDENTS, on=Operation.DELETE))
    audience = client.created()
    answer = send(client, Operation.DELETE, audience)
    assert answer.json()["type"].endswith("/UPAPI-113631-403")
    assert "dependents" not in send(client, Operation.GET, audience).json()


@pytest.mark.parametrize("on", READS)
def test_a_read_by_id_may_lag_as_lists_do(start: Start, on: Operation) -> None:
    client = start(Fault(kind=FaultKind.STALE, on=on, times=1), delete_lag=60)
    audience = client.created()
    shown = send(client, on, audience)  # while it is there, there is nothing to be stale
    send(client, Operation.DELETE, audience)
    assert send(client, on, audience).json() == shown.json()
    assert send(client, on, audience).status_code == 404
    assert send(client, Operation.DELETE, audience).status_code == 404


@pytest.mark.parametrize("on", READS)
def test_somebody_may_edit_what_was_just_read(start: Start, on: Operation) -> None:
    client = start(Fault(kind=FaultKind.EDITED, on=on, times=1))
    audience = client.created(description="old")
    assert '"description":"old"' in send(client, on, audience).text
    (edited,) = client.emulator.audiences
    assert edited["description"] == "Edited by somebody else."
    assert edited["_etag"] != audience["_etag"]


def test_an_untyped_404_is_not_what_means_gone(start: Start) -> None:
    client = start(Fault(kind=FaultKind.ERROR_BEFORE, on=Operation.GET, status=404))
    answer = send(client, Operation.GET, client.created())
    assert (answer.status_code, answer.json()["type"]) == (404, "about:blank")


@pytest.mark.parametrize("on", [*WRITES, *READS])
def test_a_fault_meets_only_the_names_that_it_matches(start: Start, on: Operation) -> None:
    client = start(Fault(kind=FaultKind.ERROR_BEFORE, on=on, match="Gold"))
    gold, silver = client.created(name="A Gold one"), client.created(name="Silver")
    assert send(client, on, gold).status_code == 503
    assert send(client, on, silver).is_success


def test_an_invalid_request_meets_its_own_error(start: Start) -> None:
    client = start(*(Fault(kind=FaultKind.EMPTY_BODY, on=on) for on in WRITES))
    audience = client.created()
    url = f"{client.ups}/{audience['id']}"
    wrong = {"op": "add", "path": "/name", "value": ""}
    assert client.call("PATCH", url, json=[]).status_code == 400
    assert client.call("PATCH", url, json=[wrong]).status_code == 400
    assert client.call("DELETE", f"{url}x").status_code == 404


def test_a_list_may_be_left_hanging(start: Start) -> None:
    client = start(Fault(kind=FaultKind.HANG_AFTER, on=Operation.LIST, times=1))
    client.is_left_hanging(client.http.build_request("GET", client.ups, headers=HEADERS))
    assert client.emulator.requests[-1].result == f"list-{FaultKind.HANG_AFTER}"
    assert client.names() == []


@pytest.mark.parametrize(
    "kind",
    sorted(POSSIBLE[Operation.LIST] & POSSIBLE[Operation.CREATE] - {FaultKind.HANG_AFTER}),
)
def test_lists_are_broken_in_the_same_ways(start: Start, kind: FaultKind) -> None:
    client = start(Fault(kind=kind, on=Operation.LIST, times=1))
    try:
        answer = client.listed()
    except httpx.TransportError:
        assert kind in BROKEN
    else:
        assert answer.status_code == {**NOT_DONE, **DONE}[kind]
    assert client.emulator.requests[-1].result == f"list-{kind}"
    assert client.names() == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Fault(kind=FaultKind.CUT_BODY, on=Operation.DELETE),
        lambda: Fault(kind=FaultKind.LIST_ERROR, on=Operation.GET),
        lambda: Fault(kind=FaultKind.STALE),
    ],
)
def test_what_cannot_happen_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="cannot happen to"):
        wrong()


def test_each_has_a_spelling_of_its_own() -> None:
    assert len(SPELLED) == sum(map(len, POSSIBLE.values()))
    assert SPELLED["drop-after"] == (Operation.CREATE, FaultKind.DROP_AFTER)
    assert SPELLED["bulk-get-stale"] == (Operation.BULK_GET, FaultKind.STALE)
    assert SPELLED["list-error"] == (Operation.LIST, FaultKind.LIST_ERROR)
