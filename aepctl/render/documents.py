"""The documents that `-o json` gives, as types: schemas.py makes JSON Schemas of them.

json.py writes them, and mypy checks that what it writes is what is described here. A field that is
NotRequired is left out where there is nothing to say; every other one is always there, null where
its type allows it. Minor versions add fields. Names are those of JSON.
"""

from collections.abc import Iterable
from typing import Annotated, NotRequired, TypeAlias

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on

from aepctl.model.audience import FIELD_NAMES, FIELDS
from aepctl.plan.plan import Action
from aepctl.render.words import UNCHANGED
from aepctl.state.model import Phase

FORMAT = "1.4"
Schema: TypeAlias = dict[str, object]
COUNT: Schema = {"minimum": 0, "type": "integer"}


def _text(description: str) -> Schema:
    return {"description": description, "type": "string"}


def object_schema(description: str, properties: Schema, optional: Iterable[str] = ()) -> Schema:
    """The schema of an object whose fields come from a table."""
    required = [name for name in properties if name not in set(optional)]
    return {
        "description": description,
        "properties": properties,
        "required": required,
        "type": "object",
    }


_FIELDS: Schema = {
    one.name: _text(f"Its {one.name}{'' if one.required else ', if it has one'}.") for one in FIELDS
}
_IDS: Schema = {
    "audienceId": _text("The audience's ID on the platform."),
    "id": _text("The platform's own `id`, where it gave one."),
}
_LEFT_OUT = [one.name for one in FIELDS if not one.required]
PLAN_COUNTS = object_schema(
    "How many audiences there are under each action; `done` and `leftAlone`: see a saved plan.",
    dict.fromkeys((*(action.value for action in Action), UNCHANGED, "done", "leftAlone"), COUNT),
)
Format = Annotated[str, Field(pattern=r"^1\.\d+$", description="MAJOR.MINOR of this format.")]
FieldName = Annotated[str, WithJsonSchema({"enum": list(FIELD_NAMES), "type": "string"})]
AudienceData = Annotated[
    dict[str, str],
    WithJsonSchema(object_schema("An audience as it is wanted.", _FIELDS, _LEFT_OUT)),
]
KnownData = Annotated[
    dict[str, str],
    WithJsonSchema(
        object_schema(
            "An audience as it is known, with its IDs.", {**_FIELDS, **_IDS}, [*_LEFT_OUT, "id"]
        )
    ),
]
PlanSummary = Annotated[dict[str, int], WithJsonSchema(PLAN_COUNTS)]


class TargetData(TypedDict):
    """Whose audiences these are."""

    org: Annotated[str, Field(description="The organisation.")]
    sandbox: Annotated[str, Field(description="The sandbox's name.")]
    endpoint: Annotated[str, Field(description="Where audiences are created, or `emulator`.")]


class NoStateData(TypedDict):
    """There is no state yet, so nothing is known."""

    state: Annotated[str, Field(description="Where it would be.")]
    locked: Annotated[
        str | None, Field(description="When a run had its lock all the same, or null.")
    ]


class SourceData(TypedDict):
    """A place in the manifests."""

    file: Annotated[str, Field(description="The file, relative to the project's folder.")]
    line: Annotated[int, Field(ge=1, description="The line, from 1.")]


class FieldData(TypedDict):
    """One field that differs."""

    field: Annotated[FieldName, Field(description="The field.")]
    before: Annotated[str | None, Field(description="What it is; null where it is not there.")]
    after: Annotated[
        str | None, Field(description="What it shall be; null where it shall not be there.")
    ]
    observed: NotRequired[
        Annotated[
            str | None,
            Field(description="What the platform has, where it was looked at; null: nothing."),
        ]
    ]


class IntentData(TypedDict):
    """An earlier attempt at this audience."""

    id: Annotated[str, Field(description="Its id, which is also the `x-request-id` that was sent.")]
    at: Annotated[str, Field(description="When it began.")]
    phase: Annotated[
        Phase,
        Field(
            description="`open`: it may have been done. `absent`: a create that was not found on "
            "the platform. `recreate`: decided by a person."
        ),
    ]
    reason: Annotated[str, Field(description="Why its outcome is not known.")]


class ChangeData(TypedDict):
    """One difference between what is wanted and what is known."""

    key: Annotated[str, Field(description="The audience's key in the manifests.")]
    action: Annotated[
        Action, Field(description="What apply would do, or what it leaves to a person.")
    ]
    before: Annotated[KnownData | None, Field(description="What is known; null where nothing is.")]
    after: Annotated[AudienceData | None, Field(description="What is wanted, or null.")]
    source: Annotated[
        SourceData | None, Field(description="Where the manifests ask for it, or null.")
    ]
    fields: NotRequired[Annotated[list[FieldData], Field(description="What differs.")]]
    intent: NotRequired[
        Annotated[
            IntentData,
            Field(description="For `settle`, and for a `create` after a failed attempt."),
        ]
    ]
    audienceId: NotRequired[
        Annotated[
            str,
            Field(description="The ID that the client or the manifest gives, where one does."),
        ]
    ]
    movedFrom: NotRequired[Annotated[str, Field(description="The key that it had.")]]
    reason: NotRequired[
        Annotated[
            str,
            Field(description="What there is to wait for or to decide, and the command for it."),
        ]
    ]


RenameData = TypedDict("RenameData", {"from": str, "to": str})
"""A removed key and the new one that it may be."""


class LimitsData(TypedDict):
    """The thresholds that hold for a plan."""

    max_creates: Annotated[
        int | None, Field(description="More creates than these need somebody's word.")
    ]
    max_deletes: Annotated[
        int | None, Field(description="More deletes than these need somebody's word.")
    ]
    exceeded: Annotated[list[str], Field(description="The settings whose limit it exceeds.")]


class ErrorData(TypedDict):
    """Why there is no result."""

    message: Annotated[str, Field(description="What is wrong.")]
    code: Annotated[
        str, Field(description="The kind of error: `aepctl explain CODE` says all about it.")
    ]
    next: Annotated[str | None, Field(description="What to do about it, or null.")]
    exitCode: Annotated[int, Field(ge=1, le=255, description="The exit code of the process.")]


class ProblemData(TypedDict):
    """One problem in manifests or settings."""

    file: Annotated[str, Field(description="The file.")]
    line: Annotated[
        Annotated[int, Field(ge=1)] | None,
        Field(description="The line, from 1; null: the whole file is meant."),
    ]
    column: Annotated[
        Annotated[int, Field(ge=1)] | None, Field(description="The column, from 1, or null.")
    ]
    rule: Annotated[str, Field(description="The rule that it breaks; `aepctl explain` has it.")]
    message: Annotated[str, Field(description="What is wrong.")]
    hint: Annotated[str | None, Field(description="What may help, or null.")]


class ResultData(TypedDict):
    format: Format
    environment: Annotated[str, Field(description="The environment's name.")]
    target: Annotated[TargetData, Field(description="Whose audiences these are.")]
    error: Annotated[None, Field(description="Null: there is a result.")]


class FailedData(TypedDict):
    format: Format
    environment: Annotated[
        str | None, Field(description="The environment's name; null: the error came first.")
    ]
    target: Annotated[
        TargetData | None,
        Field(description="Whose audiences it was about; null: the error came first."),
    ]
    problems: Annotated[
        list[ProblemData], Field(description="The problems in manifests or settings.")
    ]
    summary: Annotated[None, Field(description="Null: there is no result.")]
    error: Annotated[ErrorData, Field(description="Why there is no result.")]
