"""Audience to JSON and answers to values, tolerant of what the platform adds. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from aepctl.aep.body import read_plain_json
from aepctl.model.audience import Audience, Ids
from aepctl.model.ids import usable_id
from aepctl.texts import json_of


class _Received(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Created(_Received):
    audience_id: str = Field(alias="audienceId")
    id: Any = None
    name: Any = None
    namespace: Any = None
    origin_name: Any = Field(default=None, alias="originName")


@dataclass(frozen=True, slots=True)
class Created:
    """The answer to a create: the IDs, and what of the audience it repeats, as it came."""

    ids: Ids
    echo: Mapping[str, object]


def encode_audience(audience: Audience, audience_id: str | None = None) -> bytes:
    """The body of a create. Source: Create audience endpoint, Request; `audienceId`: revision 3."""
    given = {} if audience_id is None else {"audienceId": audience_id}
    return _json({**audience.fields(), **given})


def encode_changes(changes: Mapping[str, str | None]) -> bytes:
    """The body of a patch; a field that is to be removed (None) is sent as an empty text.

    The platform knows no other `op` than `add`.
    Source: Segmentation Service API, Update one or more attributes of an audience.
    """
    return _json(
        [
            {"op": "add", "path": f"/{field}", "value": value or ""}
            for field, value in changes.items()
        ]
    )


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def decode_created(body: bytes) -> Created | None:
    """What a create made, or None where the body has no usable `audienceId`."""
    try:
        created = _Created.model_validate(read_plain_json(body))
    except ValueError:  # cut, empty, HTML, no ID, two of them: all mean that it is not known
        return None
    if not usable_id(created.audience_id):
        return None
    ids = Ids(created.audience_id, created.id if usable_id(created.id) else None)
    echo = {
        "name": created.name,
        "namespace": created.namespace,
        "originName": created.origin_name,
    }
    return Created(ids, {name: value for name, value in echo.items() if value is not None})


def is_json_object(body: bytes) -> bool:
    """Whether a service may have written it, rather than a proxy's page of its own."""
    try:
        return isinstance(json_of(body), dict)
    except ValueError:
        return False
