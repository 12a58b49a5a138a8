"""What differs between two texts: word for word, or line for line. Pure.

Both texts can be had again from what is found. What would take long to compare is not compared: it
is taken for another text as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

MOST = 40_000
"""The most that the two lengths may multiply to, without what begins and ends alike."""
HARDLY = 3
"""So few letters between two changes are told as a part of them."""
MARKS = re.escape(".,;:!?)]}\"'…")
"""What ends a word without being of it."""
CJK = "\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60"
"""Chinese, Japanese and Korean are compared by the letter: they have no blanks."""
WORD = (
    rf"[{CJK}]\s*|"
    rf"(?:[^\s{CJK}{MARKS}]|[{MARKS}](?![{MARKS}]{{0,9}}(?:[\s{CJK}]|\Z)))+\s*|[{MARKS}]+\s*|\s+"
)
BREAK = rf"\s|[{CJK}]|[{MARKS}]{{1,9}}(?:\s|\Z)|\Z"
"""Where what both end with may begin."""
compiled = cache(re.compile)
"""With so many letters it takes 15 ms, which a plan where no text changed does without."""


class Piece(NamedTuple):
    """What both have, or what is `gone`, or what is `new`, in its parts: words or lines."""

    kind: Literal["same", "gone", "new"]
    parts: tuple[str, ...]


class Edit(NamedTuple):
    """A stretch that both texts have, and what differs after it."""

    same: str
    gone: str = ""
    new: str = ""


def edits(before: str, after: str) -> list[Edit]:
    """How one text becomes the other, by whole words."""
    start = _start(before, after)
    end = _end(before[start:], after[start:])
    head, tail = before[:start], before[len(before) - end :]
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    if not old or not new or (" " not in old and " " not in new and len(old) + len(new) < MOST):
        found = [Edit(head, old, new), Edit(tail)]
    else:
        blank = tail[: tail[:1].isspace()]  # a word before one is no other word than at the end
        between = pieces(words(old + blank), words(new + blank))
        found = list(_stretches(head, between, tail[len(blank) :]))
    return [one for one in found if any(one)]


def pieces(before: Sequence[str], after: Sequence[str]) -> list[Piece]:
    """How one sequence becomes the other."""
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    found = [Piece("same", tuple(before[:start])), *_between(old, new)]
    found.append(Piece("same", tuple(before[len(before) - end :])))
    return [one for one in found if one.parts]


def words(text: str) -> list[str]:
    """The words of a text, each with the blanks after it; together they are the text."""
    return compiled(WORD).findall(text)


def _start(one: str, other: str) -> int:
    """How much both begin with, up to where a word ends in both."""
    count = _alike_text(one, other)
    if one[:count].isascii() and not (_ends(one, count) and _ends(other, count)):
        return one.rfind(" ", 0, count) + 1
    while count and not (_ends(one, count) and _ends(other, count)):
        count -= 1
    return count


def _end(one: str, other: str) -> int:
    """How much both end with, from where a word has ended."""
    count = _alike_text(one[::-1], other[::-1])
    breaks = compiled(BREAK)
    while not breaks.match(one, len(one) - count):
        count -= 1
    return count


def _ends(text: str, count: int) -> bool:
    around = text[count - 1 : count + 1]
    return count == len(text) or " " in around or not around.isascii()


def _alike_text(one: str, other: str) -> int:
    """How many characters both begin with, found by halves."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts both begin with."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _between(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    if not old or not new or len(old) * len(new) > MOST:
        yield Piece("gone", tuple(old))
        yield Piece("new", tuple(new))
        return
    from difflib import SequenceMatcher  # noqa: PLC0415 - most plans do without

    for _, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[i:j] == new[k:m]:
            yield Piece("same", tuple(old[i:j]))
        else:
            yield Piece("gone", tuple(old[i:j]))
            yield Piece("new", tuple(new[k:m]))


def _stretches(head: str, found: Sequence[Piece], tail: str) -> Iterator[Edit]:
    """What hardly is a word belongs to what differs; blanks that both end with do not."""
    same, gone, new = head, "", ""
    for one in found:
        text = "".join(one.parts)
        if one.kind == "gone":
            gone += text
        elif one.kind == "new":
            new += text
        elif (gone or new) and len(text.strip()) <= HARDLY:
            gone, new = gone + text, new + text
        else:
            blanks = _blanks(gone, new)
            yield Edit(same, gone[: len(gone) - blanks], new[: len(new) - blanks])
            same, gone, new = gone[len(gone) - blanks :] + text, "", ""
    blanks = _blanks(gone, new)
    yield Edit(same, gone[: len(gone) - blanks], new[: len(new) - blanks])
    yield Edit(gone[len(gone) - blanks :] + tail)


def _blanks(gone: str, new: str) -> int:
    mine, theirs = (len(text) - len(text.rstrip()) for text in (gone, new))
    return mine if mine and gone[-mine:] == new[-theirs:] else 0
