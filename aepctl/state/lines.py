"""The lines of a journal: their models, and their text."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from aepctl.settings import Target
from aepctl.state.codec import FORMAT, encode_target
from aepctl.state.model import Intent, Known, Phase


class _Line(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )


class _Target(_Line):
    endpoint: str
    org: str
    sandbox: str


class Header(_Line):
    """The first line: which state it belongs to."""

    type: Literal["journal"]
    format: str
    lineage: str
    serial: int
    target: _Target


class Fields(_Line):
    """An audience's fields as they were sent."""

    name: str
    description: str | None = None
    namespace: str
    origin_name: str = Field(alias="originName")


def _moment(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time without its zone")
    return text


class IntentLine(_Line):
    """A create is about to be sent. `doubt`, `phase` and `exists` where it is history already."""

    type: Literal["intent"]
    intent: str
    key: str
    at: Annotated[str, AfterValidator(_moment)]
    audience: Fields
    audience_id: str | None = Field(default=None, alias="audienceId")
    phase: Annotated[Phase, Field(strict=False)] = Phase.OPEN
    doubt: str | None = None
    exists: bool = False


class OutcomeLine(_Line):
    """What came of an intent."""

    type: Literal["outcome"]
    intent: str
    outcome: Literal["created", "adopted", "refused", "abandoned", "unknown", "absent", "recreate"]
    at: str
    audience_id: str | None = Field(default=None, alias="audienceId")
    id: str | None = None
    reason: str | None = None
    exists: bool = False


class AdoptedLine(_Line):
    """An audience that was found on the platform, without an intent of ours."""

    type: Literal["adopted"]
    key: str
    at: str
    audience: Fields
    audience_id: str = Field(alias="audienceId")
    id: str | None = None


Line: TypeAlias = Header | IntentLine | OutcomeLine | AdoptedLine

LINE: TypeAdapter[Line] = TypeAdapter(
    Annotated[Line, Field(discriminator="type")], config=ConfigDict(defer_build=True)
)


def encode_header(lineage: str, serial: int, target: Target) -> str:
    head = {"type": "journal", "format": FORMAT, "lineage": lineage, "serial": serial}
    return _encode({**head, "target": encode_target(target)})


def encode_intent(intent: Intent) -> str:
    """The line of a new intent, or of an old one that is carried over with what is known of it."""
    line: dict[str, object] = {
        "type": "intent",
        "intent": intent.id,
        "key": intent.key,
        "at": intent.at,
        "audience": intent.audience.fields(),
        "audienceId": intent.audience_id,
    }
    if intent != Intent(intent.id, intent.key, intent.audience, intent.at, intent.audience_id):
        line |= {"phase": intent.phase, "doubt": intent.doubt, "exists": intent.exists}
    return _encode(line)


def encode_outcome(intent: Intent, outcome: str, at: str, **more: object) -> str:
    return _encode({"type": "outcome", "intent": intent.id, "outcome": outcome, "at": at, **more})


def encode_adopted(key: str, known: Known, at: str) -> str:
    return _encode(
        {
            "type": "adopted",
            "key": key,
            "at": at,
            "audience": known.audience.fields(),
            "audienceId": known.audience_id,
            "id": known.platform_id,
        }
    )


def in_ascii(line: str) -> str:
    """The same line for where other characters may not survive: a log, a narrow terminal."""
    return f"{json.dumps(json.loads(line))}\n"


def _encode(data: Mapping[str, object]) -> str:
    given = {name: value for name, value in data.items() if value is not None}
    return json.dumps(given, ensure_ascii=False) + "\n"
