"""The document of `import -o json`, as types. See documents for how they are used."""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, RootModel
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on

from aepctl.render.documents import (
    AudienceData,
    ErrorData,
    FailedData,
    FieldName,
    Format,
    TargetData,
)
from aepctl.render.words import UNCHANGED as KNOWN


class Came(StrEnum):
    """What came of it."""

    ADOPTED = "adopted"
    UNCHANGED = KNOWN
    UNDECIDED = "undecided"


class DifferenceData(TypedDict):
    """One field that the platform has otherwise than the manifest."""

    field: Annotated[FieldName, Field(description="The field.")]
    platform: Annotated[str | None, Field(description="There; null where it has none.")]
    manifest: Annotated[str | None, Field(description="Here; null where it has none.")]


class ImportData(TypedDict):
    """What came of an import."""

    format: Format
    environment: Annotated[str, Field(description="The environment's name.")]
    target: Annotated[TargetData, Field(description="Whose audience it is.")]
    key: Annotated[str, Field(description="The key in the manifests.")]
    outcome: Annotated[
        Came,
        Field(
            description="`adopted`: recorded. `unchanged`: the state had it. `undecided`: nothing "
            "was recorded, see `fields` and `error`."
        ),
    ]
    audienceId: Annotated[str, Field(description="The audience's ID on the platform.")]
    id: Annotated[str | None, Field(description="The platform's own `id`, or null.")]
    lifecycle: Annotated[str | None, Field(description="The platform's word for its state.")]
    audience: Annotated[AudienceData, Field(description="As the platform, or the state, has it.")]
    fields: Annotated[list[DifferenceData], Field(description="What the manifest has otherwise.")]
    manifest: Annotated[
        str | None, Field(description="YAML for the manifests, where they do not have the key.")
    ]
    error: Annotated[
        ErrorData | None, Field(description="That the manifests do not have the key, or null.")
    ]


class FailedImport(FailedData):
    """An import that could not be made."""

    fields: Annotated[list[DifferenceData], Field(max_length=0, description="Empty.")]


class ImportDocument(RootModel[ImportData | FailedImport]):
    """What `aepctl import -o json` prints."""

    model_config = ConfigDict(defer_build=True)
