"""What two headers of an answer say, where they say it as they may."""

import email.utils
import re
from collections.abc import Iterator
from datetime import datetime

import httpx

from aepctl.transport.reasons import visible

MAX_REQUEST_ID_CHARS = 128
NUMBERS = re.compile(r"[0-9]+(?:\s*,\s*[0-9]+)*")
"""Seconds; of a header that was given twice and joined on its way, both."""


def request_id(headers: httpx.Headers) -> str | None:
    """The other side's, where it may be shown."""
    value = headers.get("x-request-id")
    fits = value is not None and value.isprintable() and len(value) <= MAX_REQUEST_ID_CHARS
    return value if fits else None


def retry_after(headers: httpx.Headers, now: datetime) -> float | None:
    """Seconds to wait: the longest, where it is given more than once.

    Whatever is neither a number nor a date counts as not given; a number too large for any use is
    infinite. Source: RFC 9110, section 10.2.3.
    """
    values = headers.get_list("Retry-After")
    return max((one for value in values for one in _seconds(value.strip(), now)), default=None)


def date(headers: httpx.Headers) -> datetime | None:
    """What the other side takes for the time."""
    try:
        found = email.utils.parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else None


def points_to(headers: httpx.Headers) -> str:
    """Where a redirect leads, as far as it may be shown: no user, no query."""
    location = headers.get("Location", "")
    return visible(re.sub("[?#].*", "", re.sub("//[^/]*@", "//", location), flags=re.DOTALL))


def _seconds(value: str, now: datetime) -> Iterator[float]:
    if NUMBERS.fullmatch(value):
        yield from map(float, value.split(","))
        return
    try:
        yield max((email.utils.parsedate_to_datetime(value) - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):  # not a date either: as if it had not been sent
        return
