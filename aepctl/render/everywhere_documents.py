"""The documents of `--all-environments -o json`, as types. See documents for how they are used."""

from typing import Annotated, Generic, TypeVar

from pydantic import ConfigDict, Field, RootModel
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on

from aepctl.render.documents import ErrorData, FailedData, Format
from aepctl.render.drift_documents import DriftData, FailedDrift
from aepctl.render.plan_documents import FailedPlan, PlanData

One = TypeVar("One")
Names = Annotated[list[str], Field(description="Names of environments.")]


class EverywhereSummary(TypedDict):
    """What the environments came to."""

    environments: Annotated[int, Field(ge=1, description="How many there are.")]
    changed: Annotated[Names, Field(description="Those with changes, or with drift.")]
    failed: Annotated[Names, Field(description="Those without a result.")]


class EverywhereData(TypedDict, Generic[One]):
    """All environments of aepctl.yaml, in its order."""

    format: Format
    warnings: Annotated[list[str], Field(description="What was asked for and came to nothing.")]
    summary: Annotated[EverywhereSummary, Field(description="What they came to.")]
    error: Annotated[
        ErrorData | None,
        Field(description="Null; or that environments failed, and the exit code of all."),
    ]
    environments: Annotated[
        list[One],
        Field(min_length=1, description="Of each the document that it has by itself."),
    ]


class FailedEverywhere(FailedData):
    """What is wrong for all of them."""

    environments: Annotated[list[object], Field(max_length=0, description="Empty.")]


class PlansDocument(RootModel[EverywhereData[PlanData | FailedPlan] | FailedEverywhere]):
    """What `aepctl plan --all-environments -o json` prints."""

    model_config = ConfigDict(defer_build=True)


class DriftsDocument(RootModel[EverywhereData[DriftData | FailedDrift] | FailedEverywhere]):
    """What `aepctl drift --all-environments -o json` prints."""

    model_config = ConfigDict(defer_build=True)
