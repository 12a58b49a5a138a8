"""What one exchange may take, and from when on its request counts as sent."""

import pytest
from fakes import FakeClock

from aepctl.transport.bounds import MAX_BODY_BYTES, MAX_HEAD_BYTES, Budget, OutOfTime, TooMuch


def budget() -> Budget:
    return Budget(5.0, FakeClock())


def test_a_budget_has_the_time_until_its_deadline_and_no_more() -> None:
    clock = FakeClock()
    one = Budget(5.0, clock)
    clock.seconds += 3.0
    assert one.seconds() == 2.0
    clock.seconds += 2.0
    with pytest.raises(OutOfTime):
        one.seconds()


def test_of_the_head_no_more_is_read_than_it_may_have() -> None:
    one = budget()
    assert one.readable(100) == 100
    one.received(MAX_HEAD_BYTES - 1)
    assert one.readable(100) == 1
    one.received(1)
    with pytest.raises(TooMuch, match=r"^more than 64 KiB and no end of its headers$"):
        one.readable(100)


def test_of_the_body_any_piece_is_read_up_to_its_own_limit() -> None:
    one = budget()
    one.received(MAX_HEAD_BYTES)
    one.head_is_read()
    assert one.readable(MAX_HEAD_BYTES * 2) == MAX_HEAD_BYTES * 2
    one.received(MAX_BODY_BYTES - 1)
    assert one.readable(100) == 100  # that there is more is found out by reading it
    one.received(1)
    with pytest.raises(TooMuch, match=r"^more than 16 MiB$"):
        one.received(1)


def test_what_the_head_did_not_need_is_the_bodys() -> None:
    """Its first bytes may have come with the head."""
    one = budget()
    one.received(100)
    one.head_is_read()
    one.received(MAX_BODY_BYTES + MAX_HEAD_BYTES - 100)
    with pytest.raises(TooMuch):
        one.received(1)


@pytest.mark.parametrize(
    ("writes", "sent"),
    [
        ([], False),
        ([b"CONNECT host:443 HTTP/1.1\r\n"], False),
        ([b"\x05\x01\x00", b"\x01\x04user", b"\x05\x01\x00\x03"], False),
        ([b"POST /core HTTP/1.1\r\n"], True),
        ([b"CONNECT host:443 HTTP/1.1\r\n", b"POST /core HTTP/1.1\r\n"], True),
        ([b"POST /core HTTP/1.1\r\n", b"\x05"], True),
    ],
)
def test_all_bytes_but_those_to_a_proxy_are_the_requests(writes: list[bytes], sent: bool) -> None:
    one = budget()
    for write in writes:
        one.writing(write)
    assert one.sent is sent
