"""The documents of `state list` and `state show -o json`, as types. See documents for their use."""

from typing import Annotated

from pydantic import ConfigDict, Field, RootModel, WithJsonSchema
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on

from aepctl.model.lifecycle import OnRemoval
from aepctl.render.documents import AudienceData, FailedData, ResultData
from aepctl.render.words import STEPS
from aepctl.state.model import Phase

StepName = Annotated[
    str,
    WithJsonSchema(
        {
            "description": "What was begun on the platform.",
            "enum": list(STEPS.values()),
            "type": "string",
        }
    ),
]
PhaseData = Annotated[
    Phase,
    Field(
        description="`open`: it may have been done. `absent`: a create that was not found on the "
        "platform. `recreate`: a person decided to create it again."
    ),
]


class OpenData(TypedDict):
    """A step without a known outcome."""

    step: StepName
    phase: PhaseData


class ListedData(TypedDict):
    """One key. Where nothing but an attempt is known, its fields are those that were sent."""

    key: Annotated[str, Field(description="The audience's key in the manifests.")]
    audienceId: Annotated[str | None, Field(description="Its ID; null: none is known yet.")]
    id: Annotated[str | None, Field(description="The platform's own `id`, or null.")]
    name: Annotated[str | None, Field(description="Its name.")]
    description: Annotated[str | None, Field(description="Its description, or null.")]
    namespace: Annotated[str | None, Field(description="Its namespace.")]
    originName: Annotated[str | None, Field(description="Its originName.")]
    open: Annotated[OpenData | None, Field(description="What is open for it, or null.")]
    retained: Annotated[
        bool, Field(description="Whether the manifests ended it, and it stays on the platform.")
    ]


class ListedCounts(TypedDict):
    """How many keys there are, and for how many something is open."""

    audiences: Annotated[int, Field(ge=0)]
    open: Annotated[int, Field(ge=0)]


class StateListData(ResultData):
    """The keys that state knows."""

    audiences: Annotated[list[ListedData], Field(description="The keys, sorted.")]
    summary: ListedCounts


class FailedStateList(FailedData):
    """A state that could not be listed."""

    audiences: Annotated[list[ListedData], Field(max_length=0, description="Empty.")]


class StateListDocument(RootModel[StateListData | FailedStateList]):
    """What `aepctl state list -o json` prints."""

    model_config = ConfigDict(defer_build=True)


class RunData(TypedDict):
    """One execution of a command that changed the state."""

    id: Annotated[str, Field(description="Its id.")]
    at: Annotated[str, Field(description="When it began.")]
    command: Annotated[str, Field(description="The command.")]
    by: Annotated[str | None, Field(description="Who ran it, or null.")]
    commit: Annotated[str | None, Field(description="For which commit, or null.")]
    job: Annotated[str | None, Field(description="In which job, or null.")]


class ReplacedData(TypedDict):
    """What an audience took the place of."""

    audienceId: Annotated[str, Field(description="Its ID on the platform.")]
    id: Annotated[str | None, Field(description="The platform's own `id`, or null.")]
    audience: Annotated[AudienceData, Field(description="As it was.")]


class KeyData(TypedDict):
    """What is known under a key."""

    audienceId: Annotated[str, Field(description="The audience's ID on the platform.")]
    id: Annotated[str | None, Field(description="The platform's own `id`, or null.")]
    audience: Annotated[AudienceData, Field(description="As the platform was seen to have it.")]
    sent: Annotated[
        AudienceData | None,
        Field(description="As it was asked for, where the platform keeps another spelling."),
    ]
    on_removal: Annotated[
        OnRemoval | None, Field(description="What its manifest said of its end, or null.")
    ]
    prevent_destroy: Annotated[bool, Field(description="Whether it is never deleted.")]
    retained: Annotated[
        bool, Field(description="Whether the manifests ended it, and it stays on the platform.")
    ]
    replaced: Annotated[
        ReplacedData | None,
        Field(description="What it took the place of and is still to be deleted, or null."),
    ]


class AttemptData(OpenData):
    """A step that was begun, and has no known outcome."""

    at: Annotated[str, Field(description="When it began.")]
    reason: Annotated[str, Field(description="Why its outcome is not known.")]
    requestId: Annotated[str, Field(description="The `x-request-id` that was sent.")]
    audienceId: Annotated[str | None, Field(description="The ID that it is about, or null.")]
    audience: Annotated[AudienceData, Field(description="The audience as it then is.")]
    runId: Annotated[str, Field(description="The id of the run that began it.")]
    run: Annotated[RunData | None, Field(description="That run, where the state still has it.")]


class StateShowData(ResultData):
    """All that state has for one key."""

    serial: Annotated[int, Field(ge=0, description="The serial of the state.")]
    key: Annotated[str, Field(description="The audience's key in the manifests.")]
    known: Annotated[
        KeyData | None, Field(description="What is known; null: there were only attempts.")
    ]
    intents: Annotated[
        list[AttemptData], Field(description="Steps without a known outcome; the first counts.")
    ]
    run: Annotated[
        RunData | None,
        Field(
            description="The run that changed the state last: this audience was changed by it, or "
            "before. Null: the state keeps no runs."
        ),
    ]


class FailedStateShow(FailedData):
    """A key that could not be shown."""

    intents: Annotated[list[AttemptData], Field(max_length=0, description="Empty.")]


class StateShowDocument(RootModel[StateShowData | FailedStateShow]):
    """What `aepctl state show -o json` prints."""

    model_config = ConfigDict(defer_build=True)
