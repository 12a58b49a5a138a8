"""Changing and deleting audiences.

Source: Segmentation Service API, "Update one or more attributes of an audience", "Update an
audience", "Delete an audience".
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aepctl.emulator.answers import (
    Answer,
    Call,
    RefusedError,
    conflict,
    has_dependents,
    json_answer,
    not_found,
    unusable_json,
    validation_error,
)
from aepctl.emulator.checks import Caller, json_body, json_object
from aepctl.emulator.documents import (
    Document,
    InvalidChangeError,
    overwritten,
    patched,
    too_long,
)
from aepctl.emulator.faults import STATUSES, FaultKind, Operation
from aepctl.emulator.service import Service
from aepctl.emulator.spellings import SPELLINGS
from aepctl.emulator.spoiling import with_fault


def patch_audience(service: Service, call: Call, caller: Caller) -> Answer:
    """A list of `{"op": "add", "path": "/ATTRIBUTE", "value": …}`; `add` is the only `op`."""
    document = _existing(service, call, caller)
    operations = json_body(call)
    if not isinstance(operations, list) or not operations:
        return unusable_json(call)
    changes = dict(_change(call, operation) for operation in operations)
    fault = service.faults.meets(Operation.PATCH, document["name"])

    def save() -> Answer:
        if changes.get("lifecycleState") == "deleted":
            problem = "lifecycle field can not be modified to Delete using Patch operation"
            return validation_error(call, problem)
        answer = _save(service, call, lambda: patched(document, changes), changes)
        if fault and fault.kind is FaultKind.SWAPPED and answer.status in STATUSES.values():
            return json_answer(service.another(caller, document), answer.status)
        return answer

    return replace(with_fault(call, caller, fault, save), name=document["name"])


def put_audience(service: Service, call: Call, caller: Caller) -> Answer:
    """Write the whole audience anew. Raises RefusedError."""
    document = _existing(service, call, caller)
    given = json_object(call)
    answer = _save(service, call, lambda: overwritten(document, given), given)
    return replace(answer, name=document["name"])


def delete_audience(service: Service, call: Call, caller: Caller) -> Answer:
    """Delete an audience on which no other depends. Raises RefusedError."""
    document = _existing(service, call, caller)
    fault = service.faults.meets(Operation.DELETE, document["name"])

    def remove() -> Answer:
        if document.get("dependents"):
            return has_dependents(call)
        service.remove(document)
        return Answer(status=204)

    return replace(with_fault(call, caller, fault, remove), name=document["name"])


def _existing(service: Service, call: Call, caller: Caller) -> Document:
    document = service.store.find(caller, call.resource)
    if document is None:
        raise RefusedError(not_found(call, call.resource))
    return document


def _change(call: Call, operation: Any) -> tuple[str, Any]:
    match operation:
        case {"op": "add", "path": str(path), "value": value}:
            root, _, attribute = path.partition("/")
            if attribute and not root and "/" not in attribute:
                return attribute, value
    problem = 'Each operation must be {"op": "add", "path": "/ATTRIBUTE", "value": ...}'
    raise RefusedError(validation_error(call, problem))


def _save(
    service: Service, call: Call, change: Callable[[], Document], given: Mapping[str, Any]
) -> Answer:
    """The document after this change; what of it was given is kept in the platform's spelling."""
    behaviour = service.behaviour
    try:
        document = change()
    except InvalidChangeError as error:
        return validation_error(call, str(error))
    if (problem := too_long(document, behaviour.max_length)) is not None:
        return validation_error(call, problem)
    kept = SPELLINGS[behaviour.spelling](document)
    document |= {field: kept[field] for field in {"name"} & given.keys()}
    if not service.replace(document, unique=behaviour.unique):
        return conflict(call, message="An audience with this name already exists.")
    return json_answer(document, STATUSES[behaviour.statuses])
