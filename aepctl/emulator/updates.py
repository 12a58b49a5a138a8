"""Changing and deleting audiences.

Source: Segmentation Service API, "Update one or more attributes of an audience", "Update an
audience", "Delete an audience".
"""

from collections.abc import Callable
from typing import Any

from aepctl.emulator.answers import (
    Answer,
    Call,
    RefusedError,
    json_answer,
    not_found,
    service_error,
    unusable_json,
    validation_error,
)
from aepctl.emulator.checks import Caller, json_body, json_object
from aepctl.emulator.documents import Document, InvalidChangeError, overwritten, patched
from aepctl.emulator.service import Service


def patch_audience(service: Service, call: Call, caller: Caller) -> Answer:
    """A list of `{"op": "add", "path": "/ATTRIBUTE", "value": …}`; `add` is the only `op`."""
    document = _existing(service, call, caller)
    operations = json_body(call)
    if not isinstance(operations, list) or not operations:
        return unusable_json(call)
    changes = dict(_change(call, operation) for operation in operations)
    if changes.get("lifecycleState") == "deleted":
        problem = "lifecycle field can not be modified to Delete using Patch operation"
        return validation_error(call, problem)
    return _save(service, call, lambda: patched(document, changes))


def put_audience(service: Service, call: Call, caller: Caller) -> Answer:
    document = _existing(service, call, caller)
    given = json_object(call)
    return _save(service, call, lambda: overwritten(document, given))


def delete_audience(service: Service, call: Call, caller: Caller) -> Answer:
    document = _existing(service, call, caller)
    if document.get("dependents"):
        message = "The audience cannot be deleted."
        return service_error(call, 400, message, kind="UPAPI-113631-403")
    service.store.remove(document)
    return Answer(status=204)


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


def _save(service: Service, call: Call, change: Callable[[], Document]) -> Answer:
    try:
        document = change()
    except InvalidChangeError as problem:
        return validation_error(call, str(problem))
    service.store.replace(document)
    return json_answer(document)
