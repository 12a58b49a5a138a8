"""For which environments an audience is, and what of it is otherwise in some of them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aepctl.model.audience import Wanted


@dataclass(frozen=True, slots=True)
class Scope:
    """What a block says of environments. `only`: those that it is for, None for all.

    `overrides` has the audience as it is in each environment for which its block has an override.
    """

    only: frozenset[str] | None = None
    overrides: Mapping[str, Wanted] = field(default_factory=dict)

    def has(self, environment: str) -> bool:
        """Whether the audience is for this environment."""
        return self.only is None or environment in self.only

    def within(self, environment: str, block: Wanted) -> Wanted:
        """The audience as it is there, where `block` has what is not overridden."""
        return self.overrides.get(environment, block)

    @property
    def names(self) -> frozenset[str]:
        """The environments that it names."""
        return (self.only or frozenset()).union(self.overrides)
