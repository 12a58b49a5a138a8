"""Make text from people and from the platform safe and plain on a terminal and in a log."""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufff0-\ufff8"  # without a shape
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
COMMAND = re.compile(r"##(\w*)\[")
CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
}
STYLE = re.compile("\x1b\\[([0-9;]*)m")
"""What Paint puts around a text."""
JAMO = range(0x1160, 0x1200)
"""Vowels and ends of a Korean syllable: they join what is before them."""


def display(text: str) -> str:
    """The text on one line, with everything that cannot be seen or acts on a terminal spelled out.

    `##[` and `##vso[` are broken up as well: the logs of pipelines obey them wherever they stand.
    """
    if "##" in text:
        text = COMMAND.sub(r"##\1\\x5b", text)
    if text.isascii() and text.isprintable():  # most texts, and many times faster
        return text
    return UNSAFE.sub(_spelled, text)


def display_all(texts: Iterable[str]) -> tuple[str, ...]:
    """Each as `display` shows it; many times faster where none needs it."""
    texts = tuple(texts)
    together = "".join(texts)
    if "##" not in together and together.isascii() and together.isprintable():
        return texts
    return tuple(display(text) for text in texts)


def display_lines(text: str) -> str:
    """The same for a text of several lines: each but the first is an item of a list.

    So none can begin with what the log of a pipeline obeys, wherever it comes from.
    """
    return "\n  - ".join(display(line) for line in text.split("\n"))


_encode = json.JSONEncoder(ensure_ascii=False).encode


def safe_json(value: object) -> str:
    """JSON on one line that is as safe to look at as `display` makes text, and means the same."""
    text = _encode(value)
    if "##" in text:
        text = COMMAND.sub(r"##\1\\u005b", text)
    if text.isascii() and text.isprintable():
        return text
    return UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def cells(text: str) -> int:
    """How many cells of a terminal the text takes, colours and all."""
    if text.isascii() and "\x1b" not in text:
        return len(text)
    return sum(map(_cells, STYLE.sub("", text)))


@cache
def _cells(character: str) -> int:
    """Two for what is wide, none for what joins the character before it."""
    if unicodedata.category(character) in {"Mn", "Me"} or ord(character) in JAMO:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _spelled(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


class Paint:
    """What a text is put on. A terminal has colours (`on`) and a width; a log has neither.

    `verbose`: every detail is told. `folds` says how to see what is left out of a long list; where
    it is empty, nothing is.
    """

    def __init__(
        self, *, on: bool, width: int | None = None, verbose: bool = False, folds: str = ""
    ) -> None:
        self._on = on
        self.width = width
        self.verbose = verbose
        self.folds = folds

    def __call__(self, text: str, *styles: str) -> str:
        if not self._on or not styles or not text:
            return text
        return f"\x1b[{';'.join(CODES[style] for style in styles)}m{text}\x1b[0m"
