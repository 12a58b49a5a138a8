"""Audience to JSON and answers to values, tolerant of what the platform adds. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aepctl.model.audience import FIELDS, Audience, Ids, Observed, usable_id
from aepctl.model.audience import Field as FieldOfAudience

MAX_MESSAGE_CHARS = 300


class _Received(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Created(_Received):
    audience_id: str = Field(alias="audienceId")
    id: Any = None


class ListedAudience(_Received):
    """An element of a list, or an audience read by its id.

    It has every field of model.audience.FIELDS, under its attribute; tests/aep checks that.
    """

    id: str | None = None
    audience_id: str | None = Field(default=None, alias="audienceId")
    name: str | None = None
    description: str | None = None
    namespace: str | None = None
    origin_name: str | None = Field(default=None, alias="originName")
    type: str | None = None
    creation_time: float | None = Field(default=None, alias="creationTime")
    create_epoch: float | None = Field(default=None, alias="createEpoch")
    lifecycle_state: Any = Field(default=None, alias="lifecycleState")
    lifecycle: Any = None  # what older documents call it


class _Paging(_Received):
    total: int | None = Field(default=None, alias="totalCount")
    next: int | str | None = None


class _ListBody(_Received):
    children: list[ListedAudience]
    page: _Paging | None = Field(default=None, alias="_page")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error answer says went wrong."""

    message: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its elements by `id` (None: of another kind), and how it goes on."""

    elements: dict[str, Observed | None]
    total: int | None
    next: str | None


def encode_audience(audience: Audience, audience_id: str | None = None) -> bytes:
    """The body of a create. Source: Create audience endpoint, Request; `audienceId`: revision 3."""
    given = {} if audience_id is None else {"audienceId": audience_id}
    return _json({**audience.fields(), **given})


def encode_changes(changes: Mapping[str, str | None]) -> bytes:
    """The body of a patch; a field that is to be removed (None) is sent as an empty text.

    The platform knows no other `op` than `add`.
    Source: Segmentation Service API, Update one or more attributes of an audience.
    """
    return _json(
        [
            {"op": "add", "path": f"/{field}", "value": value or ""}
            for field, value in changes.items()
        ]
    )


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def decode_created(body: bytes) -> Ids | None:
    """The IDs of a created audience, or None where the body has no usable `audienceId`."""
    try:
        created = _Created.model_validate_json(body)
    except ValidationError:  # cut, empty, HTML, no ID: all mean that the ID is not known
        return None
    if not usable_id(created.audience_id):
        return None
    return Ids(created.audience_id, created.id if usable_id(created.id) else None)


def decode_audience(body: bytes) -> Observed | None:
    """An external audience, or None where the body is none.

    Source: Segmentation Service API, Retrieve a specified audience.
    """
    try:
        return _observed(ListedAudience.model_validate_json(body))
    except ValidationError:
        return None


def is_json_object(body: bytes) -> bool:
    """Whether a service may have written it, rather than a proxy's page of its own."""
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def decode_page(body: bytes) -> Page | None:
    """A page of a list of audiences, or None where the body is none.

    `_page.next` comes as a number or a text, and is absent, 0 or "" on the last page.
    Source: Segmentation Service API, List audiences.
    """
    try:
        listed = _ListBody.model_validate_json(body)
    except ValidationError:  # as an answer that cannot be read: the caller asks again
        return None
    elements = {
        one.id or one.audience_id or f"#{number}": _observed(one)
        for number, one in enumerate(listed.children)
    }
    following = listed.page.next if listed.page else None
    total = listed.page.total if listed.page else None
    return Page(elements, total, str(following) if following and str(following) != "0" else None)


def _observed(one: ListedAudience) -> Observed | None:
    """What of an element matters; None for a segment of the platform's own."""
    if one.type == "SegmentDefinition" or not (one.audience_id and one.name):
        return None
    fields = {field.name: _value(one, field) for field in FIELDS}
    if any(field.required and fields[field.name] is None for field in FIELDS):
        return None
    created = one.creation_time / 1000 if one.creation_time else one.create_epoch
    return Observed(Audience.of(fields), Ids(one.audience_id, one.id), created, _lifecycle(one))


def _lifecycle(one: ListedAudience) -> str | None:
    said = one.lifecycle_state or one.lifecycle
    return said.strip().lower() if isinstance(said, str) else None


def _value(one: ListedAudience, field: FieldOfAudience) -> str | None:
    """However the platform says it: an optional field without text is not given."""
    value: str | None = getattr(one, field.attribute)
    return value if field.required else value or None


def decode_error(status: int, body: bytes) -> ErrorBody:
    """The message and code of an error answer, in whichever of its shapes it came.

    Service errors have `errors`, gateway errors `error_code` and `message`, IMS `error` and
    `error_description`; a proxy in between may send anything. Source: AEP troubleshooting guide.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return ErrorBody(f"HTTP {status} without a readable explanation")
    code, messages = _service_errors(data)
    code = _text(data.get("error_code")) or _type_code(data) or code or _text(data.get("error"))
    candidates = (
        *messages,
        *(_text(data.get(name)) for name in ("message", "error_description", "detail", "title")),
    )
    message = next((text for text in candidates if text), "")
    if messages:
        message = "; ".join(dict.fromkeys(text for text in messages if text)) or message
    return ErrorBody(_short(message) or f"HTTP {status} without a message", code or None)


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
    return text if len(text) <= MAX_MESSAGE_CHARS else f"{text[:MAX_MESSAGE_CHARS]}…"
