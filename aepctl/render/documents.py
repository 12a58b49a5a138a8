"""The documents that `-o json` gives, as models: what JSON Schemas and tests know of them.

plan_json and outcome_json write them. A field with a default is left out where there is nothing to
say; every other one is always there, null where its type allows it. Minor versions add fields.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

from aepctl.plan.changes import Action
from aepctl.state.model import Phase

Count = Annotated[int, Field(ge=0)]
Format = Annotated[str, Field(pattern=r"^1\.\d+$", description="MAJOR.MINOR of this format.")]
FieldName = Literal["name", "description", "namespace", "originName"]


class _Document(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, defer_build=True)


class TargetData(_Document):
    """Whose audiences these are."""

    org: str = Field(description="The organisation.")
    sandbox: str = Field(description="The sandbox's name.")
    endpoint: str = Field(description="Where audiences are created, or `emulator`.")


class AudienceData(_Document):
    """An audience as it is wanted."""

    name: str = Field(description="The audience's name.")
    description: str | None = Field(default=None, description="Its description, if it has one.")
    namespace: str = Field(description="Its namespace.")
    origin_name: str = Field(description="Its originName.")


class KnownData(AudienceData):
    """An audience as it is known, with its IDs."""

    audience_id: str = Field(description="The audience's ID on the platform.")
    id: str | None = Field(default=None, description="The platform's own `id`, where it gave one.")


class SourceData(_Document):
    """A place in the manifests."""

    file: str = Field(description="The file, relative to the project's folder.")
    line: int = Field(ge=1, description="The line, from 1.")


class FieldData(_Document):
    """One field that differs."""

    field: FieldName = Field(description="The field.")
    before: str | None = Field(description="What it is; null where it is not there.")
    after: str | None = Field(description="What it shall be; null where it shall not be there.")


class IntentData(_Document):
    """An earlier attempt to create the audience."""

    id: str = Field(description="Its id, which is also the `x-request-id` that was sent.")
    at: str = Field(description="When it began.")
    phase: Phase = Field(
        description="`open`: it may have created its audience. `absent`: looked for in vain. "
        "`recreate`: decided by a person."
    )
    reason: str = Field(description="Why its outcome is not known.")


class ChangeData(_Document):
    """One difference between what is wanted and what is known."""

    key: str = Field(description="The audience's key in the manifests.")
    action: Action = Field(description="What apply would do, or what it leaves to a person.")
    before: KnownData | None = Field(description="What is known; null where nothing is.")
    after: AudienceData | None = Field(description="What is wanted; null for `removed`.")
    source: SourceData | None = Field(description="Where the manifests ask for it, or null.")
    fields_: list[FieldData] | None = Field(
        default=None, alias="fields", description="For `update` and `adopt`: what differs."
    )
    intent: IntentData | None = Field(
        default=None, description="For `settle`, and for a `create` after a failed attempt."
    )
    audience_id: str | None = Field(
        default=None, description="The ID that the client gives, where it does."
    )
    reason: str | None = Field(
        default=None, description="For `decide`: what to decide, and the command for it."
    )


class PlanSummary(_Document):
    """How many audiences there are under each action."""

    settle: Count
    decide: Count
    adopt: Count
    create: Count
    update: Count
    removed: Count
    unchanged: Count


class ErrorData(_Document):
    """Why there is no result."""

    message: str = Field(description="What is wrong.")
    next: str | None = Field(description="What to do about it, or null.")
    exit_code: int = Field(ge=1, le=255, description="The exit code of the process.")


class ProblemData(_Document):
    """One problem in manifests or settings."""

    file: str = Field(description="The file.")
    line: int | None = Field(ge=1, description="The line, from 1; null: the whole file is meant.")
    column: int | None = Field(ge=1, description="The column, from 1, or null.")
    rule: str = Field(description="The rule that it breaks.")
    message: str = Field(description="What is wrong.")
    hint: str | None = Field(description="What may help, or null.")


class _Result(_Document):
    format: Format
    environment: str = Field(description="The environment's name.")
    target: TargetData = Field(description="Whose audiences these are.")
    error: None = Field(description="Null: there is a result.")


class _Failure(_Document):
    format: Format
    environment: None = Field(description="Null: the error came first.")
    target: None = Field(description="Null: the error came first.")
    problems: list[ProblemData] = Field(description="The problems in manifests or settings.")
    summary: None = Field(description="Null: there is no result.")
    error: ErrorData = Field(description="Why there is no result.")


class Plan(_Result):
    """What differs between the manifests and the state."""

    targets: list[str] = Field(description="The `--target` options.")
    changes: list[ChangeData] = Field(description="All differences.")
    summary: PlanSummary = Field(description="How many there are of each kind.")


class FailedPlan(_Failure):
    """A plan that could not be made."""

    changes: list[ChangeData] = Field(max_length=0, description="Empty.")


class PlanDocument(RootModel[Plan | FailedPlan]):
    """What `aepctl plan -o json` prints."""


class RefusalData(_Document):
    """Why an audience was not created: the platform's own words where it had some."""

    message: str = Field(description="What the platform said, or what was seen.")
    code: str | None = Field(description="The platform's error code, or null.")
    status: int | None = Field(description="The HTTP status, or null.")
    request_id: str | None = Field(description="The `x-request-id`, or null.")


class OutcomeData(_Document):
    """What came of one change."""

    key: str = Field(description="The audience's key in the manifests.")
    action: Literal["settle", "decide", "adopt", "create"] = Field(description="What was to do.")
    outcome: Literal["created", "adopted", "refused", "unknown"] = Field(
        description="`unknown` is neither success nor failure: the next apply looks for it."
    )
    audience_id: str | None = Field(description="The ID of what was created or adopted, or null.")
    decision: bool = Field(description="True where a person has to decide what comes next.")
    error: RefusalData | None = Field(description="Null, or why it was not created.")


class OutcomeSummary(_Document):
    """How many changes had each outcome."""

    created: Count
    adopted: Count
    refused: Count
    unknown: Count
    not_started: Count = Field(description="Changes for which nothing was sent.")
    stopped: str | None = Field(description="Why the run stopped early, or null.")
    plan: PlanSummary = Field(description="The plan's counts.")


class Outcome(_Result):
    """What came of an apply."""

    outcomes: list[OutcomeData] = Field(description="What came of each change.")
    summary: OutcomeSummary = Field(description="How many there are of each kind.")


class FailedApply(_Failure):
    """An apply that did not start."""

    outcomes: list[OutcomeData] = Field(max_length=0, description="Empty.")


class OutcomeDocument(RootModel[Outcome | FailedApply]):
    """What `aepctl apply -o json` prints."""
