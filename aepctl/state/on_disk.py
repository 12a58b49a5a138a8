"""How state's parts are spelled in its document and its journal: what is read (see spelling).

Only the formats know these; nothing here is a noun of the program.
"""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.steps import Adopt, Create, Delete, Forget, Move, Patch, Record
from aepctl.model.target import Target
from aepctl.state.model import NO_OUTCOME, Intent, Phase, Run, UsedPlan

SENT = "As it was asked for, where the platform keeps another spelling of it."


class OnDisk(BaseModel):
    """What it does not know it refuses, and it never shows a value that it refuses."""

    model_config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )


def _with_zone(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("not a time") from None  # the error shows the text, which we do not
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return text


Moment: TypeAlias = Annotated[str, AfterValidator(_with_zone)]


class TargetOnDisk(OnDisk):
    """Whose audiences these are; the state is refused for any other target."""

    endpoint: str = Field(description="Where audiences are created, or `emulator`.")
    org: str = Field(description="The organisation.")
    sandbox: str = Field(description="The sandbox's name.")

    def target(self) -> Target:
        return Target(self.org, self.sandbox, self.endpoint)


class FieldsOnDisk(OnDisk):
    """An audience's fields, in Adobe's spelling."""

    name: str = Field(description="The audience's name.")
    description: str | None = Field(default=None, description="Its description, if it has one.")
    namespace: str = Field(description="Its namespace.")
    origin_name: str = Field(alias="originName", description="Its originName.")

    def audience(self) -> Audience:
        return Audience(self.name, self.namespace, self.origin_name, self.description)


class IdsOnDisk(OnDisk):
    """What the platform calls an audience."""

    audience_id: str = Field(
        alias="audienceId", min_length=1, description="The audience's ID on the platform."
    )
    id: str | None = Field(
        default=None, description="The platform's own `id`; revision 3 of the create call gives it."
    )

    def ids(self) -> Ids:
        return Ids(self.audience_id, self.id)


class CreateOnDisk(OnDisk):
    """Create the audience."""

    type: Literal["create"] = Field(description="What kind of step it is.")
    audience: FieldsOnDisk = Field(description="The audience as it is sent.")
    audience_id: str | None = Field(
        default=None, alias="audienceId", description="The ID that aepctl gives it (revision 3)."
    )

    def step(self) -> Create:
        return Create(self.audience.audience(), self.audience_id)


class PatchOnDisk(IdsOnDisk):
    """Change fields of an audience that exists."""

    type: Literal["patch"] = Field(description="What kind of step it is.")
    before: FieldsOnDisk = Field(description="The audience as it was known.")
    after: FieldsOnDisk = Field(description="The audience as it shall be.")

    def step(self) -> Patch:
        return Patch(self.ids(), self.before.audience(), self.after.audience())


class DeleteOnDisk(IdsOnDisk):
    """Delete an audience that exists."""

    type: Literal["delete"] = Field(description="What kind of step it is.")
    audience: FieldsOnDisk = Field(description="The audience as it was known.")

    def step(self) -> Delete:
        return Delete(self.ids(), self.audience.audience())


class AdoptOnDisk(IdsOnDisk):
    """Record an audience that exists on the platform already."""

    type: Literal["adopt"] = Field(description="What kind of step it is.")
    audience: FieldsOnDisk = Field(description="The audience as it was seen.")
    sent: FieldsOnDisk | None = Field(default=None, description=SENT)

    def step(self) -> Adopt:
        sent = None if self.sent is None else self.sent.audience()
        return Adopt(Known(self.audience.audience(), self.ids(), sent))


class MoveOnDisk(OnDisk):
    """Record what another key had."""

    type: Literal["move"] = Field(description="What kind of step it is.")
    from_key: str = Field(alias="from", description="The key that it had.")

    def step(self) -> Move:
        return Move(self.from_key)


class ForgetOnDisk(OnDisk):
    """Record nothing of it any more."""

    type: Literal["forget"] = Field(description="What kind of step it is.")

    def step(self) -> Forget:
        return Forget()


class RecordOnDisk(OnDisk):
    """Record other fields for an audience that is known."""

    type: Literal["record"] = Field(description="What kind of step it is.")
    audience: FieldsOnDisk = Field(description="The audience as it was seen.")

    def step(self) -> Record:
        return Record(self.audience.audience())


RemoteStepOnDisk: TypeAlias = Annotated[
    CreateOnDisk | PatchOnDisk | DeleteOnDisk, Field(discriminator="type")
]
LocalStepOnDisk: TypeAlias = Annotated[
    AdoptOnDisk | MoveOnDisk | ForgetOnDisk | RecordOnDisk, Field(discriminator="type")
]


class IntentOnDisk(OnDisk):
    """A step that was about to be done, and whose outcome is not known yet."""

    key: str = Field(description="The audience's key.")
    at: Moment = Field(description="When it began.", examples=["2026-01-31T12:00:00.000+00:00"])
    run: str = Field(description="The id of the run that began it.")
    step: RemoteStepOnDisk = Field(description="What was about to be done.")
    phase: Annotated[Phase, Field(strict=False)] = Field(
        default=Phase.OPEN,
        description="`open`: it may have been done. `absent`: it was looked for and not found. "
        "`recreate`: a person decided to create it again.",
    )
    reason: str = Field(default=NO_OUTCOME, description="Why its outcome is not known.")
    exists: bool = Field(default=False, description="The platform said that it exists already.")
    absent_since: str | None = Field(
        default=None, description="The id of the run that looked for it in vain."
    )

    def intent(self, intent_id: str) -> Intent:
        return Intent(
            id=intent_id,
            run=self.run,
            key=self.key,
            step=self.step.step(),
            at=self.at,
            phase=self.phase,
            reason=self.reason,
            exists=self.exists,
            absent_since=self.absent_since,
        )


class PlanOnDisk(OnDisk):
    """A saved plan that was applied. Nothing of it is done twice."""

    serial: int = Field(ge=0, description="The serial of the state it was last applied to.")
    runs: list[str] = Field(
        default_factory=list, description="The runs that applied it, while something is left."
    )
    left: list[str] = Field(default_factory=list, description="The keys that are left to do.")

    def plan(self) -> UsedPlan:
        return UsedPlan(self.serial, tuple(self.runs), frozenset(self.left))


class RunOnDisk(OnDisk):
    """A run that changed this state."""

    id: str = Field(min_length=1, description="Names this run.")
    at: str = Field(description="When it began.")
    command: str = Field(description="What was run.")
    by: str | None = Field(default=None, description="Who ran it, where that is known.")
    commit: str | None = Field(default=None, description="The commit that it ran for.")
    job: str | None = Field(default=None, description="The address of the pipeline's job.")
    part: int = Field(default=1, ge=1, description="How often it has written this state.")

    def run(self) -> Run:
        return Run(self.id, self.at, self.command, self.by, self.commit, self.job, self.part)
