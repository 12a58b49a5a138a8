"""The document of `drift -o json`, as types. See documents for how they are used."""

from typing import Annotated

from pydantic import ConfigDict, Field, RootModel, WithJsonSchema
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on

from aepctl.plan.kinds import Kind
from aepctl.render.documents import (
    COUNT,
    AudienceData,
    FailedData,
    FieldName,
    ResultData,
    SourceData,
    object_schema,
)

COUNTED = {
    kind.value.replace("not-listed", "notListed").replace("in-doubt", "inDoubt"): kind
    for kind in Kind
}
"""What the summary calls each kind."""
DriftSummary = Annotated[
    dict[str, int],
    WithJsonSchema(
        object_schema(
            "How many were compared, how many of them are as the state knows them, how many are "
            "retained and were not compared, and how many there are of each kind.",
            dict.fromkeys(("compared", "inStep", "retained", *COUNTED), COUNT),
        )
    ),
]


class DriftFieldData(TypedDict):
    """One field that the platform has otherwise than state."""

    field: Annotated[FieldName, Field(description="The field.")]
    manifest: Annotated[
        str | None, Field(description="As it is wanted; null: without it, or not `wanted`.")
    ]
    state: Annotated[
        str | None, Field(description="As it was last sent or seen; null: without it.")
    ]
    platform: Annotated[str | None, Field(description="As it is now; null: without it.")]


class DriftedData(TypedDict):
    """One audience of which there is something to be told."""

    key: Annotated[str | None, Field(description="The key; null for what is `unmanaged`.")]
    kind: Annotated[
        Kind,
        Field(
            description="`changed`, `gone` and `unmanaged` are drift. `asleep`: inactive or a "
            "draft. `not-listed`: the list lacks it, which proves nothing. `in-doubt`: a step for "
            "it has no known outcome. `over`: it was ended, and is gone by now."
        ),
    ]
    drift: Annotated[bool, Field(description="Whether it counts for the exit code.")]
    audienceId: Annotated[str, Field(description="The audience's ID on the platform.")]
    audience: Annotated[
        AudienceData, Field(description="As the platform has it, else as the state knows it.")
    ]
    lifecycle: Annotated[
        str | None, Field(description="The platform's word for its state, where there is one.")
    ]
    fields: Annotated[list[DriftFieldData], Field(description="What differs.")]
    source: Annotated[SourceData | None, Field(description="Where its block is, or null.")]
    wanted: Annotated[bool, Field(description="Whether the manifests want it.")]
    oldHalf: Annotated[
        bool, Field(description="It is what its key had before another one took its place.")
    ]
    like: Annotated[
        str | None,
        Field(description="The key of which it has the name, namespace and originName, or null."),
    ]
    next: Annotated[str | None, Field(description="What can be done about it, or null.")]


class DriftData(ResultData):
    """What the platform has that state does not know."""

    targets: Annotated[list[str], Field(description="The `--target` options.")]
    drift: Annotated[bool, Field(description="Whether there is any drift: exit code 2.")]
    audiences: Annotated[list[DriftedData], Field(description="What there is to be told.")]
    ignored: Annotated[list[str], Field(description="The `--ignore` options.")]
    warnings: Annotated[list[str], Field(description="What was asked for and came to nothing.")]
    summary: Annotated[DriftSummary, Field(description="How many there are of each kind.")]


class FailedDrift(FailedData):
    """A comparison that could not be made."""

    audiences: Annotated[list[DriftedData], Field(max_length=0, description="Empty.")]


class DriftDocument(RootModel[DriftData | FailedDrift]):
    """What `aepctl drift -o json` prints."""

    model_config = ConfigDict(defer_build=True)
