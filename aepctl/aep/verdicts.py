"""What came of a step, told from what was seen: one table for each kind of step. Pure.

An error from the create call is three-valued: it created, it did not, or nobody knows. Only what
provably did not arrive or was refused outright may be sent again.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from aepctl.model.audience import Audience, Ids


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
