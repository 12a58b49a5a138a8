"""What may help where a text is no YAML: the mistakes that people make. Pure."""

import re
from collections.abc import Sequence

from aepctl.yamldoc.places import Position, source_lines

TABS = "indent with spaces; YAML allows no tabs there"
QUOTES = "put a text that holds `: ` into quotes"
ALIKE = "indent the fields of a block alike"
ABOVE = "the line above needs `: ` behind its key"
WHOLE = "put the whole text into quotes, those of the kind that it does not hold"
CLOSE = "what is opened here is not closed"
HINTS = {
    "invalid Unicode character escape code": "a character beyond U+FFFF is one escape, such as "
    "`\\U0001f600`, or JSON's two: `\\ud83d\\ude00`",
    "cannot start any token": "put a text that starts with this character into quotes",
}
QUOTED = r"""[^"']*:\s+(["']).*\1\s*"""
"""A key, and a text in quotes that ends."""


def hint_for(said: str, text: str, position: Position, *, opened: bool) -> str | None:
    """What to do about what libyaml said; `opened`: the place is where what goes on begins."""
    if opened:
        return CLOSE
    number, column = position
    lines = source_lines(text)
    line = lines[number - 1]
    before = line[:column]
    if "\t" in before and not before.strip(" \t-"):
        return TABS
    if "mapping values are not allowed" in said:
        return _two_colons(line, column, _above(lines, number))
    if "did not find expected key" in said:
        return WHOLE if re.fullmatch(QUOTED, line[: column - 1]) else ALIKE
    return next((hint for words, hint in HINTS.items() if words in said), None)


def _two_colons(line: str, column: int, above: str) -> str:
    """A key where none can be: within a text, or below one."""
    if ":" in line[: column - 1] or not above:
        return QUOTES
    if ":" not in above:
        return ABOVE
    return ALIKE if _indent(line) > _indent(above) else QUOTES


def _above(lines: Sequence[str], number: int) -> str:
    """The last line before this one that says something."""
    said = (one for one in reversed(lines[: number - 1]) if one.partition("#")[0].strip())
    return next(said, "")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" -"))
