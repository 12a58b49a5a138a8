"""Definitions of audiences as the text of a manifest. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aepctl.manifests.scalars import lines_of, scalar
from aepctl.model.audience import Audience, Observed

SHARED = ("namespace", "originName", "description")
"""What `defaults` may give, in the order in which it stands there."""
MAX_SHARED = 1024 * 1024
"""Characters that a default of a new file may stand for in all: all files together have a limit."""


@dataclass(frozen=True, slots=True)
class Definition:
    """An audience under the key that it is given, as a manifest spells it.

    `note` says what of it is spelled otherwise than the platform does.
    """

    key: str
    audience: Audience
    found: Observed
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is indented: blanks before a key, before a field, and its line ends."""

    key: int = 2
    field: int = 4
    line_end: str = "\n"


def common(definitions: Sequence[Definition]) -> dict[str, str]:
    """The fields that are the same for all, and worth writing once."""
    given = [one.audience.fields() for one in definitions]
    shared = {}
    for name in SHARED:
        values = {fields.get(name) for fields in given}
        value = values.pop() if len(values) == 1 else None
        alone = name == "description" and len(given) == 1
        if value is not None and not alone and len(value) * len(given) <= MAX_SHARED:
            shared[name] = value
    return shared


def whole_file(definitions: Sequence[Definition]) -> str:
    """A new file with these definitions."""
    shared = common(definitions)
    lines: list[str] = []
    if shared:
        lines.append("defaults:")
        for name, value in shared.items():
            lines += _field(name, value, 2, 4)
    return "\n".join((*lines, "audiences:", entries(definitions, shared)))


def entries(
    definitions: Iterable[Definition], defaults: Mapping[str, str], layout: Layout = Layout()
) -> str:
    """The blocks of these definitions, without what `defaults` give, each line ended."""
    lines: list[str] = []
    for one in definitions:
        lines.append(f"{' ' * layout.key}{scalar(one.key)}:")
        for name, value in one.audience.fields().items():
            if defaults.get(name) != value:
                lines += _field(name, value, layout.field, layout.field + 2)
    return "".join(f"{line}{layout.line_end}" for line in lines)


def _field(name: str, value: str, indent: int, inner: int) -> list[str]:
    """`name: value`, or its lines as a block."""
    start = f"{' ' * indent}{name}: "
    block = lines_of(value)
    if block is None:
        return [f"{start}{scalar(value)}"]
    sign, lines = block
    return [start + sign, *(" " * inner + line if line else "" for line in lines)]
