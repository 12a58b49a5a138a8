"""Each step on a real socket: what leaves, and what its answer makes of it."""

import json
from typing import Any

import pytest
from fakes import audience
from raw_server import TOKEN, RawServer, answer, connected, created, http

from aepctl import __version__
from aepctl.aep.verdicts import Done, Refused, Unknown, Verdict
from aepctl.aep.writer import AudienceWriter
from aepctl.emulator import serve
from aepctl.errors import PlatformError
from aepctl.model.audience import Audience, Ids, Observed
from aepctl.model.failure import Failure, no_platform_id
from aepctl.model.steps import Create, Delete, Patch, RemoteStep

GOLD = Create(audience("Gold"))
PATCH = Patch(Ids("A", "P/1 ?"), audience("Gold", "Dull"), audience("Gold", "Shiny"))
DELETE = Delete(Ids("A", "P"), audience("Gold"))
GONE = '{"type": "https://ns.adobe.com/aep/errors/UPAPI-113430-404", "title": "not found"}'


def sent(step: RemoteStep, *script: Any, request_id: str = "r") -> tuple[Verdict, Any]:
    """The verdict, and the one request that arrived."""
    with RawServer(*script) as server, connected(server.url) as connection:
        verdict = AudienceWriter(connection).send(step, request_id)
        (request,) = server.requests
    return verdict, request


# Create


def test_a_create_is_that_of_the_seed_document() -> None:
    seed = Audience(
        name="Sample audience name",
        description="A sample description for the audience.",
        namespace="agora",
        origin_name="Agora_Collaboration",
    )
    with RawServer() as server, connected(server.url) as connection:
        AudienceWriter(connection).send(Create(seed), "5f1d")
        (request,) = server.requests
        assert request.line == "POST /core/ais/audiences?createAudienceMetaOnly=true HTTP/1.1"
        assert dict(request.headers) == {
            "Host": f"127.0.0.1:{server.port}",
            "Authorization": f"Bearer {TOKEN}",
            "x-api-key": "key",
            "x-gw-ims-org-id": "1BD6382559DF0C130A49422D@AdobeOrg",
            "x-sandbox-name": "dev",
            "x-request-id": "5f1d",
            "Accept": "application/vnd.adobe.external.audiences+json; version=2",
            "Content-Type": "application/json",
            "Content-Length": str(len(request.body)),
            "User-Agent": f"aepctl/{__version__}",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        assert request.body == (
            b'{"name": "Sample audience name", '
            b'"description": "A sample description for the audience.", '
            b'"namespace": "agora", "originName": "Agora_Collaboration"}'
        )


def test_the_answer_to_a_create_gives_both_ids() -> None:
    verdict, _ = sent(GOLD, created("A", id="P"))
    assert verdict == Done(Ids("A", "P"))


def test_an_id_that_the_client_gives_goes_with_the_create() -> None:
    _, request = sent(Create(audience("Gold"), "mine"))
    assert request.json() == {
        "name": "Gold", "namespace": "agora", "originName": "Agora_Collaboration",
        "audienceId": "mine",
    }  # fmt: skip


def test_text_arrives_as_it_was_written() -> None:
    name = 'Größe ❄ 金 \u2028 \\ " \U0001f600'
    _, request = sent(Create(audience(name, name)))
    assert request.json() == {
        "name": name, "description": name, "namespace": "agora",
        "originName": "Agora_Collaboration",
    }  # fmt: skip


def test_every_request_has_the_id_that_it_was_given() -> None:
    with RawServer() as server, connected(server.url) as connection:
        writer = AudienceWriter(connection)
        steps: tuple[RemoteStep, ...] = (GOLD, PATCH, DELETE)
        for number, step in enumerate(steps):
            writer.send(step, f"request-{number}")
        ids = [request.header("x-request-id") for request in server.requests]
    assert ids == ["request-0", "request-1", "request-2"]


def test_an_unusable_answer_to_a_create_is_unknown_and_nothing_is_sent_again() -> None:
    verdict, _ = sent(GOLD, answer(200, "<html>"))
    assert verdict == Unknown(
        Failure("answered 200, but the answer holds no audienceId", None, 200)
    )


# Patch and delete


def test_a_patch_is_a_list_of_additions_under_the_platforms_own_id() -> None:
    verdict, request = sent(PATCH, answer(200, '{"id": "P/1 ?"}'), request_id="5f1d")
    assert request.line == "PATCH /data/core/ups/audiences/P%2F1%20%3F HTTP/1.1"
    assert request.header("Content-Type") == "application/json"
    assert request.header("Accept") == "application/json"
    assert request.body == b'[{"op": "add", "path": "/description", "value": "Shiny"}]'
    assert verdict == Done()


def test_a_text_that_is_removed_is_sent_as_an_empty_one() -> None:
    removal = Patch(Ids("A", "P"), audience("Gold", "Dull"), audience("Gold"))
    _, request = sent(removal)
    assert request.json() == [{"op": "add", "path": "/description", "value": ""}]


def test_a_delete_has_no_body() -> None:
    no_content = lambda wire: (wire.receive(), wire.send(http(204)))  # noqa: E731
    verdict, request = sent(DELETE, no_content)
    assert request.line == "DELETE /data/core/ups/audiences/P HTTP/1.1"
    assert (request.body, request.header("Content-Type")) == (b"", None)
    assert verdict == Done()


def test_what_is_gone_is_deleted_but_cannot_be_changed() -> None:
    assert sent(DELETE, answer(404, GONE))[0] == Done()
    assert sent(PATCH, answer(404, GONE))[0] == Refused(
        Failure("not found", "UPAPI-113430-404", 404)
    )


@pytest.mark.parametrize(
    "step",
    [Patch(Ids("A"), audience("Gold", "Dull"), audience("Gold")), Delete(Ids("A"), audience("G"))],
    ids=["patch", "delete"],
)
def test_without_the_platforms_own_id_nothing_is_sent(step: RemoteStep) -> None:
    with RawServer() as server, connected(server.url) as connection:
        assert AudienceWriter(connection).send(step, "r") == Refused(no_platform_id(Ids("A")))
        assert server.connections == 0


def test_against_the_platform_an_audience_lives_its_whole_life() -> None:
    with serve() as emulator, connected(emulator.url) as connection:
        writer = AudienceWriter(connection)
        writer.send(Create(audience("Gold", "Dull")), "1")
        (made,) = emulator.audiences
        ids = Ids(str(made["audienceId"]), str(made["id"]))
        after = audience("Gold 2")
        assert writer.send(Patch(ids, audience("Gold", "Dull"), after), "2") == Done(observed=after)
        (changed,) = emulator.audiences
        assert (changed["name"], changed["description"]) == ("Gold 2", "")
        assert writer.send(Delete(ids, after), "3") == Done()
        assert writer.send(Delete(ids, after), "4") == Done()
        assert emulator.audiences == []


def test_what_a_writer_was_connected_for_is_closed_with_the_answer() -> None:
    with RawServer() as server, connected(server.url) as connection:
        AudienceWriter(connection).send(GOLD, "1")
        server.wait_closed()
        assert server.connections == 1


# What is read before it is changed


def test_an_audience_is_read_over_the_same_connection() -> None:
    shown = {"id": "P", "audienceId": "A", **audience("Gold", "Dull").fields()}
    with RawServer(answer(200, json.dumps(shown))) as server, connected(server.url) as connection:
        observed = AudienceWriter(connection).read(Ids("A", "P"))
        (request,) = server.requests
    assert observed == Observed(audience("Gold", "Dull"), Ids("A", "P"))
    assert request.line == "GET /data/core/ups/audiences/P HTTP/1.1"


def test_what_is_gone_is_none_and_what_is_not_said_so_is_an_error() -> None:
    with RawServer(answer(404, GONE)) as server, connected(server.url) as connection:
        assert AudienceWriter(connection).read(Ids("A", "P")) is None
    with (
        RawServer(answer(404, "{}")) as server,
        connected(server.url) as connection,
        pytest.raises(PlatformError, match="cannot read the audience A: 404"),
    ):
        AudienceWriter(connection).read(Ids("A", "P"))


def test_who_depends_on_it_is_read_as_well() -> None:
    shown = {
        "id": "P", "audienceId": "A", **audience("Gold").fields(), "dependents": ["B", "C"],
    }  # fmt: skip
    with RawServer(answer(200, json.dumps(shown))) as server, connected(server.url) as connection:
        observed = AudienceWriter(connection).read(Ids("A", "P"))
    assert observed is not None
    assert observed.dependents == ("B", "C")
