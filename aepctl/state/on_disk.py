"""How state's parts are spelled in its document and its journal: what is read (see spelling).

Only the formats know these; nothing here is a noun of the program.
"""

from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from aepctl.model.audience import Audience, Deposed, Ids, Known
from aepctl.model.lifecycle import NOTHING_SAID, AtRemoval, OnRemoval
from aepctl.model.target import Target
from aepctl.state.model import Run, UsedPlan

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


class DeposedOnDisk(IdsOnDisk):
    """What an audience was before another one took its place."""

    audience: FieldsOnDisk = Field(description="The audience as it was known.")

    def deposed(self) -> Deposed:
        return Deposed(self.ids(), self.audience.audience())


class AtRemovalOnDisk(OnDisk):
    """What is remembered of an audience for when the manifests no longer have it."""

    on_removal: Annotated[OnRemoval | None, Field(strict=False)] = Field(
        default=None, description="`retain` or `delete`; default: what the environment says."
    )
    prevent_destroy: bool = Field(default=False, description="It is never deleted.")

    def at_removal(self) -> AtRemoval:
        return AtRemoval(self.on_removal, self.prevent_destroy)


class KnownOnDisk(FieldsOnDisk, IdsOnDisk):
    """One audience as it was last sent or seen, and the IDs that the platform knows it by."""

    sent: FieldsOnDisk | None = Field(default=None, description=SENT)
    lifecycle: AtRemovalOnDisk | None = Field(
        default=None, description="What its manifest said of its end."
    )
    retained: bool = Field(
        default=False,
        description="The manifests no longer have it, and it stays on the platform.",
    )
    deposed: DeposedOnDisk | None = Field(
        default=None, description="What it took the place of, and is still to be deleted."
    )

    def known(self) -> Known:
        return Known(
            self.audience(),
            self.ids(),
            None if self.sent is None else self.sent.audience(),
            NOTHING_SAID if self.lifecycle is None else self.lifecycle.at_removal(),
            self.retained,
            None if self.deposed is None else self.deposed.deposed(),
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
