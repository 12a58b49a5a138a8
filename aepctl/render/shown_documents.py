"""The document of `show -o json`, as types. See documents for their use."""

from typing import Annotated

from pydantic import ConfigDict, Field, RootModel
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on

from aepctl.model.lifecycle import OnRemoval
from aepctl.render.documents import (
    AudienceData,
    ChangeData,
    FailedData,
    FieldName,
    ResultData,
    SourceData,
)
from aepctl.render.known_documents import AttemptData, KeyData, RunData
from aepctl.render.listed import Status


class WantedData(TypedDict):
    """What the manifests ask for in this environment."""

    audience: Annotated[AudienceData, Field(description="As it is wanted.")]
    audienceId: Annotated[str | None, Field(description="The ID that its manifest names, or null.")]
    source: Annotated[SourceData, Field(description="Where it stands.")]
    fields: Annotated[
        dict[str, SourceData],
        Field(description="Where each of its fields stands, those of `lifecycle` included."),
    ]
    on_removal: Annotated[
        OnRemoval | None, Field(description="What becomes of it when its block is gone, or null.")
    ]
    prevent_destroy: Annotated[bool, Field(description="Whether it is never deleted.")]
    replaces: Annotated[
        bool, Field(description="Whether it is made anew where it cannot be changed.")
    ]
    ignored: Annotated[
        list[FieldName], Field(description="Fields that are neither compared nor sent.")
    ]


class ObservedData(TypedDict):
    """What the platform was seen to have."""

    audience: Annotated[AudienceData, Field(description="As the platform shows it.")]
    audienceId: Annotated[str, Field(description="The audience's ID on the platform.")]
    id: Annotated[str | None, Field(description="The platform's own `id`, or null.")]
    created: Annotated[
        float | None, Field(description="When it was created, in seconds since 1970, or null.")
    ]
    state: Annotated[str | None, Field(description="The platform's word for its state, or null.")]
    usedBy: Annotated[list[str], Field(description="IDs of audiences that are made of it.")]


class LookData(TypedDict):
    """What came of a look at the platform."""

    observed: Annotated[ObservedData | None, Field(description="What was seen, or null.")]
    reason: Annotated[str | None, Field(description="Why nothing was seen, or null.")]


class ShowData(ResultData):
    """One key on all sides."""

    serial: Annotated[int, Field(ge=0, description="The serial of the state.")]
    key: Annotated[str, Field(description="The audience's key in the manifests.")]
    status: Annotated[Status, Field(description="How it stands: see `list`.")]
    wanted: Annotated[WantedData | None, Field(description="What is wanted; null: nothing.")]
    known: Annotated[KeyData | None, Field(description="What is known; null: nothing.")]
    platform: Annotated[
        LookData | None, Field(description="With --refresh, what the platform has. Null: no look.")
    ]
    change: Annotated[ChangeData | None, Field(description="What a plan would do; null: nothing.")]
    intents: Annotated[
        list[AttemptData], Field(description="Steps without a known outcome; the first counts.")
    ]
    run: Annotated[
        RunData | None, Field(description="The run that changed the state last, or null.")
    ]


class FailedShow(FailedData):
    """A key that could not be shown."""

    intents: Annotated[list[AttemptData], Field(max_length=0, description="Empty.")]


class ShowDocument(RootModel[ShowData | FailedShow]):
    """What `aepctl show -o json` prints."""

    model_config = ConfigDict(defer_build=True)
