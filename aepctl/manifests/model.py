"""What a manifest file may hold. The JSON Schema for editors comes from here too."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from aepctl.manifests.said import (
    MUTABLE,
    DefaultsSaid,
    DocumentSaid,
    EntrySaid,
    LifecycleSaid,
    OverrideSaid,
)
from aepctl.yamldoc.types import (
    AudienceId,
    Flag,
    Key,
    MultiLine,
    NoField,
    Removable,
    SingleLine,
    StrictModel,
)

DESCRIPTION = "What people should know of the audience; may have several lines. Optional."
NAMESPACE = "Adobe's `namespace` of the audience, such as `agora`."
ORIGIN_NAME = "Adobe's `originName`: the system that the audience comes from."


def _mutable(name: str) -> str:
    if name not in MUTABLE:
        raise ValueError(f"expected {' or '.join(MUTABLE)}: nothing else can change")
    return name


Mutable = Annotated[
    str, AfterValidator(_mutable), WithJsonSchema({"type": "string", "enum": list(MUTABLE)})
]
"""A field that may be edited on the platform, in Adobe's spelling."""


class LifecycleBlock(StrictModel):
    """How an audience's life goes on and ends. What is left out, `defaults` may say."""

    on_removal: Literal["retain", "delete"] | None = Field(
        default=None,
        description="What becomes of the audience on the platform when its block is gone: "
        "`retain` leaves it there, `delete` deletes it. Default: what the environment says.",
    )
    prevent_destroy: Flag | None = Field(
        default=None,
        description="`true`: it is never deleted, also when its block is gone. Default: `false`.",
    )
    on_immutable_change: Literal["refuse", "replace"] | None = Field(
        default=None,
        description="What a new namespace or originName does, which the platform does not change: "
        "`refuse` stops, `replace` makes the audience anew, with a new ID, and then deletes the "
        "old one. Default: `refuse`.",
    )
    ignore_changes: list[Mutable] | None = Field(
        default=None,
        description="Fields that may be edited in the platform's own pages: once the audience "
        "exists they are neither compared nor sent.",
        examples=[["description"]],
    )

    def said(self) -> LifecycleSaid:
        """What it says, without pydantic."""
        return LifecycleSaid(
            self.on_removal, self.prevent_destroy, self.on_immutable_change, self.ignore_changes
        )


NOTHING = LifecycleBlock.model_construct()
"""Without a check, for which pydantic would make all that it needs while this module is loaded."""
LIFECYCLE = "How the audience's life goes on and ends."


ENVIRONMENTS = "The environments of aepctl.yaml that it is for. Default: all."


class Defaults(StrictModel):
    """Fields for every audience of the file that does not give its own."""

    description: MultiLine | None = Field(default=None, description=DESCRIPTION)
    namespace: SingleLine | None = Field(default=None, description=NAMESPACE)
    origin_name: SingleLine | None = Field(
        default=None, alias="originName", description=ORIGIN_NAME
    )
    lifecycle: LifecycleBlock = Field(
        default=NOTHING,
        description=f"{LIFECYCLE} Each field that an audience does not say itself is taken here.",
    )
    environments: list[Key] | None = Field(default=None, description=ENVIRONMENTS)

    def said(self) -> DefaultsSaid:
        """What they say, without pydantic."""
        return DefaultsSaid(**_said(self))


class Override(StrictModel):
    """What of one audience is otherwise in one environment."""

    never: ClassVar[Mapping[str, NoField]] = {
        "key": NoField(
            rule="override-of-key",
            message="the key cannot be overridden",
            hint="an audience has the same key everywhere; another block may be for this "
            "environment",
        ),
        "environments": NoField(
            rule="override-of-environments",
            message="`environments` cannot be overridden",
            hint="write beside `overrides` which environments the audience is for",
        ),
    }

    name: SingleLine | None = Field(default=None, description="Its name there.")
    description: Removable | None = Field(
        default=None, description='Its description there; `""`: it has none there.'
    )
    namespace: SingleLine | None = Field(default=None, description="Its `namespace` there.")
    origin_name: SingleLine | None = Field(
        default=None, alias="originName", description="Its `originName` there."
    )
    audience_id: AudienceId | None = Field(
        default=None, alias="audienceId", description="Its `audienceId` there."
    )
    lifecycle: LifecycleBlock = Field(
        default=NOTHING, description=f"{LIFECYCLE} What is left out is as the block says."
    )

    def said(self) -> OverrideSaid:
        """What it says, without pydantic."""
        return OverrideSaid(**_said(self))


class Entry(StrictModel):
    """One audience that shall exist."""

    # Source of the fields: Create audience endpoint, Request.
    name: SingleLine = Field(
        description="The audience's name on the platform: one line. Text stays text: `NO`, `1.10` "
        "and `2027-01-01` are what is written."
    )
    description: MultiLine | None = Field(default=None, description=DESCRIPTION)
    namespace: SingleLine | None = Field(
        default=None, description=f"{NAMESPACE} Needed here or in `defaults`."
    )
    origin_name: SingleLine | None = Field(
        default=None,
        alias="originName",
        description=f"{ORIGIN_NAME} Needed here or in `defaults`.",
    )
    audience_id: AudienceId | None = Field(
        default=None,
        alias="audienceId",
        description="With `audience_ids: client` in aepctl.yaml: the ID to give, instead of the "
        "computed one. Else: the ID of the audience that exists already and is to be adopted.",
    )
    lifecycle: LifecycleBlock = Field(default=NOTHING, description=LIFECYCLE)
    environments: list[Key] | None = Field(default=None, description=ENVIRONMENTS)
    overrides: dict[Key, Override] = Field(
        default_factory=dict,
        description="What is otherwise in some environments, each under its name.",
        examples=[{"prod": {"description": "Refreshed nightly."}}],
    )

    def said(self) -> EntrySaid:
        """What it says, without pydantic."""
        overrides = {name: one.said() for name, one in self.overrides.items()}
        return EntrySaid(**_said(self) | {"overrides": overrides})


def _said(block: Defaults | Override | Entry) -> dict[str, Any]:
    return {**dict(block), "lifecycle": block.lifecycle.said()}


class MovedBlock(StrictModel):
    """What had one key has another one now."""

    from_key: Key = Field(alias="from", description="The key that it had.")
    to_key: Key = Field(alias="to", description="The key that it has now.")


class RemovedBlock(StrictModel):
    """What had this key is no longer wanted, and its block is gone."""

    key: Key = Field(description="The key that it had.")
    delete: Flag = Field(
        description="`true`: it is deleted on the platform. `false`: it is forgotten, and stays "
        "there."
    )


class ManifestDocument(StrictModel):
    """One document of a manifest file; the documents of a file count as one."""

    defaults: Defaults = Field(
        default=Defaults.model_construct(),
        description="Fields for every audience of this file that does not give its own.",
    )
    audiences: dict[Key, Entry] = Field(
        default_factory=dict,
        description="The audiences that shall exist, each under its key: a stable address, unique "
        "over all files, which the platform never sees.",
    )
    moved: list[MovedBlock] = Field(
        default_factory=list,
        description="Audiences that have another key now. A line may stay for ever: it does "
        "nothing where it was done.",
    )
    removed: list[RemovedBlock] = Field(
        default_factory=list,
        description="Audiences that are no longer wanted, and whether each is deleted. A line may "
        "stay for ever: it does nothing where it was done.",
    )

    def said(self) -> DocumentSaid:
        """What it says, without pydantic."""
        return DocumentSaid(
            {key: one.said() for key, one in self.audiences.items()},
            self.defaults.said(),
            [(one.from_key, one.to_key) for one in self.moved],
            [(one.key, one.delete) for one in self.removed],
        )
