"""What stands between two values of a YAML text: its comments and blank lines."""

import re
from typing import NamedTuple

TAG = re.compile(r"!(?:<[^>\n]*>|[^\s,\[\]{}]*)")
HEADER = re.compile(r"[|>][0-9+-]*([ \t]*)(#[^\n]*)?")
SPACE = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
AFTER_A_SIGN = -1
"""The column of a comment that stands behind `-`, `?` or `:` of what comes next."""


class Line(NamedTuple):
    """A comment on its own line, from its `#` on, or a blank line. Columns count from 0."""

    column: int
    text: str


def read_gap(gap: str, *, fresh: bool) -> tuple[str | None, list[Line]]:
    """The comment that ends the line in which the gap begins, and the lines after that.

    What is in the gap beside them are signs (`-`, `:`, `,`) and anchors, none of which holds `#`.
    `fresh`: the gap begins a line.
    """
    first, *rest = ("", *gap.split("\n")) if fresh else gap.split("\n")
    beside = None
    before, sign, comment = first.partition("#")
    if sign:
        beside = comment_beside(before[len(before.rstrip(" \t")) :], sign + comment)
    lines = []
    begun = False
    for number, line in enumerate(rest, 1):
        before, sign, comment = line.partition("#")
        is_bare = not before.strip(" \t")
        begun = begun or not is_bare
        if sign:
            lines.append(Line(AFTER_A_SIGN if begun else len(before), (sign + comment).rstrip()))
        elif is_bare and number < len(rest):
            lines.append(Line(0, ""))
    return beside, lines


def comment_beside(blanks: str, comment: str) -> str:
    """A comment at the end of a line, with as many blanks before it as it has, and at least one."""
    return " " * max(1, len(blanks)) + comment.rstrip()
