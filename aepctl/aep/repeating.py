"""How often, and after which pause, a question that changes nothing is asked again."""

from http import HTTPStatus

from aepctl.backoff import Jitter, backoff_seconds
from aepctl.clock import Clock
from aepctl.patience import Patience, pause_seconds

MAX_ATTEMPTS = 6
FIRST_PAUSE_SECONDS = 0.25
MAX_PAUSE_SECONDS = 20.0
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
"""Beside every 5xx."""


def may_pass(status: int) -> bool:
    """Whether the same question may soon have another answer."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING


def pause(
    attempt: int,
    why: str,
    asked: float | None,
    *,
    clock: Clock,
    patience: Patience,
    jitter: Jitter,
) -> None:
    """Wait after the attempt of this number, from 0, and at least as long as was asked for."""
    own = backoff_seconds(
        attempt, first=FIRST_PAUSE_SECONDS, limit=MAX_PAUSE_SECONDS, jitter=jitter
    )
    patience.wait(clock, pause_seconds(asked, own), why)
