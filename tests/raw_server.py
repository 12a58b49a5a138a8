"""A server on a real socket that plays a script, byte by byte, and records what reached it.

Each connection plays the next step of the script; when there is none left, creates succeed.
"""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

from fakes import TARGET
from waiting import wait_for

from aepctl.aep.connection import Connection, Platform
from aepctl.clock import Clock
from aepctl.project.credentials import Credentials, Secret
from aepctl.project.environment import Environment
from aepctl.transport import TransportFactory

TOKEN = "test-token"
GIVEN = Credentials(api_key="key", access_token=Secret(TOKEN))


@dataclass(frozen=True)
class Request:
    """What one connection brought."""

    line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        found = [value for one, value in self.headers if one.lower() == name.lower()]
        assert len(found) < 2, f"{name} was sent twice"
        return found[0] if found else None

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One connection, as a step of the script sees it."""

    def __init__(self, server: "RawServer", connection: socket.socket) -> None:
        self.server = server
        self._connection = connection

    def receive(self) -> Request:
        """Read the request to its end, and record it."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        line, *headers = head.decode("latin-1").split("\r\n")
        pairs = tuple(
            (name, value.strip()) for name, _, value in (h.partition(":") for h in headers)
        )
        size = int({name.lower(): value for name, value in pairs}.get("content-length", "0"))
        while len(body) < size:
            body += self._more()
        request = Request(line, pairs, body)
        self.server.requests.append(request)
        return request

    def _more(self) -> bytes:
        data = self._connection.recv(65536)
        if not data:
            raise ConnectionError("the client went away")
        return data

    def await_first_byte(self) -> None:
        self._connection.recv(1, socket.MSG_PEEK)

    def hear(self) -> bytes:
        """What comes next, whatever it is."""
        return self._more()

    def drain(self) -> None:
        """Read until the client goes, and record nothing."""
        while self._connection.recv(65536):
            pass

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def reset(self) -> None:
        """Close so that the client sees a reset rather than an end."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()


Step = Callable[[Wire], None]


def http(status: int, body: bytes | str = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """An answer as bytes. Say `Content-Length` to say it otherwise than it is."""
    data = body.encode() if isinstance(body, str) else body
    given = {"Content-Length": str(len(data)), "Connection": "close", **(headers or {})}
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + data


def answer(status: int, body: bytes | str = b"", headers: Mapping[str, str] | None = None) -> Step:
    return raw(http(status, body, headers))


def created(audience_id: str, **more: Any) -> Step:
    """Echo the name, as the platform does; say `name` to say another."""

    def step(wire: Wire) -> None:
        request = wire.receive()
        name = request.json().get("name", "any") if "POST /core/ais" in request.line else "any"
        wire.send(http(200, json.dumps({"name": name, "audienceId": audience_id, **more})))

    return step


def raw(data: bytes) -> Step:
    """Read the request, send these bytes, close."""

    def step(wire: Wire) -> None:
        wire.receive()
        wire.send(data)

    return step


def close(wire: Wire) -> None:
    """Read the request and close without a word."""
    wire.receive()


def cut(audience_id: str) -> Step:
    """Close within the body of an answer that would have had the ID."""
    whole = http(200, json.dumps({"name": "any", "audienceId": audience_id}))
    return raw(whole[:-9])


def reset(wire: Wire) -> None:
    """Read the request, then reset the connection."""
    wire.receive()
    wire.reset()


def reset_unread(wire: Wire) -> None:
    """Reset the connection as soon as its first byte is there; read nothing."""
    wire.await_first_byte()
    wire.reset()


def hang(wire: Wire) -> None:
    """Read the request and say nothing until the server stops."""
    wire.receive()
    wire.server.released.wait(10)


def trickle(data: bytes, pause: float) -> Step:
    """Answer a byte at a time."""

    def step(wire: Wire) -> None:
        wire.receive()
        for position in range(len(data)):
            wire.send(data[position : position + 1])
            if wire.server.released.wait(pause):
                return

    return step


class RawServer:
    def __init__(self, *script: Step, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.released = threading.Event()
        self._script = list(script)
        self._tls = tls
        self._mutex = threading.Lock()
        self._workers: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        self.wait_closed()

    def wait_closed(self) -> None:
        """Until every connection so far is closed on this side."""
        with self._mutex:
            workers = list(self._workers)
        for worker in workers:
            worker.join()

    def heard(self, requests: int) -> bool:
        """Whether so many came; those that were given up may be read only after that."""
        wait_for(lambda: len(self.requests) >= requests)
        return len(self.requests) == requests

    @property
    def creates(self) -> int:
        """How many creates arrived whole."""
        return sum(one.line.startswith("POST /core/ais/audiences") for one in self.requests)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            worker = threading.Thread(target=self._play, args=(connection,), daemon=True)
            with self._mutex:
                self._workers.append(worker)
                worker.start()

    def _play(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with self._mutex:
            self.connections += 1
            step = self._script.pop(0) if self._script else created(f"id-{self.connections}")
        with suppress(OSError):  # the client may go away at any time
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            step(Wire(self, connection))
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        connection.close()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port that takes no more connections: connecting to it gets no answer."""
    with socket.socket() as server, socket.socket() as first:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        first.connect(server.getsockname())
        yield server.getsockname()[1]


def environment_at(url: str) -> Environment:
    return Environment(
        name="test",
        target=TARGET,
        state="state/test.json",
        ais_url=f"{url}/core/ais",
        ups_url=f"{url}/data/core/ups",
        ims_url=url,
    )


@contextmanager
def platform_at(
    url: str,
    credentials: Credentials = GIVEN,
    *,
    timeout: float = 30.0,
    clock: Clock | None = None,
) -> Iterator[Platform]:
    transports = TransportFactory(timeout_seconds=timeout, clock=clock)
    platform = Platform(environment_at(url), credentials, transports)
    try:
        yield platform
    finally:
        platform.close()


@contextmanager
def connected(url: str, credentials: Credentials = GIVEN, **how: Any) -> Iterator[Connection]:
    """A connection to the platform at `url`, closed afterwards."""
    with platform_at(url, credentials, **how) as platform:
        connection = platform.connect()
        try:
            yield connection
        finally:
            connection.close()
