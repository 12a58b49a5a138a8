"""What kinds of drift there are."""

from enum import StrEnum


class Kind(StrEnum):
    """What there is to be told of an audience.

    changed     the platform has other texts than state (`fields`)
    gone        the platform says itself that it has it no more
    unmanaged   it is of our namespace and originName, and no manifest and no state names it
    asleep      it is there as state knows it, but inactive or a draft
    not-listed  the platform's list lacks it, which proves nothing
    in-doubt    a step for it has no known outcome: what the platform should have is not known
    over        it was ended (retained, or replaced by another one), and is gone by now
    """

    CHANGED = "changed"
    GONE = "gone"
    UNMANAGED = "unmanaged"
    ASLEEP = "asleep"
    NOT_LISTED = "not-listed"
    IN_DOUBT = "in-doubt"
    OVER = "over"


DRIFT = frozenset({Kind.CHANGED, Kind.GONE, Kind.UNMANAGED})
"""The others are told, and are no drift."""
