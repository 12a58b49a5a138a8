"""How steps are spelled in state's document and journal: what is read (see spelling)."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from aepctl.model.audience import Known
from aepctl.model.lifecycle import NOTHING_SAID
from aepctl.model.steps import Adopt, Create, Delete, Forget, Move, Patch, Record, Remember
from aepctl.state.model import NO_OUTCOME, Intent, Phase
from aepctl.state.on_disk import (
    SENT,
    AtRemovalOnDisk,
    DeposedOnDisk,
    FieldsOnDisk,
    IdsOnDisk,
    Moment,
    OnDisk,
)


class CreateOnDisk(OnDisk):
    """Create the audience."""

    type: Literal["create"] = Field(description="What kind of step it is.")
    audience: FieldsOnDisk = Field(description="The audience as it is sent.")
    audience_id: str | None = Field(
        default=None, alias="audienceId", description="The ID that aepctl gives it (revision 3)."
    )
    replaces: IdsOnDisk | None = Field(
        default=None, description="What its key has until then, and what is deleted after it."
    )

    def step(self) -> Create:
        replaces = None if self.replaces is None else self.replaces.ids()
        return Create(self.audience.audience(), self.audience_id, replaces)


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
    lifecycle: AtRemovalOnDisk | None = Field(
        default=None, description="What its manifest said of its end."
    )
    deposed: DeposedOnDisk | None = Field(
        default=None, description="What it takes the place of, and is still to be deleted."
    )

    def step(self) -> Adopt:
        known = Known(
            self.audience.audience(),
            self.ids(),
            None if self.sent is None else self.sent.audience(),
            NOTHING_SAID if self.lifecycle is None else self.lifecycle.at_removal(),
            deposed=None if self.deposed is None else self.deposed.deposed(),
        )
        return Adopt(known)


class MoveOnDisk(OnDisk):
    """Record what another key had."""

    type: Literal["move"] = Field(description="What kind of step it is.")
    from_key: str = Field(alias="from", description="The key that it had.")

    def step(self) -> Move:
        return Move(self.from_key)


class ForgetOnDisk(OnDisk):
    """Record nothing of it any more."""

    type: Literal["forget"] = Field(description="What kind of step it is.")
    retain: bool = Field(default=False, description="But remember whose it was.")

    def step(self) -> Forget:
        return Forget(self.retain)


class RecordOnDisk(OnDisk):
    """Record other fields for an audience that is known."""

    type: Literal["record"] = Field(description="What kind of step it is.")
    audience: FieldsOnDisk = Field(description="The audience as it was seen.")
    id: str | None = Field(default=None, description="The platform's own `id` of it.")

    def step(self) -> Record:
        return Record(self.audience.audience(), self.id)


class RememberOnDisk(OnDisk):
    """Remember what its manifest says of its end."""

    type: Literal["remember"] = Field(description="What kind of step it is.")
    lifecycle: AtRemovalOnDisk = Field(description="What its manifest says of its end.")

    def step(self) -> Remember:
        return Remember(self.lifecycle.at_removal())


RemoteStepOnDisk: TypeAlias = Annotated[
    CreateOnDisk | PatchOnDisk | DeleteOnDisk, Field(discriminator="type")
]
LocalStepOnDisk: TypeAlias = Annotated[
    AdoptOnDisk | MoveOnDisk | ForgetOnDisk | RecordOnDisk | RememberOnDisk,
    Field(discriminator="type"),
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
