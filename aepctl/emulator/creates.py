"""`POST /audiences`: the call that is not idempotent.

Source: "Create audience endpoint" (Segmentation Service). Sent twice, it makes two audiences,
unless the client gives an `audienceId` under revision 3. `create_whole`: the audiences guide,
"Create a new audience".
"""

import uuid
from dataclasses import replace
from typing import Any

from aepctl.emulator.answers import (
    Answer,
    Call,
    RefusedError,
    conflict,
    json_answer,
    unusable_json,
    validation_error,
)
from aepctl.emulator.checks import Caller, check_create, json_object
from aepctl.emulator.documents import (
    InvalidChangeError,
    new_document,
    too_long,
    whole_document,
)
from aepctl.emulator.faults import STATUSES, Fault, FaultKind, Operation
from aepctl.emulator.service import Service
from aepctl.emulator.spellings import SPELLINGS
from aepctl.emulator.spoiling import with_fault

REQUIRED = ("name", "namespace", "originName")


def create(service: Service, call: Call, caller: Caller) -> Answer:
    """Make an audience, with what its fault does to that. Raises RefusedError."""
    check_create(call)
    given = _wanted(call)
    fault = service.faults.meets(Operation.CREATE, given["name"])
    answer = with_fault(call, caller, fault, lambda: _commit(service, call, caller, given, fault))
    return replace(answer, name=given["name"])


def create_whole(service: Service, call: Call, caller: Caller) -> Answer:
    """The Segmentation Service's own create, for other clients than aepctl: it meets no faults."""
    given = json_object(call)
    if not (isinstance(given.get("name"), str) and given["name"].strip()):
        return unusable_json(call, "name")
    try:
        document = whole_document(caller, given)
    except InvalidChangeError as problem:
        return validation_error(call, str(problem))
    if not service.store.add(document, unique=service.behaviour.unique):
        return conflict(call)
    answer = json_answer(document, STATUSES[service.behaviour.statuses])
    return replace(answer, name=document["name"])


def _wanted(call: Call) -> dict[str, Any]:
    given = json_object(call)
    for field in REQUIRED:
        if not (isinstance(given.get(field), str) and given[field].strip()):
            raise RefusedError(unusable_json(call, field))
    if not isinstance(given.get("description"), str | None):
        raise RefusedError(unusable_json(call, "description"))
    return given


def _commit(
    service: Service, call: Call, caller: Caller, given: dict[str, Any], fault: Fault | None
) -> Answer:
    newest = service.behaviour.revision == 3  # noqa: PLR2004
    chosen = given.get("audienceId") if newest else None
    if not isinstance(chosen, str | None):
        return unusable_json(call, "audienceId")
    behaviour = service.behaviour
    kept = SPELLINGS[behaviour.spelling](given)
    document = new_document(caller, kept, chosen or str(uuid.uuid4()), behaviour.lifecycle)
    if (problem := too_long(document, behaviour.max_length)) is not None:
        return validation_error(call, problem)
    if not service.store.add(document, unique=behaviour.unique):
        return conflict(call)
    if fault and fault.kind is FaultKind.SWAPPED:
        document = service.store.within(caller)[-2:][0]  # the first one gets its own
    fields = ("id", "name", "audienceId") if newest else ("name", "audienceId")
    return json_answer({field: document[field] for field in fields})
