"""Deleting audiences: what is gone at once, what lists go on showing, what cannot be deleted."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from emulator_client import Audience, Client, Start

from aepctl.emulator import Behaviour, serve


def by_id(client: Client, method: str, audience: Audience, **kwargs: Any) -> httpx.Response:
    return client.call(method, f"{client.ups}/{audience['id']}", **kwargs)


def patch(client: Client, audience: Audience, attribute: str, value: Any) -> httpx.Response:
    change = [{"op": "add", "path": f"/{attribute}", "value": value}]
    return by_id(client, "PATCH", audience, json=change)


def is_gone(answer: httpx.Response) -> bool:
    typed = "https://ns.adobe.com/aep/errors/UPAPI-113430-404"
    return answer.status_code == 404 and answer.json()["type"] == typed


def test_delete_answers_without_a_body(client: Client) -> None:
    answer = by_id(client, "DELETE", client.created())
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.emulator.audiences == []
    assert client.names() == []
    assert client.emulator.requests[-2].name == "Sample"


def test_what_is_gone_is_said_to_be_by_the_typed_404(client: Client) -> None:
    audience = client.created()
    by_id(client, "DELETE", audience)
    for method, body in (("GET", None), ("PATCH", []), ("PUT", {}), ("DELETE", None)):
        assert is_gone(by_id(client, method, audience, json=body))


class TestALag:
    """Lists go on showing for a while what was deleted; whoever asks by id is told at once."""

    def test_it_is_listed_as_it_was_in_its_place(self, start: Start) -> None:
        client = start(delete_lag=60)
        made = [client.created(name=name) for name in ("Gold", "Silver", "Bronze")]
        by_id(client, "DELETE", made[1])
        assert client.names() == ["Bronze", "Silver", "Gold"]
        found = client.listed({"property": f"audienceId=={made[1]['audienceId']}"}).json()
        assert found["children"] == [made[1]]
        assert [one["name"] for one in client.emulator.audiences] == ["Gold", "Bronze"]

    def test_by_id_it_is_gone_at_once(self, start: Start) -> None:
        client = start(delete_lag=60)
        audience = client.created()
        by_id(client, "DELETE", audience)
        assert is_gone(by_id(client, "GET", audience))
        assert is_gone(by_id(client, "DELETE", audience))
        ids = {"ids": [{"id": audience["id"]}]}
        assert client.call("POST", f"{client.ups}/bulk-get", json=ids).status_code == 404

    def test_it_ends(self, start: Start) -> None:
        client = start(delete_lag=60)
        by_id(client, "DELETE", client.created())
        client.emulator.behaviour = Behaviour(delete_lag=0.001)
        by_id(client, "DELETE", client.created(name="Another"))
        client.emulator.behaviour = Behaviour()
        assert client.names() == []

    def test_a_change_just_before_may_not_show_either(self, start: Start) -> None:
        client = start(update_lag=60, delete_lag=60)
        audience = client.created(name="Gold")
        patch(client, audience, "name", "Silver")
        by_id(client, "DELETE", audience)
        assert client.listed().json()["children"] == [audience]

    def test_it_is_of_one_sandbox(self, start: Start) -> None:
        client = start(delete_lag=60)
        by_id(client, "DELETE", client.created())
        elsewhere = client.listed(headers={"x-sandbox-name": "prod"})
        assert elsewhere.json()["children"] == []

    def test_its_id_may_be_given_again_meanwhile(self, start: Start) -> None:
        client = start(delete_lag=60, revision=3, unique=True)
        by_id(client, "DELETE", client.created(audienceId="mine"))
        assert client.create(audienceId="mine").status_code == 200
        assert client.names() == ["Sample", "Sample"]

    def test_it_outlives_the_process_as_that_of_creations_does(
        self, tmp_path: Path, http: httpx.Client
    ) -> None:
        db, lagging = tmp_path / "db", Behaviour(update_lag=60, delete_lag=60)
        with serve(db=db, behaviour=lagging) as emulator:
            client = Client(emulator, http)
            audience = client.created(name="Gold")
            by_id(client, "DELETE", audience)
            patch(client, client.created(name="Silver"), "name", "Bronze")
        with serve(db=db, behaviour=lagging) as emulator:
            client = Client(emulator, http)
            assert client.names() == ["Silver", "Gold"]
            assert is_gone(by_id(client, "GET", audience))


class TestDependents:
    """One that others depend on. By hand: a patch of `dependents`, which shows them as well."""

    def test_it_cannot_be_deleted_and_nobody_is_named(self, client: Client) -> None:
        audience = client.created()
        assert patch(client, audience, "dependents", ["another"]).status_code == 200
        answer = by_id(client, "DELETE", audience)
        assert answer.status_code == 400
        assert answer.json() == {
            "requestId": answer.headers["x-request-id"],
            "errors": {"400": [{"code": 400, "message": "The audience cannot be deleted."}]},
            "type": "https://ns.adobe.com/aep/errors/UPAPI-113631-403",
            "title": "The audience cannot be deleted.",
            "status": 400,
        }
        assert len(client.emulator.audiences) == 1

    def test_a_read_by_id_names_them(self, client: Client) -> None:
        audience = client.created()
        assert "dependents" not in audience
        patch(client, audience, "dependents", ["one", "two"])
        assert by_id(client, "GET", audience).json()["dependents"] == ["one", "two"]

    def test_without_them_it_can_be_deleted_again(self, client: Client) -> None:
        audience = client.created()
        for dependents in (["another"], []):
            patch(client, audience, "dependents", dependents)
        assert by_id(client, "DELETE", audience).status_code == 204

    @pytest.mark.parametrize("value", ["another", [7], None])
    def test_they_are_a_list_of_ids(self, client: Client, value: Any) -> None:
        assert patch(client, client.created(), "dependents", value).status_code == 400
