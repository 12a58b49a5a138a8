"""One exchange: a request that is sent once, and what comes back. Whatever happens is a reply."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpcore
import httpx

from aepctl import __version__
from aepctl.project.proxies import proxy_for
from aepctl.project.urls import is_loopback
from aepctl.replies import NoResponse, NothingSent, Reply, Response
from aepctl.transport.bounds import BODY_TOO_LARGE, MAX_BODY_BYTES, Budget, OutOfTime, TooMuch
from aepctl.transport.headers import date, points_to, request_id, retry_after
from aepctl.transport.keeping import Hop
from aepctl.transport.lines import Lines
from aepctl.transport.reasons import reason_of
from aepctl.transport.request import request_to
from aepctl.transport.trace import Exchanged, Peer, peer_of, shown

if TYPE_CHECKING:
    from aepctl.transport.factory import TransportFactory

OURS: Mapping[str, str] = {
    "User-Agent": f"aepctl/{__version__}",
    "Accept-Encoding": "identity",
}
THE_LAST: Mapping[str, str] = {"Connection": "close"}
"""What says to the server that its connection carries no further request."""
TOLD = "POST"
"""Only the answer to a create can be told from an older one: it has a name, and an ID that nobody
else has. So nothing else is sent on a connection that has been used, and only after a success."""


class Transport:
    """Sends requests, one at a time. For one thread. Close it after use."""

    def __init__(self, factory: "TransportFactory") -> None:
        self._factory = factory
        self._lines = Lines(factory.keeping, factory.clock, factory.line)
        self._date: datetime | None = None
        self._peer: Peer | None = None

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Send one request, once. Whatever happens to it is a reply, and no exception."""
        factory = self._factory
        budget = Budget(factory.timeout_seconds, factory.clock)
        way: list[str] = []
        began = factory.clock.monotonic()
        self._date, self._peer = None, None
        try:
            reply: Reply = self._exchange(method, url, headers, body, budget, way)
        except Exception as error:  # noqa: BLE001 - whatever the library below raises
            reason = "".join([reason_of(error, url, budget), *way])
            reply = NoResponse(reason) if budget.sent else NothingSent(reason)
            self._lines.failed()
        except BaseException:  # an interrupt: its connection carries nothing more
            self._lines.close()
            raise
        reply = factory.redaction.reply(reply)
        if factory.trace is not None:
            seconds = factory.clock.monotonic() - began
            factory.trace(self._exchanged(method, url, headers, body, reply, seconds))
        return reply

    def close(self) -> None:
        """What it keeps is let go; a further request makes it anew."""
        self._lines.close()

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        budget: Budget,
        way: list[str],
    ) -> Response:
        """`way` is told which proxy it goes through."""
        again = method == TOLD
        line = self._lines.to(self._hop(url, way), again=again)
        stays = again and self._lines.may_stay(line)
        ours = OURS if stays else {**OURS, **THE_LAST}
        response = line.ask(request_to(method, url, {**ours, **headers}, body), budget)
        budget.head_is_read()
        said = httpx.Headers(response.headers)
        if self._factory.trace is not None:
            stream = response.extensions.get("network_stream")
            self._peer = peer_of(stream.get_extra_info("ssl_object")) if stream else None
            self._date = date(said)
        try:
            reply = self._receive(response, said)
        finally:
            response.close()
        self._lines.answered(line, stays=stays and _may_be_followed(reply, said))
        return reply

    def _exchanged(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        reply: Reply,
        seconds: float,
    ) -> Exchanged:
        answered = reply if isinstance(reply, Response) else None
        hidden = self._factory.redaction.text
        return Exchanged(
            method,
            hidden(shown(url)),
            seconds,
            sent=len(body or b""),
            received=0 if answered is None else len(answered.body),
            status=None if answered is None else answered.status,
            reason="" if isinstance(reply, Response) else reply.reason,
            request_id=hidden(headers.get("x-request-id", "")),
            their_request_id=(answered and answered.request_id) or "",
            date=self._date,
            peer=self._peer,
            at=self._factory.clock.now(),
        )

    def _hop(self, url: str, way: list[str]) -> Hop:
        parts = urlsplit(url)
        host = parts.hostname or ""
        proxy = None if is_loopback(host) else proxy_for(url, self._factory.environ)
        if proxy is not None:
            self._factory.redaction.add(proxy.password or proxy.user or "")  # a token alone
            way.append(f" (through the proxy that {proxy.variable} names)")
        return Hop(parts.scheme.lower(), host, parts.port, proxy)

    def _receive(self, response: httpcore.Response, said: httpx.Headers) -> Response:
        """Read the body. The status is known; what is wrong with the body is part of the answer."""
        body = bytearray()
        flaw = ""
        try:
            for piece in _plain(response, said):
                body += piece
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no more of the body
            flaw = _flaw(error)
        return Response(
            status=response.status,
            body=bytes(body),
            complete=not flaw,
            retry_after=retry_after(said, self._factory.clock.now()),
            request_id=request_id(said),
            flaw=flaw,
            location=points_to(said),
        )


def _may_be_followed(reply: Response, said: httpx.Headers) -> bool:
    """Whether it does not say that it is the last one, and a second copy of it would do no harm."""
    success = HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES
    return success and "close" not in said.get("Connection", "").lower()


class _Encoded(Exception):
    """The body is not as it was asked for."""


def _plain(response: httpcore.Response, said: httpx.Headers) -> Iterator[bytes]:
    """The body as it comes: decoding is how a few bytes become a gigabyte.

    Raises _Encoded, TooMuch, OutOfTime, and whatever httpcore does.
    """
    if said.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise _Encoded
    left = MAX_BODY_BYTES
    for piece in response.iter_stream():
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
        case OutOfTime() | httpcore.TimeoutException():
            return "did not end in time"
        case _:
            return "is cut short"
