"""What a fault makes of a request: another answer in its place, or its own answer spoiled."""

import json
from collections.abc import Callable
from dataclasses import replace

from aepctl.emulator.answers import (
    Answer,
    Call,
    Delivery,
    as_json,
    conflict,
    has_dependents,
    permission_denied,
    service_error,
    token_invalid,
    too_many_requests,
    validation_error,
)
from aepctl.emulator.checks import Caller
from aepctl.emulator.faults import Fault, FaultKind

PAGE = b"<!DOCTYPE html><html><body><h1>Please stand by</h1></body></html>"
IDS = frozenset({"id", "audienceId"})
UNCOMMITTED = frozenset(
    {
        *(FaultKind.REFUSE, FaultKind.RATE_LIMIT, FaultKind.ERROR_BEFORE, FaultKind.DROP_BEFORE),
        *(FaultKind.UNAUTHORIZED, FaultKind.REDIRECT, FaultKind.CONFLICT, FaultKind.FORBIDDEN),
        *(FaultKind.DEPENDENTS, FaultKind.LIST_ERROR, FaultKind.LIST_RATE_LIMIT),
    }
)


def with_fault(
    call: Call, caller: Caller, fault: Fault | None, act: Callable[[], Answer]
) -> Answer:
    """The answer to this request. `act` does what is asked, unless the fault comes before that."""
    if fault is None:
        return act()
    if fault.kind in UNCOMMITTED:
        return _named(_instead(call, caller, fault), fault)
    answer = act()
    if answer.status >= 300:  # noqa: PLR2004 - an error of its own is not spoiled
        return answer
    return _named(_spoiled(call, fault, answer), fault)


def _instead(call: Call, caller: Caller, fault: Fault) -> Answer:
    """The answer to what was not committed."""
    match fault.kind:
        case FaultKind.REFUSE if fault.status in (None, 400):
            made = validation_error(call, "The audience was refused.")
        case FaultKind.REFUSE:
            made = service_error(call, fault.status or 400, "The audience was refused.")
        case FaultKind.RATE_LIMIT | FaultKind.LIST_RATE_LIMIT:
            made = too_many_requests(fault.status or 429)
        case FaultKind.UNAUTHORIZED:
            made = token_invalid(fault.status or 401)
        case FaultKind.CONFLICT:
            made = conflict(call, fault.status or 409)
        case FaultKind.FORBIDDEN:
            made = permission_denied(call, caller.org, caller.sandbox, fault.status or 403)
        case FaultKind.DEPENDENTS:
            made = has_dependents(call)
        case FaultKind.REDIRECT:
            # Elsewhere is here, under an unknown path: a client that follows shows up in the log.
            elsewhere = (("location", f"/elsewhere{call.path}"),)
            made = Answer(status=fault.status or 307, headers=elsewhere)
        case FaultKind.DROP_BEFORE:
            made = Answer(delivery=Delivery.DROP)
        case _:
            made = service_error(call, fault.status or 503, "The service is unavailable.")
    return made


def _spoiled(call: Call, fault: Fault, answer: Answer) -> Answer:
    """The answer to what was committed, but does not say so properly."""
    match fault.kind:
        case FaultKind.DROP_AFTER:
            made = replace(answer, delivery=Delivery.DROP)
        case FaultKind.HANG_AFTER:
            made = replace(answer, delivery=Delivery.HANG)
        case FaultKind.CUT_BODY:
            made = replace(answer, delivery=Delivery.HALF)
        case FaultKind.HTML_BODY:
            made = replace(answer, status=200, body=PAGE, content_type="text/html")
        case FaultKind.EMPTY_BODY:
            made = replace(answer, status=200, body=b"")
        case FaultKind.NO_ID:
            named = json.loads(answer.body).items()
            made = replace(answer, body=as_json({k: v for k, v in named if k not in IDS}))
        case FaultKind.ERROR_AFTER:
            made = service_error(call, fault.status or 500, "An internal error occurred.")
        case _:  # whoever answered has seen to it
            made = answer
    return made


def _named(answer: Answer, fault: Fault) -> Answer:
    waiting = (("retry-after", fault.retry_after),) if fault.retry_after is not None else ()
    return replace(answer, fault=fault.name, headers=(*answer.headers, *waiting))
