"""The fields of a saved plan that apply reads; what else stands there, people read."""

from pydantic import BaseModel, ConfigDict, Field


class _OnDisk(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class TargetModel(_OnDisk):
    """Whose audiences it is for."""

    org: str
    sandbox: str
    endpoint: str


class StateModel(_OnDisk):
    """The state that it was made from."""

    lineage: str | None
    serial: int


class ChangeModel(_OnDisk):
    """One change, as it was shown."""

    key: str
    before: dict[str, str] | None
    after: dict[str, str] | None
    given_id: str | None = Field(default=None, alias="audienceId")


class SavedPlanModel(_OnDisk):
    """A saved plan."""

    format: str
    plan: str
    version: str
    environment: str
    target: TargetModel
    state: StateModel
    targets: list[str]
    refreshed: bool
    overwrites: bool
    changes: list[ChangeModel]
    effects: dict[str, str]
    rests: dict[str, list[str]] = Field(default_factory=dict)
    digest: str
