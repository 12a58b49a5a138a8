"""What an export came to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aepctl.manifests.entries import Definition
from aepctl.manifests.export import Passed, Why
from aepctl.manifests.pages import Page
from aepctl.model.problem import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, recorded and passed over; with `dry_run`, what would be.

    `places` says where each definition stands. `adopted` are keys, also of what was defined before.
    `is_read`: the files are among the manifests. `mine`: only what no manifest names was meant.
    """

    definitions: tuple[Definition, ...] = ()
    pages: tuple[Page, ...] = ()
    passed: tuple[Passed, ...] = ()
    places: Mapping[str, Origin] = field(default_factory=dict)
    adopted: frozenset[str] = frozenset()
    dry_run: bool = False
    adopt: bool = False
    is_read: bool = True
    mine: bool = False

    def place(self, definition: Definition) -> tuple[Origin, str]:
        """Where a definition stands: their order for people."""
        return self.places.get(definition.key, NOWHERE), definition.key

    def told(self) -> Iterator[Passed]:
        """What was passed over, and is neither adopted nor kept silent about."""
        for one in self.passed:
            silent = self.mine and one.why in {Why.DEFINED, Why.ENDED}
            if not silent and (one.why is not Why.DEFINED or one.key not in self.adopted):
                yield one

    def found_again(self) -> Iterator[Passed]:
        """What was defined before, and is recorded now."""
        return (one for one in self.passed if one.found and one.key in self.adopted)
