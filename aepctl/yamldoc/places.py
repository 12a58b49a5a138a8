"""Where things are in a text, and findings there: the small nouns of this package."""

import re
from typing import NamedTuple, TypeAlias

LINE_END = re.compile("\r\n|\r|\n")

Position: TypeAlias = tuple[int, int]
"""Line and column, from 1."""
Path: TypeAlias = tuple[str | int, ...]
"""How to get to a value: the number of its document, then keys and indices."""


class Finding(NamedTuple):
    """A problem before its file's name and line are put to it."""

    position: Position
    rule: str
    message: str
    hint: str | None = None


def source_lines(text: str) -> tuple[str, ...]:
    """The lines as places count them, and an empty one after the last."""
    return (*LINE_END.split(text), "")
