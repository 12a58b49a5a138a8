"""What was seen of the platform, and what of it was surely not there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aepctl.model.audience import Observed


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run saw after settling.

    By audienceId: `gone` are those of which the platform itself says that they are not there any
    more, with the word for what they are instead, if there is one. `missing` were looked for in
    lists alone, which may lag, and not found: that proves nothing. `denied` are those that a list
    shows, while by their own id the platform has no such audience.
    """

    found: tuple[Observed, ...] = ()
    gone: Mapping[str, str | None] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()

    def by_id(self) -> Mapping[str, Observed]:
        """What was found, by audienceId; of two that have one, always the same."""
        found: dict[str, Observed] = {}
        for one in self.found:
            other = found.setdefault(one.ids.audience_id, one)
            if other != one:
                found[one.ids.audience_id] = min(one, other, key=repr)
        return found
