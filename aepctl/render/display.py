"""Make text from people and from the platform safe and plain on a terminal and in a log."""

import json
import re
import unicodedata
from collections.abc import Iterable

UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufff0-\ufff8"  # without a shape
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
COMMAND = re.compile(r"##(\w*)\[")
CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


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
    """How many cells of a terminal the text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)


def _spelled(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


class Paint:
    """Colours for a terminal; without `on`, plain text."""

    def __init__(self, *, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, *styles: str) -> str:
        if not self._on or not styles or not text:
            return text
        return f"\x1b[{';'.join(CODES[style] for style in styles)}m{text}\x1b[0m"
