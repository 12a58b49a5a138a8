"""Changing audiences: patches of attributes, and whole ones."""

import time
from typing import Any

import httpx
import pytest
from emulator_client import Audience, Client, Start

from aepctl.emulator import Behaviour


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


def test_lists_may_go_on_showing_what_it_was(start: Start) -> None:
    client = start(update_lag=60)
    silver, gold = client.created(name="Silver"), client.created(name="Gold")
    for description in ("new", "newer"):
        patch(client, silver, add("name", "Bronze"), add("description", description))
    assert client.listed().json()["children"] == [gold, silver]
    assert client.names({"name": "bronze"}) == []
    assert client.call("GET", f"{client.ups}/{silver['id']}").json()["description"] == "newer"
    client.emulator.behaviour = Behaviour(update_lag=0.001)
    patch(client, gold, add("description", "new"))
    time.sleep(0.005)
    assert client.names() == ["Gold", "Bronze"]


def test_put_overwrites_the_whole_but_keeps_what_is_the_systems(client: Client) -> None:
    before = client.created(description="old")
    answer = put(client, before, name="New", datasetId="6254cf3c97f8e31b639fb14d")
    assert answer.status_code == 200
    after = answer.json()
    assert (after["name"], after["datasetId"]) == ("New", "6254cf3c97f8e31b639fb14d")
    assert "description" not in after
    kept = ("id", "audienceId", "namespace", "originName", "creationTime", "sandbox", "type")
    assert [after[name] for name in kept] == [before[name] for name in kept]


@pytest.mark.parametrize(("statuses", "status"), [("guide", 200), ("openapi", 201)])
def test_adobes_documents_differ_in_the_status(start: Start, statuses: str, status: int) -> None:
    client = start(statuses=statuses)
    audience = client.created()
    assert patch(client, audience, add("description", "new")).status_code == status
    assert put(client, audience, name="New").status_code == status


@pytest.mark.parametrize(
    ("field", "label"), [("namespace", "Namespace"), ("originName", "OriginName")]
)
def test_namespace_and_origin_are_immutable(client: Client, field: str, label: str) -> None:
    audience = client.created()
    message = f"There is a problem in audience validation. {label} is immutable field."
    for answer in (
        patch(client, audience, add(field, "other")),
        put(client, audience, **{"name": "Sample", field: "other"}),
    ):
        assert answer.status_code == 400
        assert answer.json() == {
            "requestId": answer.headers["x-request-id"],
            "errors": {"400": [{"code": 400, "message": message}]},
            "type": "https://ns.adobe.com/aep/errors/UPAPI-113434-400",
            "title": message,
            "status": 400,
        }
    assert client.emulator.audiences == [audience]


def test_what_is_immutable_may_be_sent_unchanged(client: Client) -> None:
    audience = client.created()
    same = {"namespace": "agora", "originName": "Agora_Collaboration"}
    assert put(client, audience, name="New", **same).status_code == 200
    assert patch(client, audience, *(add(*one) for one in same.items())).status_code == 200


def test_a_description_may_be_empty_which_is_not_the_same_as_none(client: Client) -> None:
    audience = client.created(description="old")
    assert patch(client, audience, add("description", "")).json()["description"] == ""
    assert "description" not in put(client, audience, name="Sample").json()


@pytest.mark.parametrize("state", ["draft", "published", "inactive", "archived"])
def test_the_lifecycle_moves_between_the_documented_states(client: Client, state: str) -> None:
    audience = client.created()
    assert patch(client, audience, add("lifecycleState", state)).json()["lifecycleState"] == state
    assert [one["lifecycleState"] for one in client.listed().json()["children"]] == [state]


def test_texts_may_have_a_limit(start: Start) -> None:
    client = start(max_length=8)
    audience = client.created(name="12345678", description="x" * 8)
    assert client.create(name="123456789").status_code == 400
    for attribute in ("name", "description"):
        answer = patch(client, audience, add(attribute, "x" * 9))
        assert (answer.status_code, answer.json()["status"]) == (400, 400)
        assert "more than 8 characters" in answer.json()["title"]
    assert put(client, audience, name="x" * 9).status_code == 400
    assert client.emulator.audiences == [audience]


def test_a_patched_name_is_kept_as_a_created_one_is(start: Start) -> None:
    client = start(spelling="upper")
    audience = client.created()
    assert patch(client, audience, add("name", "Gold")).json()["name"] == "GOLD"
    assert patch(client, audience, add("description", "Gold")).json()["description"] == "Gold"


def test_where_names_are_unique_no_other_one_can_get_it(start: Start) -> None:
    client = start(unique=True)
    client.created(name="Gold")
    silver = client.created(name="Silver")
    assert patch(client, silver, add("name", "gold")).status_code == 409
    assert put(client, silver, name="gold").status_code == 409
    assert patch(client, silver, add("name", "SILVER")).status_code == 200


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("audienceId", "x"),
        ("creationTime", 0),
        ("name", " "),
        ("name", 7),
        ("description", None),
        ("labels", ["core/C1", 7]),
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
