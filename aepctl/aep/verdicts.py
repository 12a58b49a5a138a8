"""What came of a step, told from what was seen: one table for each kind of step. Pure.

An error from the create call is three-valued: it created, it did not, or nobody knows. Only what
provably did not arrive or was refused outright may be sent again. Changing and deleting may be done
again, so there it is enough that a status says that nothing was done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TypeAlias, assert_never

from aepctl import replies
from aepctl.aep.wire import decode_audience, decode_created, decode_error, is_json_object
from aepctl.model.audience import Audience, Ids
from aepctl.replies import NoResponse, Reply, Response

GONE = "UPAPI-113430-404"
"""The code of "there is no such audience". Source: Segmentation Service API, 404."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why it is not done: the platform's own words, or ours where it said nothing."""

    message: str
    code: str | None = None
    status: int | None = None
    request_id: str | None = None


class RetryReason(StrEnum):
    """Why a new attempt, under a new intent, is safe and may help."""

    RATE_LIMITED = "rate-limited"
    NEW_TOKEN = "new-token"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True)
class Done:
    """It was done. `ids`: of what was created. `observed`: the audience as the answer shows it."""

    ids: Ids | None = None
    observed: Audience | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing came of it, for sure. `retry`: a new attempt may help, after so many seconds."""

    failure: Failure
    retry: RetryReason | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """No byte of it left, for sure."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows. `exists`: the platform says that it is there already."""

    failure: Failure
    exists: bool = False


Verdict: TypeAlias = Done | Refused | NotSent | Unknown


class Row(Enum):
    """What a status says of the step that it answers."""

    SUCCESS = auto()
    """Done, if the body is the platform's: a create needs an audienceId in it."""
    REFUSED = auto()
    NO_SUCH_AUDIENCE = auto()
    """Done where the platform itself says it (GONE), else refused: the address may be wrong."""
    NEW_TOKEN = auto()
    RATE_LIMITED = auto()
    EXISTS = auto()
    UNKNOWN = auto()


SUCCESS: Mapping[int, Row] = dict.fromkeys(range(200, 300), Row.SUCCESS)

CREATE: Mapping[int, Row] = {
    **SUCCESS,
    **dict.fromkeys((400, 403, 404, 405, 413, 415, 422), Row.REFUSED),
    401: Row.NEW_TOKEN,
    409: Row.EXISTS,
    429: Row.RATE_LIMITED,
}
"""A create is sent once, so only what is refused for sure is. A status not listed is unknown."""

PATCH: Mapping[int, Row] = {
    **SUCCESS,
    **dict.fromkeys(range(400, 500), Row.REFUSED),
    401: Row.NEW_TOKEN,
    408: Row.UNKNOWN,
    429: Row.RATE_LIMITED,
}
"""Every 4xx says that nothing was changed, 409 too; but 408 is a timeout, perhaps a proxy's."""

DELETE: Mapping[int, Row] = {**PATCH, 404: Row.NO_SUCH_AUDIENCE}


def classify_create(reply: Reply) -> Verdict:
    """What came of a create. Source: Create audience endpoint."""
    return _classify(reply, CREATE, _created)


def classify_patch(reply: Reply) -> Verdict:
    """What came of a patch. Source: Segmentation Service API, Update one or more attributes."""
    return _classify(reply, PATCH, _patched)


def classify_delete(reply: Reply) -> Verdict:
    """What came of a delete. Source: Segmentation Service API, Delete an audience."""
    return _classify(reply, DELETE, _deleted)


def _classify(
    reply: Reply, table: Mapping[int, Row], success: Callable[[Response], Done | None]
) -> Verdict:
    match reply:
        case replies.NotSent(reason):
            return NotSent(Failure(f"nothing was sent: {reason}"))
        case NoResponse(reason):
            return Unknown(Failure(reason))
        case Response():
            row = table.get(reply.status, Row.UNKNOWN)
            if row is Row.SUCCESS:
                return success(reply) or _no_answer_of_the_platform(reply, table)
            return _error(reply, row)
        case _:
            assert_never(reply)


def _created(response: Response) -> Done | None:
    ids = decode_created(response.body) if response.complete else None
    return None if ids is None else Done(ids)


def _patched(response: Response) -> Done | None:
    """The answer holds the audience; one that holds nothing says no less that it was done."""
    if not _may_be_the_platforms(response):
        return None
    observed = decode_audience(response.body)
    return Done(observed=observed.audience if observed else None)


def _deleted(response: Response) -> Done | None:
    return Done() if _may_be_the_platforms(response) else None


def _may_be_the_platforms(response: Response) -> bool:
    """Whether it is no page of a proxy in between, which may come with status 200."""
    return response.complete and (not response.body or is_json_object(response.body))


def _no_answer_of_the_platform(response: Response, table: Mapping[int, Row]) -> Unknown:
    if not response.complete:
        what = "is cut short"
    else:
        what = "holds no audienceId" if table is CREATE else "is not the platform's"
    message = f"answered {response.status}, but the answer {what}"
    return Unknown(Failure(message, None, response.status, response.request_id))


def _error(response: Response, row: Row) -> Verdict:
    error = decode_error(response.status, response.body)
    failure = Failure(error.message, error.code, response.status, response.request_id)
    match row:
        case Row.REFUSED:
            return Refused(failure)
        case Row.NO_SUCH_AUDIENCE:
            return Done() if error.code == GONE else Refused(failure)
        case Row.NEW_TOKEN:
            return Refused(failure, RetryReason.NEW_TOKEN)
        case Row.RATE_LIMITED:
            return Refused(failure, RetryReason.RATE_LIMITED, response.retry_after)
        case Row.EXISTS:
            return Unknown(failure, exists=True)
        case Row.UNKNOWN | Row.SUCCESS:
            return Unknown(failure)
        case _:
            assert_never(row)
