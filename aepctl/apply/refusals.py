"""What is true for the whole run and not for one step: told once, and nothing more is sent."""

import threading
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

from aepctl.aep.advice import CODES
from aepctl.aep.verdicts import Done, Unknown, Verdict
from aepctl.model.failure import Failure
from aepctl.model.steps import Create, RemoteStep

ENOUGH = 3
"""So many refusals that are alike, and no success, are no matter of single audiences."""
ENOUGH_DOUBTS = 10
"""So many outcomes in a row that nobody knows: each is one more to look for, and none gets done.

Where half of all answers get lost, that many follow each other once in two thousand requests.
"""
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

    One that says what is wrong is enough; of others it takes a few that are alike. Outcomes that
    nobody knows are counted as long as they follow each other.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._succeeded = False
        self._alike: Counter[tuple[int | None, str]] = Counter()
        self._doubts = 0

    def heed(
        self, step: RemoteStep, verdict: Verdict, advice: Callable[[Failure], str | None]
    ) -> str | None:
        """Why the run has to stop after this last word about a step; None where it goes on.

        `advice` tells what a person can do about a refusal, where that is known. That something is
        there already is a plain answer, though it leaves open who made it.
        """
        doubtful = isinstance(verdict, Unknown) and not verdict.exists
        with self._mutex:
            self._doubts = self._doubts + 1 if doubtful else 0
            doubts = self._doubts
        if isinstance(verdict, Done):
            self._succeeded = True  # what is refused from now on is a matter of its own
            return None
        reason = self._refused(step, verdict.failure, advice(verdict.failure))
        return reason or (_doubted(verdict.failure) if doubts >= ENOUGH_DOUBTS else None)

    def _refused(self, step: RemoteStep, failure: Failure, advice: str | None) -> str | None:
        moved = _is_redirect(failure)
        if self._succeeded or not (moved or _is_general(step, failure)):
            return None
        with self._mutex:
            alike = failure.status, failure.code or failure.message
            self._alike[alike] += 1
            if self._alike[alike] < (ENOUGH if moved or advice is None else 1):
                return None
        does = "redirects" if moved else "refuses"
        cause = f"the platform {does} every request alike: {_said(failure)}"
        return f"{cause}; {advice}" if advice else cause


def _is_general(step: RemoteStep, failure: Failure) -> bool:
    """Whether every other step would be refused as well."""
    statuses = ANY_CREATE if isinstance(step, Create) else ANY_STEP
    return failure.status in statuses or failure.code in CODES


def _is_redirect(failure: Failure) -> bool:
    """Redirects are not followed: whether the step was done is unknown, but none will be."""
    status = failure.status or 0
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST


def _said(failure: Failure) -> str:
    """The status and code, if there was an answer, and what it said."""
    code = " ".join(part for part in (str(failure.status or ""), failure.code or "") if part)
    return f"{code}: {failure.message}" if code else failure.message


def _doubted(failure: Failure) -> str:
    return (
        f"what came of the last {ENOUGH_DOUBTS} requests is unknown ({_said(failure)}): nothing "
        "more is sent; run it again when the platform is well, it looks for them first"
    )
