"""What every call to the platform carries, and what it never shows."""

import pytest
from raw_server import GIVEN, TOKEN, RawServer, answer, connected, platform_at

from aepctl import __version__
from aepctl.aep.tokens import GivenToken, ImsToken
from aepctl.project.credentials import Credentials, Secret
from aepctl.replies import Response

ASKING = Credentials(api_key="k", client_id="c", client_secret=Secret(TOKEN))


def test_a_read_goes_to_the_segmentation_service_with_the_documented_headers() -> None:
    page = answer(200, '{"children": []}')
    with RawServer(page) as server, connected(server.url) as connection:
        reply = connection.get("/audiences", {"start": "0", "name": "Größe & mehr"})
        (request,) = server.requests
        assert request.line == (
            "GET /data/core/ups/audiences?start=0&name=Gr%C3%B6%C3%9Fe+%26+mehr HTTP/1.1"
        )
        headers = dict(request.headers)
        assert len(headers.pop("x-request-id")) == 36
        assert headers == {
            "Host": f"127.0.0.1:{server.port}",
            "Authorization": f"Bearer {TOKEN}",
            "x-api-key": "key",
            "x-gw-ims-org-id": "1BD6382559DF0C130A49422D@AdobeOrg",
            "x-sandbox-name": "dev",
            "Accept": "application/json",
            "User-Agent": f"aepctl/{__version__}",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
    assert reply == Response(200, b'{"children": []}')


def test_every_read_has_a_request_id_of_its_own_and_no_query_is_no_question_mark() -> None:
    with RawServer() as server, connected(server.url) as connection:
        for _ in range(2):
            connection.get("/audiences/1", {})
        first, second = server.requests
    assert first.line == "GET /data/core/ups/audiences/1 HTTP/1.1"
    assert first.header("x-request-id") != second.header("x-request-id")


def test_a_given_token_cannot_be_renewed() -> None:
    with connected("http://127.0.0.1") as connection:
        assert connection.renew_token() is False


def test_without_a_given_token_ims_is_asked() -> None:
    with platform_at("http://127.0.0.1", ASKING) as platform:
        assert isinstance(platform.tokens, ImsToken)
    with platform_at("http://127.0.0.1", GIVEN) as platform:
        assert isinstance(platform.tokens, GivenToken)


@pytest.mark.parametrize("credentials", [GIVEN, ASKING], ids=["given", "asking"])
def test_no_repr_shows_a_secret(credentials: Credentials) -> None:
    with platform_at("http://127.0.0.1", credentials) as platform:
        connection = platform.connect()
        shown = [platform, connection, platform.tokens, credentials, platform.environment]
        inside = [vars(one) for one in (platform, connection, platform.tokens)]
        connection.close()
    assert TOKEN not in repr([*shown, *inside])
