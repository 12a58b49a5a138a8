"""An external audience as the platform reads it back: making, overwriting and patching one.

Source: Segmentation Service API, "Retrieve an audience" and "Update an audience"; the shape is
that of an `ExternalSegment`. Documents are never changed in place.
"""

import time
import uuid
from collections.abc import Mapping
from typing import Any, TypeGuard

from aepctl.emulator.checks import Caller

Document = dict[str, Any]

LIFECYCLES = ("draft", "published", "inactive", "archived")
TEXTS = frozenset({"name", "description", "datasetId"})
LISTS = frozenset({"labels", "dependents", "dependencies"})
# Kept by the system. `namespace` is the one that Adobe documents as immutable; that `originName`
# is so too is what aepctl goes by.
IMMUTABLE = frozenset(
    {
        *("id", "audienceId", "namespace", "originName", "type", "imsOrgId", "sandbox", "isSystem"),
        *("createdBy", "_etag", "creationTime", "createEpoch", "updateTime", "updateEpoch"),
    }
)
KEPT = IMMUTABLE | {"lifecycleState"}
EXTERNAL, OWN = "ExternalSegment", "SegmentDefinition"
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    EXTERNAL: {"originName": "CUSTOM_UPLOAD"},
    OWN: {
        "namespace": "AEPSegments",
        "originName": "REAL_TIME_CUSTOMER_PROFILE",
        "dependents": [],
        "dependencies": [],
    },
}
"""What an audience of a type has where nothing else is given."""


OWN_TEXTS = ("id", "audienceId", "name", "namespace", "originName", "imsOrgId")
OWN_NUMBERS = ("creationTime", "updateTime")


def is_document(value: object) -> TypeGuard[Document]:
    """Whether a value that was kept somewhere is one, as far as the emulator relies on it."""
    if not isinstance(value, dict):
        return False
    sandbox = value.get("sandbox")
    return (
        all(isinstance(value.get(name), str) for name in OWN_TEXTS)
        and all(type(value.get(name)) is int for name in OWN_NUMBERS)
        and isinstance(value.get("description", ""), str)
        and isinstance(sandbox, dict)
        and isinstance(sandbox.get("sandboxName"), str)
    )


class InvalidChangeError(Exception):
    """An attribute cannot get this value. The text is what the service says."""


def new_document(
    caller: Caller, given: Mapping[str, Any], audience_id: str, lifecycle: str = "published"
) -> Document:
    """An audience as the platform keeps it, made now."""
    now = time.time_ns() // 1_000_000
    described = {"description": given["description"]} if given.get("description") else {}
    return {
        "id": str(uuid.uuid4()),
        "audienceId": audience_id,
        "name": given["name"],
        **described,
        "namespace": given["namespace"],
        "originName": given["originName"],
        "type": "ExternalSegment",
        "lifecycleState": lifecycle,
        "imsOrgId": caller.org,
        "sandbox": {
            "sandboxId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{caller.org}/{caller.sandbox}")),
            "sandboxName": caller.sandbox,
            "type": "production" if caller.sandbox == "prod" else "development",
            "default": caller.sandbox == "prod",
        },
        "isSystem": False,
        "labels": [],
        "createdBy": f"{caller.api_key}@techacct.adobe.com",
        "_etag": _etag(),
        "creationTime": now,
        "createEpoch": now // 1000,
        "updateTime": now,
        "updateEpoch": now // 1000,
    }


def whole_document(caller: Caller, given: Mapping[str, Any]) -> Document:
    """One that a client describes whole: external, or made of a query by the platform itself.

    Raises InvalidChangeError.
    """
    kind = given.get("type", EXTERNAL)
    if not isinstance(kind, str) or kind not in DEFAULTS:
        raise InvalidChangeError(f"type must be one of: {', '.join(DEFAULTS)}")
    wanted = {"audienceId": str(uuid.uuid4()), **DEFAULTS[kind], **given}
    for field in ("audienceId", "namespace", "originName"):
        if not (isinstance(wanted.get(field), str) and wanted[field].strip()):
            raise InvalidChangeError(f"{field} must be a string that is not blank")
    kept = {field: value for field, value in wanted.items() if field not in IMMUTABLE}
    for field, value in kept.items():
        _check_value(field, value)
    document = new_document(caller, wanted, wanted["audienceId"])
    own = {"audienceId": document["id"]} if kind == OWN else {}
    return {**document, **kept, **own, "type": kind}


def too_long(document: Document, most: int | None) -> str | None:
    """What the service says of a text that is longer than it takes."""
    for field in ("name", "description"):
        if most is not None and len(document.get(field, "")) > most:
            return f"{field} must not have more than {most} characters"
    return None


def patched(document: Document, changes: Mapping[str, Any]) -> Document:
    """The document with these attributes set and all others as they were."""
    for attribute, value in changes.items():
        _check(document, attribute, value)
    now = max(time.time_ns() // 1_000_000, document["updateTime"] + 1)
    stamps = {"_etag": _etag(), "updateTime": now, "updateEpoch": now // 1000}
    return {**document, **changes, **stamps}


def overwritten(document: Document, given: Mapping[str, Any]) -> Document:
    """The document with these attributes and no others, but for what the system keeps."""
    kept = {name: value for name, value in document.items() if name in KEPT}
    return patched({**kept, "labels": []}, {"name": None, **given})


def _check(document: Document, attribute: str, value: Any) -> None:
    if attribute in IMMUTABLE and value != document.get(attribute):
        label = attribute[:1].upper() + attribute[1:]
        raise InvalidChangeError(f"{label} is immutable field.")
    _check_value(attribute, value)


def _check_value(attribute: str, value: Any) -> None:
    if attribute in TEXTS and not isinstance(value, str):
        raise InvalidChangeError(f"{attribute} must be a string")
    if attribute in LISTS and not _is_list_of_texts(value):
        raise InvalidChangeError(f"{attribute} must be a list of strings")
    if attribute == "name" and not value.strip():
        raise InvalidChangeError("name must not be blank")
    if attribute == "lifecycleState" and value not in LIFECYCLES:
        raise InvalidChangeError(f"Cannot set lifecycleState as {value}")


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _etag() -> str:
    return f'"{uuid.uuid4()}"'
