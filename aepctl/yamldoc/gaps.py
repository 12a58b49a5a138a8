"""What stands between two values of a YAML text: its comments and blank lines."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aepctl.yamldoc.nodes import Collection

TAG = re.compile(r"!(?:<[^>\n]*>|[^\s,\[\]{}]*)")
HEADER = re.compile(r"[|>][0-9+-]*([ \t]*)(#[^\n]*)?")
SPACE = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
BLANKS = " \t"
"""What YAML takes for blanks: others, such as those of CJK, are text."""
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
        beside = comment_beside(before[len(before.rstrip(BLANKS)) :], sign + comment)
    lines = []
    begun = False
    for number, line in enumerate(rest, 1):
        before, sign, comment = line.partition("#")
        is_bare = not before.strip(BLANKS)
        begun = begun or not is_bare
        if sign:
            lines.append(
                Line(AFTER_A_SIGN if begun else len(before), (sign + comment).rstrip(BLANKS))
            )
        elif is_bare and number < len(rest):
            lines.append(Line(0, ""))
    return beside, lines


def comment_beside(blanks: str, comment: str) -> str:
    """A comment at the end of a line, with as many blanks before it as it has, and at least one."""
    return " " * max(1, len(blanks)) + comment.rstrip(BLANKS)


def past(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where what the pattern takes from `at` on ends."""
    found = pattern.match(text, at)
    return at if found is None else found.end()


def lines_above(lines: Sequence[Line], ended: Iterable[Collection], left: int) -> list[str]:
    """The lines that are about what comes next, whose column is `left`.

    Others go below the blocks that have `ended` before them, the innermost of which is first: those
    that are as far to the right as the block, which is further than what comes next.
    """
    blocks = [one for one in ended if one.column > left] if lines else []
    done = 0
    for number, line in enumerate(lines):
        if not line.text:
            continue
        blocks = [one for one in blocks if one.column <= line.column]
        if not blocks:
            break
        widest = [one for one in blocks if one.column == blocks[0].column]
        widest[-1].below += (one.text for one in lines[done : number + 1])
        blocks = blocks[len(widest) - 1 :]
        done = number + 1
    return [one.text for one in lines[done:]]
