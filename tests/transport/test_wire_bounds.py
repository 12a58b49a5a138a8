"""One deadline and one measure of bytes for a whole exchange, on real sockets."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator

import httpcore
import pytest
from raw_server import RawServer, Step, Wire, answer, deaf_port, free_port, http, raw

from aepctl.replies import NoResponse, NothingSent, Reply, Response
from aepctl.transport import MAX_HEAD_BYTES, TransportFactory

pytestmark = pytest.mark.rig

SECONDS = 1.0
PATIENCE = 20.0
"""What goes beyond this is not bounded. Far from the deadline, because machines are busy."""
HEADERS = {"Authorization": "Bearer test-token"}
BODY = b'{"name": "Gold"}'


def sent(url: str, *, seconds: float = SECONDS, body: bytes = BODY, **how: object) -> Reply:
    """The reply to one request, which must not take much longer than it may."""
    factory = TransportFactory(timeout_seconds=seconds, **how)  # type: ignore[arg-type]
    one = factory.transport()
    began = time.monotonic()
    try:
        return one.send("POST", f"{url}/core/ais/audiences", HEADERS, body)
    finally:
        assert time.monotonic() - began < PATIENCE
        one.close()


def endlessly(data: bytes, *, first: bytes = b"", pause: float = 0.0) -> Step:
    """Read the request, then say the same again and again until the client goes away."""

    def step(wire: Wire) -> None:
        wire.receive()
        wire.send(first)
        while not wire.server.released.wait(pause):
            wire.send(data)

    return step


OK = b"HTTP/1.1 200 OK\r\n"
TRICKLED = {
    "a header of one byte at a time": endlessly(b"x", first=OK + b"X-Long: ", pause=0.02),
    "a status line of one byte at a time": endlessly(b"0", first=b"HTTP/1.1 200 ", pause=0.02),
    "100 now and then": endlessly(b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.02),
    "103 now and then": endlessly(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", pause=0.02),
}


@pytest.mark.parametrize("script", TRICKLED)
def test_what_never_comes_to_a_status_ends_in_time(script: str) -> None:
    with RawServer(TRICKLED[script]) as server:
        assert sent(server.url) == NoResponse("no answer in time")


FLOODS = {
    "headers": endlessly(b"X-More: more and more\r\n" * 50, first=OK),
    "one header": endlessly(b"x" * 1000, first=OK + b"X-Long: "),
    "100 without end": endlessly(b"HTTP/1.1 100 Continue\r\n\r\n" * 50),
    "103 without end": endlessly(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 50),
}


@pytest.mark.parametrize("script", FLOODS)
def test_headers_and_interim_answers_without_end_end_long_before_the_deadline(script: str) -> None:
    with RawServer(FLOODS[script]) as server:
        reply = sent(server.url, seconds=120.0)
    assert isinstance(reply, NoResponse)
    assert reply.reason in {
        "the answer has more than 64 KiB and no end of its headers",
        "what came back is no HTTP",  # where the parser's own limit is nearer
    }


def test_a_few_interim_answers_and_long_headers_are_an_answer_like_any_other() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 9
    padding = {"X-Long": "x" * (MAX_HEAD_BYTES // 2)}
    with RawServer(raw(interim + http(200, b"{}", padding))) as server:
        assert sent(server.url, seconds=30.0) == Response(200, b"{}")


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
BODIES = {
    "one byte at a time": endlessly(b"x", first=http(200, b"x" * 9999)[:-9999], pause=0.02),
    "one chunk at a time": endlessly(b"1\r\nx\r\n", first=CHUNKED, pause=0.02),
    "a chunk's size of one byte at a time": endlessly(b"0", first=CHUNKED, pause=0.02),
    "trailers now and then": endlessly(b"X-T: x\r\n", first=CHUNKED + b"0\r\n", pause=0.02),
    "no end, and no length": endlessly(b"x", first=OK + b"\r\n", pause=0.02),
    "nothing more": endlessly(b"", first=http(200, b"xx")[:-1], pause=0.02),
}


@pytest.mark.parametrize("script", BODIES)
def test_a_body_that_never_ends_ends_in_time_and_is_not_whole(script: str) -> None:
    with RawServer(BODIES[script]) as server:
        reply = sent(server.url)
    assert isinstance(reply, Response)
    assert (reply.status, reply.complete, reply.flaw) == (200, False, "did not end in time")


BULKY = {
    "bytes": (endlessly(b"x" * 65536, first=OK + b"\r\n"), "is too large: more than 16 MiB"),
    "chunks": (
        endlessly(b"1000\r\n" + b"x" * 4096 + b"\r\n", first=CHUNKED),
        "is too large: more than 16 MiB",
    ),
    "chunks that are nearly all extension": (
        endlessly(b"1;" + b"e" * 8000 + b"\r\nx\r\n", first=CHUNKED),
        "is too large: more than 16 MiB",
    ),
}


@pytest.mark.parametrize("script", BULKY)
def test_a_body_without_end_is_given_up_long_before_the_deadline(script: str) -> None:
    step, flaw = BULKY[script]
    with RawServer(step) as server:
        reply = sent(server.url, seconds=120.0)
    assert isinstance(reply, Response)
    assert (reply.complete, reply.flaw) == (False, flaw)


def test_a_server_that_does_not_read_is_a_doubt_in_time() -> None:
    """Some of it has left: as much as the buffers in between take."""

    def deaf(wire: Wire) -> None:
        wire.server.released.wait(PATIENCE)

    with RawServer(deaf) as server:
        reply = sent(server.url, body=b"x" * 64 * 1024 * 1024)
    assert isinstance(reply, NoResponse)
    assert reply.reason in {"sending took too long", "no answer in time"}


def test_an_answer_that_comes_before_all_was_read_is_the_answer() -> None:
    """Such as 413: it answers, and reads no more."""

    def early(wire: Wire) -> None:
        wire.await_first_byte()
        wire.send(http(413, b"{}"))
        wire.drain()

    with RawServer(early) as server:
        reply = sent(server.url, seconds=PATIENCE / 2, body=b"x" * 1024 * 1024)
    assert reply == Response(413, b"{}")


def test_head_and_body_leave_together() -> None:
    heard: list[bytes] = []

    def hear(wire: Wire) -> None:
        heard.append(wire.hear())
        wire.send(http(200, b"{}"))

    with RawServer(hear) as server:
        assert sent(server.url, seconds=PATIENCE / 2) == Response(200, b"{}")
    assert heard[0].endswith(BODY)


# Before anything is sent


def test_a_handshake_of_one_byte_at_a_time_is_not_sent() -> None:
    def trickle(wire: Wire) -> None:
        """The beginning of a record of TLS, and then little more."""
        wire.await_first_byte()
        wire.send(b"\x16\x03\x03\x40\x00")
        while not wire.server.released.wait(0.02):
            wire.send(b"\x02")

    with RawServer(trickle) as server:
        reply = sent(server.url.replace("http:", "https:"))
    assert reply == NothingSent("connecting to 127.0.0.1 took too long")


@pytest.mark.parametrize("pause", [0.0, 0.02])
def test_a_proxy_that_never_comes_to_an_end_is_not_sent(pause: float) -> None:
    with RawServer(endlessly(b"X-More: more\r\n" * 50, first=OK, pause=pause)) as proxy:
        environ = {"HTTPS_PROXY": proxy.url}
        reply = sent("https://platform.invalid", environ=environ, seconds=2.0)
    assert isinstance(reply, NothingSent)
    assert reply.reason.endswith(" (through the proxy that HTTPS_PROXY names)")


def test_several_addresses_that_do_not_answer_share_the_time() -> None:
    with deaf_port() as port:
        reply = sent(
            f"https://platform.invalid:{port}",
            environ={},
            resolve=lambda host, port: ["127.0.0.1"] * 50,
        )
    assert reply == NothingSent("connecting to platform.invalid took too long")


def test_an_address_that_does_not_answer_leaves_time_for_the_next() -> None:
    """The second one is of another family: nobody listens there under the first one's port."""

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1", "127.0.0.2"]

    with deaf_port() as port, contextlib.closing(socket.socket()) as second:
        second.bind(("127.0.0.2", port))
        second.listen()
        answered = threading.Event()

        def serve() -> None:
            connection, _ = second.accept()
            answered.set()
            connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        reply = sent(f"https://platform.invalid:{port}", environ={}, seconds=6.0, resolve=resolve)
        thread.join(PATIENCE)
    assert answered.is_set()
    assert isinstance(reply, NothingSent)  # it speaks no TLS


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    done = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        done.wait(60)
        return []

    assert sent("https://platform.invalid", environ={}, resolve=resolve) == NothingSent(
        "connecting to platform.invalid took too long"
    )
    done.set()


def test_where_no_thread_can_be_started_the_name_is_looked_up_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_thread(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    reply = sent(
        f"https://platform.invalid:{free_port()}",
        environ={},
        resolve=lambda host, port: ["127.0.0.1"],
        seconds=PATIENCE / 2,
    )
    assert isinstance(reply, NothingSent)
    assert "refused" in reply.reason


NAMELESS = {
    "gaierror": (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
    "oserror": (OSError(24, "Too many open files"), "Too many open files"),
    "unicode": (UnicodeError("label empty or too long"), "UnicodeError"),
    "memory": (MemoryError(), "MemoryError"),
}


@pytest.mark.parametrize("fault", NAMELESS)
def test_whatever_a_lookup_raises_nothing_was_sent(fault: str) -> None:
    error, said = NAMELESS[fault]

    def resolve(host: str, port: int) -> list[str]:
        raise error

    reply = sent("https://platform.invalid", environ={}, resolve=resolve, seconds=PATIENCE / 2)
    assert isinstance(reply, NothingSent)
    assert said in reply.reason


def test_a_name_without_an_address_is_not_sent() -> None:
    nothing: list[str] = []
    reply = sent(
        "https://platform.invalid",
        environ={},
        resolve=lambda host, port: nothing,
        seconds=PATIENCE / 2,
    )
    assert reply == NothingSent(
        "no connection to platform.invalid (platform.invalid has no address)"
    )


# Whatever is raised

IMPOSSIBLE = {
    "a host with a blank": ("https://plat form.invalid", {}),
    "an empty label": ("https://platform..invalid", {}),
    "a label that is too long": (f"https://{'a' * 70}.invalid", {}),
    "half an address": ("https://[::1", {}),
    "a port that is none": ("https://platform.invalid:port", {}),
    "another scheme": ("ftp://platform.invalid", {}),
    "no scheme": ("platform.invalid", {}),
    "nothing": ("", {}),
    "a header in another alphabet": ("http://127.0.0.1:1", {"X-Name": "Größe ☃"}),
    "a header of two lines": ("http://127.0.0.1:1", {"X-Name": "a\r\nb"}),
    "a header's name with a blank": ("http://127.0.0.1:1", {"X Name": "a"}),
}


@pytest.mark.parametrize("fault", IMPOSSIBLE)
def test_what_cannot_be_sent_is_not_sent_and_no_exception(fault: str) -> None:
    url, headers = IMPOSSIBLE[fault]
    one = TransportFactory(timeout_seconds=5.0, environ={}).transport()
    reply = one.send("POST", url, {**HEADERS, **headers}, BODY)
    one.close()
    assert isinstance(reply, NothingSent)
    assert reply.reason
    assert "test-token" not in reply.reason


def test_a_header_that_h11_refuses_is_found_out_before_anything_is_sent() -> None:
    with RawServer() as server:
        one = TransportFactory(timeout_seconds=5.0).transport()
        assert isinstance(one.send("POST", server.url, {"X": "a\nb"}, BODY), NothingSent)
        one.close()
        server.wait_closed()
        assert server.requests == []


class Odd(Exception):
    """What no library is known to raise."""


class OddStream(httpcore.NetworkStream):
    """A connection that takes what is sent, or not, and then raises."""

    def __init__(self, fails_at: str) -> None:
        self._fails_at = fails_at
        self.closed = False

    def _do(self, what: str) -> None:
        if what == self._fails_at:
            raise Odd("test-token")

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._do("read")
        return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._do("write")

    def start_tls(self, *how: object) -> httpcore.NetworkStream:  # type: ignore[override]
        self._do("start_tls")
        return self

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("fails_at", "kind"),
    [
        ("connect", NothingSent),
        ("start_tls", NothingSent),
        ("write", NoResponse),
        ("read", NoResponse),
    ],
)
def test_whatever_is_raised_it_is_a_doubt_once_the_first_byte_is_about_to_leave(
    fails_at: str, kind: type[NothingSent] | type[NoResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = OddStream(fails_at)

    def connect(*how: object) -> httpcore.NetworkStream:
        stream._do("connect")
        return stream

    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", connect)
    assert sent("https://127.0.0.1", seconds=PATIENCE) == kind("it could not be sent (Odd)")
    assert stream.closed is (fails_at != "connect")


@pytest.fixture
def tls_server() -> Iterator[RawServer]:
    """One whose certificate nobody can check: it has none, and offers what needs none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with RawServer(tls=context) as server:
        yield server


def test_a_handshake_that_fails_is_not_sent(tls_server: RawServer) -> None:
    reply = sent(tls_server.url, seconds=PATIENCE / 2)
    assert isinstance(reply, NothingSent)
    assert tls_server.requests == []


def test_an_answer_that_is_none_is_no_http() -> None:
    with RawServer(raw(b"\x00\x01\x02\r\n\r\n"), answer(200)) as server:
        assert sent(server.url, seconds=PATIENCE / 2) == NoResponse("what came back is no HTTP")
