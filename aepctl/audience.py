"""The noun: an external audience's metadata, and where a manifest asks for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audience:
    """What the platform is told of an audience. Source: Create audience endpoint, Request."""

    name: str
    namespace: str
    origin_name: str
    description: str | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two audiences the same one to a person: name, namespace, originName."""
        return (self.name, self.namespace, self.origin_name)

    def fields(self) -> dict[str, str]:
        """The fields that are given, in Adobe's spelling and the seed document's order."""
        given = {"name": self.name}
        if self.description is not None:
            given["description"] = self.description
        given["namespace"] = self.namespace
        given["originName"] = self.origin_name
        return given


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in a file. Lines and columns count from 1; columns count characters."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """One audience that the manifests ask for, under its key.

    `audience_id` is the ID that the manifest itself gives it (revision 3 of the create call).
    """

    key: str
    audience: Audience
    origin: Origin
    audience_id: str | None = None
