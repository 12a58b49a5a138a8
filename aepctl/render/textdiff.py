"""What differs between two texts, as pieces for Markdown and HTML: by changed words, or by lines.

Nothing here is made harmless: each format does so with each piece, for its own medium.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias
from unicodedata import combining

from aepctl.render.difference import Edit, edits, pieces

Kind: TypeAlias = Literal["same", "removed", "added"]

ALIKE = 0.35
"""Where a smaller part of the texts is the same, the old text as a whole is easier to read."""
KINDS: dict[str, Kind] = {"same": "same", "gone": "removed", "new": "added"}


class Piece(NamedTuple):
    """A part of the text: in both, only before, or only after."""

    kind: Kind
    text: str


@lru_cache(maxsize=10_000)
def words(before: str, after: str) -> tuple[Piece, ...]:
    """The text with its changed words, what was removed before what was added.

    The pieces that are not added make up `before`, those that are not removed make up `after`.
    """
    found: Sequence[Edit] = edits(before, after)
    alike = sum(len(one.same.strip()) for one in found)
    torn = any(combining(text[0]) for one in found for text in one if text)
    if torn or alike < ALIKE * min(len(before), len(after)):
        found = [Edit("", before, after)]
    every = (
        Piece(kind, text) for one in found for kind, text in zip(KINDS.values(), one, strict=True)
    )
    return tuple(piece for piece in every if piece.text)


def lines(before: str, after: str) -> tuple[Piece, ...]:
    """The lines, without their ends, as a diff has them: all of those that are the same, too."""
    found = pieces(before.split("\n"), after.split("\n"))
    return tuple(Piece(KINDS[kind], line) for kind, parts in found for line in parts)
