"""One exchange on a real socket: what leaves, and what each thing that can happen comes back as."""

import gzip
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeClock, QuickClock
from raw_server import (
    TOKEN,
    RawServer,
    Step,
    Wire,
    answer,
    close,
    created,
    cut,
    deaf_port,
    free_port,
    hang,
    http,
    raw,
    reset,
    reset_unread,
)

from aepctl import __version__
from aepctl.clock import Clock, SystemClock
from aepctl.replies import NoResponse, NothingSent, Reply, Response
from aepctl.transport import MAX_BODY_BYTES, Transport, TransportFactory

HEADERS = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
BODY = b'{"name": "Gold"}'


@contextmanager
def transport(timeout: float = 30.0, clock: Clock | None = None) -> Iterator[Transport]:
    one = TransportFactory(timeout_seconds=timeout, clock=clock).transport()
    try:
        yield one
    finally:
        one.close()


def post(one: Transport, url: str) -> Reply:
    return one.send("POST", f"{url}/core/ais/audiences", HEADERS, BODY)


def replied(*script: Step, **how: Any) -> Reply:
    """What one request comes back as, where the server plays this script."""
    with RawServer(*script) as server, transport(**how) as one:
        return post(one, server.url)


def answered(*script: Step, **how: Any) -> Response:
    reply = replied(*script, **how)
    assert isinstance(reply, Response)
    return reply


# What leaves


def test_the_request_is_what_was_asked_for_and_little_else() -> None:
    with RawServer() as server, transport() as one:
        post(one, server.url)
        (request,) = server.requests
        assert request.line == "POST /core/ais/audiences HTTP/1.1"
        assert dict(request.headers) == {
            "Host": f"127.0.0.1:{server.port}",
            "Authorization": f"Bearer {TOKEN}",
            "Accept": "application/json",
            "Content-Length": str(len(BODY)),
            "User-Agent": f"aepctl/{__version__}",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        assert len(request.headers) == len(dict(request.headers))
        assert request.body == BODY


def test_a_request_without_a_body_has_none() -> None:
    with RawServer() as server, transport() as one:
        one.send("DELETE", f"{server.url}/audiences/1", HEADERS, None)
        (request,) = server.requests
        assert request.line == "DELETE /audiences/1 HTTP/1.1"
        assert (request.body, request.header("Content-Type")) == (b"", None)


def test_cookies_of_an_answer_do_not_come_back_with_another_request() -> None:
    cookie = answer(200, '{"audienceId": "A"}', {"Set-Cookie": "session=1"})
    with RawServer(cookie) as server, transport() as one:
        for _ in range(2):
            post(one, server.url)
        assert server.requests[1].header("Cookie") is None


# What comes back


def test_an_answer_has_status_body_and_the_other_sides_request_id() -> None:
    bad = answer(400, '{"title": "Bad"}', {"x-request-id": "theirs"})
    assert replied(bad) == Response(400, b'{"title": "Bad"}', request_id="theirs")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    with RawServer() as elsewhere:
        moved = answer(status, headers={"Location": f"{elsewhere.url}/core/ais/audiences"})
        assert answered(moved).status == status
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://h/in?token=test-token#test-token", "https://h/in"),
        ("https://user:test-token@h/in", "https://h/in"),
        ("//user@h/a@b", "//h/a@b"),
        ("/in\xa0x?y", "/in x"),
        ("https://h/" + "x" * 999, "https://h/" + "x" * 190),
        ("", ""),
    ],
)
def test_where_a_redirect_points_is_told_as_far_as_it_may_be_shown(
    location: str, shown: str
) -> None:
    assert answered(answer(302, headers={"Location": location})).location.strip() == shown


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
        ("2s", None),
        ("1e9", None),
        ("0x10", None),
        ("+7", None),
        ("9" * 400, float("inf")),
        ("7, 12", 12.0),
        ("12 ,7", 12.0),
        ("7,", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    headers = {} if value is None else {"Retry-After": value}
    assert answered(answer(429, headers=headers), clock=FakeClock()).retry_after == seconds


TWICE = {
    "numbers": (b"7", b"12"),
    "the longer one first": (b"12", b"7"),
    "a number and a date": (b"5", b"Sat, 31 Jan 2026 12:00:12 GMT"),
    "one that says nothing": (b"soon", b"12"),
    "digits of another script": ("\u0669\u0669".encode(), b"12"),
}


@pytest.mark.parametrize("case", TWICE)
def test_of_two_waits_the_longer_one_counts(case: str) -> None:
    lines = b"".join(b"Retry-After: " + one + b"\r\n" for one in TWICE[case])
    head = b"HTTP/1.1 429 Said\r\nContent-Length: 0\r\n"
    assert answered(raw(head + lines + b"\r\n"), clock=FakeClock()).retry_after == 12.0


def test_by_itself_a_transport_goes_by_the_real_time_and_waits_half_a_minute() -> None:
    factory = TransportFactory()
    assert isinstance(factory.clock, SystemClock)
    assert factory.timeout_seconds == 30.0


def test_a_body_that_is_cut_is_part_of_the_answer() -> None:
    reply = answered(cut("A"))
    assert (reply.status, reply.complete, reply.flaw) == (200, False, "is cut short")


def test_a_body_without_an_announced_length_ends_with_the_connection() -> None:
    reply = answered(raw(b'HTTP/1.1 200 OK\r\n\r\n{"audienceId": "A"}'))
    assert reply == Response(200, b'{"audienceId": "A"}')


def test_a_chunked_body_that_stops_within_is_cut() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert not answered(raw(head + b"5\r\nwhole\r\n")).complete
    assert answered(raw(head + b"5\r\nwhole\r\n0\r\n\r\n")) == Response(200, b"whole")


BOMB = gzip.compress(b"0" * 3 * MAX_BODY_BYTES, compresslevel=1)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip", "GZIP"])
def test_an_encoded_body_is_of_no_use_and_is_not_decoded(encoding: str) -> None:
    reply = answered(answer(200, BOMB, {"Content-Encoding": encoding}))
    assert (reply.status, reply.complete, reply.body) == (200, False, b"")
    assert reply.flaw == "is encoded, though nothing else than plain was asked for"


@pytest.mark.parametrize("encoding", ["identity", "Identity"])
def test_a_body_that_says_that_it_is_plain_is_plain(encoding: str) -> None:
    assert answered(answer(200, b"{}", {"Content-Encoding": encoding})) == Response(200, b"{}")


def test_no_more_of_a_body_is_read_than_an_answer_can_need() -> None:
    reply = answered(answer(200, b"x" * (3 * MAX_BODY_BYTES)))
    assert not reply.complete
    assert reply.flaw == "is too large: more than 16 MiB"
    assert len(reply.body) <= MAX_BODY_BYTES


def test_a_body_as_long_as_an_answer_may_be_is_whole() -> None:
    reply = answered(answer(200, b"x" * MAX_BODY_BYTES))
    assert (reply.complete, len(reply.body)) == (True, MAX_BODY_BYTES)


def test_the_deadline_is_for_the_whole_answer_and_not_for_each_byte() -> None:
    """Every byte is in time, all of them would take minutes."""

    def trickle(wire: Wire) -> None:
        wire.receive()
        wire.send(http(200, b"x" * 10_000)[:-10_000])
        while not wire.server.released.wait(0.02):
            wire.send(b"x")
            clock.sleep(6)

    clock = QuickClock()
    reply = answered(trickle, clock=clock)
    assert (reply.status, reply.complete, reply.flaw) == (200, False, "did not end in time")
    assert 0 < len(reply.body) < 10_000


BROKEN = {
    "closed without an answer": (close, "the connection was closed without an answer"),
    "reset": (reset, "the connection broke before an answer"),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH\r\n\r\n"), "what came back is no HTTP"),
    "cut within the head": (raw(b"HTTP/1.1 200 OK\r\nConte"), "the connection was closed"),
    "no answer in time": (hang, "no answer in time"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_once_sending_has_begun_a_broken_connection_is_a_doubt(fault: str) -> None:
    step, reason = BROKEN[fault]
    with RawServer(step) as server, transport(timeout=0.5 if step is hang else 30.0) as one:
        reply = post(one, server.url)
        assert isinstance(reply, NoResponse)
        assert reply.reason.startswith(reason)
        assert server.heard(1)
        assert (server.connections, server.creates) == (1, 1)


def test_a_reset_before_anything_was_read_is_a_doubt_and_nothing_is_sent_again() -> None:
    with RawServer(reset_unread) as server, transport() as one:
        assert isinstance(post(one, server.url), NoResponse)
        server.wait_closed()
        assert (server.connections, server.creates) == (1, 0)


def test_a_refused_connection_is_not_sent() -> None:
    with transport() as one:
        reply = post(one, f"http://127.0.0.1:{free_port()}")
    assert isinstance(reply, NothingSent)
    assert reply.reason.startswith("no connection to 127.0.0.1 (")
    assert "refused" in reply.reason


def test_a_connection_that_takes_too_long_is_not_sent() -> None:
    with deaf_port() as port, transport(timeout=0.1) as one:
        assert post(one, f"http://127.0.0.1:{port}") == NothingSent(
            "connecting to 127.0.0.1 took too long"
        )


def test_a_name_that_is_not_known_is_not_sent(no_proxies: None) -> None:
    with transport() as one:
        reply = post(one, "https://nobody.invalid")
    assert isinstance(reply, NothingSent)
    assert reply.reason.startswith("no connection to nobody.invalid")


def test_every_exchange_has_a_connection_of_its_own() -> None:
    def keep_alive(wire: Wire) -> None:
        """One that says it may be used again, and answers once more than it was asked."""
        whole = http(200, '{"audienceId": "A"}', {"Connection": "keep-alive"})
        wire.receive()
        wire.send(whole + whole)

    with RawServer(keep_alive) as server, transport() as one:
        for expected in (b'{"audienceId": "A"}', b'{"name": "Gold", "audienceId": "id-2"}'):
            reply = post(one, server.url)
            assert isinstance(reply, Response)
            assert reply.body == expected
        assert (server.connections, server.creates) == (2, 2)


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
        with transport() as one:
            assert post(one, "https://platform.invalid") == NothingSent(
                "the proxy refused (407 Said) (through the proxy that HTTPS_PROXY names)"
            )
        (request,) = proxy.requests
    assert request.line == "CONNECT platform.invalid:443 HTTP/1.1"
    assert request.header("Authorization") is None


# Certificates


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
    with transport() as one:
        reply = post(one, secure.url)
    assert isinstance(reply, NothingSent)
    assert "certificate" in reply.reason.lower()
    assert (secure.connections, secure.requests) == (1, [])


def test_a_certificate_in_ssl_cert_file_is_trusted(
    secure: RawServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(certificate))
    with transport() as one:
        reply = post(one, secure.url)
    assert isinstance(reply, Response)
    assert secure.creates == 1


def test_certificates_that_cannot_be_loaded_are_a_reason_that_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere"))
    with transport() as one:
        reply = post(one, "https://127.0.0.1:1")
    assert isinstance(reply, NothingSent)
    assert "SSL_CERT_FILE" in reply.reason
    assert "No such file" in reply.reason


def test_the_deadline_holds_within_tls_too(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trickle(wire: Wire) -> None:
        wire.receive()
        wire.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
        clock.sleep(30)
        while not wire.server.released.wait(0.02):
            wire.send(b"x")

    clock = QuickClock()
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with RawServer(trickle, tls=context) as server, transport(clock=clock) as one:
        assert post(one, server.url) == NoResponse("no answer in time")
        assert server.creates == 1


def test_plain_http_where_tls_was_expected_is_not_sent() -> None:
    with (
        RawServer(lambda wire: wire.send(http(400))) as server,
        transport() as one,
    ):
        assert isinstance(post(one, server.url.replace("http:", "https:")), NothingSent)
        assert server.creates == 0


def test_what_httpx_trusts_is_trusted(
    secure: RawServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    trusting = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr("httpx.create_ssl_context", lambda: trusting)
    with transport() as one:
        assert isinstance(post(one, secure.url), Response)


def test_the_certificates_are_loaded_once_and_only_for_https(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[ssl.SSLContext] = []

    def load() -> ssl.SSLContext:
        loaded.append(ssl.create_default_context())
        return loaded[-1]

    monkeypatch.setattr("httpx.create_ssl_context", load)
    factory = TransportFactory(environ={})
    counts = []
    for url in ("http://127.0.0.1", "https://127.0.0.1", "https://127.0.0.1", "https://localhost"):
        one = factory.transport()
        assert isinstance(post(one, f"{url}:{free_port()}"), NothingSent)
        one.close()
        counts.append(len(loaded))
    assert counts == [0, 1, 1, 1]


def test_no_repr_shows_what_was_sent() -> None:
    with RawServer() as server, transport() as one:
        post(one, server.url)
        assert TOKEN not in repr([one, vars(one)])
