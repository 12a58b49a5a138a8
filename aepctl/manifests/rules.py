"""What must hold over all files together: one key, one audience, once. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aepctl.audience import Origin, Wanted
from aepctl.yamldoc import quoted


class Clash(NamedTuple):
    """Something that repeats what an earlier place said."""

    origin: Origin
    rule: str
    message: str
    hint: str


def repeated_keys(keys: Iterable[tuple[str, Origin]]) -> Iterator[Clash]:
    """Keys that are taken already. Both places are named."""
    taken: dict[str, Origin] = {}
    for key, origin in keys:
        first = taken.setdefault(key, origin)
        if first is not origin:
            said = f"the key {quoted(key)} is already taken in {_place(first)}"
            yield Clash(origin, "duplicate-key", said, "give one of them another key")


def same_audiences(wanted: Iterable[Wanted]) -> Iterator[Clash]:
    """Different keys that describe one audience. Both places are named."""
    described: dict[tuple[str, str, str], Wanted] = {}
    for one in wanted:
        same = described.setdefault(one.audience.identity, one)
        if same.key != one.key:
            said = f"{quoted(one.key)} describes the same audience as {quoted(same.key)}"
            hint = "name, namespace and originName together must differ"
            yield Clash(one.origin, "same-audience", f"{said} in {_place(same.origin)}", hint)


def _place(origin: Origin) -> str:
    return f"{origin.file}:{origin.line}:{origin.column}"
