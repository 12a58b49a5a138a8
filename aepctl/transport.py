"""One exchange over HTTP, within bounds. The only importer of httpx.

Redirects are not followed, certificates are always checked, cookies are not kept, nothing is sent a
second time, and no proxy stands between us and this machine.
"""

import email.utils
import ssl
import threading
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from aepctl import __version__
from aepctl.clock import Clock, SystemClock
from aepctl.project.urls import is_loopback
from aepctl.replies import NoResponse, NothingSent, Reply, Response

TIMEOUT_SECONDS = 30.0
MAX_BODY_BYTES = 16 * 1024 * 1024
KEEPALIVE_SECONDS = 2.0
"""A connection that idled longer may be closed by the other side just as a create is sent."""

NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""What httpx raises only while no byte of the request has left."""


class TransportFactory:
    """Makes transports that share their bounds, and the certificates: loading those takes a while.

    `timeout_seconds` bounds each step of an exchange, and the exchange until its body is read.
    """

    def __init__(
        self, *, timeout_seconds: float = TIMEOUT_SECONDS, clock: Clock | None = None
    ) -> None:
        self.timeout_seconds = timeout_seconds
        self.clock = clock or SystemClock()
        self._mutex = threading.Lock()
        self._tls: ssl.SSLContext | None = None

    def transport(self) -> "Transport":
        """A transport for one thread: a client shared by many threads collapses under load."""
        return Transport(self)

    def new_client(self, *, secure: bool, direct: bool) -> httpx.Client:
        """`secure`: for https. `direct`: without the proxies of the environment variables."""
        return httpx.Client(
            # Without https nobody is trusted, and no certificates need to be loaded.
            verify=self._trusted() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=not direct,
            follow_redirects=False,
            timeout=self.timeout_seconds,
            limits=httpx.Limits(max_connections=1, keepalive_expiry=KEEPALIVE_SECONDS),
            headers={"User-Agent": f"aepctl/{__version__}"},
        )

    def _trusted(self) -> ssl.SSLContext:
        with self._mutex:
            if self._tls is None:
                self._tls = httpx.create_ssl_context()
            return self._tls


class Transport:
    """Sends requests, one at a time. For one thread. Close it after use."""

    def __init__(self, factory: TransportFactory) -> None:
        self._factory = factory
        self._clients: dict[tuple[bool, bool], httpx.Client] = {}

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Send one request, once. Whatever happens to it is a reply, and no exception."""
        client = self._client(url)
        client.cookies.clear()  # what is sent is what is documented
        deadline = self._factory.clock.monotonic() + self._factory.timeout_seconds
        try:
            with client.stream(method, url, headers=dict(headers), content=body) as response:
                return self._receive(response, deadline)
        except NOT_SENT as error:
            return NothingSent(_reason(error, url))
        except httpx.HTTPError as error:
            return NoResponse(_reason(error, url))

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _client(self, url: str) -> httpx.Client:
        parts = urlsplit(url)
        secure, direct = parts.scheme.lower() == "https", is_loopback(parts.hostname or "")
        if (secure, direct) not in self._clients:
            client = self._factory.new_client(secure=secure, direct=direct)
            self._clients[secure, direct] = client
        return self._clients[secure, direct]

    def _receive(self, response: httpx.Response, deadline: float) -> Response:
        """Read the body, at most MAX_BODY_BYTES of it, until the deadline of the exchange."""
        clock = self._factory.clock
        body = bytearray()
        complete = True
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BODY_BYTES or clock.monotonic() > deadline:
                    complete = False
                    break
        except httpx.HTTPError:  # the status is known; that the body is cut is part of the answer
            complete = False
        return Response(
            status=response.status_code,
            body=bytes(body),
            complete=complete,
            retry_after=_retry_after(response.headers.get("Retry-After"), clock.now()),
            request_id=response.headers.get("x-request-id"),
        )


_REASONS: Mapping[type[httpx.HTTPError], str] = {
    httpx.ConnectTimeout: "connecting to {host} took too long",
    httpx.ConnectError: "no connection to {host}",
    httpx.PoolTimeout: "no free connection",
    httpx.ProxyError: "the proxy refused",
    httpx.ReadTimeout: "no answer in time",
    httpx.WriteTimeout: "sending took too long",
    httpx.RemoteProtocolError: "the connection was closed without an answer",
    httpx.ReadError: "the connection broke before an answer",
    httpx.WriteError: "the connection broke while sending",
}


def _reason(error: httpx.HTTPError, url: str) -> str:
    """What happened, without paths or headers: those may hold what must not be shown."""
    detail = f" ({error})" if isinstance(error, httpx.ConnectError) and str(error) else ""
    reason = _REASONS.get(type(error), type(error).__name__)
    return reason.format(host=urlsplit(url).hostname) + detail


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
