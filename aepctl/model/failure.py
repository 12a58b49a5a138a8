"""Why something was not done, in words; apart, so that reports need not load what reads answers."""

from dataclasses import dataclass

from aepctl.model.audience import Ids


@dataclass(frozen=True, slots=True)
class Failure:
    """Why it is not done: the platform's own words, or ours where it said nothing."""

    message: str
    code: str | None = None
    status: int | None = None
    request_id: str | None = None


def no_platform_id(ids: Ids) -> Failure:
    """Single audiences are read, changed and deleted by the platform's own id only."""
    return Failure(
        f"nothing was sent: the platform's own `id` of {ids.audience_id} is not known, and there "
        "is no other way to address it"
    )
