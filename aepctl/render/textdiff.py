"""What differs between two texts: the words that changed, or the lines. Text in, pieces out.

Nothing here is made harmless: each format does so with each piece, for its own medium.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["same", "removed", "added"]
Texts: TypeAlias = Sequence[str]

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


@lru_cache(maxsize=10_000)
def words(before: str, after: str) -> tuple[Piece, ...]:
    """The text with its changed words, what was removed before what was added.

    The pieces that are not added make up `before`, those that are not removed make up `after`.
    """
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    runs = [(same, "".join(gone), "".join(come)) for same, gone, come in _runs(old, new)]
    alike = sum(len(gone.strip()) for same, gone, _ in runs if same)
    if alike < ALIKE * min(len(before), len(after)):
        runs = [(False, before, after)]
    return tuple(piece for run in _without_gaps(runs) for piece in _pieces(run))


def lines(before: str, after: str) -> tuple[Piece, ...]:
    """The lines, without their ends, as a diff has them: all of those that are the same, too."""
    pieces: list[Piece] = []
    for same, gone, come in _runs(before.split("\n"), after.split("\n")):
        pieces += [Piece("same" if same else "removed", one) for one in gone]
        pieces += [] if same else [Piece("added", one) for one in come]
    return tuple(pieces)


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, Texts, Texts]]:
    """By turns what is the same and what is not: whether it is, what was there, what is there."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    gone, come = old[start : len(old) - end], new[start : len(new) - end]
    if start:
        yield True, old[:start], new[:start]
    if max(len(gone), len(come)) > MAX_TOKENS or not gone or not come:
        yield False, gone, come
    else:
        for name, i, j, k, m in SequenceMatcher(None, gone, come, autojunk=False).get_opcodes():
            yield name == "equal", gone[i:j], come[k:m]
    if end:
        yield True, old[len(old) - end :], new[len(new) - end :]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many there are in common at the beginning."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _without_gaps(runs: Sequence[tuple[bool, str, str]]) -> list[tuple[bool, str, str]]:
    """The same, where blanks between two changes belong to the change."""
    joined: list[tuple[bool, str, str]] = []
    for at, (same, gone, come) in enumerate(runs):
        gap = same and gone.isspace() and 0 < at < len(runs) - 1
        if joined and (gap or (not same and not joined[-1][0])):
            _, was, now = joined.pop()
            joined.append((False, was + gone, now + come))
        else:
            joined.append((same, gone, come))
    return joined


def _pieces(run: tuple[bool, str, str]) -> Iterator[Piece]:
    same, gone, come = run
    if same:
        yield Piece("same", gone)
        return
    yield from [Piece("removed", gone)] if gone else []
    yield from [Piece("added", come)] if come else []
