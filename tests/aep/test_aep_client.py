"""One create on a real socket: what leaves, and what each thing that can happen comes back as."""

import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakes import audience
from raw_server import (
    GIVEN,
    TOKEN,
    RawServer,
    Step,
    answer,
    close,
    connected,
    created,
    cut,
    deaf_port,
    free_port,
    hang,
    http,
    platform_at,
    raw,
    reset,
    reset_unread,
    settings_to,
    trickle,
)

from aepctl import __version__
from aepctl.aep.client import MOST_BODY, NOT_SENT, Connection, Platform
from aepctl.aep.replies import Answer, Broken, NotSent, Reply
from aepctl.aep.tokens import ImsToken
from aepctl.audience import Audience
from aepctl.credentials import Credentials, Secret

GOLD = audience("Gold")


def replied(*script: Step, **how: Any) -> Reply:
    """What one create comes back as, where the server plays this script."""
    with RawServer(*script) as server, connected(server.url, **how) as connection:
        return connection.create(GOLD, "request-1")


def answered(*script: Step, **how: Any) -> Answer:
    reply = replied(*script, **how)
    assert isinstance(reply, Answer)
    return reply


# What leaves


def test_the_request_is_that_of_the_seed_document() -> None:
    seed = Audience(
        name="Sample audience name",
        description="A sample description for the audience.",
        namespace="agora",
        origin_name="Agora_Collaboration",
    )
    with RawServer() as server, connected(server.url) as connection:
        connection.create(seed, "5f1d")
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
            "Accept-Encoding": "gzip, deflate",
            "Connection": "keep-alive",
        }
        assert len(request.headers) == len(dict(request.headers))
        assert request.body == (
            b'{"name": "Sample audience name", '
            b'"description": "A sample description for the audience.", '
            b'"namespace": "agora", "originName": "Agora_Collaboration"}'
        )


def test_text_arrives_as_it_was_written() -> None:
    name = 'Größe ❄ 金 \u2028 \\ " \U0001f600'
    with RawServer() as server, connected(server.url) as connection:
        connection.create(audience(name, name), "r")
        assert server.requests[0].json() == {
            "name": name,
            "description": name,
            "namespace": "agora",
            "originName": "Agora_Collaboration",
        }


def test_every_request_has_the_id_that_it_was_given() -> None:
    with RawServer() as server, connected(server.url) as connection:
        for number in range(3):
            connection.create(GOLD, f"request-{number}")
        ids = [request.header("x-request-id") for request in server.requests]
    assert ids == ["request-0", "request-1", "request-2"]


def test_cookies_of_an_answer_do_not_come_back_to_another_create() -> None:
    cookie = answer(200, '{"audienceId": "A"}', {"Set-Cookie": "session=1"})
    with RawServer(cookie) as server, connected(server.url) as connection:
        for _ in range(2):
            connection.create(GOLD, "r")
        assert server.requests[1].header("Cookie") is None


# What comes back


def test_an_answer_has_status_body_and_the_platforms_request_id() -> None:
    said = answer(400, '{"title": "Bad"}', {"x-request-id": "theirs"})
    assert replied(said) == Answer(400, b'{"title": "Bad"}', request_id="theirs")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    with RawServer() as elsewhere:
        moved = answer(status, headers={"Location": f"{elsewhere.url}/core/ais/audiences"})
        assert answered(moved).status == status
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0", 0.0),
        (" 12 ", 12.0),
        ("Sat, 31 Jan 2026 12:00:30 GMT", 30.0),
        ("Sat, 31 Jan 2026 13:00:30 +0100", 30.0),
        ("Fri, 30 Jan 2026 12:00:00 GMT", 0.0),
        ("Sat, 31 Jan 2026 12:00:30 -0000", None),
        ("Fri, 31 Dec 1999 23:59:59 +99999999999999999999", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    headers = {} if value is None else {"Retry-After": value}
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert answered(answer(429, headers=headers), now=lambda: now).retry_after == seconds


def test_retry_after_as_a_date_counts_from_the_real_time() -> None:
    later = (datetime.now(UTC) + timedelta(seconds=100)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    seconds = answered(answer(429, headers={"Retry-After": later})).retry_after
    assert seconds is not None
    assert 90 < seconds <= 100


def test_a_body_that_is_cut_is_part_of_the_answer() -> None:
    reply = answered(cut("A"))
    assert (reply.status, reply.complete) == (200, False)


def test_a_body_without_an_announced_length_ends_with_the_connection() -> None:
    reply = answered(raw(b'HTTP/1.1 200 OK\r\n\r\n{"audienceId": "A"}'))
    assert reply == Answer(200, b'{"audienceId": "A"}')


def test_a_chunked_body_that_stops_within_is_cut() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert not answered(raw(head + b"5\r\nwhole\r\n")).complete
    assert answered(raw(head + b"5\r\nwhole\r\n0\r\n\r\n")) == Answer(200, b"whole")


def test_a_body_that_cannot_be_decompressed_is_cut() -> None:
    reply = answered(answer(200, b"no gzip at all", {"Content-Encoding": "gzip"}))
    assert (reply.status, reply.complete) == (200, False)


def test_no_more_of_a_body_is_read_than_an_answer_can_need() -> None:
    reply = answered(answer(200, b"x" * (3 * MOST_BODY)))
    assert not reply.complete
    assert MOST_BODY < len(reply.body) < 2 * MOST_BODY


def test_the_deadline_is_for_the_whole_answer_and_not_for_each_byte() -> None:
    began = time.monotonic()
    reply = answered(
        raw_then_trickle(http(200, b"x" * 10_000)[:-10_000], b"x" * 10_000), timeout=0.15
    )
    assert time.monotonic() - began < 60
    assert (reply.status, reply.complete) == (200, False)


def raw_then_trickle(head: bytes, body: bytes) -> Step:
    slowly = trickle(body, 0.02)

    def step(wire: Any) -> None:
        wire.send(head)
        slowly(wire)

    return step


BROKEN = {
    "closed without an answer": (close, "the connection was closed without an answer"),
    "reset": (reset, "the connection broke before an answer"),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH\r\n\r\n"), "the connection was closed without an answer"),
    "cut within the head": (raw(b"HTTP/1.1 200 OK\r\nConte"), "the connection was closed"),
    "no answer in time": (hang, "no answer in time"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_once_sending_has_begun_a_broken_connection_is_a_doubt(fault: str) -> None:
    step, reason = BROKEN[fault]
    with RawServer(step) as server, connected(server.url, timeout=0.15) as connection:
        reply = connection.create(GOLD, "r")
        assert isinstance(reply, Broken)
        assert reply.reason.startswith(reason)
        assert (server.connections, server.creates) == (1, 1)


def test_a_reset_before_anything_was_read_is_a_doubt_and_nothing_is_sent_again() -> None:
    with RawServer(reset_unread) as server, connected(server.url) as connection:
        assert isinstance(connection.create(GOLD, "r"), Broken)
        server.wait_closed()
        assert (server.connections, server.creates) == (1, 0)


def test_a_refused_connection_is_not_sent() -> None:
    with connected(f"http://127.0.0.1:{free_port()}") as connection:
        reply = connection.create(GOLD, "r")
    assert isinstance(reply, NotSent)
    assert reply.reason.startswith("no connection (")
    assert "refused" in reply.reason


def test_a_connection_that_takes_too_long_is_not_sent() -> None:
    with deaf_port() as port, connected(f"http://127.0.0.1:{port}", timeout=0.1) as connection:
        assert connection.create(GOLD, "r") == NotSent("connecting took too long")


def test_a_name_that_is_not_known_is_not_sent(no_proxies: None) -> None:
    with connected("https://nobody.invalid") as connection:
        reply = connection.create(GOLD, "r")
    assert isinstance(reply, NotSent)
    assert reply.reason.startswith("no connection")


def test_a_connection_that_was_closed_while_idle_is_not_used_again() -> None:
    def keep_alive(wire: Any) -> None:
        wire.receive()
        wire.send(http(200, '{"audienceId": "A"}', {"Connection": "keep-alive"}))

    with RawServer(keep_alive) as server, connected(server.url) as connection:
        assert isinstance(connection.create(GOLD, "r"), Answer)
        server.wait_closed()
        assert isinstance(connection.create(GOLD, "r"), Answer)
        assert (server.connections, server.creates) == (2, 2)


# Every exception of httpx has its place

PLACES: dict[type[httpx.TransportError], type[NotSent] | type[Broken]] = {
    httpx.ConnectError: NotSent,
    httpx.ConnectTimeout: NotSent,
    httpx.PoolTimeout: NotSent,
    httpx.ProxyError: NotSent,
    httpx.UnsupportedProtocol: NotSent,
    httpx.CloseError: Broken,
    httpx.LocalProtocolError: Broken,
    httpx.NetworkError: Broken,
    httpx.ProtocolError: Broken,
    httpx.ReadError: Broken,
    httpx.ReadTimeout: Broken,
    httpx.RemoteProtocolError: Broken,
    httpx.TimeoutException: Broken,
    httpx.TransportError: Broken,
    httpx.WriteError: Broken,
    httpx.WriteTimeout: Broken,
}
SECRET_URL = f"https://user:{TOKEN}@proxy.example"


def family(one: type[Exception]) -> set[type[Exception]]:
    return {one}.union(*(family(child) for child in one.__subclasses__()))


def test_every_transport_error_that_httpx_has_is_placed() -> None:
    """A new one has to be thought about: was anything sent when it is raised?"""
    own = {error for error in family(httpx.TransportError) if error.__module__ == "httpx"}
    assert own == set(PLACES)


class RaisingPlatform(Platform):
    """A platform whose transport raises, instead of going out."""

    error: Exception

    def http_client(self, url: str) -> httpx.Client:
        def fail(request: httpx.Request) -> httpx.Response:
            raise self.error

        return httpx.Client(transport=httpx.MockTransport(fail))


@pytest.mark.parametrize("error", PLACES, ids=lambda error: error.__name__)
def test_each_transport_error_is_told_without_what_it_may_hide(
    error: type[httpx.TransportError],
) -> None:
    platform = RaisingPlatform(settings_to("http://127.0.0.1"), GIVEN)
    connection = platform.connect()
    platform.error = error("" if error is httpx.ConnectError else f"{SECRET_URL} Bearer {TOKEN}")
    reply = connection.create(GOLD, "r")
    connection.close()
    platform.close()
    assert isinstance(reply, PLACES[error])
    assert reply.reason
    assert TOKEN not in reply.reason


def test_nothing_else_counts_as_not_sent() -> None:
    assert set(NOT_SENT) == {error for error, place in PLACES.items() if place is NotSent}


# Proxies


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_no_proxy_stands_between_us_and_this_machine(
    monkeypatch: pytest.MonkeyPatch, no_proxies: None
) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    for name in PROXIES[:3]:
        monkeypatch.setenv(name, dead)
        monkeypatch.setenv(name.lower(), dead)
    assert answered(created("A")).status == 200


def test_to_the_world_the_proxy_of_the_environment_is_used_and_gets_no_token(
    monkeypatch: pytest.MonkeyPatch, no_proxies: None
) -> None:
    with RawServer(answer(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with connected("https://platform.invalid") as connection:
            assert connection.create(GOLD, "r") == NotSent("the proxy refused")
        (request,) = proxy.requests
    assert request.line == "CONNECT platform.invalid:443 HTTP/1.1"
    assert request.header("Authorization") is None


# Certificates


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the `openssl` program to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, cert, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True
    )
    both.write_text(key.read_text() + cert.read_text())
    return both


@pytest.fixture
def secure(certificate: Path) -> Iterator[RawServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with RawServer(tls=context) as server:
        yield server


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(
    secure: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with connected(secure.url) as connection:
        reply = connection.create(GOLD, "r")
    assert isinstance(reply, NotSent)
    assert "certificate" in reply.reason.lower()
    assert (secure.connections, secure.requests) == (1, [])


def test_a_certificate_in_ssl_cert_file_is_trusted(
    secure: RawServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(certificate))
    with connected(secure.url) as connection:
        reply = connection.create(GOLD, "r")
    assert isinstance(reply, Answer)
    assert secure.creates == 1


def test_plain_http_where_tls_was_expected_is_not_sent() -> None:
    with (
        RawServer(lambda wire: wire.send(http(400))) as server,
        connected(server.url.replace("http:", "https:")) as connection,
    ):
        assert isinstance(connection.create(GOLD, "r"), NotSent)
        assert server.creates == 0


# Secrets


def test_a_given_token_cannot_be_renewed() -> None:
    with connected("http://127.0.0.1") as connection:
        assert connection.renew_token() is False


def test_without_a_given_token_ims_is_asked() -> None:
    asking = Credentials(api_key="k", client_id="c", client_secret=Secret("s"))
    with platform_at("http://127.0.0.1", asking) as platform:
        assert isinstance(platform.tokens, ImsToken)


def test_no_repr_shows_a_secret() -> None:
    asking = Credentials(api_key="k", client_id="c", client_secret=Secret(TOKEN))
    for credentials in (GIVEN, asking):
        with platform_at("http://127.0.0.1", credentials) as platform:
            connection = Connection(platform)
            shown = [platform, connection, platform.tokens, credentials, platform.settings]
            inside = [vars(one) for one in (platform, connection, platform.tokens)]
            connection.close()
        assert TOKEN not in repr([*shown, *inside])
