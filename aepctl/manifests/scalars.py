"""Text as YAML that reads back as just that text, here and by every other reader. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from aepctl.model.spelling import JOINERS
from aepctl.yamldoc.parsing import NOT_TEXT

RESOLVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
"""What some reader of YAML takes for something else than text, in any case."""
NO_VALUE = re.compile(r"[0-9][^ ]* .*[A-Za-z]{2}")
"""Begins with a digit, and still is neither a number nor a time: `10,000 points`."""
FLOW = re.compile(r"[,\[\]{}?]")
"""What ends a text within brackets; `?` for readers of YAML 1.0 and 1.1."""
PARAGRAPHS = re.compile(r"\n+")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Neither a number nor a time either, whatever it begins with."""
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
LITERAL = str.maketrans("", "", "\n\t" + "".join(JOINERS))
BYTE, SHORT = 0xFF, 0xFFFF


def scalar(text: str, *, in_flow: bool = False) -> str:
    """The text on one line: as it is where nothing can take it for anything else, else in quotes.

    What cannot be seen is always spelled out. `in_flow`: within brackets, which it then must lack.
    """
    if _is_plain(text) and not (in_flow and FLOW.search(text)):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def folded_lines(text: str, written: Sequence[str]) -> str | None:
    """The sign of a block that joins the lines, as somebody broke them, to just this text.

    None where they do not come to it, or where not all of it could be seen.
    """
    if not written or not written[0] or not written[-1]:
        return None
    if any(line != line.strip(" \t") for line in written) or not _is_seen("".join(written)):
        return None
    joined = PARAGRAPHS.sub(_joined, "\n".join(written))
    return {joined: ">-", f"{joined}\n": ">"}.get(text)


def _joined(found: re.Match[str]) -> str:
    return found[0][1:] or " "


def lines_of(text: str, *, ragged: bool = False) -> tuple[str, tuple[str, ...]] | None:
    """A text of several lines as a block: its sign, and its lines. None where that is not exact.

    `ragged`: its lines may end with blanks, which nobody sees there.
    """
    *lines, last = text.split("\n")
    sign = "|" if lines and not last else "|-"
    if last:
        lines.append(last)
    elif not lines or not lines[-1]:
        return None
    if len(lines) == 1 and sign == "|-":
        return None
    if any(line != line.rstrip(" \t") for line in (lines[-1:] if ragged else lines)):
        return None
    if not lines[0] or lines[0][0] in " \t" or not _is_seen(text.translate(LITERAL)):
        return None
    return sign, tuple(lines)


def _is_plain(text: str) -> bool:
    if not text or text != text.strip() or not _is_seen(_without_joiners(text)):
        return False
    if text.casefold() in RESOLVED or ": " in text or " #" in text or text.endswith(":"):
        return False
    first = text[0]
    if first.isascii() and first.isdigit():
        return (NO_VALUE.match(text) or UUID.fullmatch(text)) is not None
    return first.isalpha() or not (first.isascii() or unicodedata.category(first)[0] == "M")


def _is_seen(text: str) -> bool:
    return text.isprintable() and NOT_TEXT.search(text) is None


def _without_joiners(text: str) -> str:
    return text if text.isascii() else "".join(one for one in text if one not in JOINERS)


def _escaped(one: str) -> str:
    if one in ESCAPES:
        return ESCAPES[one]
    if one.isprintable() or one in JOINERS:
        return one
    code = ord(one)
    if code <= BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= SHORT else f"\\U{code:08x}"
