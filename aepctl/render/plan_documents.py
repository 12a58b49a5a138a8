"""The document that `plan -o json` gives, as types. See documents for how they are used."""

from typing import Annotated, NotRequired

from pydantic import ConfigDict, Field, RootModel

from aepctl.render.documents import (
    ChangeData,
    FailedData,
    LimitsData,
    NoStateData,
    PlanSummary,
    RenameData,
    ResultData,
)


class PlanData(ResultData):
    """What differs between the manifests and the state."""

    targets: Annotated[list[str], Field(description="The `--target` options.")]
    changes: Annotated[
        list[ChangeData],
        Field(description="All differences; of a saved plan, what is left to do of it."),
    ]
    leftAlone: Annotated[  # noqa: N815 - a name of JSON
        list[ChangeData],
        Field(description="With `--check`: the differences that the saved plan does not have."),
    ]
    refreshed: Annotated[
        bool, Field(description="Whether all that is known was looked at on the platform.")
    ]
    overwrites: Annotated[
        bool, Field(description="Whether what somebody edited there is changed all the same.")
    ]
    notListed: NotRequired[  # noqa: N815 - as above
        Annotated[
            list[str],
            Field(description="With `--refresh`: known keys that the platform's list lacks."),
        ]
    ]
    elsewhere: NotRequired[
        Annotated[
            list[str],
            Field(
                description="Known keys that the manifests want in other environments only: they "
                "are left as they are."
            ),
        ]
    ]
    noState: NotRequired[  # noqa: N815 - as above
        Annotated[NoStateData, Field(description="Where there is no state yet.")]
    ]
    renames: Annotated[
        list[RenameData],
        Field(description="What may have another key now; `moved:` in a manifest says so."),
    ]
    limits: Annotated[LimitsData, Field(description="The thresholds, and what exceeds them.")]
    summary: Annotated[PlanSummary, Field(description="How many there are of each kind.")]


class FailedPlan(FailedData):
    """A plan that could not be made."""

    changes: Annotated[list[ChangeData], Field(max_length=0, description="Empty.")]


class PlanDocument(RootModel[PlanData | FailedPlan]):
    """What `aepctl plan -o json` prints."""

    model_config = ConfigDict(defer_build=True)
