"""From names to addresses: within a time, and remembered for a while."""

import socket
import threading

import pytest
from fakes import FakeClock

from aepctl.transport.names import KEPT_SECONDS, Names, system_addresses


class Book:
    """What a name server would say, and what it was asked."""

    def __init__(self, **addresses: list[str]) -> None:
        self.asked: list[tuple[str, int]] = []
        self._addresses = addresses

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self._addresses[host]


def test_a_name_is_looked_up_once_for_a_while() -> None:
    clock, book = FakeClock(), Book(a=["192.0.2.1", "192.0.2.2"], b=["192.0.2.3"])
    names = Names(clock, book)
    for _ in range(3):
        assert names.addresses("a", 443, 5.0) == ["192.0.2.1", "192.0.2.2"]
    assert names.addresses("b", 443, 5.0) == ["192.0.2.3"]
    assert book.asked == [("a", 443), ("b", 443)]
    clock.seconds += KEPT_SECONDS - 0.1
    names.addresses("a", 443, 5.0)
    assert len(book.asked) == 2
    clock.seconds += 0.1
    names.addresses("a", 443, 5.0)
    assert book.asked == [("a", 443), ("b", 443), ("a", 443)]


def test_a_name_is_looked_up_for_each_port() -> None:
    book = Book(a=["192.0.2.1"])
    names = Names(FakeClock(), book)
    names.addresses("a", 443, 5.0)
    names.addresses("a", 444, 5.0)
    assert book.asked == [("a", 443), ("a", 444)]


def test_where_nothing_answers_the_name_is_looked_up_anew() -> None:
    book = Book(a=["192.0.2.1"], b=["192.0.2.2"])
    names = Names(FakeClock(), book)
    names.addresses("a", 443, 5.0)
    names.addresses("b", 443, 5.0)
    names.forget("a", 443)
    names.forget("a", 443)  # by another worker
    names.addresses("b", 443, 5.0)
    assert len(book.asked) == 2
    names.addresses("a", 443, 5.0)
    assert len(book.asked) == 3


def test_a_name_without_addresses_is_asked_for_each_time() -> None:
    book = Book(a=[])
    names = Names(FakeClock(), book)
    assert names.addresses("a", 443, 5.0) == names.addresses("a", 443, 5.0) == []
    assert len(book.asked) == 2


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "192.0.2.7"])
def test_an_address_is_not_looked_up(address: str) -> None:
    book = Book()
    assert Names(FakeClock(), book).addresses(address, 443, 5.0) == [address]
    assert book.asked == []


def test_what_a_lookup_raises_is_raised_here() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(socket.gaierror, match="Name or service not known"):
        Names(FakeClock(), resolve).addresses("a", 443, 5.0)


def test_a_name_server_that_does_not_answer_is_not_waited_for_and_holds_nobody_up() -> None:
    done = threading.Event()
    asking: list[threading.Thread] = []

    def resolve(host: str, port: int) -> list[str]:
        asking.append(threading.current_thread())
        done.wait(5)
        return []

    with pytest.raises(TimeoutError, match=r"^no name server has answered about a in time$"):
        Names(FakeClock(), resolve).addresses("a", 443, 0.01)
    done.set()
    assert [one.daemon for one in asking] == [True]


def test_without_a_thread_it_is_looked_up_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    assert Names(FakeClock(), Book(a=["192.0.2.1"])).addresses("a", 443, 5.0) == ["192.0.2.1"]


def test_the_system_is_asked_for_addresses_of_streams_and_each_is_tried_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[object, ...]] = []

    def getaddrinfo(*words: object, **more: object) -> list[object]:
        asked.append((*words, more))
        found = (("192.0.2.1", 443), ("2001:db8::1", 443, 0, 0), ("192.0.2.1", 443))
        return [(2, 1, 6, "", one) for one in found]

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    assert system_addresses("a", 443) == ["192.0.2.1", "2001:db8::1"]
    assert asked == [("a", 443, {"type": socket.SOCK_STREAM})]
