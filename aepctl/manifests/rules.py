"""What must hold over all files together: one key, one audience, once. Pure."""

from collections.abc import Iterable, Iterator

from aepctl.model.audience import Identity, Wanted
from aepctl.model.problem import Origin, Problem
from aepctl.yamldoc import quoted

MAX_REPEATED = 32 * 1024 * 1024
"""Characters. What is written once and used often is many times larger in a plan and in state."""


def too_much_repeated(repeated: Iterable[tuple[str, int]]) -> Iterator[Problem]:
    """The file with which defaults and aliases come to more text than all files may repeat."""
    total = 0
    for file, count in repeated:
        if total <= MAX_REPEATED < total + count:
            said = f"defaults and aliases come to {total + count:,} characters here"
            hint = (
                f"{MAX_REPEATED:,} are taken from all files together: shorten the long ones, or "
                "give them to fewer audiences"
            )
            yield Problem(Origin(file, 0, 0), "too-much-repeated", said, hint)
        total += count


def repeated_keys(keys: Iterable[tuple[str, Origin]]) -> Iterator[Problem]:
    """Keys that are taken already. Both places are named."""
    taken: dict[str, Origin] = {}
    for key, origin in keys:
        first = taken.setdefault(key, origin)
        if first is not origin:
            said = f"the key {quoted(key)} is already taken in {place(first)}"
            yield Problem(origin, "duplicate-key", said, "give one of them another key")


def same_audiences(wanted: Iterable[Wanted]) -> Iterator[Problem]:
    """Different keys that describe one audience, however it is spelled. Both places are named."""
    described: dict[Identity, Wanted] = {}
    for one in wanted:
        same = described.setdefault(one.audience.folded_identity, one)
        if same.key != one.key:
            said = f"{quoted(one.key)} describes the same audience as {quoted(same.key)}"
            hint = "name, namespace and originName together must differ"
            if same.audience.identity != one.audience.identity:
                hint += " by more than case, blanks or invisible characters"
            yield Problem(one.origin, "same-audience", f"{said} in {place(same.origin)}", hint)


def same_ids(wanted: Iterable[Wanted]) -> Iterator[Problem]:
    """Keys that are given one `audienceId`. Both places are named."""
    given: dict[str, Wanted] = {}
    for one in wanted:
        if one.audience_id is not None:
            same = given.setdefault(one.audience_id, one)
            if same.key != one.key:
                said = f"`{one.key}` has the same audienceId as `{same.key}`"
                said = f"{said} in {place(same.origin)}"
                yield Problem(one.origin, "same-id", said, "each needs its own")


def place(origin: Origin) -> str:
    """A place as an editor opens it."""
    return f"{origin.file}:{origin.line}:{origin.column}"
