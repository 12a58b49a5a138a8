"""Connections that keep to the budget of the exchange under way."""

import ssl
from typing import Any

import httpcore
import pytest
from fakes import FakeClock

from aepctl.transport.bounds import MAX_HEAD_BYTES, Budget, OutOfTime, TooMuch
from aepctl.transport.names import Names
from aepctl.transport.wire import PIECE_BYTES, Stream, Wire

SECONDS = 10.0


class FakeStream(httpcore.NetworkStream):
    """A connection that says what it is told to, and keeps what it was asked."""

    def __init__(self, clock: FakeClock, *says: bytes, takes: float = 0.0) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.says = list(says)
        self.error: Exception | None = None
        self._clock = clock
        self._takes = takes

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.calls.append(("read", max_bytes, timeout))
        return self.says.pop(0) if self.says else b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.calls.append(("write", buffer, timeout))
        self._clock.seconds += self._takes
        if self.error is not None:
            raise self.error

    def start_tls(self, *words: object) -> "FakeStream":  # type: ignore[override]
        self.calls.append(("start_tls", *words))
        return FakeStream(self._clock)

    def close(self) -> None:
        self.calls.append(("close",))
        if self.error is not None:
            raise self.error

    def get_extra_info(self, info: str) -> Any:
        return f"the {info}"


class FakeBackend(httpcore.SyncBackend):
    """Where connections come from: addresses that answer, and others."""

    def __init__(self, clock: FakeClock, **answers: Exception | None) -> None:
        self.asked: list[tuple[object, ...]] = []
        self._clock = clock
        self._answers = answers

    def connect_tcp(self, *words: Any, **more: Any) -> httpcore.NetworkStream:
        self.asked.append(words)
        error = self._answers[words[0]]
        self._clock.seconds += 1.0
        if error is not None:
            raise error
        return FakeStream(self._clock)


class World:
    """A wire with an exchange under way."""

    def __init__(self, *says: bytes, takes: float = 0.0, **addresses: Exception | None) -> None:
        self.clock = FakeClock()
        self.lookups = 0
        self.addresses = list(addresses)
        self.wire = Wire(Names(self.clock, self._resolve))
        self.backend = FakeBackend(self.clock, **addresses)
        self.wire._real = self.backend
        self.budget = Budget(SECONDS, self.clock)
        self.wire.begin(self.budget)
        self.below = FakeStream(self.clock, *says, takes=takes)
        self.stream: Stream = self.wire.opened(self.below)

    def _resolve(self, host: str, port: int) -> list[str]:
        self.lookups += 1
        return self.addresses

    def connect(self) -> httpcore.NetworkStream:
        return self.wire.connect_tcp("host", 443, None, "local", [("option",)])


# Connecting


def test_a_connection_goes_to_the_first_address_that_answers() -> None:
    world = World(a=None, b=None)
    assert isinstance(world.connect(), Stream)
    assert world.backend.asked == [("a", 443, SECONDS / 2, "local", [("option",)])]


@pytest.mark.parametrize("error", [httpcore.ConnectError("x"), httpcore.ConnectTimeout("x")])
def test_each_address_has_its_share_of_the_time_that_is_left(error: Exception) -> None:
    world = World(a=error, b=error, c=None)
    assert isinstance(world.connect(), Stream)
    assert [one[:3] for one in world.backend.asked] == [
        ("a", 443, 10.0 / 3),
        ("b", 443, 9.0 / 2),
        ("c", 443, 8.0),
    ]


def test_where_no_address_answers_the_last_ones_error_is_raised_and_the_name_forgotten() -> None:
    world = World(a=httpcore.ConnectError("of a"), b=httpcore.ConnectTimeout("of b"))
    for lookups in (1, 2):
        with pytest.raises(httpcore.ConnectTimeout, match="of b"):
            world.connect()
        assert world.lookups == lookups


def test_where_one_address_answers_the_name_is_remembered() -> None:
    world = World(a=httpcore.ConnectError("of a"), b=None)
    world.connect()
    world.connect()
    assert world.lookups == 1


def test_without_an_address_there_is_no_connection() -> None:
    with pytest.raises(httpcore.ConnectError, match=r"^host has no address$"):
        World().connect()


@pytest.mark.parametrize(
    ("error", "raised"),
    [(TimeoutError("slow"), httpcore.ConnectTimeout), (OSError("none"), httpcore.ConnectError)],
)
def test_a_lookup_that_fails_is_a_connection_that_fails(
    error: Exception, raised: type[Exception]
) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise error

    wire = Wire(Names(FakeClock(), resolve))
    wire.begin(Budget(SECONDS, FakeClock()))
    with pytest.raises(raised, match=f"^{error}$"):
        wire.connect_tcp("host", 443)


def test_without_an_exchange_under_way_nothing_is_done() -> None:
    world = World(a=None)
    world.wire.rest()
    with pytest.raises(RuntimeError, match=r"^no exchange is under way$"):
        world.stream.read(1)


# Writing and reading


def test_head_and_body_leave_together_just_before_the_answer_is_read() -> None:
    world = World(b"answer")
    world.stream.write(b"head ", 99.0)
    world.stream.write(b"body", 99.0)
    assert (world.below.calls, world.budget.sent) == ([], False)
    assert world.stream.read(100, 99.0) == b"answer"
    assert world.stream.read(100, 99.0) == b""
    assert world.below.calls == [
        ("write", b"head body", SECONDS),
        ("read", 100, SECONDS),
        ("read", 100, SECONDS),
    ]
    assert world.budget.sent


def test_what_is_long_leaves_in_pieces_each_with_the_time_that_is_left() -> None:
    world = World(takes=1.0)
    world.stream.write(b"x" * PIECE_BYTES)
    assert world.below.calls == []
    world.stream.write(b"y" * 3)
    assert world.below.calls == [
        ("write", b"x" * PIECE_BYTES, 10.0),
        ("write", b"yyy", 9.0),
    ]


def test_when_the_time_is_over_no_piece_leaves_and_nothing_counts_as_sent() -> None:
    world = World()
    world.stream.write(b"POST")
    world.clock.seconds += SECONDS
    with pytest.raises(OutOfTime):
        world.stream.read(1)
    assert (world.below.calls, world.budget.sent) == ([], False)


def test_what_cannot_be_written_counts_as_sent_and_the_answer_is_read_all_the_same() -> None:
    world = World(b"413")
    world.below.error = httpcore.WriteError("x")
    world.stream.write(b"POST")
    assert world.stream.read(100) == b"413"
    assert world.budget.sent


def test_other_errors_of_writing_are_raised() -> None:
    world = World(b"answer")
    world.below.error = httpcore.WriteTimeout("x")
    world.stream.write(b"POST")
    with pytest.raises(httpcore.WriteTimeout):
        world.stream.read(100)


def test_no_more_is_read_than_the_budget_has() -> None:
    world = World(b"x" * (MAX_HEAD_BYTES - 10), b"y" * 10)
    world.stream.read(MAX_HEAD_BYTES)
    world.stream.read(100)
    assert world.below.calls[-1] == ("read", 10, SECONDS)
    with pytest.raises(TooMuch):
        world.stream.read(1)


def test_tls_has_the_time_that_is_left() -> None:
    world = World()
    world.clock.seconds += 3.0
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    secure = world.stream.start_tls(context, "host", 99.0)
    assert world.below.calls == [("start_tls", context, "host", 7.0)]
    assert isinstance(secure, Stream)
    secure.read(5)
    assert world.below.calls[1:] == []


def test_what_is_below_can_be_asked_about() -> None:
    assert World().stream.get_extra_info("socket") == "the socket"


# The end


def test_at_the_end_all_that_was_opened_is_closed_whatever_that_raises() -> None:
    world = World()
    second = FakeStream(world.clock)
    world.wire.opened(second)
    second.error = OSError("closed already")
    world.wire.end()
    assert (world.below.calls, second.calls) == ([("close",)], [("close",)])
    world.wire.end()
    assert len(second.calls) == 1
    with pytest.raises(RuntimeError):
        world.wire.current()


def test_where_nothing_is_open_nothing_is_silent() -> None:
    world = World()
    world.wire.end()
    assert world.wire.is_silent() is False
