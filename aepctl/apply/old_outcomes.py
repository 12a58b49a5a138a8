"""What came of a change, and the table that tells it from what was seen. Pure.

An error from the create call is three-valued: it created, it did not, or nobody knows. Only what
provably did not arrive or was refused outright may be sent again.
"""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from aepctl.aep.replies import Answer, Broken, NotSent, Reply
from aepctl.aep.wire import CreatedIds, decode_created, decode_error


class Result(StrEnum):
    """What came of a change. `unknown` is neither success nor failure."""

    CREATED = "created"
    ADOPTED = "adopted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why it is not `created`: the platform's own words, or ours where it said nothing."""

    message: str
    code: str | None = None
    status: int | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the change of `key`. `decision`: a person has to decide what comes next."""

    key: str
    action: str
    result: Result
    audience_id: str | None = None
    platform_id: str | None = None
    failure: Failure | None = None
    decision: bool = False


class Retry(StrEnum):
    """Why a new attempt, under a new intent, is safe and may help."""

    RATE_LIMITED = "rate-limited"
    NEW_TOKEN = "new-token"  # noqa: S105 - no password
    NOT_SENT = "not-sent"


@dataclass(frozen=True, slots=True)
class Created:
    ids: CreatedIds


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing came of it, for sure. `retry` says whether trying again may help."""

    failure: Failure
    retry: Retry | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows. `exists`: the platform says that it is there already."""

    failure: Failure
    exists: bool = False


Verdict = Created | Refused | Unknown

REFUSING = frozenset({400, 401, 403, 404, 405, 413, 415, 422, 429})


def judge(reply: Reply) -> Verdict:
    """The outcome table of the create call. What is not listed as refusing is unknown."""
    match reply:
        case NotSent(reason):
            return Refused(Failure(f"nothing was sent: {reason}"), Retry.NOT_SENT)
        case Broken(reason):
            return Unknown(Failure(reason))
        case Answer() if HTTPStatus(200) <= reply.status < HTTPStatus(300):
            return _judge_success(reply)
        case Answer():
            return _judge_error(reply)


def _judge_success(answer: Answer) -> Created | Unknown:
    ids = decode_created(answer.body) if answer.complete else None
    if ids is not None:
        return Created(ids)
    cut = "is cut short" if not answer.complete else "holds no audienceId"
    message = f"answered {answer.status}, but the answer {cut}"
    return Unknown(Failure(message, None, answer.status, answer.request_id))


def _judge_error(answer: Answer) -> Refused | Unknown:
    said = decode_error(answer.status, answer.body)
    failure = Failure(said.message, said.code, answer.status, answer.request_id)
    if answer.status not in REFUSING:
        return Unknown(failure, exists=answer.status == HTTPStatus.CONFLICT)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Refused(failure, Retry.RATE_LIMITED, answer.retry_after)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return Refused(failure, Retry.NEW_TOKEN)
    return Refused(failure)
