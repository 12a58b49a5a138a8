"""Audiences as the platform lists them, read one by one: an odd one spoils no other. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic import Field as Received

from aepctl.aep.body import read_json, read_plain_json, twice
from aepctl.aep.explanations import speaks_of_error
from aepctl.model.audience import FIELDS, IDENTIFYING, Audience, Field, Identity, Ids, Observed
from aepctl.model.ids import usable_id
from aepctl.wording import listed

OF_THE_PLATFORM = "SegmentDefinition"
"""The `type` of what is no external audience."""
EXTERNAL = "External"
"""How the `type` of what is one begins: ExternalSegment, in some documents ExternalAudience."""
NEVER = 253_402_300_800.0
"""The year 10000, in seconds since 1970: no time that can be told is as late."""


class _Received(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Counting(_Received):
    total: int | None = Received(default=None, alias="totalCount", ge=0)

    @field_validator("total", mode="before")
    @classmethod
    def _counts(cls, said: Any) -> Any:
        """Null is no way to count nothing: something went wrong there."""
        if said is None:
            raise ValueError("it counts null")
        return said


class _Paging(_Counting):
    next: int | str | None = None


class _ListBody(_Counting):
    """The count stands in `_page`; one beside the list is a count as well."""

    children: list[Any]
    page: _Paging | None = Received(default=None, alias="_page")
    links: Any = Received(default=None, alias="_links")


@dataclass(frozen=True, slots=True)
class Element:
    """One element. `key` tells it from others; `observed` is None where it cannot be ours.

    `doubt` says why it cannot be told whether it is the audience of this `identity`.
    """

    key: tuple[str, ...]
    observed: Observed | None = None
    identity: Identity | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its elements, how many there are in all, and how it goes on."""

    elements: tuple[Element, ...]
    total: int | None
    next: str | None


def decode_page(body: bytes) -> Page | None:
    """A page of a list of audiences, or None where the body is none, or speaks of an error.

    `_page.next` comes as a number or a text, and is absent, 0 or "" on the last page. A link is
    followed where it names a page although that does not.
    Source: Segmentation Service API, List audiences.
    """
    try:
        data = read_plain_json(body, "_page")
        found = _ListBody.model_validate(data)
    except ValueError:  # an answer that cannot be read: the caller asks again
        return None
    if speaks_of_error(data):
        return None
    elements = tuple(_element(one, number) for number, one in enumerate(found.children))
    paging = found.page or _Paging()
    counts = [one.total for one in (found, paging) if one.total is not None]
    start = str(paging.next or "0")
    if start == "0":
        start = _linked(found.links) or "0"
    if not usable_id(start):  # nothing that a query can carry
        return None
    return Page(elements, max(counts, default=None), None if start == "0" else start)


def decode_audience(body: bytes) -> Observed | None:
    """An external audience, or None where the body is none.

    Source: Segmentation Service API, Retrieve a specified audience.
    """
    try:
        return audience_of(read_json(body))
    except ValueError:
        return None


def audience_of(data: Any) -> Observed | None:
    """An external audience, or None where the value is none."""
    return _element(data, 0).observed


def _linked(links: Any) -> str | None:
    """`start` in the link to the next page."""
    following = links.get("next") if isinstance(links, dict) else None
    href = following.get("href") if isinstance(following, dict) else None
    if not isinstance(href, str):
        return None
    try:
        return next(iter(parse_qs(urlsplit(href).query).get("start", ())), None)
    except ValueError:
        return None


def _element(data: Any, number: int) -> Element:
    """One element of a list; `number` tells apart what nothing else does."""
    if not isinstance(data, dict):
        return Element(("#", str(number)))
    platform_id, audience_id = data.get("id"), data.get("audienceId")
    key = tuple(text for text in (_id(platform_id), _id(audience_id)) if text)
    key = key or ("#", str(number))
    if data.get("type") == OF_THE_PLATFORM:
        return Element(key)
    said = {field.name: _said(data.get(field.name), field) for field in FIELDS}
    double = twice(data)
    odd = [
        f.name
        for f in FIELDS
        if f.required and (f.name in double or not isinstance(data.get(f.name), str))
    ]
    name, namespace, origin_name = (said[field] or "" for field in IDENTIFYING)
    if not usable_id(audience_id) or "audienceId" in double:
        odd.append("audienceId")
    elif name and not odd:
        ids = Ids(audience_id, platform_id if usable_id(platform_id) else None)
        observed = Observed(
            Audience.of(said), ids, _created(data), _lifecycle(data), _dependents(data)
        )
        return Element(key, observed)
    external = str(data.get("type")).startswith(EXTERNAL)
    if not name or not (external or namespace or origin_name):
        return Element(key)  # as the platform's own segments are: nothing says whose it is
    doubt = listed(f"`{field}`" for field in odd)
    return Element(key, None, (name, namespace, origin_name), doubt)


def _id(value: Any) -> str:
    return f"{type(value).__name__}:{value}" if isinstance(value, str | int) and value else ""


def _said(value: Any, field: Field) -> str | None:
    """The text of a field; of a number its digits, which a name of digits may have become.

    However the platform says it: a field without text is not given, nor is one with blanks alone
    that may be left out.
    """
    if isinstance(value, str):
        if not field.required and not value.strip():
            return None
        if not value.isascii():
            value = value.encode(errors="replace").decode()  # JSON may hold half a surrogate pair
        return value or None
    if field.required and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def _created(data: Mapping[str, Any]) -> float | None:
    """In seconds since 1970; None where it says no time that can be one."""
    for name, unit in (("creationTime", 1000), ("createEpoch", 1)):
        value = data.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        if 0 < value < NEVER * unit:
            return value / unit
    return None


def _dependents(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The IDs of audiences that are made of it, where the answer has them."""
    said = data.get("dependents")
    return tuple(str(one) for one in said if one) if isinstance(said, list) else ()


def _lifecycle(data: Mapping[str, Any]) -> str | None:
    """Older documents call it `lifecycle`."""
    said = data.get("lifecycleState") or data.get("lifecycle")
    return said.strip().lower() if isinstance(said, str) else None
