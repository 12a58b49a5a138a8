"""Bytes to and from the network, under the budget of the exchange that is under way.

The engine, httpcore, gives each read the whole time again, so that an answer of one byte every few
seconds never ends. But it lets connections be made by somebody else, which is done here.
"""

import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore

from aepctl.transport.bounds import Budget
from aepctl.transport.names import Names

PIECE_BYTES = 16 * 1024
"""So much is written at once; after each piece the time is looked at."""


class Wire(httpcore.NetworkBackend):
    """Makes connections for one transport, which has one exchange at a time."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._real = httpcore.SyncBackend()
        self._budget: Budget | None = None
        self._open: list[Stream] = []

    def begin(self, budget: Budget) -> None:
        """An exchange begins, which may take so much."""
        self._budget = budget

    def rest(self) -> None:
        """The exchange is over, and its connection stays open."""
        self._budget = None

    def is_silent(self) -> bool:
        """Whether the connection that rests is open, and nothing has come."""
        return bool(self._open) and self._open[-1].is_silent()

    def end(self) -> None:
        """Close what it has opened: the engine itself forgets a connection now and then."""
        self.rest()
        while self._open:
            with suppress(OSError):
                self._open.pop().close()

    def opened(self, stream: httpcore.NetworkStream) -> "Stream":
        """A connection, or the same one once more, now with TLS."""
        self._open.append(Stream(stream, self))
        return self._open[-1]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the budget's counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Try one address after the other, each for its share of the time that is left."""
        addresses = self._addresses(host, port)
        for number, address in enumerate(addresses, start=1):
            share = self.current().seconds() / (len(addresses) - number + 1)
            try:
                stream = self._real.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    self._names.forget(host, port)
                    raise
            else:
                return self.opened(stream)
        raise httpcore.ConnectError(f"{host} has no address")

    def current(self) -> Budget:
        """What the exchange under way has left."""
        if self._budget is None:
            raise RuntimeError("no exchange is under way")
        return self._budget

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            return self._names.addresses(host, port, self.current().seconds())
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error


class Stream(httpcore.NetworkStream):
    """A connection whose every read and write has what is left of the exchange, and no more."""

    def __init__(self, stream: httpcore.NetworkStream, wire: Wire) -> None:
        self._stream = stream
        self._wire = wire
        self._waiting = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        with suppress(httpcore.WriteError):  # there may be an answer all the same
            self._flush()
        budget = self._wire.current()
        data = self._stream.read(budget.readable(max_bytes), budget.seconds())
        budget.received(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Head and body come one after the other, and leave together."""
        self._waiting += buffer
        if len(self._waiting) > PIECE_BYTES:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, b""
        budget = self._wire.current()
        for start in range(0, len(waiting), PIECE_BYTES):
            piece = waiting[start : start + PIECE_BYTES]
            seconds = budget.seconds()
            budget.writing(piece)
            self._stream.write(piece, seconds)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        seconds = self._wire.current().seconds()
        secure = self._stream.start_tls(ssl_context, server_hostname, seconds)
        return self._wire.opened(secure)

    def is_silent(self) -> bool:
        """Looked for within TLS, whose own words (tickets) are none. What is read is lost."""
        connection = self._stream.get_extra_info("socket")
        connection.settimeout(0)
        try:
            connection.recv(1)
        except (ssl.SSLWantReadError, BlockingIOError):
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
