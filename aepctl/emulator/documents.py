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
TEXTS = frozenset({"name", "description", "originName"})
# Kept by the system. `namespace` is the one that Adobe documents as immutable.
IMMUTABLE = frozenset(
    {
        *("id", "audienceId", "namespace", "type", "imsOrgId", "sandbox", "isSystem", "createdBy"),
        *("_etag", "creationTime", "createEpoch", "updateTime", "updateEpoch"),
    }
)
KEPT = IMMUTABLE | {"originName", "lifecycleState"}  # Adobe's sample of PUT leaves originName out


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
    if attribute in TEXTS and not isinstance(value, str):
        raise InvalidChangeError(f"{attribute} must be a string")
    if attribute == "name" and not value.strip():
        raise InvalidChangeError("name must not be blank")
    if attribute == "lifecycleState" and value not in LIFECYCLES:
        raise InvalidChangeError(f"Cannot set lifecycleState as {value}")


def _etag() -> str:
    return f'"{uuid.uuid4()}"'
