"""The document of `apply -o json`, as types. See documents for how they are used."""

from typing import (
    Annotated,
    NotRequired,  # pydantic takes typing's from Python 3.12 on
)

from pydantic import ConfigDict, Field, RootModel, WithJsonSchema
from typing_extensions import TypedDict

from aepctl.apply.outcomes import OutcomeKind
from aepctl.plan.plan import Action
from aepctl.render.documents import (
    COUNT,
    PLAN_COUNTS,
    ChangeData,
    FailedData,
    ResultData,
    object_schema,
)

ALWAYS_COUNTED = (
    OutcomeKind.CREATED,
    OutcomeKind.ADOPTED,
    OutcomeKind.REFUSED,
    OutcomeKind.UNDECIDED,
    OutcomeKind.UNKNOWN,
)
"""The outcomes whose count is there even if it is zero."""
NOT_STARTED = "notStarted"
OUTCOME_COUNTS = object_schema(
    "How many changes had each outcome.",
    {
        **{kind.value: COUNT for kind in OutcomeKind},
        NOT_STARTED: {"description": "Changes for which nothing was sent.", **COUNT},
        "stopped": {
            "anyOf": [{"type": "string"}, {"type": "null"}],
            "description": "Why the run stopped early, or null.",
        },
        "plan": PLAN_COUNTS,
    },
    [kind.value for kind in OutcomeKind if kind not in ALWAYS_COUNTED],
)

OutcomeSummary = Annotated[dict[str, object], WithJsonSchema(OUTCOME_COUNTS)]


class FailureData(TypedDict):
    """Why a change was not done: the platform's own words where it had some."""

    message: Annotated[str, Field(description="What the platform said, or what was seen.")]
    code: Annotated[str | None, Field(description="The platform's error code, or null.")]
    status: Annotated[int | None, Field(description="The HTTP status, or null.")]
    requestId: Annotated[str | None, Field(description="The `x-request-id`, or null.")]


class OutcomeData(TypedDict):
    """What came of one change."""

    key: Annotated[str, Field(description="The audience's key in the manifests.")]
    action: Annotated[Action, Field(description="What was to do.")]
    outcome: Annotated[
        OutcomeKind,
        Field(
            description="`unknown` is neither success nor failure: the next apply checks it. "
            "`undecided`: nothing was done, because a person has to decide first."
        ),
    ]
    audienceId: Annotated[str | None, Field(description="The ID of what it was done to, or null.")]
    replacedId: NotRequired[
        Annotated[str, Field(description="The ID of what was there before, and is deleted.")]
    ]
    decision: Annotated[bool, Field(description="True exactly where the outcome is `undecided`.")]
    error: Annotated[FailureData | None, Field(description="Null, or why it was not done.")]


class ReportData(ResultData):
    """What came of an apply."""

    outcomes: Annotated[list[OutcomeData], Field(description="What came of each change.")]
    leftAlone: Annotated[  # noqa: N815 - a name of JSON
        list[ChangeData],
        Field(description="What differs, but is not in the saved plan: nothing was done for it."),
    ]
    summary: Annotated[OutcomeSummary, Field(description="How many there are of each kind.")]


class FailedApply(FailedData):
    """An apply that did not start."""

    outcomes: Annotated[list[OutcomeData], Field(max_length=0, description="Empty.")]


class OutcomeDocument(RootModel[ReportData | FailedApply]):
    """What `aepctl apply -o json` prints."""

    model_config = ConfigDict(defer_build=True)
