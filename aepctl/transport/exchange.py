"""One exchange: a request that is sent once, and what comes back. Whatever happens is a reply."""

import email.utils
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from aepctl import __version__
from aepctl.errors import AepctlError
from aepctl.project.proxies import Proxy, proxy_for
from aepctl.project.urls import is_loopback
from aepctl.replies import NoResponse, NothingSent, Reply, Response
from aepctl.transport.bounds import BODY_TOO_LARGE, MAX_BODY_BYTES, Budget, OutOfTime, TooMuch
from aepctl.transport.wire import Wire

if TYPE_CHECKING:
    from aepctl.transport.factory import TransportFactory

MAX_REQUEST_ID_CHARS = 128
OURS: Mapping[str, str] = {
    "User-Agent": f"aepctl/{__version__}",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
"""A connection is used once: one that is kept may be closed just as the next create is sent, or
hold bytes that belong to no answer of ours. See docs/decisions."""


class Transport:
    """Sends requests, one at a time. For one thread. Close it after use."""

    def __init__(self, factory: "TransportFactory") -> None:
        self._factory = factory
        self._wire = Wire(factory.names)
        self._engines: dict[tuple[bool, Proxy | None], httpx.HTTPTransport] = {}

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Send one request, once. Whatever happens to it is a reply, and no exception."""
        factory = self._factory
        budget = Budget(factory.timeout_seconds, factory.clock)
        self._wire.begin(budget)
        way: list[str] = []
        try:
            reply = self._exchange(method, url, headers, body, budget, way)
        except Exception as error:  # noqa: BLE001 - whatever the library below raises
            reason = "".join([_reason(error, url, budget), *way])
            reply = NoResponse(reason) if budget.sent else NothingSent(reason)
            self.close()  # an engine that failed may still count a connection as taken
        finally:
            self._wire.end()
        return factory.redaction.reply(reply)

    def close(self) -> None:
        """What it keeps is let go; a further request makes it anew."""
        while self._engines:
            self._engines.popitem()[1].close()

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        budget: Budget,
        way: list[str],
    ) -> Reply:
        """`way` is told which proxy it goes through."""
        engine = self._engine(url, way)
        request = httpx.Request(method, url, headers={**OURS, **headers}, content=body)
        response = engine.handle_request(request)
        budget.head_is_read()
        try:
            return self._receive(response)
        finally:
            response.close()

    def _engine(self, url: str, way: list[str]) -> httpx.HTTPTransport:
        parts = urlsplit(url)
        secure, direct = parts.scheme.lower() == "https", is_loopback(parts.hostname or "")
        proxy = None if direct else proxy_for(url, self._factory.environ)
        if proxy is not None:
            self._factory.redaction.add(proxy.password)
            way.append(f" (through the proxy that {proxy.variable} names)")
        if (secure, proxy) not in self._engines:
            self._engines[secure, proxy] = self._factory.engine(
                self._wire, secure=secure, proxy=proxy
            )
        return self._engines[secure, proxy]

    def _receive(self, response: httpx.Response) -> Response:
        """Read the body. The status is known; what is wrong with the body is part of the answer."""
        body = bytearray()
        flaw = ""
        try:
            for piece in _plain(response):
                body += piece
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no more of the body
            flaw = _flaw(error)
        return Response(
            status=response.status_code,
            body=bytes(body),
            complete=not flaw,
            retry_after=_retry_after(
                response.headers.get("Retry-After"), self._factory.clock.now()
            ),
            request_id=_request_id(response.headers.get("x-request-id")),
            flaw=flaw,
            location=_points_to(response.headers.get("Location", "")),
        )


class _Encoded(Exception):
    """The body is not as it was asked for."""


def _plain(response: httpx.Response) -> Iterator[bytes]:
    """The body as it comes: decoding is how a few bytes become a gigabyte.

    Raises _Encoded, TooMuch, OutOfTime, and whatever httpx does.
    """
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise _Encoded
    left = MAX_BODY_BYTES
    for piece in response.iter_raw():
        left -= len(piece)
        if left < 0:
            raise TooMuch(BODY_TOO_LARGE)
        yield piece


def _flaw(error: Exception) -> str:
    match error:
        case _Encoded():
            return "is encoded, though nothing else than plain was asked for"
        case TooMuch():
            return f"is too large: {error}"
        case OutOfTime() | httpx.TimeoutException():
            return "did not end in time"
        case _:
            return "is cut short"


_REASONS: Mapping[type[Exception], str] = {
    httpx.ConnectTimeout: "connecting to {host} took too long",
    httpx.ConnectError: "no connection to {host}{detail}",
    httpx.ProxyError: "the proxy refused{detail}",
    httpx.ReadTimeout: "no answer in time",
    httpx.RemoteProtocolError: "the connection was closed without an answer",
    httpx.WriteTimeout: "sending took too long",
    httpx.ReadError: "the connection broke before an answer",
    httpx.WriteError: "the connection broke while sending",
}
_CLOSED = "Server disconnected"
"""How httpcore begins to say so."""


def _reason(error: Exception, url: str, budget: Budget) -> str:
    """What happened, without paths or headers: those may hold what must not be shown."""
    kind = type(error)
    match error:
        case AepctlError():
            return error.message
        case TooMuch():
            return f"the answer has {error}"
        case OutOfTime():
            kind = httpx.ReadTimeout if budget.sent else httpx.ConnectTimeout
        case httpx.RemoteProtocolError() if not str(error).startswith(_CLOSED):
            return "what came back is no HTTP"
    reason = _REASONS.get(kind, f"it could not be sent ({kind.__name__})")
    detail = f" ({_visible(str(error))})" if str(error) else ""
    return reason.format(host=_host(url), detail=detail)


def _points_to(location: str) -> str:
    """Where, as far as it may be shown: no user, no query."""
    return _visible(re.sub("[?#].*", "", re.sub("//[^/]*@", "//", location), flags=re.DOTALL))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "nowhere"
    except ValueError:
        return "an address that cannot be read"


def _visible(text: str, most: int = 200) -> str:
    return "".join(one if one.isprintable() else " " for one in text[:most])


def _request_id(value: str | None) -> str | None:
    """Theirs, where it may be shown."""
    fits = value is not None and value.isprintable() and len(value) <= MAX_REQUEST_ID_CHARS
    return value if fits else None


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait; the header gives seconds or a date. Source: RFC 9110, section 10.2.3."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max((email.utils.parsedate_to_datetime(value) - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):  # not a date either: as if it had not been sent
        return None
