"""`POST /audiences`: the call that is not idempotent, and most of what can go wrong with it.

Source: "Create audience endpoint" (Segmentation Service). Sent twice, it makes two audiences,
unless the client gives an `audienceId` under revision 3.
"""

import uuid
from dataclasses import replace
from typing import Any

from aepctl.emulator.answers import (
    Answer,
    Call,
    Delivery,
    RefusedError,
    as_json,
    conflict,
    json_answer,
    service_error,
    token_invalid,
    too_many_requests,
    unusable_json,
    validation_error,
)
from aepctl.emulator.checks import Caller, check_create, json_object
from aepctl.emulator.documents import Document, new_document
from aepctl.emulator.faults import Fault, FaultKind
from aepctl.emulator.service import Service
from aepctl.emulator.spellings import SPELLINGS

PAGE = b"<!DOCTYPE html><html><body><h1>Please stand by</h1></body></html>"
UNCOMMITTED = frozenset(
    {
        FaultKind.REFUSE,
        FaultKind.RATE_LIMIT,
        FaultKind.ERROR_BEFORE,
        FaultKind.DROP_BEFORE,
        FaultKind.UNAUTHORIZED,
        FaultKind.REDIRECT,
        FaultKind.CONFLICT,
    }
)

REQUIRED = ("name", "namespace", "originName")


def create(service: Service, call: Call, caller: Caller) -> Answer:
    check_create(call)
    given = _wanted(call)
    fault = service.faults.for_create(given["name"])
    if fault and fault.kind in UNCOMMITTED:
        answer = _instead(call, fault)
    else:
        answer = _commit(service, call, caller, given)
        if fault and answer.status == 200:  # noqa: PLR2004
            answer = _spoiled(service, call, caller, fault, answer)
    return replace(answer, name=given["name"])


def _wanted(call: Call) -> dict[str, Any]:
    given = json_object(call)
    for field in REQUIRED:
        if not (isinstance(given.get(field), str) and given[field].strip()):
            raise RefusedError(unusable_json(call, field))
    if not isinstance(given.get("description"), str | None):
        raise RefusedError(unusable_json(call, "description"))
    return given


def _commit(service: Service, call: Call, caller: Caller, given: dict[str, Any]) -> Answer:
    newest = service.behaviour.revision == 3  # noqa: PLR2004
    chosen = given.get("audienceId") if newest else None
    if not isinstance(chosen, str | None):
        return unusable_json(call, "audienceId")
    behaviour = service.behaviour
    kept = SPELLINGS[behaviour.spelling](given)
    document = new_document(caller, kept, chosen or str(uuid.uuid4()), behaviour.lifecycle)
    if not service.store.add(document, unique=behaviour.unique):
        return conflict(call)
    return json_answer(_shown(service, document))


def _shown(service: Service, document: Document) -> dict[str, Any]:
    """What the answer to a create says of it."""
    newest = service.behaviour.revision == 3  # noqa: PLR2004
    fields = ("id", "name", "audienceId") if newest else ("name", "audienceId")
    return {field: document[field] for field in fields}


def _instead(call: Call, fault: Fault) -> Answer:
    """The answer to a create that was not committed."""
    match fault.kind:
        case FaultKind.REFUSE if fault.status in (None, 400):
            answer = validation_error(call, "The audience was refused.")
        case FaultKind.REFUSE:
            answer = service_error(call, fault.status or 400, "The audience was refused.")
        case FaultKind.RATE_LIMIT:
            answer = too_many_requests(fault.status or 429)
        case FaultKind.UNAUTHORIZED:
            answer = token_invalid(fault.status or 401)
        case FaultKind.CONFLICT:
            answer = conflict(call, fault.status or 409)
        case FaultKind.REDIRECT:
            # Elsewhere is here, under an unknown path: a client that follows shows up in the log.
            elsewhere = (("location", f"/elsewhere{call.path}"),)
            answer = Answer(status=fault.status or 307, headers=elsewhere)
        case FaultKind.DROP_BEFORE:
            answer = Answer(delivery=Delivery.DROP)
        case _:
            answer = service_error(call, fault.status or 503, "The service is unavailable.")
    return with_fault(answer, fault)


def _spoiled(service: Service, call: Call, caller: Caller, fault: Fault, answer: Answer) -> Answer:
    """The answer to a create that was committed, but does not say so properly."""
    match fault.kind:
        case FaultKind.DROP_AFTER:
            answer = replace(answer, delivery=Delivery.DROP)
        case FaultKind.HANG_AFTER:
            answer = replace(answer, delivery=Delivery.HANG)
        case FaultKind.CUT_BODY:
            answer = replace(answer, delivery=Delivery.HALF)
        case FaultKind.HTML_BODY:
            answer = replace(answer, body=PAGE, content_type="text/html")
        case FaultKind.EMPTY_BODY:
            answer = replace(answer, body=b"")
        case FaultKind.SWAPPED:
            before = service.store.within(caller)[-2:][0]  # the first one gets its own
            answer = replace(answer, body=as_json(_shown(service, before)))
        case FaultKind.NO_ID:
            answer = replace(answer, body=as_json({"name": json_object(call)["name"]}))
        case _:
            answer = service_error(call, fault.status or 500, "An internal error occurred.")
    return with_fault(answer, fault)


def with_fault(answer: Answer, fault: Fault) -> Answer:
    waiting = (("retry-after", fault.retry_after),) if fault.retry_after is not None else ()
    return replace(answer, fault=fault.kind.value, headers=(*answer.headers, *waiting))
