"""A request as the engine below takes it. What costs time is done once for each address."""

from collections.abc import Mapping
from functools import lru_cache

import httpcore
import httpx

KEPT = 32
"""Addresses: a run's creates all go to one, the others to many that come once."""


def request_to(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> httpcore.Request:
    """With the headers that every request needs. Raises InvalidURL, UnicodeEncodeError."""
    address, host = _address(url)
    lines = [(b"Host", host)]
    lines += [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
    if body is not None:
        lines.append((b"Content-Length", b"%d" % len(body)))
    return httpcore.Request(method, address, headers=lines, content=body)


@lru_cache(KEPT)
def _address(url: str) -> tuple[httpcore.URL, bytes]:
    """Where it leads, and what stands for that in the header Host."""
    read = httpx.URL(url)
    address = httpcore.URL(
        scheme=read.raw_scheme, host=read.raw_host, port=read.port, target=read.raw_path
    )
    return address, read.netloc
