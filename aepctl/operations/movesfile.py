"""The file of state mv: the lines of a `moved:` block, or a line `OLD NEW` for each key."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pydantic import Field

from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.problem import Origin, Problem
from aepctl.operations.given import given_bytes, name_of
from aepctl.operations.keytroubles import Renaming
from aepctl.yamldoc import check, parse
from aepctl.yamldoc.patterns import KEY, KEY_HINT
from aepctl.yamldoc.types import Key, StrictModel

MAX_BYTES = 16 * 1024 * 1024
WHAT = "a file with the lines of a `moved:` block, or `OLD NEW` lines"
HEAD = b"moved:\n"
BLOCK = re.compile(r"\s*(?:(moved)\s*:|[-\[{])")
COMMENT = re.compile(r"\s*(?:#.*)?|---\s*")
START = re.compile(rb"^---[ \t\r]*$", re.MULTILINE)


class _Pair(StrictModel):
    """One key that has another one now. The old one may be any that state has."""

    old: str = Field(alias="from")
    new: Key = Field(alias="to")


class _Moves(StrictModel):
    """The block."""

    moved: list[_Pair]


def read_moves(file: str) -> tuple[Renaming, ...]:
    """What the file says; `-`: standard input. Raises AepctlError, InvalidInput with all places."""
    name = name_of(file)
    raw = given_bytes(file, WHAT, most=MAX_BYTES)
    found, problems = moves_of(raw, name)
    if problems:
        raise InvalidInput(problems)
    if not found:
        raise AepctlError(
            f"{name} names no keys",
            hint=f"give it {WHAT.partition(' with ')[2]}",
            code="moves-file",
        )
    return found


def moves_of(raw: bytes, name: str) -> tuple[tuple[Renaming, ...], tuple[Problem, ...]]:
    """What a text says, and all that is wrong with it. Pure."""
    text = raw.decode("utf-8-sig", errors="replace")
    first = next((line for line in text.splitlines() if not COMMENT.fullmatch(line)), None)
    if first is None:
        return (), ()
    block = BLOCK.match(first)
    if block is None:
        return _of_lines(raw, name)
    if block[1]:
        return _of_block(raw, name)
    below = START.sub(b"", raw, count=1)  # the lines that stand below `moved:`, without it
    found, problems = _of_block(HEAD + below, name)
    above = tuple(
        replace(one, origin=replace(one.origin, line=max(one.origin.line - 1, 1)))
        for one in problems
    )
    return tuple(replace(one, place=_above(one.place)) for one in found), above


def _above(place: str) -> str:
    file, _, line = place.rpartition(":")
    return f"{file}:{int(line) - 1}"


def _of_block(raw: bytes, name: str) -> tuple[tuple[Renaming, ...], tuple[Problem, ...]]:
    yaml_file = parse(name, raw)
    if yaml_file.problems:
        return (), yaml_file.problems
    found: list[Renaming] = []
    problems: list[Problem] = []
    for number, document in enumerate(yaml_file.documents):
        if document is None:
            continue
        moves = check(_Moves, yaml_file, number)
        if not isinstance(moves, _Moves):
            problems += moves
            continue
        places = yaml_file.places()[1]
        for at, pair in enumerate(moves.moved):
            line = places[(number, "moved", at)][0]
            found.append(Renaming(pair.old, pair.new, f"{name}:{line}"))
    return tuple(found), tuple(problems)


def _of_lines(raw: bytes, name: str) -> tuple[tuple[Renaming, ...], tuple[Problem, ...]]:
    try:
        found = tuple(_pairs(raw.decode("utf-8-sig"), name))
    except UnicodeDecodeError:
        return (), parse(name, raw).problems
    pairs = tuple(one for one in found if isinstance(one, Renaming))
    return pairs, tuple(one for one in found if isinstance(one, Problem))


def _pairs(text: str, name: str) -> Iterator[Renaming | Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        origin, source = Origin(name, number, 1), line.rstrip("\r")
        if len(words) != 2:  # noqa: PLR2004 - OLD and NEW
            count = f"{len(words)} word{'s' * (len(words) != 1)}"
            said = f"two keys were expected, not {count}"
            yield Problem(origin, "moves-file", said, "write `OLD NEW`", source)
        elif not re.fullmatch(KEY, words[1]):
            column = line.index(words[1], line.index(words[0]) + len(words[0])) + 1
            said = f"invalid key `{words[1]}`"
            yield Problem(replace(origin, column=column), "invalid-key", said, KEY_HINT, source)
        else:
            yield Renaming(words[0], words[1], f"{name}:{number}")
