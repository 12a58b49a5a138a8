"""Long lines, broken where a terminal ends; commands and colours stay whole. Pure."""

import re
from collections.abc import Iterator

from aepctl.render.display import STYLE, Paint, cells

NARROWEST = 40
"""A terminal with fewer cells is taken for one that has as many."""
WORD = re.compile(r"(?:`[^`]*`|[^ `])+|`| +")
"""Blanks, or what is between them: a command in its marks is one word, so that it can be pasted."""
WIDE = (
    ("\u1100", "\u115f"), ("\u2e80", "\ua4cf"), ("\uac00", "\ud7a3"), ("\uf900", "\ufaff"),
    ("\uff00", "\uff60"), ("\U0001f300", "\U0003ffff"),
)  # fmt: skip
"""Ranges of characters that a line may be broken beside."""
NOT_FIRST = frozenset("、。，．！？；：）］｝」』】〉》〕・ー々…")  # noqa: RUF001 - just these
"""What begins no line in a text without blanks."""
COMMAND = "::"
"""The log of a pipeline obeys a line that begins so."""
END = "\x1b[0m"


def wrap(line: str, paint: Paint, hang: int) -> str:
    """The line, with line breaks where it does not fit; what follows one is indented by `hang`."""
    if paint.width is None or (len(line) <= paint.width and line.isascii()):
        return line
    width = max(paint.width, NARROWEST)
    if cells(line) <= width:
        return line
    return f"\n{' ' * hang}".join(_lines(line, width, hang))


def wrapped(text: str, paint: Paint, hang: int) -> str:
    """A text of one line or several."""
    if paint.width is None:
        return text
    return "\n".join(wrap(line, paint, hang) for line in text.split("\n"))


def _lines(line: str, width: int, hang: int) -> Iterator[str]:
    """Each line without its indent. Blanks at a break are left out, and colours begin anew."""
    text, column, blanks, style = "", 0, "", ""
    for word in _words(line):
        if word.startswith(" ") and column:
            blanks = word
            continue
        begin = column + len(blanks)
        if begin > hang and begin + cells(word) > width and not _obeyed(word):
            yield f"{text}{END}" if style else text
            text, column, blanks, begin = style, hang, "", hang
        text += blanks + word
        column, blanks = begin + cells(word), ""
        style = _style(word, style)
    yield text


def _words(line: str) -> Iterator[str]:
    """What a line may be broken between: words, and the wide characters of those without blanks."""
    for found in WORD.finditer(line):
        word = found[0]
        if word.isascii() or "`" in word:
            yield word
        else:
            yield from _split(word)


def _split(word: str) -> Iterator[str]:
    part = ""
    for character in word:
        wide = _wide(character) or (part and _wide(part[-1]))
        if part and wide and cells(character) and character not in NOT_FIRST:
            yield part
            part = ""
        part += character
    yield part


def _wide(character: str) -> bool:
    return any(first <= character <= last for first, last in WIDE)


def _obeyed(word: str) -> bool:
    return STYLE.sub("", word).startswith(COMMAND)


def _style(word: str, style: str) -> str:
    """The colours in force after a word."""
    for found in STYLE.finditer(word):
        style = "" if found[0] == END else style + found[0]
    return style
