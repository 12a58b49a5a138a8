"""What `doctor` found: one check after the other, each with a code that stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from aepctl.model.target import Target


class Status(StrEnum):
    """How a check ended. SKIPPED: it could not be made, or nothing safe tells."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was found, and what to do about it where something is to be done.

    `error`: the code of the error that it met, for `aepctl explain`.
    """

    code: str
    status: Status
    found: str
    hint: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Checkup:
    """All checks of one environment; `environment` is None where it is not known which."""

    environment: str | None
    target: Target | None
    checks: tuple[Check, ...]


def has_failed(checkups: Iterable[Checkup]) -> bool:
    """Whether any check has."""
    return any(one.status is Status.FAILED for each in checkups for one in each.checks)


def counted(checkups: Iterable[Checkup]) -> dict[Status, int]:
    """How many checks ended in each way."""
    found = [one.status for each in checkups for one in each.checks]
    return {status: found.count(status) for status in Status}
