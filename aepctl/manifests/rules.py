"""What must hold over all files together: one key, one audience, once. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from aepctl.model.audience import IDENTIFYING, Identity, Wanted
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


def same_audiences(
    wanted: Iterable[Wanted], described: Mapping[Identity, Wanted] | None = None
) -> Iterator[Problem]:
    """Different keys that describe one audience, however it is spelled. Both places are named.

    `described`: others that are told already, should they be the same as each other.
    """
    found = {**(described or {})}
    for one in wanted:
        same = found.setdefault(one.audience.folded_identity, one)
        if same.key != one.key:
            here, at, there = _by_override(one, same, IDENTIFYING)
            said = f"{quoted(here.key)} describes the same audience as {quoted(there.key)}"
            hint = "name, namespace and originName together must differ"
            if same.audience.identity != one.audience.identity:
                hint += " by more than case, blanks or invisible characters"
            yield Problem(at, "same-audience", f"{said} in {place(there.origin)}", hint)


def same_ids(
    wanted: Iterable[Wanted], given: Mapping[str, Wanted] | None = None
) -> Iterator[Problem]:
    """Keys that are given one `audienceId`. Both places are named. `given`: as of the others."""
    found = {**(given or {})}
    for one in wanted:
        if one.audience_id is not None:
            same = found.setdefault(one.audience_id, one)
            if same.key != one.key:
                here, at, there = _by_override(one, same, ("audienceId",))
                said = f"`{here.key}` has the same audienceId as `{there.key}`"
                said = f"{said} in {place(there.origin)}"
                yield Problem(at, "same-id", said, "each needs its own")


def _by_override(
    one: Wanted, same: Wanted, fields: Collection[str]
) -> tuple[Wanted, Origin, Wanted]:
    """Which of the two is told, where, and the other one: the one that an override made so."""
    for here, there in ((one, same), (same, one)):
        places = [origin for name, origin in here.given if name in fields]
        if places:
            return here, places[0], there
    return one, one.origin, same


def place(origin: Origin) -> str:
    """A place as an editor opens it."""
    return f"`{origin.file}:{origin.line}:{origin.column}`"
