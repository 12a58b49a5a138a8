"""How much of the ideal rate does the benchmarks' server leave to a client that does nothing?

    python benchmarks/bare.py [RUNS]

Sixteen coroutines write a request and read its answer, 1,000 times, 50 ms each: over connections
that are kept, and over a fresh one for each. What is missing of 100 % is the server's and the
machine's; no apply can be better. They go in step, so it shows the server at its worst.
"""

import asyncio
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

CREATES, DELAY, WORKERS = 1_000, 0.05, 16
SERVER = Path(__file__).with_name("slow_server.py")
BODY = json.dumps({"name": "Loyalty - Gold tier", "description": "x" * 60}).encode()
REQUEST = (
    b"POST /ais/audiences HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
)


async def work(port: int, left: list[int], *, kept: bool) -> None:
    """One worker."""
    connection = None
    while left:
        left.pop()
        reader, writer = connection or await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.rsplit(b":", 1)[1]))
        connection = (reader, writer) if kept else None
        if not kept:
            writer.close()


async def together(port: int, *, kept: bool) -> None:
    """All of them."""
    left = [1] * CREATES
    await asyncio.gather(*(work(port, left, kept=kept) for _ in range(WORKERS)))


def measured(*, kept: bool) -> tuple[float, float]:
    """The share of the ideal, and milliseconds of the server's CPU for a create."""
    command = [sys.executable, SERVER, str(DELAY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - a pipe was asked for
            port = int(server.stdout.readline())
            asyncio.run(together(port, kept=kept))
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/times") as answer:
                times = json.load(answer)
        finally:
            server.kill()
    return CREATES * DELAY / WORKERS / times["seconds"], times["cpu"] / CREATES * 1000


if __name__ == "__main__":
    for kept in (True, False):
        rows = [measured(kept=kept) for _ in range(int(sys.argv[1]) if sys.argv[1:] else 3)]
        best, cpu = max(share for share, _ in rows), min(cpu for _, cpu in rows)
        what = "kept" if kept else "fresh"
        print(f"{what:>5} connections: {best:5.1%} of the ideal, server {cpu:.2f} ms a create")
