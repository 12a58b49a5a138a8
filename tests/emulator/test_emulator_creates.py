"""Creating the metadata of an audience."""

import time
import uuid
from typing import Any

import pytest
from emulator_client import CREATE, CREATE_HEADERS, SAMPLE, Client, Start

from aepctl.emulator.answers import BAD_JSON

ACCEPT = CREATE_HEADERS["Accept"]


@pytest.mark.parametrize("base", ["/core/ais", "/data/core/ais"])
def test_the_answer_is_the_name_and_a_new_audience_id(client: Client, base: str) -> None:
    answer = client.create(base=base)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"name", "audienceId"}
    assert answer.json()["name"] == "Sample"
    assert uuid.UUID(answer.json()["audienceId"])


def test_it_reads_back_in_the_full_documented_shape(client: Client) -> None:
    before = time.time() * 1000 - 1
    answer = client.create(description="A sample.", name="Größe ☂")
    (audience,) = client.listed().json()["children"]
    stamps = ("creationTime", "updateTime", "createEpoch", "updateEpoch")
    created, updated, create_epoch, update_epoch = (audience.pop(stamp) for stamp in stamps)
    assert before <= created == updated <= time.time() * 1000
    assert create_epoch == update_epoch == created // 1000
    assert audience.pop("id") != answer.json()["audienceId"]
    assert audience.pop("_etag")
    assert uuid.UUID(audience["sandbox"].pop("sandboxId"))
    assert audience == {
        **SAMPLE,
        "name": "Größe ☂",
        "description": "A sample.",
        "audienceId": answer.json()["audienceId"],
        "type": "ExternalSegment",
        "lifecycleState": "published",
        "imsOrgId": CREATE_HEADERS["x-gw-ims-org-id"],
        "sandbox": {"sandboxName": "dev", "type": "development", "default": False},
        "isSystem": False,
        "labels": [],
        "createdBy": "test-key@techacct.adobe.com",
    }


def test_the_sandbox_prod_is_the_default_one(client: Client) -> None:
    sandbox = client.created(headers={"x-sandbox-name": "prod"})["sandbox"]
    assert (sandbox["type"], sandbox["default"]) == ("production", True)


def test_sent_twice_it_makes_two_audiences(client: Client) -> None:
    assert client.create().json() != client.create().json()
    assert len(client.emulator.audiences) == 2


@pytest.mark.parametrize("revision", [1, 2])
def test_an_id_from_the_client_is_ignored_before_revision_3(start: Start, revision: int) -> None:
    answer = start(revision=revision).create(audienceId="mine")
    assert set(answer.json()) == {"name", "audienceId"}
    assert answer.json()["audienceId"] != "mine"


def test_revision_3_answers_with_the_systems_id_as_well(start: Start) -> None:
    client = start(revision=3)
    audience = client.created()
    assert client.create(audienceId="mine").json()["audienceId"] == "mine"
    assert list(client.create().json()) == ["id", "name", "audienceId"]
    assert client.call("GET", f"{client.ups}/{audience['id']}").json() == audience


def test_revision_3_accepts_an_id_from_the_client_once_per_sandbox(start: Start) -> None:
    client = start(revision=3)
    first = client.created(audienceId="mine")
    again = client.create(audienceId="mine", headers={"x-request-id": "r"})
    assert again.status_code == 409
    assert again.json() == {
        "requestId": "r",
        "errors": {
            "409": [{"code": 409, "message": "An audience with this audienceId already exists."}]
        },
        "type": "about:blank",
        "title": "An audience with this audienceId already exists.",
        "status": 409,
    }
    assert client.create(audienceId="mine", headers={"x-sandbox-name": "prod"}).status_code == 200
    client.call("DELETE", f"{client.ups}/{first['id']}")
    assert client.create(audienceId="mine").status_code == 200


def test_revision_3_refuses_an_id_that_is_no_text(start: Start) -> None:
    assert start(revision=3).create(audienceId=7).status_code == 400


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", ACCEPT.replace("2", "1"), ACCEPT.replace("; ", ";")]
)
def test_the_accept_header_must_be_the_documented_one(client: Client, accept: str) -> None:
    answer = client.create(headers={"Accept": accept})
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/UPAPI-113434-400")
    assert ACCEPT in answer.json()["title"]


@pytest.mark.parametrize("query", [{}, {"createAudienceMetaOnly": "false"}])
def test_the_query_must_say_that_metadata_only_is_created(
    client: Client, query: dict[str, str]
) -> None:
    url = f"{client.emulator.url}/core/ais/audiences"
    answer = client.call("POST", url, params=query, headers=CREATE_HEADERS, json=SAMPLE)
    assert answer.status_code == 400
    assert "createAudienceMetaOnly=true" in answer.json()["title"]
    assert client.emulator.audiences == []


@pytest.mark.parametrize("name", [..., None, "", "  ", 7])
def test_a_missing_name_is_answered_with_three_messages(client: Client, name: object) -> None:
    answer = client.create(name=name, headers={"x-request-id": "r"})
    why = "Did not find value which can be converted into java.lang.String"
    assert answer.status_code == 400
    assert answer.json() == {
        "requestId": "r",
        "errors": {
            "400": [
                {"code": 400, "message": BAD_JSON},
                {"code": 400, "message": f"No usable value for name\n{why}"},
                {"code": 400, "message": why},
            ]
        },
        "type": "https://ns.adobe.com/aep/errors/UPLIB-101206-500",
        "title": BAD_JSON,
        "status": 400,
    }


@pytest.mark.parametrize("field", ["namespace", "originName"])
def test_namespace_and_origin_are_needed_too(client: Client, field: str) -> None:
    answer = client.create(**{field: ...})
    assert answer.status_code == 400
    assert f"No usable value for {field}" in answer.text


def test_a_description_is_text_or_nothing(client: Client) -> None:
    assert client.create(description=["no"]).status_code == 400
    assert "description" not in client.created(description=None)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[]", b'"text"', b"[" * 100_000, b'{"x": NaN}', rb'{"name": "\ud800"}'],
)
def test_a_body_that_is_no_json_object_is_refused(client: Client, body: Any) -> None:
    url = f"{client.emulator.url}/core/ais/audiences"
    answer = client.call("POST", url, params=CREATE, headers=CREATE_HEADERS, content=body)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/UPLIB-101206-500")
    assert len(answer.json()["errors"]["400"]) == 1
