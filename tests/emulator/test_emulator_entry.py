"""Which sandboxes there are, and what one may do: what `doctor` asks."""

from collections.abc import Callable
from typing import Any

import pytest
from emulator_client import CREATE, CREATE_HEADERS, SAMPLE, Client

from aepctl.emulator import Fault, FaultKind, Operation

Start = Callable[..., Client]
POLICIES = "/data/foundation/access-control/acl/effective-policies"
MANAGE, VIEW, SEGMENTS = (
    "/permissions/manage-segments", "/permissions/view-segments", "/resource-types/segments"
)  # fmt: skip


def sandboxes(client: Client, query: str = "", **headers: str) -> Any:
    url = f"{client.emulator.url}/data/foundation/sandbox-management/{query}"
    return client.call("GET", url, headers=headers)


def rights(client: Client, asked: Any) -> Any:
    return client.call("POST", f"{client.emulator.url}{POLICIES}", json=asked)


def named(answer: Any) -> list[str]:
    return [one["name"] for one in answer.json()["sandboxes"]]


def test_without_any_named_there_are_prod_and_the_one_that_is_asked_from(client: Client) -> None:
    assert named(sandboxes(client)) == ["prod", "dev"]
    first, second = sandboxes(client).json()["sandboxes"]
    assert (first["state"], first["type"], second["type"]) == (
        "active", "production", "development"
    )  # fmt: skip


def test_they_come_in_pages(start: Start) -> None:
    client = start(sandboxes=("a", "b", "c"))
    assert named(sandboxes(client, "?limit=2&offset=0")) == ["a", "b"]
    assert named(sandboxes(client, "?limit=2&offset=2")) == ["c"]


def test_audiences_of_another_sandbox_are_not_there(start: Start) -> None:
    client = start(sandboxes=("prod",))
    assert named(sandboxes(client)) == ["prod"]
    answer = client.call("GET", client.ups)
    assert (answer.status_code, answer.json()["title"]) == (403, "Sandbox not found.")


@pytest.mark.parametrize(
    ("forbidden", "had"),
    [
        ({}, {MANAGE: ["*"], VIEW: ["*"], SEGMENTS: ["read", "write", "delete"]}),
        ({"forbid_write": True}, {VIEW: ["*"], SEGMENTS: ["read"]}),
        ({"forbid_list": True}, {MANAGE: ["*"], SEGMENTS: ["write", "delete"]}),
        ({"forbid_list": True, "forbid_write": True}, {}),
    ],
)
def test_rights_that_one_does_not_have_are_left_out(
    start: Start, forbidden: dict[str, bool], had: dict[str, list[str]]
) -> None:
    answer = rights(start(**forbidden), [MANAGE, VIEW, SEGMENTS, "/permissions/other"])
    assert answer.json() == {"policies": had}


def test_who_may_only_read_may_not_create(start: Start) -> None:
    client = start(forbid_write=True)
    url = f"{client.emulator.url}/core/ais/audiences"
    answer = client.call("POST", url, params=CREATE, headers=CREATE_HEADERS, json=SAMPLE)
    assert answer.status_code == 403
    assert client.call("GET", client.ups).status_code == 200


def test_both_meet_faults(start: Start) -> None:
    client = start(
        Fault(kind=FaultKind.FORBIDDEN, on=Operation.SANDBOXES),
        Fault(kind=FaultKind.ERROR_BEFORE, on=Operation.RIGHTS),
    )
    assert sandboxes(client).status_code == 403
    assert rights(client, []).status_code == 503
