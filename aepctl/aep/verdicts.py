"""What came of a step, told from what was seen: one table for each kind of step. Pure.

An error from the create call is three-valued: it created, it did not, or nobody knows. Only what
provably did not arrive or was refused outright may be sent again. Changing and deleting may be done
again, so there it is enough that a status says that nothing was done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TypeAlias, assert_never

from aepctl.aep.advice import explained
from aepctl.aep.echoes import as_shown, other_than
from aepctl.aep.explanations import decode_error
from aepctl.aep.listed import decode_audience
from aepctl.aep.wire import decode_created, is_json_object
from aepctl.model.audience import Audience, Ids
from aepctl.model.failure import Failure
from aepctl.model.steps import Create, Patch
from aepctl.replies import NoResponse, NothingSent, Reply, Response

GONE = "UPAPI-113430-404"
"""The code of "there is no such audience". Source: Segmentation Service API, 404."""


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
    """Nobody knows. `exists`: the platform says that it is there already.

    `retry_after`: for so many seconds nothing at all is welcome there.
    """

    failure: Failure
    exists: bool = False
    retry_after: float | None = None


Verdict: TypeAlias = Done | Refused | NotSent | Unknown


class Meaning(Enum):
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


SUCCESS: Mapping[int, Meaning] = dict.fromkeys(range(200, 300), Meaning.SUCCESS)

CREATE: Mapping[int, Meaning] = {
    **SUCCESS,
    **dict.fromkeys((400, 403, 404, 405, 413, 415, 422), Meaning.REFUSED),
    401: Meaning.NEW_TOKEN,
    409: Meaning.EXISTS,
    429: Meaning.RATE_LIMITED,
}
"""A create is sent once, so only what is refused for sure is. A status not listed is unknown."""

PATCH: Mapping[int, Meaning] = {
    **SUCCESS,
    **dict.fromkeys(range(400, 500), Meaning.REFUSED),
    401: Meaning.NEW_TOKEN,
    408: Meaning.UNKNOWN,
    429: Meaning.RATE_LIMITED,
}
"""Every 4xx says that nothing was changed, 409 too; but 408 is a timeout, perhaps a proxy's."""

DELETE: Mapping[int, Meaning] = {**PATCH, 404: Meaning.NO_SUCH_AUDIENCE}


def classify_create(reply: Reply, sent: Create) -> Verdict:
    """What came of a create. Source: Create audience endpoint."""
    return _classify(reply, CREATE, lambda response: _created(response, sent))


def classify_patch(reply: Reply, sent: Patch) -> Verdict:
    """What came of a patch. Source: Segmentation Service API, Update one or more attributes."""
    return _classify(reply, PATCH, lambda response: _patched(response, sent))


def classify_delete(reply: Reply) -> Verdict:
    """What came of a delete. Source: Segmentation Service API, Delete an audience."""
    return _classify(reply, DELETE, _deleted)


def _classify(
    reply: Reply, table: Mapping[int, Meaning], success: Callable[[Response], Verdict | None]
) -> Verdict:
    match reply:
        case NothingSent(reason):
            return NotSent(Failure(f"nothing was sent: {reason}"))
        case NoResponse(reason):
            return Unknown(Failure(reason))
        case Response():
            meaning = table.get(reply.status, Meaning.UNKNOWN)
            if meaning is Meaning.SUCCESS:
                return success(reply) or _no_answer_of_the_platform(reply, table)
            return _error(reply, meaning)
        case _:
            assert_never(reply)


def _created(response: Response, sent: Create) -> Verdict | None:
    """The IDs, if what the answer repeats of the audience is what was sent.

    What it repeats in another spelling is still that: a platform may trim or fold what it keeps.
    That is no later edit, and so it is told as it was seen.
    """
    created = decode_created(response.body) if response.complete else None
    if created is None:
        return None
    other = other_than(sent.audience, created)
    if other is not None and other.may_be_ours:
        return _kept_otherwise(response, created.ids.audience_id, other.said)
    if other is not None:
        return _of_another(response, other.said)
    observed = as_shown(sent.audience, created)
    return Done(created.ids, None if observed == sent.audience else observed)


def _patched(response: Response, sent: Patch) -> Verdict | None:
    """The answer holds the audience; one that holds nothing says no less that it was done."""
    if not _may_be_the_platforms(response):
        return None
    said = decode_created(response.body)
    if said is not None and said.ids.audience_id != sent.ids.audience_id:
        what = f"audienceId {said.ids.audience_id}, and {sent.ids.audience_id} was to be changed"
        return _of_another(response, what)
    observed = decode_audience(response.body)
    return Done(observed=observed.audience if observed else None)


def _kept_otherwise(response: Response, audience_id: str, what: str) -> Unknown:
    """It may be this create's, kept so that no look by its name finds it: never sent again."""
    message = f"answered with the audienceId {audience_id}, but the {what}"
    return Unknown(
        Failure(message, None, response.status, response.request_id),
        exists=True,
    )


def _of_another(response: Response, what: str) -> Unknown:
    """A whole answer, but to another request: it says nothing of what came of this one."""
    message = f"the answer is not this request's: it has the {what}"
    return Unknown(Failure(message, None, response.status, response.request_id))


def _deleted(response: Response) -> Verdict | None:
    return Done() if _may_be_the_platforms(response) else None


def _may_be_the_platforms(response: Response) -> bool:
    """Whether it is no page of a proxy in between, which may come with status 200."""
    return response.complete and (not response.body or is_json_object(response.body))


def _no_answer_of_the_platform(response: Response, table: Mapping[int, Meaning]) -> Unknown:
    if not response.complete:
        what = response.flaw or "is cut short"
    else:
        what = "holds no audienceId" if table is CREATE else "is not the platform's"
    message = f"answered {response.status}, but the answer {what}"
    return Unknown(Failure(message, None, response.status, response.request_id))


def _error(response: Response, meaning: Meaning) -> Verdict:
    error = decode_error(response.status, response.body)
    message = explained(error)
    failure = Failure(message, error.code, response.status, response.request_id)
    match meaning:
        case Meaning.REFUSED:
            return Refused(failure)
        case Meaning.NO_SUCH_AUDIENCE:
            return Done() if error.code == GONE else Refused(failure)
        case Meaning.NEW_TOKEN:
            return Refused(failure, RetryReason.NEW_TOKEN)
        case Meaning.RATE_LIMITED:
            return Refused(failure, RetryReason.RATE_LIMITED, response.retry_after)
        case Meaning.EXISTS:
            return Unknown(failure, exists=True)
        case Meaning.UNKNOWN | Meaning.SUCCESS:
            return Unknown(failure, retry_after=response.retry_after)
        case _:
            assert_never(meaning)
