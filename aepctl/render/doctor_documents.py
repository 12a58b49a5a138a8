"""The document of `doctor -o json`, as types. See documents for how they are used."""

from typing import Annotated

from pydantic import ConfigDict, Field, RootModel
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on

from aepctl.model.checkup import Status
from aepctl.render.documents import ErrorData, FailedData, Format, TargetData


class CheckData(TypedDict):
    """One check."""

    code: Annotated[str, Field(description="Names the check; it never changes.")]
    status: Annotated[
        Status,
        Field(description="How it ended; `skipped`: not made, or nothing safe tells."),
    ]
    message: Annotated[str, Field(description="What was found.")]
    next: Annotated[str | None, Field(description="What to do, or null.")]
    error: Annotated[str | None, Field(description="The code of the error it met, or null.")]


class CheckupData(TypedDict):
    """The checks of one environment."""

    environment: Annotated[str | None, Field(description="Its name; null where it is not known.")]
    target: Annotated[TargetData | None, Field(description="Whose audiences; null likewise.")]
    checks: Annotated[list[CheckData], Field(description="All checks, in the order of the page.")]


class DoctorData(TypedDict):
    """What was found."""

    format: Format
    environments: Annotated[list[CheckupData], Field(description="Each environment examined.")]
    summary: Annotated[dict[Status, int], Field(description="How many checks ended in each way.")]
    error: Annotated[None, Field(description="Always null: a failed check is no error.")]


class DoctorFailed(FailedData):
    """No result: a bug, or an interrupt."""

    environments: Annotated[list[CheckupData], Field(max_length=0, description="Empty.")]
    summary: None
    error: Annotated[ErrorData, Field(description="Why there is no result.")]


class DoctorDocument(RootModel[DoctorData | DoctorFailed]):
    """`doctor -o json`: what a command needs, and whether it is there."""

    model_config = ConfigDict(title="doctor")
