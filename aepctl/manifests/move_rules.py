"""What must hold over all files for keys that moved and keys that were removed. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from aepctl.manifests.rules import place
from aepctl.model.problem import Origin, Problem
from aepctl.model.wants import Moved, Removed
from aepctl.yamldoc import quoted

MAX_GUESSES = 10
"""So many targets are compared with all keys that are wanted, which takes long for each."""

Wanted = Mapping[str, Origin]
"""The keys that are wanted, faulty audiences included, and where."""


def contradictions(
    wanted: Wanted,
    moved: Sequence[Moved],
    removed: Sequence[Removed],
    *,
    but: Collection[str] = (),
) -> Iterator[Problem]:
    """What cannot both be so. Both places are named. `but`: keys not wanted everywhere."""
    circles = list(_circles(moved))
    yield from _moved_twice(moved)
    for first, last, _ in circles:
        said = (
            f"{quoted(first.from_key)} has moved in a circle that begins in {place(first.origin)}"
        )
        hint = "delete the line that is not so"
        if first is last:
            said, hint = f"{quoted(first.from_key)} has moved to itself", "delete this line"
        yield Problem(last.origin, "moved-in-a-circle", said, hint)
    yield from _removed_twice(removed)
    yield from _removed_but_moved(wanted, moved, removed)
    yield from still_wanted(wanted, moved, removed, but=but)


def still_wanted(
    wanted: Wanted,
    moved: Sequence[Moved],
    removed: Sequence[Removed],
    *,
    but: Collection[str] = (),
    only: Collection[str] | None = None,
) -> Iterator[Problem]:
    """Keys that moved or were removed, and are wanted; without those in `but`, or `only` some."""
    circles = {key for *_, keys in _circles(moved) for key in keys}
    for one in moved:
        block = _block(one.from_key, wanted, but, only)
        if block is None or one.from_key in circles:
            continue
        was, now = quoted(one.from_key), quoted(one.to_key)
        said = f"{was} has moved to {now}, but is still wanted in {place(block)}"
        hint = f"give that block the key {now}, or delete this line"
        if one.to_key in wanted:
            hint = f"delete that block; or this line, if {was} is another audience than {now}"
        yield Problem(one.origin, "still-wanted", said, hint)
    for end in removed:
        block = _block(end.key, wanted, but, only)
        if block is not None:
            said = f"{quoted(end.key)} is removed, but still wanted in {place(block)}"
            hint = "delete that block; or this line, if it is to stay"
            yield Problem(end.origin, "still-wanted", said, hint)


def _block(
    key: str, wanted: Wanted, but: Collection[str], only: Collection[str] | None
) -> Origin | None:
    return None if key in but or (only is not None and key not in only) else wanted.get(key)


def moved_nowhere(
    wanted: Wanted, moved: Iterable[Moved], removed: Iterable[Removed]
) -> Iterator[Problem]:
    """Targets that nothing is known of. To be asked only where all files could be read."""
    moved = list(moved)
    froms = {one.from_key for one in moved}
    ends = wanted.keys() | froms | {one.key for one in removed}
    lost = (one for one in moved if one.to_key not in ends and one.from_key not in wanted)
    for number, one in enumerate(lost):
        from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

        close = get_close_matches(one.to_key, wanted, 1) if number < MAX_GUESSES else ()
        hint = (
            f"did you mean {close[0]}?"
            if close
            else "give an audience this key; or, if it has ended, name it under `removed`"
        )
        said = f"{quoted(one.from_key)} has moved to {quoted(one.to_key)}, which is nowhere wanted"
        yield Problem(one.origin, "moved-nowhere", said, hint)


def _moved_twice(moved: Iterable[Moved]) -> Iterator[Problem]:
    left: dict[str, Moved] = {}
    arrived: dict[str, Moved] = {}
    for one in moved:
        was, now = quoted(one.from_key), quoted(one.to_key)
        before, there = left.setdefault(one.from_key, one), arrived.setdefault(one.to_key, one)
        if before is not one:
            elsewhere = f"in {place(before.origin)} to {quoted(before.to_key)}"
            said = f"{was} has moved to {now} here, but {elsewhere}"
            if before.to_key == one.to_key:
                said = f"that {was} has moved to {now} is already said in {place(before.origin)}"
            yield Problem(one.origin, "moved-twice", said, "delete one of the two lines")
        elif there is not one:
            said = f"{was} has moved to {now} here, but so has {quoted(there.from_key)}"
            hint = "two audiences cannot have one key: give one of them another, or delete its line"
            yield Problem(one.origin, "moved-twice", f"{said} in {place(there.origin)}", hint)


def _circles(moved: Iterable[Moved]) -> Iterator[tuple[Moved, Moved, set[str]]]:
    """Of each circle the move that it begins with, the one that closes it, and its keys.

    What leads into a circle is among its keys.
    """
    ways = {one.from_key: one for one in reversed([*moved])}
    seen: set[str] = set()
    for first in reversed([*ways.values()]):
        on_the_way: set[str] = set()
        one: Moved | None = first
        while one is not None and one.from_key not in seen:
            seen.add(one.from_key)
            on_the_way.add(one.from_key)
            if one.to_key in on_the_way:
                yield ways[one.to_key], one, on_the_way
            one = ways.get(one.to_key)


def _removed_twice(removed: Iterable[Removed]) -> Iterator[Problem]:
    first: dict[str, Removed] = {}
    for one in removed:
        before = first.setdefault(one.key, one)
        if before.delete != one.delete:
            words = ("left on the platform", "deleted")
            said = f"{quoted(one.key)} is to be {words[one.delete]} here"
            said = f"{said}, but {words[before.delete]} in {place(before.origin)}"
            yield Problem(one.origin, "removed-twice", said, "delete one of the two lines")


def _removed_but_moved(
    wanted: Wanted, moved: Iterable[Moved], removed: Iterable[Removed]
) -> Iterator[Problem]:
    ways = {one.from_key: one for one in reversed([*moved])}
    for one in removed:
        key, move = quoted(one.key), ways.get(one.key)
        if move is not None and one.key not in wanted:
            now = quoted(move.to_key)
            said = f"{key} is removed, but has moved to {now} in {place(move.origin)}"
            hint = f"delete this line; if it is {now} that has ended, name that one here"
            yield Problem(one.origin, "moved-and-removed", said, hint)
