"""What can come back from a request, as plain values: no exception crosses this line."""

from dataclasses import dataclass


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


Reply = Answer | NotSent | Broken
