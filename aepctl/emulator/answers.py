"""Calls and answers as values, and the documented error bodies.

Sources: Segmentation Service API (Audiences) for service errors, the Experience Platform
troubleshooting guide ("Request header errors") for gateway errors. Where no document shows an
error, it has the service's shape and the type `about:blank` (RFC 9457) rather than a made-up code.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

ERRORS = "https://ns.adobe.com/aep/errors/"
BAD_JSON = (
    "There is a problem extracting the user JSON, field(s) missing or invalid. "
    "Correct and try again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    body: bytes
    request_id: str
    resource: str = ""  # the id in the path

    def header(self, name: str) -> str:
        return self.headers.get(name, "").strip()

    def parameter(self, name: str) -> str:
        return self.query.get(name, ("",))[0]


class Delivery(Enum):
    """How an answer reaches the client."""

    WHOLE = auto()
    HALF = auto()  # half of the body, then the connection closes
    HANG = auto()  # nothing, and the connection stays open
    DROP = auto()  # nothing, and the connection closes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered, and how it is delivered."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = Delivery.WHOLE
    fault: str | None = None  # the kind of fault that made it, for the log
    name: str | None = None  # the audience it is about, for the log


class RefusedError(Exception):
    """The request ends here, with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def as_json(content: Any) -> bytes:
    """UTF-8. ValueError for what JSON has no words for: NaN, half of a surrogate pair."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode()


def json_answer(content: Any, status: int = 200) -> Answer:
    """An answer whose body is this as JSON."""
    return Answer(status=status, body=as_json(content))


def gateway_error(status: int, code: str, message: str) -> Answer:
    """An error as the API gateway tells it, before the service is reached."""
    return json_answer({"error_code": code, "message": message}, status)


def service_error(
    call: Call, status: int, messages: str | Iterable[str], *, kind: str = "", code: str = ""
) -> Answer:
    """An error of the service itself. `kind` is its documented type, such as UPAPI-113430-404."""
    texts = (messages,) if isinstance(messages, str) else tuple(messages)
    body = {
        "requestId": call.request_id,
        "errors": {str(status): [{"code": code or status, "message": text} for text in texts]},
        "type": f"{ERRORS}{kind}" if kind else "about:blank",
        "title": texts[0],
        "status": status,
    }
    return json_answer(body, status)


def validation_error(call: Call, problem: str) -> Answer:
    """What was sent is no audience: `problem` says why."""
    message = f"There is a problem in audience validation. {problem}"
    return service_error(call, 400, message, kind="UPAPI-113434-400")


def unusable_json(call: Call, field: str = "") -> Answer:
    """Missing `name` on create (Segmentation Service API, Create an audience): three messages."""
    why = "Did not find value which can be converted into java.lang.String"
    details = (f"No usable value for {field}\n{why}", why) if field else ()
    return service_error(call, 400, (BAD_JSON, *details), kind="UPLIB-101206-500")


def not_found(call: Call, entity: str) -> Answer:
    """A typed 404: there is no such audience."""
    message = f"The audience entity {entity} is not found. Use a valid entity and try again."
    return service_error(call, 404, message, kind="UPAPI-113430-404")


def has_dependents(call: Call) -> Answer:
    """Names none of those that depend on it, as documented."""
    return service_error(call, 400, "The audience cannot be deleted.", kind="UPAPI-113631-403")


def permission_denied(call: Call, org: str, sandbox: str, status: int = 403) -> Answer:
    """What access control answers, to a read as to a change."""
    uri = "/".join(filter(None, (f"/orgs/{org}/sandboxes/{sandbox}/segments", call.resource)))
    action = "WRITE" if call.method in {"PATCH", "PUT", "DELETE"} else "READ"
    resource = [{"resource": {"uri": uri, "labels": []}, "action": action}]
    denied = json.dumps(resource, separators=(",", ":"))
    message = f"Permission denied on some resources. errorMessage={denied}"
    kind = "UPAPI-113752-403"
    return service_error(call, status, message, kind=kind, code=kind)


def token_invalid(status: int = 401) -> Answer:
    """The token is not taken."""
    return gateway_error(status, "401013", "Oauth token is not valid")


def conflict(
    call: Call,
    status: int = 409,
    message: str = "An audience with this audienceId already exists.",
) -> Answer:
    """There is such an audience already."""
    return service_error(call, status, message)


def too_many_requests(status: int = 429) -> Answer:
    """The gateway lets no more through for now."""
    return gateway_error(status, "429050", "Too many requests")
