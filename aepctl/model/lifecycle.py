"""How an audience's life goes on and ends: what its manifest says of that, and what state keeps."""

from dataclasses import dataclass
from enum import StrEnum


class OnRemoval(StrEnum):
    """What becomes of an audience that the manifests no longer have."""

    RETAIN = "retain"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class AtRemoval:
    """What state remembers of an audience for when its block is gone.

    `on_removal` None: what the environment says. `prevent_destroy`: it is never deleted.
    """

    on_removal: OnRemoval | None = None
    prevent_destroy: bool = False


NOTHING_SAID = AtRemoval()


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What a manifest says of an audience's life.

    `replaces`: it is made anew where a field changes that the platform does not let change.
    `ignored` fields, in Adobe's spelling, are neither compared nor sent once it exists.
    """

    at_removal: AtRemoval = NOTHING_SAID
    replaces: bool = False
    ignored: frozenset[str] = frozenset()


NO_LIFECYCLE = Lifecycle()
