"""A platform that only creates, slowly: each answer takes the given time, any number at once.

Less work than the emulator, so that the machine measures aepctl. Run by apply.py:

    python benchmarks/slow_server.py SECONDS [CERTIFICATE-AND-KEY]
"""

import asyncio
import json
import socket
import ssl
import sys
import time
import uuid


class Times:
    """When the first create came and the last one was answered."""

    first = 0.0
    last = 0.0
    count = 0


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").lower().split("\r\n")
            sizes = [int(x.split(":")[1]) for x in lines if x.startswith("content-length:")]
            body = await reader.readexactly(sum(sizes))
            answer = await answer_to(lines[0], body)
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(answer)).encode()
                + b"\r\n\r\n"
                + answer
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def answer_to(line: str, body: bytes) -> bytes:
    """The answer to one request: a create after the delay, a list or the times at once."""
    if line.startswith("post"):
        Times.first = Times.first or time.monotonic()
        await asyncio.sleep(DELAY)
        Times.last = time.monotonic()
        Times.count += 1
        return json.dumps(
            {"name": json.loads(body)["name"], "audienceId": str(uuid.uuid4())}
        ).encode()
    if line.startswith("get /times"):
        return json.dumps({"seconds": Times.last - Times.first, "count": Times.count}).encode()
    return b'{"children": [], "_page": {"totalCount": 0, "pageSize": 100}}'


async def main() -> None:
    """Listen, print the port, serve until killed."""
    tls = None
    if sys.argv[2:]:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(sys.argv[2])
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)  # apply.py reads it
    await server.serve_forever()


DELAY = float(sys.argv[1])
asyncio.run(main())
