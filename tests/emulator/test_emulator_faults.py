"""Every fault, seen from the client: what arrives, and what was committed."""

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from emulator_client import CREATE, CREATE_HEADERS, SAMPLE, Client, Start

from aepctl.emulator import Behaviour, Fault, FaultKind, Operation
from aepctl.emulator.faults import POSSIBLE, FaultInjector

ANSWERED = {
    FaultKind.REFUSE: (400, 0),
    FaultKind.RATE_LIMIT: (429, 0),
    FaultKind.ERROR_BEFORE: (503, 0),
    FaultKind.ERROR_AFTER: (500, 1),
    FaultKind.HTML_BODY: (200, 1),
    FaultKind.EMPTY_BODY: (200, 1),
    FaultKind.NO_ID: (200, 1),
    FaultKind.UNAUTHORIZED: (401, 0),
    FaultKind.REDIRECT: (307, 0),
    FaultKind.CONFLICT: (409, 0),
    FaultKind.SWAPPED: (200, 1),
}
UNANSWERED = {
    FaultKind.DROP_BEFORE: 0,
    FaultKind.DROP_AFTER: 1,
    FaultKind.HANG_AFTER: 1,
    FaultKind.CUT_BODY: 1,
}
ON_LISTS = {
    FaultKind.LIST_ERROR: 503,
    FaultKind.LIST_RATE_LIMIT: 429,
    FaultKind.LIST_SHORT: 200,
}


def test_every_kind_is_covered_here() -> None:
    assert set(ANSWERED) | set(UNANSWERED) == POSSIBLE[Operation.CREATE]
    assert set(ON_LISTS) == POSSIBLE[Operation.LIST] - POSSIBLE[Operation.CREATE]


@pytest.mark.parametrize("kind", ANSWERED)
def test_an_answered_fault_has_its_status_and_commits_or_not(start: Start, kind: FaultKind) -> None:
    client = start(Fault(kind=kind))
    answer = client.create(name="Gold")
    assert (answer.status_code, len(client.emulator.audiences)) == ANSWERED[kind]
    assert [(one.name, one.result) for one in client.emulator.requests] == [("Gold", kind)]
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("kind", UNANSWERED)
def test_an_unanswered_fault_breaks_the_connection_and_commits_or_not(
    start: Start, kind: FaultKind
) -> None:
    client = start(Fault(kind=kind, times=1))
    url = f"{client.emulator.url}/core/ais/audiences"
    sent = client.http.build_request(
        "POST", url, params=CREATE, headers=CREATE_HEADERS, json=SAMPLE
    )
    if kind is FaultKind.HANG_AFTER:
        client.is_left_hanging(sent)
    else:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.http.send(sent)
    assert len(client.emulator.audiences) == UNANSWERED[kind]
    assert [one.result for one in client.emulator.requests] == [kind]
    assert client.create().status_code == 200


def test_a_cut_body_announces_more_than_it_brings(start: Start) -> None:
    client = start(Fault(kind=FaultKind.CUT_BODY))
    url = f"{client.emulator.url}/core/ais/audiences"
    sent = client.http.build_request(
        "POST", url, params=CREATE, headers=CREATE_HEADERS, json=SAMPLE
    )
    answer = client.http.send(sent, stream=True)
    received = []
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        received.extend(answer.iter_raw())
    answer.close()
    assert answer.status_code == 200
    assert len(b"".join(received)) == int(answer.headers["content-length"]) // 2


def test_the_spoiled_bodies(start: Start) -> None:
    def body(kind: FaultKind) -> httpx.Response:
        return start(Fault(kind=kind)).create()

    html = body(FaultKind.HTML_BODY)
    assert html.headers["content-type"].startswith("text/html")
    assert "<html>" in html.text
    assert body(FaultKind.EMPTY_BODY).content == b""
    assert body(FaultKind.NO_ID).json() == {"name": "Sample"}


def test_the_refusals_say_what_the_platform_says(start: Start) -> None:
    def body(kind: FaultKind, **fields: Any) -> httpx.Response:
        return start(Fault(kind=kind, **fields)).create().json()

    assert body(FaultKind.REFUSE)["type"].endswith("/UPAPI-113434-400")
    assert body(FaultKind.REFUSE, status=422)["errors"]["422"][0]["code"] == 422
    assert body(FaultKind.UNAUTHORIZED)["error_code"] == "401013"
    assert body(FaultKind.RATE_LIMIT)["error_code"] == "429050"
    assert body(FaultKind.CONFLICT)["status"] == 409
    assert body(FaultKind.ERROR_BEFORE)["errors"]["503"]


def test_a_redirect_leads_elsewhere(start: Start) -> None:
    client = start(Fault(kind=FaultKind.REDIRECT))
    assert client.create().headers["location"] == "/elsewhere/core/ais/audiences"


@pytest.mark.parametrize(
    ("kind", "status"),
    [(FaultKind.REFUSE, 413), (FaultKind.ERROR_BEFORE, 502), (FaultKind.ERROR_AFTER, 504)],
)
def test_a_fault_can_have_another_status(start: Start, kind: FaultKind, status: int) -> None:
    assert start(Fault(kind=kind, status=status)).create().status_code == status


@pytest.mark.parametrize("kind", ON_LISTS)
def test_a_fault_on_lists_spares_creates(start: Start, kind: FaultKind) -> None:
    client = start(Fault(kind=kind, times=1, retry_after="1"))
    assert client.create().status_code == 200
    answer = client.listed()
    assert (answer.status_code, answer.headers["retry-after"]) == (ON_LISTS[kind], "1")
    assert client.emulator.requests[-1].result == kind
    assert client.names() == ["Sample"]


def test_retry_after_comes_only_if_given(start: Start) -> None:
    without, with_it = (
        Fault(kind=FaultKind.RATE_LIMIT),
        Fault(kind=FaultKind.RATE_LIMIT, retry_after="Fri, 31 Dec 1999 23:59:59 GMT"),
    )
    assert "retry-after" not in start(without).create().headers
    answer = start(with_it).create()
    assert answer.headers["retry-after"] == "Fri, 31 Dec 1999 23:59:59 GMT"


def test_a_fault_fires_as_often_as_it_may(start: Start) -> None:
    client = start(Fault(kind=FaultKind.ERROR_BEFORE, times=2))
    assert [client.create().status_code for _ in range(4)] == [503, 503, 200, 200]


def test_a_fault_meets_only_the_names_that_it_matches(start: Start) -> None:
    client = start(Fault(kind=FaultKind.REFUSE, match="Gold"))
    assert client.create(name="A Gold one").status_code == 400
    assert client.create(name="Silver").status_code == 200


def test_the_first_fault_that_fires_wins(start: Start) -> None:
    refuse, drop = Fault(kind=FaultKind.REFUSE, times=1), Fault(kind=FaultKind.ERROR_AFTER)
    client = start(refuse, drop)
    assert [client.create().status_code for _ in range(2)] == [400, 500]


def test_an_invalid_request_meets_its_own_error_first(start: Start) -> None:
    client = start(Fault(kind=FaultKind.ERROR_AFTER))
    assert client.create(name="").status_code == 400


def test_a_conflict_of_its_own_is_not_spoiled(start: Start) -> None:
    client = start(Fault(kind=FaultKind.NO_ID), revision=3)
    client.create(audienceId="mine")
    assert client.create(audienceId="mine").status_code == 409


def test_rates_are_repeatable_and_depend_on_the_seed() -> None:
    def fired(seed: int, *others: Fault) -> list[bool]:
        faults = (Fault(kind=FaultKind.REFUSE, rate=0.3), *others)
        switches = FaultInjector(Behaviour(faults=faults, seed=seed))
        hits = [switches.meets(Operation.CREATE, "x") for _ in range(1000)]
        return [hit is not None and hit.kind is FaultKind.REFUSE for hit in hits]

    assert fired(1) == fired(1) == fired(1, Fault(kind=FaultKind.NO_ID, rate=0.5))
    assert fired(1) != fired(2)
    assert 250 < sum(fired(1)) < 350


def test_a_rate_of_zero_never_fires() -> None:
    switches = FaultInjector(Behaviour(faults=(Fault(kind=FaultKind.REFUSE, rate=0),)))
    assert not any(switches.meets(Operation.CREATE, "x") for _ in range(100))


def test_behaviour_can_be_replaced_while_the_server_runs(client: Client) -> None:
    fault = Fault(kind=FaultKind.REFUSE, times=1)
    for _ in range(2):  # counts start again
        client.emulator.behaviour = Behaviour(faults=(fault,))
        assert client.emulator.behaviour.faults == (fault,)
        assert client.create().status_code == 400
        assert client.create().status_code == 200


def test_latency_delays_answers_but_not_tokens(start: Start) -> None:
    client = start(latency=600)
    client.token()
    client.emulator.behaviour = Behaviour(latency=0.1)
    began = time.monotonic()
    client.listed()
    assert time.monotonic() - began >= 0.1


def test_requests_wait_side_by_side(start: Start) -> None:
    client = start(latency=0.3)
    began = time.monotonic()
    threads = [threading.Thread(target=client.create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 8 * 0.3
    assert len({one["audienceId"] for one in client.emulator.audiences}) == 8


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Fault(kind=FaultKind.REFUSE, rate=1.1),
        lambda: Fault(kind=FaultKind.REFUSE, times=-1),
        lambda: Fault(kind=FaultKind.REFUSE, status=200),
        lambda: Fault(kind=FaultKind.REDIRECT, status=400),
        lambda: Fault(kind=FaultKind.RATE_LIMIT, retry_after="1\r\n"),
        lambda: Behaviour(revision=4),
        lambda: Behaviour(list_lag=float("nan")),
        lambda: Behaviour(latency=-1),
    ],
)
def test_impossible_settings_are_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError):
        wrong()


def test_a_swapped_answer_is_that_of_the_create_before(start: Start) -> None:
    client = start(Fault(kind=FaultKind.SWAPPED, match="Silver"))
    gold = client.create(name="Gold").json()
    assert client.create(name="Silver").json() == gold
    assert [one["name"] for one in client.emulator.audiences] == ["Gold", "Silver"]


def test_a_short_list_counts_what_it_leaves_out(start: Start) -> None:
    client = start(Fault(kind=FaultKind.LIST_SHORT))
    for name in ("Gold", "Silver"):
        client.create(name=name)
    found = client.listed().json()
    assert [one["name"] for one in found["children"]] == ["Gold"]
    assert found["_page"]["totalCount"] == 2


@pytest.mark.parametrize("name", ["Gold", "GOLD", " gold ", "Go\u200bld"])
def test_where_names_are_unique_another_spelling_is_a_conflict(start: Start, name: str) -> None:
    client = start(unique=True)
    client.create(name="Gold")
    assert client.create(name=name).status_code == 409
    assert client.create(name="Silver").status_code == 200
    assert len(client.emulator.audiences) == 2
