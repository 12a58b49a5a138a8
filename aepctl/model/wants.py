"""All that the manifests want in one environment: audiences, and how others go on or end."""

from dataclasses import dataclass

from aepctl.model.audience import Wanted
from aepctl.model.problem import Origin


@dataclass(frozen=True, slots=True)
class Moved:
    """What had one key has another one now."""

    from_key: str
    to_key: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Removed:
    """What had this key is no longer wanted; `delete`: it is deleted on the platform too."""

    key: str
    delete: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class Wants:
    """Audiences in the order of the manifests; `moved` and `removed` likewise.

    No key of `removed` and no `from_key` is that of an audience, and no `to_key` stands twice.
    `elsewhere`: what other environments want, and this one does not, as the blocks say.
    """

    audiences: tuple[Wanted, ...] = ()
    moved: tuple[Moved, ...] = ()
    removed: tuple[Removed, ...] = ()
    elsewhere: tuple[Wanted, ...] = ()
