"""The whole document as it stands in a file or a store: what is read (see codec)."""

from pydantic import Field

from aepctl.state.on_disk import KnownOnDisk, OnDisk, PlanOnDisk, RunOnDisk, TargetOnDisk
from aepctl.state.steps_on_disk import IntentOnDisk


class LeaseOnDisk(OnDisk):
    """Who holds a state that is kept in a store which a team shares."""

    id: str = Field(min_length=1, description="Names this lock: see `state unlock`.")
    seconds: float = Field(ge=1, strict=False, description="How long it lasts without a write.")
    holder: dict[str, str] = Field(default_factory=dict, description="Who, where, since when.")


class SettledDocument(OnDisk):
    """A state document in which nothing is open: what most runs read, so it must be read fast."""

    format: str = Field(
        description="MAJOR.MINOR of this format.",
        json_schema_extra={"pattern": r"^\d{1,4}\.\d{1,4}$"},
    )
    lineage: str = Field(min_length=1, description="Names this state for as long as it lives.")
    serial: int = Field(ge=0, description="Grows with each change.")
    target: TargetOnDisk = Field(description="Whose audiences these are.")
    plans: dict[str, PlanOnDisk] | list[str] = Field(
        default_factory=dict,
        description="The saved plans that were applied, by id. Before format 1.3, their ids alone.",
    )
    audiences: dict[str, KnownOnDisk] = Field(description="The known audiences by key.")
    runs: list[RunOnDisk] = Field(
        default_factory=list, description="The last runs that changed this state, the latest last."
    )
    lock: LeaseOnDisk | None = Field(
        default=None, description="Who holds it now (in a store that a team shares)."
    )
    write_id: str | None = Field(
        default=None, description="Names the last write (in a store that a team shares)."
    )
    moved: str | None = Field(
        default=None, description="Where it was moved to: nobody goes on with this one."
    )


class StateDocument(SettledDocument):
    """A state document: which audiences exist, under which IDs, and what may be under way."""

    intents: dict[str, IntentOnDisk] = Field(
        default_factory=dict, description="The steps without a known outcome, by the intent's id."
    )
