"""What is true for the whole run and not for one step: told once, and nothing more is sent."""

import threading
from collections import Counter
from http import HTTPStatus

from aepctl.aep.advice import CODES
from aepctl.model.failure import Failure
from aepctl.model.steps import Create, RemoteStep

ENOUGH = 3
"""So many refusals that are alike, and no success, are no matter of single audiences."""
ANY_STEP = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""Statuses that are about who asks, and not about what is asked for."""
ANY_CREATE = ANY_STEP | {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
"""A create's address and headers are the same for every audience."""


class Refusals:
    """Counts answers that every step may meet with, until one succeeds. For any number of threads.

    One that says what is wrong is enough; of others it takes a few that are alike.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._succeeded = False
        self._alike: Counter[tuple[int | None, str]] = Counter()

    def succeeded(self) -> None:
        """One step was done: what is refused from now on is a matter of its own."""
        self._succeeded = True

    def refused(self, step: RemoteStep, failure: Failure, advice: str | None) -> str | None:
        """Why the run has to stop, with what to do about it; None where it goes on.

        `advice` is what a person can do about this refusal, where that is known.
        """
        moved = _is_redirect(failure)
        if self._succeeded or not (moved or _is_general(step, failure)):
            return None
        with self._mutex:
            alike = failure.status, failure.code or failure.message
            self._alike[alike] += 1
            if self._alike[alike] < (ENOUGH if moved or advice is None else 1):
                return None
        code = " ".join(part for part in (str(failure.status or ""), failure.code or "") if part)
        does = "redirects" if moved else "refuses"
        cause = f"the platform {does} every request alike: {code}: {failure.message}"
        return f"{cause}; {advice}" if advice else cause


def _is_general(step: RemoteStep, failure: Failure) -> bool:
    """Whether every other step would be refused as well."""
    statuses = ANY_CREATE if isinstance(step, Create) else ANY_STEP
    return failure.status in statuses or failure.code in CODES


def _is_redirect(failure: Failure) -> bool:
    """Redirects are not followed: whether the step was done is unknown, but none will be."""
    status = failure.status or 0
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
