"""What was seen of the platform, and what of it was surely not there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aepctl.model.audience import Observed


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run saw after settling.

    By audienceId: `gone` are those of which the platform itself says that they are not there any
    more, with the word for what they are instead, if there is one. `missing` were looked for in
    lists alone, which may lag, and not found: that proves nothing.
    """

    found: tuple[Observed, ...] = ()
    gone: Mapping[str, str | None] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
