"""Creating a whole audience in the Segmentation Service, as other clients than aepctl do it."""

from typing import Any

import httpx
import pytest
from emulator_client import Client, Start

EXTERNAL = {"name": "Gold", "namespace": "agora", "type": "ExternalSegment"}
OWN = {
    "name": "Ordered lately",
    "type": "SegmentDefinition",
    "expression": {"type": "PQL", "format": "pql/text", "value": 'workAddress.country = "US"'},
}


def create(client: Client, **fields: Any) -> httpx.Response:
    return client.call("POST", client.ups, json=fields)


def test_it_is_answered_with_the_whole_audience(client: Client) -> None:
    given = {**EXTERNAL, "audienceId": "mine", "description": "A sample.", "labels": ["core/C1"]}
    answer = create(client, **given)
    assert answer.status_code == 200
    made = answer.json()
    assert given.items() <= made.items()
    assert (made["originName"], made["lifecycleState"]) == ("CUSTOM_UPLOAD", "published")
    assert client.emulator.audiences == [made]


def test_the_openapi_document_says_201(start: Start) -> None:
    assert create(start(statuses="openapi"), **EXTERNAL).status_code == 201


def test_what_is_the_systems_cannot_be_given(client: Client) -> None:
    made = create(client, **EXTERNAL, id="mine", createdBy="me", creationTime=0).json()
    assert (made["id"], made["createdBy"]) != ("mine", "me")
    assert made["creationTime"] > 0


def test_one_of_the_platforms_own_has_one_id_only(client: Client) -> None:
    made = create(client, **OWN, audienceId="mine").json()
    assert made["id"] == made["audienceId"] != "mine"
    assert (made["namespace"], made["type"]) == ("AEPSegments", "SegmentDefinition")
    assert (made["dependents"], made["dependencies"]) == ([], [])
    assert made["expression"] == OWN["expression"]


def test_an_id_that_is_there_is_a_conflict(client: Client) -> None:
    statuses = [create(client, **EXTERNAL, audienceId="mine").status_code for _ in range(2)]
    assert statuses == [200, 409]


def test_a_name_is_needed(client: Client) -> None:
    answer = create(client, namespace="agora")
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/UPLIB-101206-500")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("namespace", ""),
        ("audienceId", 7),
        ("originName", None),
        ("type", "Other"),
        ("type", []),
        ("lifecycleState", "deleted"),
        ("description", 7),
        ("labels", "core/C1"),
    ],
)
def test_invalid_values_are_refused(client: Client, field: str, value: Any) -> None:
    answer = create(client, **{**EXTERNAL, field: value})
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/UPAPI-113434-400")
    assert client.emulator.audiences == []
