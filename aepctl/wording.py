"""Small pieces of the messages that people read, so that each is worded once."""

import re
import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

MAX_LISTED = 10
"""So many keys or IDs are named in a message; the others are counted."""


def listed(items: Iterable[str], most: int = MAX_LISTED) -> str:
    """The first `most` items, separated by commas, and how many more there are."""
    items = list(items)
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return f"{', '.join(items[:most])}{more}"


def coded(message: str, code: str) -> str:
    """The message with its code in brackets, at the end of its first line."""
    first, end, rest = message.partition("\n")
    return f"{first} [{code}]{end}{rest}"


def files_of(count: int) -> str:
    """So many files, in words."""
    return "1 file" if count == 1 else f"{count} files"


def command(program: str, *words: str) -> str:
    """A command that can be pasted as it stands. `program` is how it begins."""
    return f"{program} {shlex.join(words)}"


def with_program(text: str, program: str) -> str:
    """The text, whose commands begin as they have to here: `aepctl COMMAND` names no place."""
    return re.sub(r"`aepctl (?!-)", lambda _: f"`{program} ", text)


def first_error(error: "ValidationError") -> tuple[tuple[str, ...], str]:
    """Where pydantic found the first error, and what it says of it; never the value itself."""
    first = error.errors()[0]
    message = first["msg"]
    return tuple(str(part) for part in first["loc"]), f"{message[:1].lower()}{message[1:]}"


def commands_in(text: str) -> tuple[str, ...]:
    """The commands of ours that a sentence has in backticks, each once, as they can be pasted."""
    every = text.split("`")[1::2] if text.count("`") % 2 == 0 else []
    return tuple(dict.fromkeys(one for one in every if one.startswith("aepctl ")))
