"""The document of `list -o json`, as types. See documents for their use."""

from typing import Annotated, NotRequired

from pydantic import ConfigDict, Field, RootModel
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on

from aepctl.plan.plan import Action
from aepctl.render.documents import (
    ErrorData,
    FailedData,
    Format,
    NoStateData,
    SourceData,
    TargetData,
)
from aepctl.render.known_documents import OpenData
from aepctl.render.listed import Status


class ListKeyData(TypedDict):
    """One key in one environment. Its fields are as wanted, else as known, else as once sent."""

    environment: Annotated[str, Field(description="The environment's name.")]
    key: Annotated[str, Field(description="The audience's key in the manifests.")]
    status: Annotated[
        Status,
        Field(
            description="`known`: wanted and known. `new`: wanted, not created yet. `removed`: "
            "known, no longer wanted. `elsewhere`: known, wanted in other environments only. "
            "`retained`: left on the platform. `in-doubt`: a step has no "
            "known outcome."
        ),
    ]
    planned: Annotated[
        Action | None, Field(description="What an offline plan would do; null: nothing.")
    ]
    audienceId: Annotated[str | None, Field(description="Its ID; null: none is known yet.")]
    id: Annotated[str | None, Field(description="The platform's own `id`, or null.")]
    name: Annotated[str | None, Field(description="Its name.")]
    description: Annotated[str | None, Field(description="Its description, or null.")]
    namespace: Annotated[str | None, Field(description="Its namespace.")]
    originName: Annotated[str | None, Field(description="Its originName.")]
    source: Annotated[
        SourceData | None, Field(description="Where the manifests ask for it, or null.")
    ]
    open: Annotated[OpenData | None, Field(description="What is open for it, or null.")]


class ListEnvironmentData(TypedDict):
    """An environment whose keys are listed."""

    environment: Annotated[str, Field(description="Its name.")]
    target: Annotated[TargetData | None, Field(description="Whose audiences these are.")]
    error: Annotated[
        ErrorData | None, Field(description="Why nothing of it is listed; null: it is.")
    ]
    noState: NotRequired[Annotated[NoStateData, Field(description="Where there is no state yet.")]]


class ListCounts(TypedDict):
    """How many rows there are, and how many of each status."""

    audiences: Annotated[int, Field(ge=0)]
    known: Annotated[int, Field(ge=0)]
    new: Annotated[int, Field(ge=0)]
    removed: Annotated[int, Field(ge=0)]
    elsewhere: Annotated[int, Field(ge=0)]
    retained: Annotated[int, Field(ge=0)]
    inDoubt: Annotated[int, Field(ge=0)]


class ListData(TypedDict):
    """All keys, of the manifests and of the state."""

    format: Format
    environment: Annotated[
        str | None, Field(description="The environment's name; null: of all environments.")
    ]
    target: Annotated[
        TargetData | None, Field(description="Whose audiences these are; null: see `environments`.")
    ]
    environments: Annotated[
        list[ListEnvironmentData],
        Field(description="Those that were read, as aepctl.yaml has them."),
    ]
    audiences: Annotated[
        list[ListKeyData], Field(description="A row for each key and environment, sorted by key.")
    ]
    summary: ListCounts
    error: Annotated[None, Field(description="Null: there is a result.")]


class FailedList(FailedData):
    """Keys that could not be listed."""

    audiences: Annotated[list[ListKeyData], Field(max_length=0, description="Empty.")]


class ListDocument(RootModel[ListData | FailedList]):
    """What `aepctl list -o json` prints."""

    model_config = ConfigDict(defer_build=True)
