"""The entries of a block in their usual order, with what is said above them. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from aepctl.manifests.order import Shape
from aepctl.yamldoc.nodes import Alias, Collection, Document, Entry, Node, Text

FOR_TOOLS = re.compile(
    r"#\s*(?:yaml-language-server:|yamllint\b|vim?:|prettier-ignore|-\*-|\$schema|!)"
)
"""A comment that some program looks for at the top of a file."""


def ordered(collection: Collection, shape: Shape) -> list[Entry]:
    """Its entries in the order of the shape; others, and those that have none, stay as they are.

    What stands above an entry goes with it, but for a blank line: that stays where it separates.
    """
    ranks = [shape.rank(key_of(entry) or "") for entry in collection.entries]
    if ranks == sorted(ranks):
        return collection.entries
    pairs = sorted(zip(ranks, range(len(ranks)), collection.entries, strict=True))
    blank = [entry.above[:1] == [""] for entry in collection.entries]
    moved = []
    for after_blank, (_, _, entry) in zip(blank, pairs, strict=True):
        above = list(entry.above)
        while above and not above[0]:
            del above[0]
        moved.append(replace(entry, above=[*([""] if after_blank else ()), *above]))
    return moved


def key_of(entry: Entry) -> str | None:
    """The text of its key, if it has one."""
    return entry.key.value if isinstance(entry.key, Text) else None


def head_of(lines: Sequence[str]) -> int:
    """How many of the lines above the first entry are about the whole document.

    That is all before a blank line, and what programs look for at the top.
    """
    for number in reversed(range(len(lines))):
        if not lines[number]:
            return number + 1
    return next((n for n, line in enumerate(lines) if not FOR_TOOLS.match(line)), len(lines))


def may_be_ordered(document: Document, shape: Shape) -> bool:
    """Whether each alias still stands for the same anchor when the entries are in their order."""
    if document.value is None or not document.has_aliases:
        return True
    before = list(_meant(document.value, shape, {}, in_order=False))
    after = list(_meant(document.value, shape, {}, in_order=True))
    return sorted(before) == sorted(after)


def _meant(
    node: Node, shape: Shape, anchors: dict[str, int], *, in_order: bool
) -> Iterator[tuple[int, int]]:
    """Which alias stands for which anchor, each as the identity of its node."""
    if isinstance(node, Alias):
        yield id(node), anchors.get(node.name, 0)
        return
    if node.anchor is not None:
        anchors[node.anchor] = id(node)
    if isinstance(node, Collection):
        for entry in ordered(node, shape) if in_order else node.entries:
            below = shape.of(key_of(entry))
            for one in (entry.key, entry.value):
                if one is not None:
                    yield from _meant(one, below, anchors, in_order=in_order)
