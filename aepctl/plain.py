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


def text(value: Any) -> str:
    """Any text."""
    if value.__class__ is str:
        return str(value)
    raise NotPlain


def name(value: Any) -> str:
    """Any text but none at all."""
    if value.__class__ is str and value:
        return str(value)
    raise NotPlain


def natural(value: Any) -> int:
    """A number of JSON, 0 or more."""
    if value.__class__ is int and value >= 0:
        return int(value)
    raise NotPlain


def truth(value: Any) -> bool:
    """Yes or no, as JSON has it."""
    if value.__class__ is bool:
        return bool(value)
    raise NotPlain


def line(value: Any) -> str:
    """One line that can be seen."""
    if value.__class__ is str and value.isprintable() and not value.isspace() and value:
        return str(value)
    raise NotPlain


def lines(value: Any) -> str:
    """Text that can be seen, in one line or several."""
    if value.__class__ is str and line(value.replace("\n", " ")):
        return str(value)
    raise NotPlain


def flag(value: Any) -> bool:
    """Yes or no, in the words of those who write it."""
    if value.__class__ is str and value in {"true", "false"}:
        return bool(value == "true")
    raise NotPlain


def count(value: Any) -> int:
    """A number of things, in digits."""
    if value.__class__ is str and value.isascii() and value.isdecimal() and len(value) < MANY:
        return int(value)
    raise NotPlain


def one_of(*words: str) -> Reader[str]:
    """One of these."""

    def read(value: Any) -> str:
        if value.__class__ is str and value in words:
            return str(value)
        raise NotPlain

    return read


def matching(pattern: str) -> Reader[str]:
    """Text of this pattern, all of it."""
    fits = re.compile(pattern).fullmatch

    def read(value: Any) -> str:
        if value.__class__ is str and fits(value):
            return str(value)
        raise NotPlain

    return read


def checked(check: Callable[[str], T]) -> Reader[T]:
    """A line of which `check` makes something, or raises ValueError."""

    def read(value: Any) -> T:
        try:
            return check(line(value))
        except ValueError:
            raise NotPlain from None

    return read


def list_of(item: Reader[T]) -> Reader[list[T]]:
    """A list of such items."""

    def read(value: Any) -> list[T]:
        if value.__class__ is not list:
            raise NotPlain
        return [item(one) for one in value]

    return read


def mapping(key: Reader[K], item: Reader[T]) -> Reader[dict[K, T]]:
    """A mapping of such keys to such items."""

    def read(value: Any) -> dict[K, T]:
        if value.__class__ is not dict:
            raise NotPlain
        return {key(name): item(one) for name, one in value.items()}

    return read


def record(
    make: Callable[..., T], readers: Mapping[str, Reader[Any]], needed: Collection[str] = ()
) -> Reader[T]:
    """What `make` makes of these fields; Adobe's `originName` is given to it as `origin_name`."""
    known = {name: (_attribute(name), read) for name, read in readers.items()}
    least = frozenset(needed)

    def read(value: Any) -> T:
        if value.__class__ is not dict or not least <= value.keys():
            raise NotPlain
        given = {}
        for name, one in value.items():
            if name not in known:
                raise NotPlain
            attribute, reader = known[name]
            given[attribute] = reader(one)
        return make(**given)

    return read


def _attribute(name: str) -> str:
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)
