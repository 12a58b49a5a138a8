"""What can come back from a request, as plain values: no exception crosses this line."""

from dataclasses import dataclass

from aepctl.audience import Audience


@dataclass(frozen=True, slots=True)
class Answer:
    """The platform answered. `complete` False: the connection broke within the body.

    `retry_after` is in seconds, None where the answer did not say.
    """

    status: int
    body: bytes = b""
    complete: bool = True
    retry_after: float | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """No byte of the request left: DNS, connect, TLS, proxy or pool failed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The request may have arrived; no status came back."""

    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """An external audience as the platform lists it. `created` is in seconds since 1970."""

    audience: Audience
    audience_id: str
    platform_id: str | None
    created: float | None


Reply = Answer | NotSent | Broken
