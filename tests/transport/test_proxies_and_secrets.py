"""Through proxies of every kind, on real sockets; and what a reply never repeats."""

import base64
import json
from collections.abc import Mapping

import pytest
from raw_server import RawServer, Step, Wire, answer, created, http

from aepctl.project.redaction import Redaction
from aepctl.replies import NothingSent, Reply, Response
from aepctl.transport import TransportFactory

URL = "https://platform.invalid/core/ais/audiences"
THROUGH = " (through the proxy that HTTPS_PROXY names)"


def sent(url: str, environ: Mapping[str, str], *secrets: str) -> Reply:
    redaction = Redaction()
    for secret in secrets:
        redaction.add(secret)
    factory = TransportFactory(timeout_seconds=5.0, environ=environ, redaction=redaction)
    one = factory.transport()
    try:
        return one.send("POST", url, {"Authorization": "Bearer test-token"}, b"{}")
    finally:
        one.close()


def proxied(step: Step, login: str = "", scheme: str = "http") -> tuple[Reply, RawServer]:
    with RawServer(step) as proxy:
        address = f"{scheme}://{login}127.0.0.1:{proxy.port}"
        return sent(URL, {"HTTPS_PROXY": address}), proxy


def test_a_proxy_gets_its_password_and_nothing_of_the_request() -> None:
    reply, proxy = proxied(answer(407), "me:p%40ss-word@")
    assert reply == NothingSent(f"the proxy refused (407 Said){THROUGH}")
    (request,) = proxy.requests
    assert request.line == "CONNECT platform.invalid:443 HTTP/1.1"
    login = base64.b64encode(b"me:p@ss-word").decode()
    assert request.header("Proxy-Authorization") == f"Basic {login}"
    assert request.header("Authorization") is None


@pytest.mark.parametrize("status", [200, 204, 299])
def test_a_tunnel_that_leads_nowhere_is_not_sent(status: int) -> None:
    reply, _ = proxied(answer(status))
    assert isinstance(reply, NothingSent)
    assert reply.reason.endswith(THROUGH)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_what_failed_does_not_stand_in_the_way_of_the_next(scheme: str) -> None:
    """The tunnel is there, but TLS through it fails: each time, and each time at once."""

    def tunnel(wire: Wire) -> None:
        if scheme == "http":
            wire.receive()
            wire.send(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            for words in (b"\x05\x00", b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00"):
                wire.hear()
                wire.send(words)
        wire.hear()
        wire.send(b"no TLS at all")

    with RawServer(*[tunnel] * 3) as proxy:
        environ = {"HTTPS_PROXY": f"{scheme}://127.0.0.1:{proxy.port}"}
        one = TransportFactory(timeout_seconds=5.0, environ=environ).transport()
        for _ in range(3):
            reply = one.send("POST", URL, {}, b"{}")
            assert isinstance(reply, NothingSent)
            assert reply.reason.startswith("no connection to platform.invalid (")
        one.close()
        assert proxy.connections == 3


def test_a_proxy_that_closes_is_not_sent() -> None:
    reply, _ = proxied(lambda wire: wire.await_first_byte())
    assert isinstance(reply, NothingSent)


def test_a_token_in_the_place_of_a_proxys_user_is_a_secret_too() -> None:
    def echo(wire: Wire) -> None:
        wire.receive()
        wire.send(http(407).replace(b"Said", base64.b64encode(b"test-token:")))

    assert proxied(echo, "test-token@")[0] == NothingSent(f"the proxy refused (407 …jo=){THROUGH}")


def test_what_a_proxy_repeats_of_its_password_is_not_told() -> None:
    def echo(wire: Wire) -> None:
        wire.receive()
        wire.send(http(407).replace(b"Said", b"p@ss-word " + base64.b64encode(b"me:p@ss-word")))

    reply, _ = proxied(echo, "me:p%40ss-word@")
    assert isinstance(reply, NothingSent)
    assert "ss-word" not in reply.reason
    assert base64.b64encode(b"p@ss-word").decode()[2:-2] not in reply.reason


SOCKS: dict[str, tuple[bytes, str]] = {
    "not now": (b"\x05\xff", "the proxy refused"),
    "no SOCKS": (b"HTTP/1.1 400 Bad\r\n\r\n", ""),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize("fault", SOCKS)
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_socks_proxy_that_does_not_do_it_is_not_sent(fault: str, scheme: str) -> None:
    data, said = SOCKS[fault]

    def refuse(wire: Wire) -> None:
        wire.await_first_byte()
        wire.send(data)

    reply, _ = proxied(refuse, scheme=scheme)
    assert isinstance(reply, NothingSent)
    assert reply.reason.startswith(said)
    assert reply.reason.endswith(THROUGH)


def test_a_socks_proxy_is_asked_for_the_name_and_gets_its_password() -> None:
    heard: list[bytes] = []

    def refuse(wire: Wire) -> None:
        for words in (b"\x05\x02", b"\x01\x00", b"\x05\x05\x00\x01\x7f\x00\x00\x01\x00\x00"):
            heard.append(wire.hear())
            wire.send(words)

    reply, _ = proxied(refuse, "me:word@", "socks5h")
    assert reply == NothingSent(
        f"the proxy refused (Proxy Server could not connect: Connection refused.){THROUGH}"
    )
    assert heard == [
        b"\x05\x01\x02",
        b"\x01\x02me\x04word",
        b"\x05\x01\x00\x03\x10platform.invalid\x01\xbb",
    ]


def test_an_unusable_variable_is_a_reason_like_any_other() -> None:
    reply = sent(URL, {"HTTPS_PROXY": "ftp://me:p4ss-word@proxy"})
    assert reply == NothingSent(
        "HTTPS_PROXY is not the URL of a proxy that can be used: its scheme is none of http, "
        "https, socks5, socks5h"
    )


def test_what_no_proxy_names_is_reached_directly() -> None:
    environ = {"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "platform.invalid"}
    reply = sent(URL, environ)
    assert isinstance(reply, NothingSent)
    assert reply.reason.startswith("no connection to platform.invalid")
    assert not reply.reason.endswith(THROUGH)


def test_to_this_machine_no_variable_counts() -> None:
    with RawServer(created("A")) as server:
        environ = {"HTTPS_PROXY": "nonsense:", "ALL_PROXY": "nonsense:", "NO_PROXY": "[::1"}
        assert isinstance(sent(f"{server.url}/core/ais/audiences", environ), Response)


def test_an_error_that_repeats_the_token_is_told_without_it() -> None:
    said = json.dumps({"title": "no: Bearer test-token", "code": "test-token"})
    with RawServer(
        answer(401, said, {"x-request-id": "for test-token", "Location": "/test-token"})
    ) as server:
        reply = sent(server.url, {}, "test-token")
    assert isinstance(reply, Response)
    assert json.loads(reply.body) == {"title": "no: Bearer …", "code": "…"}
    assert reply.request_id == "for …"
    assert reply.location == "/…"


@pytest.mark.parametrize("value", ["x" * 129, "a\tb", "h\xf6he"])
def test_a_request_id_that_cannot_be_shown_is_left_out(value: str) -> None:
    with RawServer(answer(200, headers={"x-request-id": value})) as server:
        reply = sent(server.url, {})
    assert isinstance(reply, Response)
    assert reply.request_id in {None, "höhe"}
