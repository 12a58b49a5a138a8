"""What a manifest file may hold. The JSON Schema for editors comes from here too."""

from pydantic import Field

from aepctl.yamldoc.texts import AudienceId, Key, Line, Lines, Written


class Defaults(Written):
    """Fields for every audience of the file that does not give its own."""

    description: Lines | None = None
    namespace: Line | None = None
    origin_name: Line | None = Field(default=None, alias="originName")


class Entry(Written):
    """One audience. Source of the fields: Create audience endpoint, Request."""

    name: Line
    description: Lines | None = None
    namespace: Line | None = None
    origin_name: Line | None = Field(default=None, alias="originName")
    audience_id: AudienceId | None = Field(default=None, alias="audienceId")


class ManifestDocument(Written):
    """One document of a manifest file; the documents of a file count as one."""

    defaults: Defaults = Defaults()
    audiences: dict[Key, Entry] = Field(default_factory=dict)
