"""The order in which a manifest's blocks and fields stand, for what formats them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a mapping or a list by its place.

    `order`: its fields; any other comes after them. `words`: fields that hold `true` or `false`.
    `each`: the shape of all that has none of its own in `fields`. `is_block`: never in brackets.
    """

    order: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    fields: Mapping[str, "Shape"] = field(default_factory=dict)
    each: "Shape | None" = None
    is_block: bool = False

    def of(self, key: str | None) -> "Shape":
        """The shape of what stands under the key, or of an item."""
        return self.fields.get(key or "") or self.each or ANY

    def rank(self, key: str) -> int:
        """Where a field stands among the others."""
        return self.order.index(key) if key in self.order else len(self.order)


ANY = Shape()
"""What nothing is known of: it stays in the order that it has."""
LIFECYCLE = Shape(
    ("on_removal", "prevent_destroy", "on_immutable_change", "ignore_changes"),
    frozenset({"prevent_destroy"}),
)
OVERRIDE = Shape(
    ("name", "description", "namespace", "originName", "lifecycle", "audienceId"),
    fields={"lifecycle": LIFECYCLE},
)
OVERRIDES = Shape(each=OVERRIDE)
AUDIENCE = Shape(
    (
        "name",
        "description",
        "namespace",
        "originName",
        "environments",
        "overrides",
        "lifecycle",
        "audienceId",
    ),
    fields={"overrides": OVERRIDES, "lifecycle": LIFECYCLE},
)
DEFAULTS = Shape(
    ("namespace", "originName", "description", "environments", "lifecycle"),
    fields={"lifecycle": LIFECYCLE},
)
MANIFEST = Shape(
    ("defaults", "audiences", "moved", "removed"),
    fields={
        "defaults": DEFAULTS,
        "audiences": Shape(each=AUDIENCE, is_block=True),
        "moved": Shape(each=Shape(("from", "to"))),
        "removed": Shape(each=Shape(("key", "delete"), frozenset({"delete"}))),
    },
    is_block=True,
)
SETTINGS = Shape(is_block=True)
"""aepctl.yaml: its fields stay in the order that they have."""
