"""What is to be known of every code: read from assets/errors.md, once somebody asks.

Each section of that file is a code: `exit N` where the exit code is not 1, what has happened in one
sentence, why it is so, an example, and what to do as a list. docs/errors.md is made of it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SECTION = re.compile(r"^(#{1,2}) (.+)\n", re.MULTILINE)
EXIT = re.compile(r"exit (\d+)")
FENCE = "```"


@dataclass(frozen=True, slots=True)
class Explanation:
    """All about a code. `cause` are paragraphs, `cure` is what to do, each by itself."""

    code: str
    group: str
    exit_code: int
    summary: str
    cause: tuple[str, ...]
    example: str
    cure: tuple[str, ...]


@cache
def catalogue() -> Mapping[str, Explanation]:
    """Every code, in the order of the groups."""
    text = (files("aepctl.render") / "assets" / "errors.md").read_text(encoding="utf-8")
    return {one.code: one for one in _parsed(text)}


def find(word: str) -> Explanation | None:
    """The explanation of a code as somebody may write it: in brackets, or an exit code alone."""
    word = word.strip().strip("[]`").lower()
    return catalogue().get(f"exit-{word}" if word.isdecimal() else word)


def _parsed(text: str) -> Iterable[Explanation]:
    _, *parts = SECTION.split(text)
    group = ""
    for level, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if level == "#":
            group = name
        else:
            yield _explanation(name, group, body)


def _explanation(code: str, group: str, body: str) -> Explanation:
    first, *_ = body.strip().split("\n", 1)
    number = EXIT.fullmatch(first) or EXIT.fullmatch(code.replace("-", " "))
    if EXIT.fullmatch(first):
        body = body.strip().removeprefix(first)
    before, _, rest = body.partition(f"{FENCE}\n")
    example, _, after = rest.partition(f"{FENCE}\n")
    if not rest:  # no example: the list follows the cause
        before, mark, after = body.partition("\n- ")
        after = mark + after
    summary, *cause = before.strip().split("\n\n")
    cure = tuple(one.strip() for one in f"\n{after.strip()}".split("\n- ") if one.strip())
    exit_code = int(number[1]) if number else 1
    return Explanation(code, group, exit_code, summary, tuple(cause), example.rstrip("\n"), cure)
