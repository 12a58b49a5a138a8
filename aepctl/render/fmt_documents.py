"""The document of `fmt -o json`, as types. See documents for how they are used."""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, RootModel
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on

from aepctl.render.documents import ErrorData, FailedData, Format, ProblemData


class Status(StrEnum):
    """What became of a file that was not as it should be written."""

    FORMATTED = "formatted"
    NOT_FORMATTED = "not-formatted"


class FmtFileData(TypedDict):
    """A file that was not as it should be written."""

    file: Annotated[str, Field(description="The file.")]
    status: Annotated[
        Status,
        Field(description="`formatted`: written anew. `not-formatted`: it would be."),
    ]


class FmtCounts(TypedDict):
    """How many files there are."""

    changed: Annotated[int, Field(ge=0, description="As many as `files` has.")]
    same: Annotated[int, Field(ge=0, description="Those that were as they should be.")]
    broken: Annotated[int, Field(ge=0, description="Those with problems, left as they are.")]


class FmtData(TypedDict):
    """What is not, or was not, written as it should be."""

    format: Format
    files: Annotated[list[FmtFileData], Field(description="What was not as it should be.")]
    problems: Annotated[list[ProblemData], Field(description="What could not be formatted.")]
    summary: FmtCounts
    error: Annotated[
        ErrorData | None, Field(description="That something could not be formatted, or null.")
    ]


class FailedFmt(FailedData):
    """Nothing was looked at."""

    files: Annotated[list[FmtFileData], Field(max_length=0, description="Empty.")]


class FmtDocument(RootModel[FmtData | FailedFmt]):
    """What `aepctl fmt -o json` prints."""

    model_config = ConfigDict(defer_build=True)
