"""What may help where a text is no YAML: the mistakes that people make. Pure."""

import re
from collections.abc import Sequence

from aepctl.yamldoc.places import Position, source_lines

TABS = "indent with spaces; YAML allows no tabs there"
QUOTES = "put a text that holds `: ` into quotes; what is a field gets a line of its own"
ALIKE = "indent the fields of a block alike"
ABOVE = "the line above needs `: ` behind its key"
WHOLE = "put the whole text into quotes, those of the kind that it does not hold"
CLOSE = "what is opened here is not closed"
CLOSE_OR_COMMA = f"{CLOSE}, or a comma is missing in it"
CLOSED = "nothing is open here that this closes"
ENDED = "a text in quotes ends here that began in a line above: close it there"
NO_COLON = "a key needs `: ` behind it"
ITEMS = "indent the items of a list alike; beside fields there are none"
HINTS = {
    "invalid Unicode character escape code": "a character beyond U+FFFF is one escape, such as "
    "`\\U0001f600`, or JSON's two: `\\ud83d\\ude00`",
    "did not find expected '-' indicator": ALIKE,
    "cannot start any token": "put a text that starts with this character into quotes",
}
QUOTED = r"""\s*(?:-\s+)*("[^"]*"|'[^']*'|[^"']*):\s+(["']).*\2\s*"""
"""A key, and a text in quotes that ends."""
KEY_ENDS = r":(\s|$)"
"""What is behind a key."""


def hint_for(said: str, text: str, position: Position, *, opened: bool) -> str | None:
    """What to do about what libyaml said; `opened`: the place is where what goes on begins."""
    if opened:
        return CLOSE if "quoted" in said else CLOSE_OR_COMMA
    number, column = position
    lines = source_lines(text)
    line = lines[number - 1]
    before = line[:column]
    if "\t" in before and not before.strip(" \t-"):
        return TABS
    if "mapping values are not allowed" in said:
        return _two_colons(line, column, _above(lines, number))
    if "did not find expected key" in said:
        return _no_key(line[: column - 1], line[column - 1 :])
    return next((hint for words, hint in HINTS.items() if words in said), None)


def _no_key(before: str, behind: str) -> str:
    """What cannot be a field of the block, and what is before it in its line."""
    if re.fullmatch(QUOTED, before):
        return WHOLE
    if behind[:1] in {"]", "}"}:
        return CLOSED
    if behind.split(maxsplit=1)[:1] == ["-"]:
        return ITEMS
    quote = before.rstrip()[-1:]
    if quote not in {"'", '"'}:
        return ALIKE
    return ENDED if before.count(quote) % 2 else NO_COLON


def _two_colons(line: str, column: int, above: str) -> str:
    """A key where none can be: within a text, or below one."""
    if re.search(KEY_ENDS, line[: column - 1]) or not above:
        return QUOTES
    if not re.search(KEY_ENDS, above):
        return ABOVE
    return ALIKE if _indent(line) > _indent(above) else QUOTES


def _above(lines: Sequence[str], number: int) -> str:
    """The last line before this one that says something."""
    said = (one for one in reversed(lines[: number - 1]) if one.partition("#")[0].strip())
    return next(said, "")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" -"))
