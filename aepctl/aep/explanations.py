"""What an error answer says went wrong, in whichever of its shapes it came. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from aepctl.texts import json_of

MAX_MESSAGE_CHARS = 300
MAX_BODY_CHARS = 200
"""So much is shown of a body that has none of the known shapes."""
MESSAGES = (
    "message", "errorMessage", "error_message", "error_description", "errorDescription",
    "faultstring", "detail", "description", "reason", "msg", "title",
)  # fmt: skip
"""Where a document says what is wrong, the plainest first."""
GATEWAY_CODES = ("error_code", "errorCode")
HOLDERS = ("error", "fault")
"""What may hold such a document, one level down."""
OF_AN_ERROR = ("errors", "errorMessage", "error_message", *GATEWAY_CODES, *HOLDERS)
"""What no success has in it."""
UNSEEN = re.compile(r"(?is)<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[a-z!/][^>]*>")
"""What a browser does not show of a page."""


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error answer says went wrong."""

    message: str
    code: str | None = None


def decode_error(status: int, body: bytes) -> ErrorBody:
    """The message and code of an error answer; of any other body, its first visible characters.

    Service errors have `errors`, gateway errors `error_code` and `message`, IMS `error` and
    `error_description`; a proxy in between may send anything. Source: AEP troubleshooting guide.
    """
    try:
        data = json_of(body)
    except ValueError:
        return ErrorBody(_visible(body) or f"HTTP {status} without a readable explanation")
    top = data if isinstance(data, dict) else {}
    entries = list(_entries(data))
    code = _first(
        *(_text(top.get(name)) for name in GATEWAY_CODES),
        _type_code(top),
        *(_text(one.get("code")) for one in entries if isinstance(one, dict)),
        _text(top.get("error")),
    )
    told = [_message(one) for one in entries if isinstance(one, dict)]
    message = "; ".join(dict.fromkeys(text for text in told if text)) or _first(
        _message(top), *(one for one in entries if isinstance(one, str))
    )
    if not (message or code) and data not in ({}, [], "", None):
        message = _visible(body)
    without = "a message" if isinstance(data, dict) else "a readable explanation"
    return ErrorBody(_short(message) or f"HTTP {status} without {without}", code or None)


def speaks_of_error(data: Any) -> bool:
    """Whether a document speaks of an error, whatever else it holds and its status says."""
    return isinstance(data, dict) and any(data.get(name) for name in OF_AN_ERROR)


def _entries(data: Any) -> Iterator[dict[str, Any] | str]:
    """The errors within a document: in a list, by status or not, or alone; each one or its text."""
    found: list[Any] = [data] if isinstance(data, list) else []
    if isinstance(data, dict):
        errors = data.get("errors")
        found += errors.values() if isinstance(errors, dict) else [errors]
        found += [one for name in HOLDERS if isinstance(one := data.get(name), dict)]
    for group in found:
        for one in group if isinstance(group, list) else [group]:
            if isinstance(one, dict) or (isinstance(one, str) and one):
                yield one


def _message(document: dict[str, Any]) -> str:
    return _first(*(_text(document.get(name)) for name in MESSAGES))


def _first(*texts: str) -> str:
    return next((text for text in texts if text), "")


def _type_code(data: dict[str, Any]) -> str:
    """`https://ns.adobe.com/aep/errors/UPAPI-113434-400` names its code at its end."""
    last = _text(data.get("type")).rsplit("/", 1)[-1]
    return last if last.startswith("UP") else ""


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode(errors="replace").decode()  # JSON may hold half a surrogate pair


def _visible(body: bytes) -> str:
    """The first characters of a body that a person would see: of a page, without its tags."""
    text = UNSEEN.sub(" ", body[: 64 * 1024].decode(errors="replace"))
    if "&" in text:
        import html  # noqa: PLC0415 - few pages, no plan

        text = html.unescape(text)
    return _short(_shown(text), MAX_BODY_CHARS)


def _shown(characters: Iterable[str]) -> str:
    text = "".join(one if one.isprintable() and one != "\ufffd" else " " for one in characters)
    return " ".join(text.split())


def _short(text: str, most: int = MAX_MESSAGE_CHARS) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
