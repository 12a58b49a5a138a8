"""What one exchange may take: seconds and bytes. All its bounds are here; `wire` obeys them."""

from aepctl.clock import Clock

TIMEOUT_SECONDS = 30.0
"""From looking the name up to the last byte of the answer."""
MAX_HEAD_BYTES = 64 * 1024
"""Before the body: the headers, all interim answers (100, 103), and what a proxy says first."""
MAX_BODY_BYTES = 16 * 1024 * 1024
"""Of the body as it is sent: nothing is decoded."""
BODY_TOO_LARGE = f"more than {MAX_BODY_BYTES // 1024 // 1024} MiB"
TUNNEL = (b"CONNECT ", b"\x05", b"\x01")
"""How the words to an HTTP or SOCKS proxy begin. A request begins with its own method."""


class OutOfTime(Exception):
    """The deadline of the exchange has passed."""


class TooMuch(Exception):
    """The other side sends more than an answer can need."""


class Budget:
    """What one exchange has left, and whether its request has begun to leave. For one thread.

    Its time also runs out while the machine is suspended: whoever held a lock then has lost it.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._clock = clock
        self._deadline = clock.running() + seconds
        self._bytes = MAX_HEAD_BYTES
        self._in_head = True
        self.sent = False

    def seconds(self) -> float:
        """The time that is left. Raises OutOfTime."""
        left = self._deadline - self._clock.running()
        if left <= 0:
            raise OutOfTime
        return left

    def readable(self, most: int) -> int:
        """How many bytes may be read at once. Raises TooMuch."""
        if self._bytes <= 0:
            raise TooMuch(f"more than {MAX_HEAD_BYTES // 1024} KiB and no end of its headers")
        return min(most, self._bytes) if self._in_head else most

    def received(self, count: int) -> None:
        """So many bytes have come. Raises TooMuch where a body is longer than any answer's."""
        self._bytes -= count
        if self._bytes < 0:
            raise TooMuch(BODY_TOO_LARGE)

    def head_is_read(self) -> None:
        """What comes now is the body; its first bytes may have come with the head."""
        self._in_head = False
        self._bytes += MAX_BODY_BYTES

    def writing(self, data: bytes) -> None:
        """These bytes are about to leave. All but a proxy's own count as the request's."""
        self.sent = self.sent or not data.startswith(TUNNEL)
