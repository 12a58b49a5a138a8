"""What can come back from a request, as plain values: no exception of the HTTP client gets here.

Apart from `transport`, so that who only reads replies need not load the HTTP client.
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Response:
    """The other side answered. `complete` False: the body is not all of it, and `flaw` says why.

    `retry_after` is in seconds, None where the answer did not say. `request_id` is the other
    side's own name for the exchange. `location`: where a redirect points, without its query.
    """

    status: int
    body: bytes = b""
    complete: bool = True
    retry_after: float | None = None
    request_id: str | None = None
    flaw: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class NothingSent:
    """No byte of the request left: DNS, connect, TLS, proxy or pool failed."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoResponse:
    """The request may have arrived; no status came back."""

    reason: str


Reply: TypeAlias = Response | NothingSent | NoResponse
