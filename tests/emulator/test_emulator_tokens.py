"""Tokens, as Adobe IMS issues them to servers."""

import time

import httpx
import pytest
from emulator_client import Client, Start

from aepctl.emulator import Behaviour


def listed_with(client: Client, token: str) -> httpx.Response:
    return client.listed(headers={"Authorization": f"Bearer {token}"})


def test_a_token_is_granted_for_client_credentials(client: Client) -> None:
    answer = client.token(scope="openid,AdobeID")
    assert answer.status_code == 200
    granted = answer.json()
    assert listed_with(client, granted.pop("access_token")).status_code == 200
    assert granted == {"token_type": "bearer", "expires_in": 86399}


def test_any_token_will_do_unless_told_otherwise(start: Start) -> None:
    assert listed_with(start(), "made-up").status_code == 200
    strict = start(strict_tokens=True)
    assert listed_with(strict, "made-up").status_code == 401
    issued = strict.token().json()["access_token"]
    assert listed_with(strict, issued).status_code == 200


@pytest.mark.parametrize("strict", [True, False])
def test_an_expired_token_is_no_longer_valid(start: Start, strict: bool) -> None:
    client = start(token_ttl=0, strict_tokens=strict)
    answer = listed_with(client, client.token().json()["access_token"])
    assert answer.status_code == 401
    assert answer.json() == {"error_code": "401013", "message": "Oauth token is not valid"}


def test_tokens_keep_the_lifetime_that_they_were_issued_with(client: Client) -> None:
    token = client.token().json()["access_token"]
    client.emulator.behaviour = Behaviour(token_ttl=0, strict_tokens=True)
    time.sleep(0.001)
    assert listed_with(client, token).status_code == 200


def test_a_bad_secret_is_an_invalid_client(start: Start) -> None:
    client = start(client_secret="right")
    answer = client.token(client_secret="wröng")
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer.json()["error_description"]
    assert client.token(client_secret="right").status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_id": ""}, "invalid_request"),
        ({"client_secret": ""}, "invalid_request"),
    ],
)
def test_an_incomplete_form_is_refused(client: Client, form: dict[str, str], error: str) -> None:
    answer = client.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_the_request_is_a_form(client: Client) -> None:
    answer = client.http.post(f"{client.emulator.url}/ims/token/v3", json={})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_tokens_are_not_part_of_the_audience_apis_log(client: Client) -> None:
    client.token()
    assert client.emulator.requests == []
