"""What is told of an exchange: where to, what came back, how long it took. No secret, no body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from aepctl.log import Log

SIGNING = ("sig", "signature", "token", "secret", "password", "credential", "key", "code", "auth")
"""What the name of a parameter has in it whose value opens something."""
HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end: the TLS version, who issued its certificate, and until when."""

    version: str
    issuer: str
    until: str


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One exchange. `status` is None where no answer came, and `reason` says why.

    `date`: what the other side takes for the time, seen when half of `seconds` had passed.
    """

    method: str
    url: str
    seconds: float
    sent: int = 0
    received: int = 0
    status: int | None = None
    reason: str = ""
    request_id: str = ""
    their_request_id: str = ""
    date: datetime | None = None
    peer: Peer | None = None
    at: datetime | None = None


@runtime_checkable
class _Secure(Protocol):
    """What Python's TLS connections have in common, those without a socket too."""

    def getpeercert(self) -> Mapping[str, object] | None: ...
    def version(self) -> str | None: ...


Trace = Callable[[Exchanged], None]


def http_trace(log: Log) -> Trace | None:
    """What tells the log of each exchange; None where it does not want to hear of them."""
    return (lambda one: tell_exchange(log, one)) if log.http else None


def tell_exchange(log: Log, one: Exchanged) -> None:
    """One exchange on one line."""
    came = one.reason if one.status is None else str(one.status)
    ids = [f"x-request-id {one.request_id}"] if one.request_id else []
    if one.their_request_id and one.their_request_id != one.request_id:
        ids.append(f"answered as {one.their_request_id}")
    said = (
        f"{one.method} {one.url}: {came}, {one.seconds * 1000:.0f} ms, "
        f"{one.sent:,} bytes sent, {one.received:,} received"
    )
    log.say(
        "http",
        ", ".join([said, *ids]),
        method=one.method,
        url=one.url,
        status=one.status,
        reason=one.reason or None,
        milliseconds=round(one.seconds * 1000),
        sent=one.sent,
        received=one.received,
        requestId=one.request_id or None,
        theirRequestId=one.their_request_id or None,
    )


def shown(url: str) -> str:
    """A URL without what opens anything: no user, and of signatures and tokens only their names."""
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rsplit("@", 1)[-1]
    except ValueError:
        return "an address that cannot be read"
    query = "&".join(
        f"{quote(name, safe='')}={HIDDEN if _opens(name) else quote(value, safe='/:,=')}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    return urlunsplit((parts.scheme, netloc, parts.path, query, ""))


def _opens(name: str) -> bool:
    return any(one in name.lower() for one in SIGNING)


def peer_of(connection: object) -> Peer | None:
    """Who is at the other end of a TLS connection; None for one without."""
    if not isinstance(connection, _Secure):
        return None
    found = connection.getpeercert() or {}
    issuer = found.get("issuer")
    pairs = [pair for group in issuer for pair in group] if isinstance(issuer, tuple) else []
    named = {str(name): str(value) for name, value in pairs}
    parts = (named.get("organizationName"), named.get("commonName"))
    words = ", ".join(dict.fromkeys(one for one in parts if one))
    return Peer(connection.version() or "TLS", words or "nobody", str(found.get("notAfter", "")))
