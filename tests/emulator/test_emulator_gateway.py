"""What the gateway asks of every request, in its order, with the documented error bodies."""

from typing import Any

import pytest
from emulator_client import Client

BAD_TOKEN = (401, {"error_code": "401013", "message": "Oauth token is not valid"})
MISSING = (400, {"error_code": "400003", "message": "Missing header"})


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {"Authorization": None},
            (401, {"error_code": "403010", "message": "Oauth token is missing."}),
        ),
        ({"Authorization": "Bearer"}, BAD_TOKEN),
        ({"Authorization": "Basic dXNlcg=="}, BAD_TOKEN),
        ({"x-api-key": None}, (403, {"error_code": "403000", "message": "Api Key is required"})),
        ({"x-gw-ims-org-id": None}, MISSING),
        (
            {"x-gw-ims-org-id": "1BD6382559DF0C130A49422D"},
            (403, {"error_code": "403025", "message": "Profile is not valid"}),
        ),
        ({"x-sandbox-name": None}, MISSING),
        ({"x-sandbox-name": ""}, MISSING),
    ],
)
def test_a_missing_or_invalid_header_is_answered_as_documented(
    client: Client, headers: dict[str, Any], expected: Any
) -> None:
    for answer in (client.listed(headers=headers), client.create(headers=headers)):
        assert (answer.status_code, answer.json()) == expected
    assert client.emulator.audiences == []


def test_headers_are_checked_in_the_order_of_the_gateway(client: Client) -> None:
    names = ("Authorization", "x-api-key", "x-gw-ims-org-id", "x-sandbox-name")
    for position in range(len(names)):
        missing = dict.fromkeys(names[position:])
        alone = client.listed(headers={names[position]: None})
        assert client.listed(headers=missing).json() == alone.json()


def test_the_scheme_of_the_token_is_case_insensitive(client: Client) -> None:
    assert client.listed(headers={"Authorization": "bearer x"}).status_code == 200


def test_a_token_issued_here_is_valid_with_its_clients_key_only(client: Client) -> None:
    token = client.token(client_id="mine").json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.listed(headers={**bearer, "x-api-key": "mine"}).status_code == 200
    answer = client.listed(headers={**bearer, "x-api-key": "another"})
    assert answer.status_code == 403
    assert answer.json() == {"error_code": "403003", "message": "Api Key is invalid"}


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/vnd.api+json"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_needs_its_content_type(
    client: Client, method: str, content_type: str | None
) -> None:
    created = client.created()
    url = f"{client.ups}/{'bulk-get' if method == 'POST' else created['id']}"
    answer = client.call(method, url, content=b"{}", headers={"Content-Type": content_type})
    assert answer.status_code == 400
    assert answer.json() == {
        "type": "/placeholder/type/uri",
        "status": 400,
        "title": "BadRequestError",
        "detail": "A valid content-type must be specified",
    }


def test_the_request_id_comes_back_on_every_answer_and_in_errors(client: Client) -> None:
    known = {"x-request-id": "my-request"}
    assert client.create(headers=known).headers["x-request-id"] == "my-request"
    assert (
        client.listed(headers={**known, "x-api-key": None}).headers["x-request-id"] == "my-request"
    )
    answer = client.call("GET", f"{client.ups}/none", headers=known)
    assert answer.headers["x-request-id"] == answer.json()["requestId"] == "my-request"


def test_a_request_without_an_id_gets_a_fresh_one(client: Client) -> None:
    first, second = client.listed(), client.token()
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/", "/data/core/ups/segments", "/core/ais/audiences/"])
def test_an_unknown_path_is_not_found(client: Client, path: str) -> None:
    answer = client.call("GET", f"{client.emulator.url}{path}")
    assert answer.status_code == 404
    assert answer.json()["errors"] == {"404": [{"code": 404, "message": "Not Found."}]}
    assert answer.json()["requestId"] == answer.headers["x-request-id"]


def test_a_wrong_method_is_not_allowed(client: Client) -> None:
    answer = client.call("DELETE", client.ups)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.json()["status"] == 405
    assert client.call("GET", f"{client.emulator.url}/core/ais/audiences").status_code == 405


def test_a_head_request_is_a_get_without_the_body(client: Client) -> None:
    answer = client.call("HEAD", client.ups)
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_log_tells_method_path_name_result_and_request_id(client: Client) -> None:
    client.create(name="Gold", headers={"x-request-id": "1"})
    client.listed(headers={"x-request-id": "2", "x-api-key": None})
    client.call("GET", f"{client.emulator.url}/nowhere", headers={"x-request-id": "3"})
    assert client.emulator.requests == [
        ("POST", "/core/ais/audiences", "Gold", 200, "1"),
        ("GET", "/data/core/ups/audiences", None, 403, "2"),
        ("GET", "/nowhere", None, 404, "3"),
    ]
