"""When a connection carries a second request, on real sockets: only where a server has shown that
it waits, only a create, and only if nobody has closed it or said anything on it since.
"""

import json
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import FakeClock
from httpcore import HTTP11Connection, NetworkStream, Origin
from raw_server import RawServer, Step, Wire, close, http, reset

from aepctl.replies import NoResponse, NothingSent, Reply, Response
from aepctl.transport import Transport, TransportFactory
from aepctl.transport.keeping import IDLE_SECONDS, RESTED_SECONDS, Hop, Keeping
from aepctl.transport.line import _left_over

PATH = "/core/ais/audiences"
MADE = b'{"name": "Gold", "audienceId": "A"}'
ORIGIN = Origin(b"https", b"platform.invalid", 443)
STRAY = b'{"name": "Stray", "audienceId": "B"}'


def alive(body: bytes = MADE, status: int = 200) -> bytes:
    return http(status, body, {"Connection": "keep-alive"})


def talk(wire: Wire) -> None:
    """Answer one request after the other, until the client goes away."""
    while True:
        wire.receive()
        wire.send(alive())


def answers(*said: bytes) -> Step:
    """Answer so many requests in these words; then close."""

    def step(wire: Wire) -> None:
        for one in said:
            wire.receive()
            wire.send(one)

    return step


class Client:
    """One run's transports, which speak to one server."""

    def __init__(self, server: RawServer) -> None:
        self.clock = FakeClock()
        self.factory = TransportFactory(clock=self.clock, environ={})
        self.server = server
        self.transport = self.factory.transport()

    def send(self, method: str = "POST", one: Transport | None = None) -> Reply:
        body = b"{}" if method == "POST" else None
        return (one or self.transport).send(method, f"{self.server.url}{PATH}", {}, body)

    def sends(self, times: int) -> int:
        """Create so often; how many connections were new."""
        before = self.server.connections
        for _ in range(times):
            assert isinstance(self.send(), Response)
        return self.server.connections - before

    def proven(self) -> None:
        """Until the server has shown that it waits: the second connection rests."""
        assert self.sends(2) == 2
        self.clock.seconds += RESTED_SECONDS
        assert self.sends(1) == 1

    def until_told(self) -> None:
        """Until what the server did to an idle connection is here. It is not looked at yet."""
        self.server.wait_closed()


@contextmanager
def client_of(*script: Step, tls: ssl.SSLContext | None = None) -> Iterator[Client]:
    with RawServer(*script, *[talk] * 50, tls=tls) as server:
        client = Client(server)
        try:
            yield client
        finally:
            client.transport.close()


# A server that waits


def test_until_a_server_has_shown_that_it_waits_every_create_has_its_own_connection() -> None:
    with client_of() as client:
        assert client.sends(4) == 4
        client.clock.seconds += RESTED_SECONDS - 0.01
        assert client.sends(4) == 4
        client.clock.seconds += 0.01
        assert client.sends(4) == 1


def test_what_is_not_to_be_used_again_says_so() -> None:
    with client_of() as client:
        client.proven()
        client.sends(2)
        said = [one.header("Connection") for one in client.server.requests]
    assert said == ["close", None, None, None, None]


def test_only_one_connection_is_left_alone() -> None:
    with client_of() as client:
        client.sends(4)
        said = [one.header("Connection") for one in client.server.requests]
    assert said == ["close", None, "close", "close"]


def test_what_one_worker_has_seen_is_known_to_all() -> None:
    with client_of() as client:
        client.proven()
        other = client.factory.transport()
        before = client.server.connections
        for _ in range(4):
            assert isinstance(client.send(one=other), Response)
        assert client.server.connections - before == 2  # the first one is never kept
        other.close()


def test_a_connection_that_idled_for_long_is_not_used_and_the_next_one_is() -> None:
    with client_of() as client:
        client.proven()
        client.clock.seconds += IDLE_SECONDS - 0.01
        assert client.sends(1) == 0
        client.clock.seconds += IDLE_SECONDS
        assert client.sends(3) == 1


def test_a_connection_is_used_long_before_the_server_may_close_it() -> None:
    assert IDLE_SECONDS * 2 <= RESTED_SECONDS


def test_over_tls_its_own_words_are_no_answer(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tickets of TLS 1.3 come after the handshake, and may be read with nothing else."""
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with client_of(tls=context) as client:
        client.proven()
        assert client.sends(5) == 0


# What is never sent on a connection that was used


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_only_a_create_is_told_from_an_older_answer(method: str) -> None:
    with client_of() as client:
        client.proven()
        before = client.server.connections
        for _ in range(2):
            assert isinstance(client.send(method), Response)
        assert client.server.connections - before == 2
        assert client.server.requests[-1].header("Connection") == "close"
        assert client.sends(2) == 1


@pytest.mark.parametrize("status", [301, 400, 401, 429, 500])
def test_behind_a_refusal_nothing_is_sent(status: int) -> None:
    """If it came twice, the next create would count as refused, and be sent again."""
    with client_of(talk, talk, answers(alive(), alive(b"{}", status))) as client:
        client.proven()
        assert client.sends(3) == 1
        assert client.sends(2) == 0


# A server that does not wait


SAID = threading.Event()
SOON = 0.05
"""So long after an answer something happens: the client has left the connection alone by then."""


def closes_early(wire: Wire) -> None:
    answers(alive())(wire)
    time.sleep(SOON)


def resets(wire: Wire) -> None:
    closes_early(wire)
    wire.reset()


def says_something(wire: Wire) -> None:
    closes_early(wire)
    wire.send(alive(STRAY))
    time.sleep(SOON)
    SAID.set()
    wire.drain()


def until_said() -> None:
    assert SAID.wait(10)
    SAID.clear()


def at_once(wire: Wire) -> None:
    answers(alive())(wire)


IMPATIENT: dict[str, Step] = {"closes": closes_early, "resets": resets, "at once": at_once}


@pytest.mark.parametrize("fault", IMPATIENT)
def test_where_a_resting_connection_is_closed_none_is_ever_kept(fault: str) -> None:
    with client_of(talk, IMPATIENT[fault]) as client:
        assert client.sends(2) == 2
        client.until_told()
        assert client.sends(1) == 1
        client.clock.seconds += RESTED_SECONDS
        assert client.sends(4) == 4
        client.clock.seconds += RESTED_SECONDS
        assert client.sends(4) == 4


def test_where_something_is_said_on_a_resting_connection_none_is_ever_kept() -> None:
    with client_of(talk, says_something) as client:
        assert client.sends(2) == 2
        until_said()
        assert client.sends(1) == 1
        client.clock.seconds += RESTED_SECONDS
        assert client.sends(4) == 4
        other = client.factory.transport()
        for _ in range(3):
            client.send(one=other)
        assert client.server.connections == client.server.creates
        other.close()


@pytest.mark.parametrize("fault", IMPATIENT)
def test_where_a_kept_connection_is_closed_nothing_is_sent_on_it_and_none_is_kept_any_more(
    fault: str,
) -> None:
    with client_of(talk, talk, IMPATIENT[fault]) as client:
        client.proven()
        client.until_told()
        assert client.sends(4) == 4
        other = client.factory.transport()
        for _ in range(3):
            client.send(one=other)
        assert client.server.connections == client.server.creates
        assert [one.header("Connection") for one in client.server.requests[-7:]] == ["close"] * 7
        other.close()


def test_a_request_that_cannot_be_sent_is_no_reason_for_distrust() -> None:
    with client_of() as client:
        client.factory.keeping.rested(Hop("http", "127.0.0.1", client.server.port, None))
        url = f"{client.server.url}{PATH}"
        for _ in range(2):
            assert isinstance(client.transport.send("POST", url, {"X": "☃"}, b"{}"), NothingSent)
        assert client.sends(3) == 1


def test_an_end_that_was_announced_is_no_reason_for_distrust() -> None:
    last = http(200, MADE, {"Connection": "close"})
    with client_of(talk, talk, answers(alive(), last)) as client:
        client.proven()
        assert client.sends(3) == 1


def test_a_server_need_not_say_that_it_keeps_connections() -> None:
    without = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with client_of(talk, talk, answers(*[without] * 9)) as client:
        client.proven()
        assert client.sends(4) == 0


def test_a_library_that_no_longer_shows_what_is_left_over_is_not_trusted() -> None:
    assert _left_over(object())
    assert not _left_over(SimpleNamespace(_connection=HTTP11Connection(ORIGIN, NetworkStream())))


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (close, "the connection was closed without an answer"),
        (reset, "the connection broke before an answer"),
    ],
)
def test_a_kept_connection_that_breaks_off_is_a_doubt_and_the_last_that_was_kept(
    then: Step, said: str
) -> None:
    def step(wire: Wire) -> None:
        wire.receive()
        wire.send(alive())
        then(wire)

    with client_of(talk, talk, step) as client:
        client.proven()
        assert client.send() == NoResponse(said)
        assert client.sends(4) == 4


def test_a_first_request_that_breaks_off_is_no_reason_for_distrust() -> None:
    with client_of(talk, talk, talk, close) as client:
        client.proven()
        client.clock.seconds += IDLE_SECONDS
        assert isinstance(client.send(), NoResponse)
        assert client.sends(3) == 1


class Interrupted(FakeClock):
    """Ctrl-C, when the time is asked for once more."""

    is_due = False

    def running(self) -> float:
        if self.is_due:
            self.is_due = False
            raise KeyboardInterrupt
        return super().running()


def test_after_an_interrupted_exchange_another_one_can_be_made() -> None:
    clock = Interrupted()

    def step(wire: Wire) -> None:
        wire.receive()
        clock.is_due = True
        wire.send(alive()[:5])
        wire.receive()

    with client_of(step, talk) as client:
        client.factory.clock = clock
        with pytest.raises(KeyboardInterrupt):
            client.send()
        assert isinstance(client.send(), Response)


def test_where_one_server_breaks_off_another_is_not_distrusted() -> None:
    with client_of() as client, RawServer(close) as other:
        client.proven()
        assert client.sends(2) == 0
        assert isinstance(client.transport.send("POST", other.url, {}, b"{}"), NoResponse)
        assert client.sends(3) == 1


# What came before the request is not its answer


LEFT: dict[str, Callable[[], bytes]] = {
    "a second answer": lambda: alive() + alive(STRAY),
    "half of one": lambda: alive() + alive(STRAY)[:20],
    "one byte": lambda: alive() + b"\n",
}


@pytest.mark.parametrize("left", LEFT)
def test_what_comes_in_one_segment_with_an_answer_is_nobodys(left: str) -> None:
    with client_of(talk, talk, answers(LEFT[left](), alive(STRAY))) as client:
        client.proven()
        for _ in range(3):
            reply = client.send()
            assert isinstance(reply, Response)
            assert reply.body == MADE


def test_what_comes_behind_an_answer_is_nobodys() -> None:
    with client_of(talk, talk, says_something) as client:
        client.proven()
        until_said()
        for _ in range(3):
            reply = client.send()
            assert isinstance(reply, Response)
            assert reply.body == MADE
        assert client.server.connections == 6


@pytest.mark.parametrize("left", LEFT)
def test_where_something_comes_with_an_answer_no_connection_is_kept_any_more(left: str) -> None:
    with client_of(talk, talk, answers(LEFT[left]())) as client:
        client.proven()
        assert client.sends(4) == 4


# What a run knows


def hop(port: int = 443) -> Hop:
    return Hop("https", "platform.invalid", port, None)


def test_each_server_is_judged_by_itself_and_distrust_stays() -> None:
    keeping = Keeping()
    assert keeping.waits(hop()) is None
    keeping.rested(hop())
    assert (keeping.waits(hop()), keeping.waits(hop(444))) == (True, None)
    keeping.closed(hop())
    keeping.rested(hop())
    assert keeping.waits(hop()) is False


# Under load


@pytest.mark.rig
@pytest.mark.parametrize("pause", [0.005, 0.02])
def test_a_server_that_closes_soon_after_each_answer_loses_no_create(pause: float) -> None:
    """Over some seconds, in which a server that waits is found to do so."""
    numbers = count()

    def soon(wire: Wire) -> None:
        wire.receive()
        wire.send(alive(json.dumps({"name": "x", "audienceId": next(numbers)}).encode()))
        wire.server.released.wait(pause)

    replies: list[Reply] = []
    with RawServer(*[soon] * 100_000) as server:
        factory = TransportFactory(environ={})
        ends = time.monotonic() + 4 * RESTED_SECONDS

        def work() -> None:
            one = factory.transport()
            while time.monotonic() < ends:
                replies.append(one.send("POST", f"{server.url}{PATH}", {}, b"{}"))
                time.sleep(pause / 4)
            one.close()

        workers = [threading.Thread(target=work) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert len(replies) > 100
    assert all(isinstance(one, Response) for one in replies)
