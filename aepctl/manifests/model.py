"""What a manifest file may hold. The JSON Schema for editors comes from here too."""

from pydantic import Field

from aepctl.yamldoc.types import AudienceId, Key, MultiLine, SingleLine, StrictModel

DESCRIPTION = "What people should know of the audience; may have several lines. Optional."
NAMESPACE = "Adobe's `namespace` of the audience, such as `agora`."
ORIGIN_NAME = "Adobe's `originName`: the system that the audience comes from."


class Defaults(StrictModel):
    """Fields for every audience of the file that does not give its own."""

    description: MultiLine | None = Field(default=None, description=DESCRIPTION)
    namespace: SingleLine | None = Field(default=None, description=NAMESPACE)
    origin_name: SingleLine | None = Field(
        default=None, alias="originName", description=ORIGIN_NAME
    )


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
        description="An ID of your own instead of the computed one; only with `audience_ids: "
        "client` in aepctl.yaml.",
    )


class ManifestDocument(StrictModel):
    """One document of a manifest file; the documents of a file count as one."""

    defaults: Defaults = Field(
        default=Defaults(),
        description="Fields for every audience of this file that does not give its own.",
    )
    audiences: dict[Key, Entry] = Field(
        default_factory=dict,
        description="The audiences that shall exist, each under its key: a stable address, unique "
        "over all files, which the platform never sees.",
    )
