"""A platform that has so many audiences, and takes the given time for each answer.

It lists them, reads many at once, and changes nothing. Run by refresh.py:

    python benchmarks/list_server.py SECONDS AUDIENCES
"""

import asyncio
import json
import re
import sys
from functools import cache
from urllib.parse import parse_qs, urlsplit

LENGTH = re.compile(r"\r\ncontent-length: *(\d+)", re.IGNORECASE)
MORE = "x" * 1_000
"""What a real one says beside our fields."""


def audience(number: int) -> dict[str, object]:
    """One of them, as it is listed."""
    return {
        "id": f"p-{number}",
        "audienceId": f"a-{number}",
        "name": f"Audience {number}",
        "description": f"Number {number}, as it is there.",
        "namespace": "agora",
        "originName": "Bench",
        "type": "ExternalSegment",
        "lifecycleState": "published",
        "creationTime": 1_700_000_000_000 + number,
        "updateTime": 1_700_000_000_000 + number,
        "labels": [],
        "more": MORE,
    }


class Seen:
    """How often it was asked."""

    count = 0


@cache
def answer_to(target: str) -> bytes:
    """The answer to one GET; made once, so that the machine measures aepctl."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
    there = [] if "property" in asked else THERE
    start, limit = int(asked.get("start", 0)), min(int(asked.get("limit", 100)), 1_000)
    page = {"totalCount": len(there), "pageSize": limit}
    if start + limit < len(there):
        page["next"] = start + limit
    return json.dumps({"children": there[start : start + limit], "_page": page}).encode()


def answer_to_many(body: bytes) -> bytes:
    """The answer to a question for several at once."""
    ids = [one["id"] for one in json.loads(body)["ids"]]
    return json.dumps({"results": {one: THERE[int(one[2:])] for one in ids}}).encode()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            target = head.split(" ", 2)[1]
            length = LENGTH.search(head)
            asked = await reader.readexactly(int(length[1])) if length else b""
            if target.startswith("/count"):
                body = json.dumps(Seen.count).encode()
            else:
                Seen.count += 1
                await asyncio.sleep(DELAY)
                body = answer_to_many(asked) if asked else answer_to(target)
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(body)).encode()
                + b"\r\n\r\n"
                + body
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    """Listen, print the port, serve until killed."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    DELAY, THERE = float(sys.argv[1]), [audience(number) for number in range(int(sys.argv[2]))]
    asyncio.run(main())
