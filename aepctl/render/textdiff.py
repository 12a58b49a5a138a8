"""What differs between two texts: the words that changed, or the lines. Text in, pieces out.

Nothing here is made harmless: each format does so with each piece, for its own medium.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["same", "removed", "added"]

MAX_TOKENS = 2_000
"""Of longer texts the common beginning and end are told from the rest, and no more."""
ALIKE = 0.35
"""Where a smaller part of the tokens is the same, the old text as a whole is easier to read."""
TOKEN = re.compile(
    r"(?:\d[\d.,:/-]*\d|[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u0e00-\u0e7f\u3040-\u30ff"
    r"\u3400-\u9fff\uf900-\ufaff]+|\s+|\W)[\u0300-\u036f\u200d\ufe00-\ufe0f]*"
)
"""A number, a word, a character of a script without spaces, blanks, a mark; with what combines."""


class Piece(NamedTuple):
    """A part of the text: in both, only before, or only after."""

    kind: Kind
    text: str


def words(before: str, after: str) -> tuple[Piece, ...]:
    """The text with its changed words, what was removed before what was added.

    The pieces that are not added make up `before`, those that are not removed make up `after`.
    """
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    pieces = _compared(old, new)
    alike = sum(len(text.strip()) for kind, text in pieces if kind == "same")
    if alike < ALIKE * min(len(before), len(after)):
        pieces = [Piece("removed", before), Piece("added", after)]
    return tuple(_joined(pieces))


def lines(before: str, after: str) -> tuple[Piece, ...]:
    """The lines, without their ends, as a diff has them: all of those that are the same, too."""
    return tuple(_compared(before.split("\n"), after.split("\n")))


def _compared(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece("same", one) for one in old[:start]]
    if max(len(middle_old), len(middle_new)) > MAX_TOKENS:
        pieces += _replaced(middle_old, middle_new)
    else:
        matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        for name, i, j, k, m in matcher.get_opcodes():
            if name == "equal":
                pieces += [Piece("same", one) for one in middle_old[i:j]]
            else:
                pieces += _replaced(middle_old[i:j], middle_new[k:m])
    return pieces + [Piece("same", one) for one in old[len(old) - end :]]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many there are in common at the beginning."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _replaced(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    return [*(Piece("removed", one) for one in old), *(Piece("added", one) for one in new)]


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours in one piece. Blanks between two changes belong to the change."""
    same, removed, added = "", "", ""
    for at, (kind, text) in enumerate(pieces):
        last = at + 1 == len(pieces) or pieces[at + 1].kind == "same"
        if kind == "same" and text.isspace() and (removed or added) and not last:
            removed, added = removed + text, added + text
        elif kind == "same":
            yield from _changed(removed, added)
            removed, added, same = "", "", same + text
        else:
            yield from [Piece("same", same)] if same else []
            same = ""
            removed += text if kind == "removed" else ""
            added += text if kind == "added" else ""
    yield from _changed(removed, added)
    yield from [Piece("same", same)] if same else []


def _changed(removed: str, added: str) -> list[Piece]:
    both = (Piece("removed", removed), Piece("added", added))
    return [one for one in both if one.text]
