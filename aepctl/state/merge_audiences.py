"""The audiences of two states that grew out of one, as one: three-way, key by key. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from aepctl.model.audience import FIELD_NAMES, Audience, Deposed, Ids, Known
from aepctl.model.lifecycle import NOTHING_SAID

Value = TypeVar("Value")
Entries: TypeAlias = Mapping[str, Known]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What cannot be decided here: the entries of each side, what is wrong, and what to do."""

    ours: Entries
    theirs: Entries
    said: str
    cure: str


class _Undecided(Exception):
    """Both sides changed one thing, each in its own way."""

    def __init__(self, said: str, cure: str) -> None:
        super().__init__(said)
        self.said = said
        self.cure = cure


def merge_audiences(
    base: Entries, ours: Entries, theirs: Entries
) -> tuple[dict[str, Known], tuple[Conflict, ...]]:
    """All that both sides have, but for the entries of the conflicts."""
    merged: dict[str, Known] = {}
    conflicts: list[Conflict] = []
    for key in sorted({*ours, *theirs}):
        mine, other = ours.get(key), theirs.get(key)
        try:
            known = _known(key, base.get(key), mine, other, _moved_to(base, ours, theirs, key))
        except _Undecided as undecided:
            sides = _only(key, mine), _only(key, other)
            conflicts.append(Conflict(*sides, undecided.said, undecided.cure))
            continue
        if known is not None:
            merged[key] = known
    conflicts += list(_sharing(merged, ours))
    for conflict in conflicts:
        for key in (*conflict.ours, *conflict.theirs):
            merged.pop(key, None)
    return merged, tuple(conflicts)


def _only(key: str, known: Known | None) -> Entries:
    return {} if known is None else {key: known}


def _moved_to(base: Entries, ours: Entries, theirs: Entries, key: str) -> str | None:
    """The key that the audience of `key` has on the side that does not know it any more."""
    gone, before = (theirs if key in ours else ours), base.get(key)
    if before is None or key in gone:
        return None
    mine = before.ids.audience_id
    return next((name for name, one in gone.items() if one.ids.audience_id == mine), None)


def _known(
    key: str, base: Known | None, ours: Known | None, theirs: Known | None, moved: str | None
) -> Known | None:
    """What is known of a key then. Raises _Undecided."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    if ours is None or theirs is None:
        raise _gone(key, ours, theirs, moved)
    mine, other = ours.ids, theirs.ids
    if mine.audience_id != other.audience_id:
        replaced = _replaced(key, base, ours, theirs) or _replaced(key, base, theirs, ours)
        if replaced is not None:
            return replaced
        raise _Undecided(
            f"`{key}` has the audienceId {mine.audience_id} on our side, {other.audience_id} on "
            "theirs",
            "look on the platform which of the two is to stay and keep its line; delete the other "
            "one there, for nothing knows of it then",
        )
    if base is not None and base.ids.audience_id != mine.audience_id:
        base = None  # both know another audience than they began with
    return _same_audience(key, base, ours, theirs)


def _replaced(key: str, base: Known | None, new: Known, old: Known) -> Known | None:
    """One side replaced what the other one changed: that is deleted as the other one left it."""
    deposed = new.deposed
    if deposed is None or deposed.ids.audience_id != old.ids.audience_id or old.deposed is not None:
        return None
    before = NOTHING_SAID if base is None else base.at_removal
    at_removal = _one_of(key, "at_removal", before, new.at_removal, old.at_removal)
    left = Deposed(deposed.ids.or_else(old.ids), old.audience)
    return replace(new, at_removal=at_removal, deposed=left)


def _same_audience(key: str, base: Known | None, ours: Known, theirs: Known) -> Known:
    mine, other = ours.ids, theirs.ids
    if mine.platform_id and other.platform_id and mine.platform_id != other.platform_id:
        raise _two_values(key, "id", mine.platform_id, other.platform_id)
    ids = Ids(mine.audience_id, mine.platform_id or other.platform_id)
    seen = _fields(key, None if base is None else base.audience, ours.audience, theirs.audience)
    asked = _fields(key, None if base is None else _asked(base), _asked(ours), _asked(theirs))
    before = base or Known(seen, ids)
    rest = {
        name: _one_of(key, name, getattr(before, name), getattr(ours, name), getattr(theirs, name))
        for name in ("at_removal", "retained", "deposed")
    }
    return replace(Known.seen(asked, seen, ids), **rest)


def _one_of(key: str, name: str, base: Value, ours: Value, theirs: Value) -> Value:
    """What the side says that changed it. Raises _Undecided where both did."""
    if ours != theirs and base not in (ours, theirs):
        what = {"at_removal": "lifecycle"}.get(name, name)
        raise _Undecided(
            f"`{key}` has another `{what}` on our side than on theirs", "keep the line that is so"
        )
    return ours if ours == theirs else changed(base, ours, theirs)


def _asked(known: Known) -> Audience:
    return known.sent or known.audience


def _fields(key: str, base: Audience | None, ours: Audience, theirs: Audience) -> Audience:
    """Field by field: that of the side that changed it. Raises _Undecided where both did."""
    before: Mapping[str, str | None] = {} if base is None else base.fields()
    mine, other = ours.fields(), theirs.fields()
    merged: dict[str, str | None] = {}
    for name in FIELD_NAMES:
        sides = mine.get(name), other.get(name)
        unchanged = base is not None and before.get(name) in sides
        if sides[0] != sides[1] and not unchanged:
            raise _two_values(key, name, *sides)
        merged[name] = sides[0] if sides[0] == sides[1] else changed(before.get(name), *sides)
    return Audience.of(merged)


def changed(base: Value, ours: Value, theirs: Value) -> Value:
    """The one that is not as it was."""
    return theirs if ours == base else ours


def _two_values(key: str, name: str, ours: str | None, theirs: str | None) -> _Undecided:
    return _Undecided(
        f"`{key}` has the {name} {_shown(ours)} on our side, {_shown(theirs)} on theirs",
        "keep the line that says what the platform has; a plan shows what differs from the "
        "manifests then",
    )


def _shown(value: str | None) -> str:
    return "(none)" if value is None else repr(value)


def _gone(key: str, ours: Known | None, theirs: Known | None, moved: str | None) -> _Undecided:
    there = ours or theirs
    audience_id = there.ids.audience_id if there else ""
    side, other = ("our side", "theirs") if ours is None else ("their side", "ours")
    what = f"was moved to `{moved}`" if moved else "is gone"
    cure = (
        f"keep the line of `{moved}` and write into it what was changed; leave this one out"
        if moved
        else "keep the line if it is still on the platform, else leave it out"
    )
    return _Undecided(f"`{key}` ({audience_id}) {what} on {side}, and was changed on {other}", cure)


def _sharing(merged: Entries, ours: Entries) -> Iterator[Conflict]:
    """Keys that come to have one ID, each known by one side alone."""
    owners: dict[str, str] = {}
    for key, audience_id in [(key, one) for key, known in merged.items() for one in known.all_ids]:
        other = owners.setdefault(audience_id, key)
        if other == key:
            continue
        mine = ours.get(key)
        ours_has = mine is not None and mine.ids.audience_id == audience_id
        first, second = (key, other) if ours_has else (other, key)
        yield Conflict(
            {first: merged[first]},
            {second: merged[second]},
            f"{audience_id} is known as `{first}` on our side, as `{second}` on theirs",
            "keep one of the two lines: the key that the manifests have",
        )
