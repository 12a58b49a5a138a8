"""Reading audiences: lists with filters and pages, one by id, many by id.

Source: Segmentation Service API, "List audiences", "Retrieve an audience", "Retrieve multiple
audiences". `start` is an offset and the newest audience comes first, as the audiences guide says.
"""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from aepctl.emulator.answers import (
    Answer,
    Call,
    RefusedError,
    json_answer,
    not_found,
    service_error,
    too_many_requests,
    unusable_json,
    validation_error,
)
from aepctl.emulator.checks import Caller, json_object
from aepctl.emulator.creates import with_fault
from aepctl.emulator.documents import Document
from aepctl.emulator.faults import Fault, FaultKind
from aepctl.emulator.service import Service

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
MAX_BULK = 100
PEOPLE = frozenset({"", "_xdm.context.profile", "_xom.context.profile"})


def list_audiences(service: Service, call: Call, caller: Caller) -> Answer:
    if service.behaviour.forbid_list:
        return _forbidden(call, caller)
    fault = service.faults.for_list(call.parameter("name"))
    if fault and fault.kind is not FaultKind.LIST_SHORT:
        return _failed(call, fault)
    start = _count(call, "start", default=0, least=0)
    limit = _count(call, "limit", default=DEFAULT_LIMIT, least=1, most=MAX_LIMIT)
    wanted = _filter(call)
    order = _order(call)
    visible = [one for one in service.store.within(caller) if _visible(service, one)]
    if service.behaviour.hide_inactive and "lifecycleState" not in call.parameter("property"):
        visible = [one for one in visible if one["lifecycleState"] != "inactive"]
    found = order([one for one in visible if wanted(one)])
    page = _page(call, found, start, limit)
    if fault and not start:
        page["children"] = page["children"][1:]
    answer = json_answer(page)
    return with_fault(answer, fault) if fault else answer


def _failed(call: Call, fault: Fault) -> Answer:
    if fault.kind is FaultKind.LIST_RATE_LIMIT:
        return with_fault(too_many_requests(fault.status or 429), fault)
    failed = service_error(call, fault.status or 503, "The service is unavailable.")
    return with_fault(failed, fault)


def get_audience(service: Service, call: Call, caller: Caller) -> Answer:
    document = service.store.find(caller, call.resource)
    if document is None or not _visible(service, document):
        return not_found(call, call.resource)
    return json_answer(document)


def bulk_get(service: Service, call: Call, caller: Caller) -> Answer:
    identifiers = _identifiers(call)
    if not 0 < len(identifiers) <= MAX_BULK:
        message = "The number of requested IDs is invalid. Cannot be 0 or exceed 100."
        kind = "UPAPI-113015-400"
        return service_error(call, 400, message, kind=kind, code=kind)
    found = {one: service.store.find(caller, one) for one in identifiers}
    results = {k: one for k, one in found.items() if one and _visible(service, one)}
    if not results:
        message = f"The entity {','.join(identifiers)} is not found."
        kind = "UPAPI-113000-404"
        return service_error(call, 404, message, kind=kind, code=kind)
    missing = {
        "requestId": call.request_id,
        "errors": {"404": [{"code": 404, "message": "Not found."}]},
    }
    return json_answer({"results": {k: results.get(k, missing) for k in found}}, 207)


def _identifiers(call: Call) -> list[str]:
    ids = json_object(call).get("ids")
    if not isinstance(ids, list):
        raise RefusedError(unusable_json(call, "ids"))
    identifiers = [str(one["id"]) for one in ids if isinstance(one, dict) and "id" in one]
    if len(identifiers) < len(ids):
        raise RefusedError(unusable_json(call, "id"))
    return identifiers


def _visible(service: Service, document: Document) -> bool:
    """The list lags behind: an audience shows some time after its creation."""
    lag = service.behaviour.list_lag
    return not lag or document["creationTime"] / 1000 + lag <= time.time()


def _forbidden(call: Call, caller: Caller) -> Answer:
    uri = f"/orgs/{caller.org}/sandboxes/{caller.sandbox}/segments"
    resource = [{"resource": {"uri": uri, "labels": []}, "action": "READ"}]
    denied = json.dumps(resource, separators=(",", ":"))
    message = f"Permission denied on some resources. errorMessage={denied}"
    kind = "UPAPI-113752-403"
    return service_error(call, 403, message, kind=kind, code=kind)


def _count(call: Call, name: str, *, default: int, least: int, most: int | None = None) -> int:
    text = call.parameter(name)
    if name not in call.query:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1  # noqa: PLR2004
    if number < least or (most is not None and number > most):
        raise RefusedError(validation_error(call, f"The query parameter {name} is invalid."))
    return number


def _filter(call: Call) -> Callable[[Document], bool]:
    exact = [text.partition("==") for text in call.query.get("property", ())]
    if not all(attribute and operator for attribute, operator, _ in exact):
        raise RefusedError(validation_error(call, "The query parameter property is invalid."))
    contained = [
        (f, call.parameter(f).casefold()) for f in ("name", "description") if call.parameter(f)
    ]
    people = call.parameter("entityType") in PEOPLE

    def wanted(document: Document) -> bool:
        return (
            people
            and all(_text(document.get(attribute)) == value for attribute, _, value in exact)
            and all(part in document.get(field, "").casefold() for field, part in contained)
        )

    return wanted


def _order(call: Call) -> Callable[[list[Document]], list[Document]]:
    """`sort=FIELD:asc|desc`; without it, the newest first."""
    if not (text := call.parameter("sort")):
        return lambda documents: documents[::-1]
    field, _, direction = text.partition(":")
    if not field or direction not in ("asc", "desc"):
        raise RefusedError(validation_error(call, "The query parameter sort is invalid."))

    def key(document: Document) -> tuple[bool, float, str]:
        value = document.get(field)
        if isinstance(value, int | float):
            return False, value, ""
        return True, 0, _text(value)

    return lambda documents: sorted(documents, key=key, reverse=direction == "desc")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _page(call: Call, documents: list[Document], start: int, limit: int) -> dict[str, Any]:
    """One page. Adobe shows `_page.next` as a number and as a string; clients meet both here."""
    children = documents[start : start + limit]
    after, total = start + limit, len(documents)
    page: dict[str, Any] = {"totalCount": total, "pageSize": len(children)}
    if after >= total:
        ends: tuple[dict[str, Any], ...] = ({}, {"next": 0}, {"next": ""})
        return {"children": children, "_page": page | ends[total % 3], "_links": {}}
    page["next"] = after if start // limit % 2 == 0 else str(after)
    others = {name: v for name, v in call.query.items() if name not in ("start", "limit")}
    query = urlencode({"start": after, "limit": limit, "totalCount": total} | others, doseq=True)
    return {
        "children": children,
        "_page": page,
        "_links": {"next": {"href": f"@/audiences?{query}"}},
    }
