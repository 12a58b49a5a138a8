"""Changing and deleting audiences."""

from typing import Any

import httpx
import pytest
from emulator_client import Audience, Client

IMMUTABLE = "There is a problem in audience validation. Namespace is immutable field."


def add(attribute: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": f"/{attribute}", "value": value}


def patch(client: Client, audience: Audience, *operations: Any) -> httpx.Response:
    return client.call("PATCH", f"{client.ups}/{audience['id']}", json=list(operations))


def put(client: Client, audience: Audience, **fields: Any) -> httpx.Response:
    return client.call("PUT", f"{client.ups}/{audience['id']}", json=fields)


def test_patch_sets_attributes_and_leaves_the_others(client: Client) -> None:
    before = client.created(description="old")
    answer = patch(client, before, add("description", "new"), add("lifecycleState", "inactive"))
    assert answer.status_code == 200
    after = answer.json()
    changed = {name for name in after if after[name] != before.get(name)}
    stamps = {"_etag", "updateTime"}
    assert changed - {"updateEpoch"} == {"description", "lifecycleState"} | stamps
    assert after["updateTime"] > before["updateTime"]
    assert client.call("GET", f"{client.ups}/{before['id']}").json() == after


def test_put_overwrites_the_whole_but_keeps_what_is_the_systems(client: Client) -> None:
    before = client.created(description="old")
    answer = put(client, before, name="New", datasetId="6254cf3c97f8e31b639fb14d")
    assert answer.status_code == 200
    after = answer.json()
    assert (after["name"], after["datasetId"]) == ("New", "6254cf3c97f8e31b639fb14d")
    assert "description" not in after
    kept = ("id", "audienceId", "namespace", "originName", "creationTime", "sandbox", "type")
    assert [after[name] for name in kept] == [before[name] for name in kept]


def test_the_namespace_is_immutable(client: Client) -> None:
    audience = client.created()
    for answer in (
        patch(client, audience, add("namespace", "other")),
        put(client, audience, name="Sample", namespace="other"),
    ):
        assert answer.status_code == 400
        assert answer.json() == {
            "requestId": answer.headers["x-request-id"],
            "errors": {"400": [{"code": 400, "message": IMMUTABLE}]},
            "type": "https://ns.adobe.com/aep/errors/UPAPI-113434-400",
            "title": IMMUTABLE,
            "status": 400,
        }
    assert client.emulator.audiences == [audience]


def test_the_namespace_may_be_sent_unchanged(client: Client) -> None:
    audience = client.created()
    assert put(client, audience, name="New", namespace="agora").status_code == 200
    assert patch(client, audience, add("namespace", "agora")).status_code == 200


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("audienceId", "x"),
        ("creationTime", 0),
        ("name", " "),
        ("name", 7),
        ("originName", None),
        ("lifecycleState", "gone"),
        ("lifecycleState", "deleted"),
        ("lifecycleState", ["x"]),
    ],
)
def test_invalid_values_are_refused(client: Client, attribute: str, value: Any) -> None:
    audience = client.created()
    for answer in (
        patch(client, audience, add(attribute, value)),
        put(client, audience, **{"name": "Sample", attribute: value}),
    ):
        assert answer.status_code == 400
        assert answer.json()["type"].endswith("/UPAPI-113434-400")
    assert client.emulator.audiences == [audience]


def test_patch_cannot_delete(client: Client) -> None:
    answer = patch(client, client.created(), add("lifecycleState", "deleted"))
    assert "lifecycle field can not be modified to Delete" in answer.json()["title"]


def test_put_needs_a_name(client: Client) -> None:
    assert put(client, client.created(), description="nameless").status_code == 400


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/name", "value": "x"},
        {"op": "add", "path": "name", "value": "x"},
        {"op": "add", "path": "/a/b", "value": "x"},
        {"op": "add", "path": "/name"},
        "add",
    ],
)
def test_add_is_the_only_operation(client: Client, operation: Any) -> None:
    answer = patch(client, client.created(), operation)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/UPAPI-113434-400")


@pytest.mark.parametrize("body", [[], {"op": "add"}, "x"])
def test_patch_takes_a_list_of_operations(client: Client, body: Any) -> None:
    answer = client.call("PATCH", f"{client.ups}/{client.created()['id']}", json=body)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/UPLIB-101206-500")


def test_delete_answers_without_a_body(client: Client) -> None:
    audience = client.created()
    answer = client.call("DELETE", f"{client.ups}/{audience['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.emulator.audiences == []
    again = client.call("DELETE", f"{client.ups}/{audience['id']}")
    assert again.status_code == 404
    assert again.json()["type"].endswith("/UPAPI-113430-404")


def test_an_audience_on_which_others_depend_cannot_be_deleted(client: Client) -> None:
    audience = client.created()
    patch(client, audience, add("dependents", ["another"]))
    answer = client.call("DELETE", f"{client.ups}/{audience['id']}")
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/UPAPI-113631-403")
    assert len(client.emulator.audiences) == 1
