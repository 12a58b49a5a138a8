"""What most files hold, read by plain checks: loading pydantic takes half of a small plan.

A reader makes something of a value or raises NotPlain, which says nothing against the value: then
the model beside it is asked, which tells what is wrong, if anything is. Whatever a reader takes,
its model takes as well, and the same comes of it.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

T = TypeVar("T")
K = TypeVar("K")
Reader = Callable[[Any], T]
MANY = 10
"""Digits."""


class NotPlain(Exception):
    """This may be right or wrong: its model knows."""


def text(value: object) -> str:
    """Any text."""
    if isinstance(value, str):
        return value
    raise NotPlain


def name(value: object) -> str:
    """Any text but none at all."""
    if isinstance(value, str) and value:
        return value
    raise NotPlain


def natural(value: object) -> int:
    """A number of JSON, 0 or more."""
    if type(value) is int and value >= 0:
        return value
    raise NotPlain


def truth(value: object) -> bool:
    """Yes or no, as JSON has it."""
    if isinstance(value, bool):
        return value
    raise NotPlain


def line(value: object) -> str:
    """One line that can be seen."""
    if isinstance(value, str) and value.isprintable() and not value.isspace() and value:
        return value
    raise NotPlain


def lines(value: object) -> str:
    """Text that can be seen, in one line or several."""
    if isinstance(value, str) and line(value.replace("\n", " ")):
        return value
    raise NotPlain


def flag(value: object) -> bool:
    """Yes or no, in the words of those who write it."""
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    raise NotPlain


def count(value: object) -> int:
    """A number of things, in digits."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < MANY:
        return int(value)
    raise NotPlain


def within(least: int, most: int) -> Reader[float]:
    """So much in digits, as a number that may have parts."""

    def read(value: object) -> float:
        if least <= count(value) <= most:
            return float(count(value))
        raise NotPlain

    return read


def one_of(*words: str) -> Reader[str]:
    """One of these."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise NotPlain

    return read


def matching(pattern: str) -> Reader[str]:
    """Text of this pattern, all of it."""
    fits = re.compile(pattern).fullmatch

    def read(value: object) -> str:
        if isinstance(value, str) and fits(value):
            return value
        raise NotPlain

    return read


def checked(check: Callable[[str], T]) -> Reader[T]:
    """A line of which `check` makes something, or raises ValueError."""

    def read(value: object) -> T:
        try:
            return check(line(value))
        except ValueError:
            raise NotPlain from None

    return read


def list_of(item: Reader[T]) -> Reader[list[T]]:
    """A list of such items."""

    def read(value: object) -> list[T]:
        if not isinstance(value, list):
            raise NotPlain
        return [item(one) for one in value]

    return read


def mapping(key: Reader[K], item: Reader[T]) -> Reader[dict[K, T]]:
    """A mapping of such keys to such items."""

    def read(value: object) -> dict[K, T]:
        if not isinstance(value, dict):
            raise NotPlain
        return {key(name): item(one) for name, one in value.items()}

    return read


def record(
    make: Callable[..., T], readers: Mapping[str, Reader[Any]], needed: Collection[str] = ()
) -> Reader[T]:
    """What `make` makes of these fields; Adobe's `originName` is given to it as `origin_name`."""
    known = {name: (_attribute(name), read) for name, read in readers.items()}
    least = frozenset(needed)

    def read(value: object) -> T:
        if not isinstance(value, dict) or not least <= value.keys():
            raise NotPlain
        given = {}
        for name, one in value.items():
            if (found := known.get(name)) is None:
                raise NotPlain
            given[found[0]] = found[1](one)
        return make(**given)

    return read


def _attribute(name: str) -> str:
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)
