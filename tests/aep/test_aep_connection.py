"""What every call to the platform carries, and what it never shows."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from fakes import FakeClock, Heard
from raw_server import GIVEN, TOKEN, RawServer, answer, connected, environment_at, platform_at

from aepctl import __version__
from aepctl.aep.connection import Platform
from aepctl.aep.tokens import GivenToken, ImsToken
from aepctl.errors import CredentialsError
from aepctl.model.target import EMULATOR
from aepctl.patience import Patience
from aepctl.project.credentials import Credentials, Secret
from aepctl.replies import NoResponse, Reply, Response
from aepctl.transport import TransportFactory

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


# Sending, without a network


class Wires(TransportFactory):
    """Transports that answer from one script; `log` has what was sent and closed, in order."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__(clock=FakeClock(), environ={})
        self.replies = list(replies)
        self.log: list[tuple[str, str, Mapping[str, str], bytes | None] | str] = []

    def transport(self) -> "Wire":  # type: ignore[override]
        return Wire(self)


class Wire:
    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        self._wires.log.append((method, url, headers, body))
        return self._wires.replies.pop(0)

    def close(self) -> None:
        self._wires.log.append("closed")


class Tokens:
    """Gives one token after the other."""

    advice = "ask for another"

    def __init__(self, log: list[object], *tokens: str) -> None:
        self._log = log
        self._tokens = list(tokens)
        self.refused: list[str] = []

    def current(self) -> str:
        self._log.append("token")
        if not self._tokens:
            raise CredentialsError("no token", hint="set one")
        return self._tokens.pop(0)

    def renew(self, refused: str) -> bool:
        self.refused.append(refused)
        return len(self.refused) == 1


def platform(wires: Wires, credentials: Credentials = GIVEN, endpoint: str = "") -> Platform:
    environment = environment_at("https://p")
    if endpoint:
        target = replace(environment.target, endpoint=endpoint)
        environment = replace(environment, target=target)
    return Platform(environment, credentials, wires)


def write(one: Platform, ready: Callable[[], None] | None = None) -> Reply:
    return one.connect().send(
        "POST", "https://p/x", request_id="r-1", accept="a/b", body=b"{}", ready=ready
    )


def test_a_write_is_sent_as_it_is_with_its_own_request_id() -> None:
    wires = Wires(Response(200, b"done"))
    assert write(platform(wires)) == Response(200, b"done")
    ((method, url, headers, body),) = wires.log
    assert (method, url, body) == ("POST", "https://p/x", b"{}")
    said = {name: headers[name] for name in ("x-request-id", "Accept", "Content-Type")}
    assert said == {"x-request-id": "r-1", "Accept": "a/b", "Content-Type": "application/json"}


def test_whether_it_may_be_sent_is_asked_last_when_there_is_a_token() -> None:
    wires = Wires(Response(200))
    one = platform(wires)
    one.tokens = Tokens(wires.log, "token-1")  # type: ignore[arg-type]
    write(one, lambda: wires.log.append("ready"))
    assert [entry if isinstance(entry, str) else "sent" for entry in wires.log] == [
        "token", "ready", "sent",
    ]  # fmt: skip


def test_where_it_may_not_or_no_token_can_be_had_nothing_is_sent() -> None:
    wires = Wires()

    def not_ready() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(platform(wires), not_ready)
    assert wires.log == []
    one = platform(wires)
    one.tokens = Tokens(wires.log)  # type: ignore[arg-type]
    with pytest.raises(CredentialsError):
        write(one, not_ready)
    assert wires.log == ["token"]


@pytest.mark.parametrize("secret", ["given-token", "client-secret"])
def test_an_answer_that_repeats_a_secret_is_of_no_use(secret: str) -> None:
    """It would end in state or in a log."""
    credentials = Credentials("k", Secret("given-token"), Secret("client-secret"), "c")
    wires = Wires(Response(200, b'{"name": "%s"}' % secret.encode(), request_id="r"))
    assert write(platform(wires, credentials)) == Response(
        200, b"", complete=False, request_id="r", flaw="repeats a secret that was sent"
    )


def test_so_is_one_that_repeats_a_token_that_was_asked_for() -> None:
    wires = Wires(Response(200, b"token-1"), Response(200, b"token-2"))
    one = platform(wires)
    one.tokens = Tokens([], "token-1", "other-token")  # type: ignore[arg-type]
    assert isinstance(reply := write(one), Response)
    assert not reply.complete
    assert write(one) == Response(200, b"token-2")  # not yet


@pytest.mark.parametrize(
    "reply", [NoResponse("test-token"), Response(200, b"test-token", complete=False, flaw="is cut")]
)
def test_what_is_no_whole_answer_is_told_as_it_is(reply: Reply) -> None:
    assert write(platform(Wires(reply))) == reply


def test_the_emulators_token_is_no_secret() -> None:
    wires = Wires(Response(200, b"emulator emulated"))
    credentials = Credentials("emulator", Secret("emulator"), Secret("emulated"))
    assert write(platform(wires, credentials, EMULATOR)) == Response(200, b"emulator emulated")


def test_a_token_that_was_refused_is_renewed_by_what_it_was() -> None:
    one = platform(Wires(Response(401), Response(401)))
    tokens = Tokens([], "token-1", "token-2")
    one.tokens = tokens  # type: ignore[assignment]
    connection = one.connect()
    renewed = []
    for _ in range(2):
        connection.get("/audiences", {})
        renewed.append(connection.renew_token())
    assert (tokens.refused, renewed) == (["token-1", "token-2"], [True, False])
    assert connection.token_advice == "ask for another"


def test_before_anything_was_sent_no_token_was_used() -> None:
    one = platform(Wires())
    tokens = Tokens([])
    one.tokens = tokens  # type: ignore[assignment]
    one.connect().renew_token()
    assert tokens.refused == [""]


def test_all_that_was_opened_is_closed() -> None:
    wires = Wires(Response(200))
    one = platform(wires)
    connection = one.connect()
    connection.reconnect()
    connection.get("/audiences", {})
    assert [entry == "closed" for entry in wires.log] == [True, False]
    connection.close()
    one.close()
    assert wires.log[2:] == ["closed", "closed"]


def test_a_token_is_asked_for_with_the_patience_of_the_run() -> None:
    told: list[str] = []
    wires = Wires(
        Response(503, b"busy", retry_after=9.0),
        Response(200, b'{"access_token": "token-1", "expires_in": 3600}'),
    )
    one = Platform(environment_at("https://ims"), ASKING, wires, Patience(log=Heard(told)))
    assert one.tokens.current() == "token-1"
    assert len(told) == 1
    assert isinstance(wires.clock, FakeClock)
    assert wires.clock.slept == [9.0]
    assert [entry[1] for entry in wires.log] == ["https://ims/ims/token/v3"] * 2


def test_whether_a_client_is_hidden_by_a_given_token_is_part_of_the_advice() -> None:
    hides = platform(Wires(), replace(GIVEN, hides_client=True)).connect()
    assert "or unset it" in hides.token_advice
    assert "or unset it" not in platform(Wires()).connect().token_advice


def test_a_platform_has_transports_of_its_own_where_none_are_given() -> None:
    one = Platform(environment_at("https://p"), GIVEN)
    assert isinstance(one.transports, TransportFactory)
    assert one.transports.redaction.holds(TOKEN.encode())
    one.close()
