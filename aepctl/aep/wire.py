"""Audience to JSON and answers to values, tolerant of what the platform adds. Pure."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aepctl.aep.replies import Found
from aepctl.audience import Audience

MOST_TEXT = 300


class _Received(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Created(_Received):
    audience_id: str = Field(alias="audienceId")
    id: Any = None


class _Listed(_Received):
    id: str | None = None
    audience_id: str | None = Field(default=None, alias="audienceId")
    name: str | None = None
    description: str | None = None
    namespace: str | None = None
    origin_name: str | None = Field(default=None, alias="originName")
    type: str | None = None
    creation_time: float | None = Field(default=None, alias="creationTime")
    create_epoch: float | None = Field(default=None, alias="createEpoch")


class _Paging(_Received):
    total: int | None = Field(default=None, alias="totalCount")
    next: int | str | None = None


class _Page(_Received):
    children: list[_Listed]
    page: _Paging | None = Field(default=None, alias="_page")


@dataclass(frozen=True, slots=True)
class CreatedIds:
    """The IDs in the answer to a create: `audienceId`, and `id` under revision 3."""

    audience_id: str
    platform_id: str | None


@dataclass(frozen=True, slots=True)
class PlatformError:
    """What the platform says went wrong."""

    message: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its elements by `id` (None: of another kind), and how it goes on."""

    elements: dict[str, Found | None]
    total: int | None
    next: str | None


def encode_audience(audience: Audience, audience_id: str | None = None) -> bytes:
    """The body of a create. Source: Create audience endpoint, Request; `audienceId`: revision 3."""
    given = {} if audience_id is None else {"audienceId": audience_id}
    return json.dumps({**audience.fields(), **given}, ensure_ascii=False).encode()


def decode_created(body: bytes) -> CreatedIds | None:
    """The IDs of a created audience, or None where the body has no usable `audienceId`."""
    try:
        created = _Created.model_validate_json(body)
    except ValidationError:  # cut, empty, HTML, no ID: all mean that the ID is not known
        return None
    if not _usable(created.audience_id):
        return None
    return CreatedIds(created.audience_id, created.id if _usable(created.id) else None)


def _usable(identifier: Any) -> bool:
    return isinstance(identifier, str) and identifier.isprintable() and bool(identifier.strip())


def decode_page(body: bytes) -> Page | None:
    """A page of a list of audiences, or None where the body is none.

    `_page.next` comes as a number or a text, and is absent, 0 or "" on the last page.
    Source: Segmentation Service API, List audiences.
    """
    try:
        page = _Page.model_validate_json(body)
    except ValidationError:  # as an answer that cannot be read: the caller asks again
        return None
    elements = {
        one.id or one.audience_id or f"#{number}": _found(one)
        for number, one in enumerate(page.children)
    }
    following = page.page.next if page.page else None
    total = page.page.total if page.page else None
    return Page(elements, total, str(following) if following and str(following) != "0" else None)


def _found(one: _Listed) -> Found | None:
    """What of an element matters; None for a segment of the platform's own."""
    if one.type == "SegmentDefinition" or not (one.audience_id and one.name):
        return None
    if one.namespace is None or one.origin_name is None:
        return None
    created = one.creation_time / 1000 if one.creation_time else one.create_epoch
    audience = Audience(one.name, one.namespace, one.origin_name, one.description or None)
    return Found(audience, one.audience_id, one.id, created)


def decode_error(status: int, body: bytes) -> PlatformError:
    """The message and code of an error answer, in whichever of its shapes it came.

    Service errors have `errors`, gateway errors `error_code` and `message`, IMS `error` and
    `error_description`; a proxy in between may send anything. Source: AEP troubleshooting guide.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return PlatformError(f"HTTP {status} without a readable explanation")
    code, messages = _service_errors(data)
    code = _text(data.get("error_code")) or _type_code(data) or code or _text(data.get("error"))
    candidates = (
        *messages,
        *(_text(data.get(name)) for name in ("message", "error_description", "detail", "title")),
    )
    message = next((text for text in candidates if text), "")
    if messages:
        message = "; ".join(dict.fromkeys(text for text in messages if text)) or message
    return PlatformError(_short(message) or f"HTTP {status} without a message", code or None)


def _service_errors(data: dict[str, Any]) -> tuple[str | None, list[str]]:
    found = data.get("errors")
    groups = found.values() if isinstance(found, dict) else ()
    entries = [one for group in groups if isinstance(group, list) for one in group]
    entries = [one for one in entries if isinstance(one, dict)]
    code = next((text for one in entries if (text := _text(one.get("code")))), None)
    return code, [_text(one.get("message")) for one in entries]


def _type_code(data: dict[str, Any]) -> str | None:
    """`https://ns.adobe.com/aep/errors/UPAPI-113434-400` names its code at its end."""
    last = _text(data.get("type")).rsplit("/", 1)[-1]
    return last if last.startswith("UP") else None


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode(errors="replace").decode()  # JSON may hold half a surrogate pair


def _short(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"
