"""A platform that creates and changes, slowly: an answer takes the given time, any number at once.

As little work as Python can do, so that the machine measures aepctl: bare.py says what is left of
the ideal rate where the client costs nothing. What is read by the id `p-N` was there as `audience`
has it. Run by apply.py, patches.py and shared.py:

    python benchmarks/slow_server.py SECONDS [CERTIFICATE-AND-KEY]
"""

import asyncio
import json
import re
import selectors
import socket
import ssl
import sys
import time
import uuid

from slow_audience import audience

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
BY_ID = re.compile(rb"(GET|PATCH) /\w+/audiences/p-(\d+)")
CHANGED: dict[str, dict[str, str]] = {}
EMPTY = b'{"children": [], "_page": {"totalCount": 0, "pageSize": 100}}'


class Times:
    """When the first create or read by id came, and the last create or patch was answered.

    And this process's CPU before.
    """

    first = 0.0
    last = 0.0
    count = 0
    cpu = 0.0


class Answering(asyncio.Protocol):
    """One connection, on which one request follows the answer to another."""

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answers leave at once."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a server for TCP
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Wait for the whole of a request; a create is answered after the delay."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not end or len(body) < (int(length[1]) if length else 0):
            return
        self._received = b""
        one = BY_ID.match(head)
        if b"/bulk-get" in head[:64]:
            LOOP.call_later(DELAY, self._many, body)
        elif one or head.startswith(b"POST"):
            if not Times.first:
                Times.first, Times.cpu = time.monotonic(), time.process_time()
            if one:
                LOOP.call_later(DELAY, self._one, one[1], one[2].decode(), body)
            else:
                LOOP.call_later(DELAY, self._created, body)
        elif head.startswith(b"GET /times"):
            seen = {"seconds": Times.last - Times.first, "count": Times.count}
            self._answer(json.dumps({**seen, "cpu": time.process_time() - Times.cpu}).encode())
        else:
            self._answer(EMPTY)

    def _created(self, body: bytes) -> None:
        created = {"name": json.loads(body)["name"], "audienceId": str(uuid.uuid4())}
        self._answer(json.dumps(created).encode())
        self._counted()

    def _one(self, method: bytes, number: str, body: bytes) -> None:
        found = CHANGED.get(number) or audience(number)
        if method == b"PATCH":
            found |= {one["path"][1:]: one["value"] for one in json.loads(body)}
            CHANGED[number] = found
        self._answer(json.dumps(found).encode())
        if method == b"PATCH":
            self._counted()

    def _many(self, body: bytes) -> None:
        ids = [one["id"] for one in json.loads(body)["ids"]]
        found = {one: CHANGED.get(one[2:]) or audience(one[2:]) for one in ids}
        self._answer(json.dumps({"results": found}).encode())

    def _counted(self) -> None:
        Times.last = time.monotonic()
        Times.count += 1

    def _answer(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self._transport.write(head.encode() + b"\r\n\r\n" + body)


async def main() -> None:
    """Listen, print the port, serve until killed."""
    tls = None
    if sys.argv[2:]:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(sys.argv[2])
    server = await LOOP.create_server(Answering, "127.0.0.1", 0, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)  # whoever started it reads it
    await server.serve_forever()


DELAY = float(sys.argv[1])
# epoll rounds the time to wait up to whole milliseconds, which are two in a hundred of 50
LOOP = asyncio.SelectorEventLoop(selectors.SelectSelector())
LOOP.run_until_complete(main())
