"""Reading audiences: lists with filters and pages, one by id, many by id.

Source: Segmentation Service API, "List audiences", "Retrieve an audience", "Retrieve multiple
audiences". `start` is an offset and the newest audience comes first, as the audiences guide says.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from aepctl.emulator.answers import (
    Answer,
    Call,
    RefusedError,
    json_answer,
    not_found,
    permission_denied,
    service_error,
    unusable_json,
    validation_error,
)
from aepctl.emulator.checks import Caller, json_object
from aepctl.emulator.documents import Document, patched
from aepctl.emulator.faults import Fault, FaultKind, Operation
from aepctl.emulator.service import Service
from aepctl.emulator.spoiling import with_fault

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
MAX_BULK = 100
PEOPLE = frozenset({"", "_xdm.context.profile", "_xom.context.profile"})


def list_audiences(service: Service, call: Call, caller: Caller) -> Answer:
    """A page of the caller's audiences. Raises RefusedError."""
    if service.behaviour.forbid_list:
        return permission_denied(call, caller.org, caller.sandbox)
    fault = service.faults.meets(Operation.LIST, call.parameter("name"))
    return with_fault(call, caller, fault, lambda: _listed(service, call, caller, fault))


def _listed(service: Service, call: Call, caller: Caller, fault: Fault | None) -> Answer:
    start = _count(call, "start", default=0, least=0)
    limit = _count(call, "limit", default=DEFAULT_LIMIT, least=1, most=MAX_LIMIT)
    wanted = _filter(call)
    order = _order(call)
    visible = [one for one in service.listed(caller) if _visible(service, one)]
    if service.behaviour.hide_inactive and not _asks_for_inactive(call):
        visible = [one for one in visible if one["lifecycleState"] != "inactive"]
    found = order([one for one in visible if wanted(one)])
    page = _page(call, found, start, limit)
    if fault and fault.kind is FaultKind.LIST_SHORT and not start:
        page["children"] = page["children"][1:]
    return json_answer(page)


def get_audience(service: Service, call: Call, caller: Caller) -> Answer:
    """One audience by the platform's own id; the typed 404 where it is gone."""
    document, gone = _found(service, caller, call.resource)
    named = (document or gone or {}).get("name", "")
    fault = service.faults.meets(Operation.GET, named, deleted=gone is not None)

    def read() -> Answer:
        shown = gone if fault and fault.kind is FaultKind.STALE else document
        if shown is None:
            return not_found(call, call.resource)
        _edit(service, fault, [shown])
        if fault and fault.kind is FaultKind.SWAPPED:
            shown = service.another(caller, shown)
        return json_answer(shown)

    return replace(with_fault(call, caller, fault, read), name=named or None)


def bulk_get(service: Service, call: Call, caller: Caller) -> Answer:
    """Up to MAX_BULK audiences by the platform's own ids, each there or not."""
    identifiers = _identifiers(call)
    if not 0 < len(identifiers) <= MAX_BULK:
        message = "The number of requested IDs is invalid. Cannot be 0 or exceed 100."
        kind = "UPAPI-113015-400"
        return service_error(call, 400, message, kind=kind, code=kind)
    found = {one: _found(service, caller, one) for one in identifiers}
    named = "\n".join(one["name"] for both in found.values() for one in both if one)
    deleted = any(gone for _, gone in found.values())
    fault = service.faults.meets(Operation.BULK_GET, named, deleted=deleted)
    stale = fault is not None and fault.kind is FaultKind.STALE

    def read() -> Answer:
        shown = {k: one or (gone if stale else None) for k, (one, gone) in found.items()}
        _edit(service, fault, [one for one in shown.values() if one])
        return _several(call, shown)

    return with_fault(call, caller, fault, read)


def _several(call: Call, found: Mapping[str, Document | None]) -> Answer:
    """Each audience, or that it is not there; an error where none is."""
    if not any(found.values()):
        message = f"The entity {','.join(found)} is not found."
        kind = "UPAPI-113000-404"
        return service_error(call, 404, message, kind=kind, code=kind)
    missing = {
        "requestId": call.request_id,
        "errors": {"404": [{"code": 404, "message": "Not found."}]},
    }
    return json_answer({"results": {k: one or missing for k, one in found.items()}}, 207)


def _edit(service: Service, fault: Fault | None, documents: Iterable[Document]) -> None:
    """What somebody else does right after this answer was written."""
    if fault and fault.kind is FaultKind.EDITED:
        for one in documents:
            service.replace(patched(one, {"description": "Edited by somebody else."}))


def _identifiers(call: Call) -> list[str]:
    ids = json_object(call).get("ids")
    if not isinstance(ids, list):
        raise RefusedError(unusable_json(call, "ids"))
    identifiers = [str(one["id"]) for one in ids if isinstance(one, dict) and "id" in one]
    if len(identifiers) < len(ids):
        raise RefusedError(unusable_json(call, "id"))
    return identifiers


def _found(
    service: Service, caller: Caller, identifier: str
) -> tuple[Document | None, Document | None]:
    """The audience, and the one that was deleted so lately that lists still show it."""
    document = service.store.find(caller, identifier)
    if document and _visible(service, document):
        return document, None
    return None, service.lately_deleted(caller, identifier)


def _asks_for_inactive(call: Call) -> bool:
    """Adobe's guide shows inactive audiences where `property` names an audienceId."""
    asked = call.parameter("property")
    return "lifecycleState" in asked or asked.startswith("audienceId==")


def _visible(service: Service, document: Document) -> bool:
    """The list lags behind: an audience shows some time after its creation."""
    lag = service.behaviour.list_lag
    return not lag or document["creationTime"] / 1000 + lag <= time.time()


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
