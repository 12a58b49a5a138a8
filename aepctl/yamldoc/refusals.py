"""What a manifest may not hold although YAML has it, in words. Pure."""

from collections.abc import Iterator
from typing import Any

from aepctl.model.problem import quoted
from aepctl.yamldoc.places import Finding, Position

OWN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq")) | {"!"}


class TooDeep(Exception):
    """Nested beyond what is taken: what follows is not worth reading."""


def too_deep(position: Position, most: int) -> Finding:
    """Collections within collections, more than `most`."""
    return Finding(position, "too-deep", "nested too deeply", f"{most} levels are taken")


def too_long(position: Position, length: int, most: int) -> Finding:
    """A text of more than `most` characters."""
    said = f"a text of {length:,} characters"
    return Finding(position, "too-long", said, f"at most {most:,} are taken")


def unknown_tag(position: Position, tag: str | None) -> Iterator[Finding]:
    """A tag that says more than goes without saying."""
    if tag is None or tag in OWN_TAGS:
        return
    said = f"YAML tags such as {quoted(tag.replace('tag:yaml.org,2002:', '!!'))} are not supported"
    yield Finding(position, "tag", said, "write the text itself")


def bad_alias(position: Position, name: str, *, named: bool) -> Finding:
    """An alias of no text; `named`: of a mapping or a list."""
    shown = quoted(f"*{name}")
    if named:
        said = f"the alias {shown} refers to a mapping or list; only text can be repeated"
        hint = "write it out; `defaults` gives fields to a whole file"
    else:
        said = f"the alias {shown} refers to nothing that was named before"
        hint = f"name it with {quoted(f'&{name}')} first"
    return Finding(position, "alias", said, hint)


def no_key(position: Position, message: str) -> Finding:
    """Nothing, or no text, where a name has to be."""
    return Finding(position, "no-key", message, "write `key: value`")


def no_value(position: Position, key: Any) -> Finding:
    """Nothing where a value has to be, under a name or in a list."""
    what = f"{quoted(key)} has no value" if isinstance(key, str) else "no value here"
    hint = 'write one, or leave the field out; in quotes if "null" is the text'
    return Finding(position, "no-value", what, hint)


def repeated_key(position: Position, key: str, first: Position | None) -> Finding:
    """A name that the mapping has already, at `first` where that is known."""
    at = f" (first defined on line {first[0]})" if first else ""
    hint = "keep one of the two" if key != "<<" else "merge keys are not supported"
    return Finding(position, "duplicate-key", f"duplicate key {quoted(key)}{at}", hint)
