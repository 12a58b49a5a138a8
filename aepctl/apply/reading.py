"""What is known, read on the platform: as it is there, surely gone, or not found."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from aepctl.apply.ports import Reader
from aepctl.model.audience import Audience, Ids, Known, Observed
from aepctl.plan.seen import Seen

FEW = 10
"""Up to so many are read one by one, for more whole lists."""


def read_known(
    reader: Reader, known: Iterable[Known], listed: Sequence[Observed] | None = None
) -> Seen:
    """What the platform has of what is known, and of what that took the place of.

    Each is read by the platform's own id, which alone proves that it is gone; what has none here is
    looked for in lists. `listed`: a list that was read just now, which is asked first, and believed
    where it shows what is known: behind a change it may lag.
    Raises PlatformError and ListForbidden.
    """
    had = {ids.audience_id: (ids, audience) for ids, audience in _known_as(known)}
    ids = [one for one, _ in had.values()]
    found: dict[str, Observed | None] = {}
    if listed is not None:
        found |= _among(listed, ids)
        others = [one for one in found.values() if one is not None and not one.is_gone]
        others = [one for one in others if one.audience != had[one.ids.audience_id][1]]
        found |= _by_id(reader, [one.ids for one in others])
    found |= _by_id(reader, [one for one in ids if one.audience_id not in found])
    found |= _in_lists(reader, [one for one in ids if one.audience_id not in found], listed)
    there = {name: one for name, one in found.items() if one is not None and not one.is_gone}
    return Seen(
        found=tuple(there.values()),
        gone={
            name: one.lifecycle if one is not None else None
            for name, one in found.items()
            if name not in there
        },
        missing=frozenset(one.audience_id for one in ids if one.audience_id not in found),
    )


def confirmed(
    reader: Reader, listed: Sequence[Observed], ids: Collection[str]
) -> tuple[Observed, ...]:
    """What lists show; of these audienceIds only what is there, as it is by the platform's own id.

    Lists go on showing for minutes what was deleted. What they show without an id is believed. Of
    several with one audienceId it is the one that is there: an ID may be given again.
    Raises PlatformError and ListForbidden.
    """
    found: dict[str, Observed | None] = {}
    left = [one for one in listed if one.ids.audience_id in ids and not one.is_gone]
    while left:
        first: dict[str, Observed] = {}
        for one in left:
            first.setdefault(one.ids.audience_id, one)
        read = _by_id(reader, [one.ids for one in first.values()])
        for audience_id, one in first.items():
            now = read.get(audience_id, one)
            found[audience_id] = None if now is None else replace(now, ids=one.ids)
        left = [
            one
            for one in left
            if found[one.ids.audience_id] is None and one.ids != first[one.ids.audience_id].ids
        ]
    others = (one for one in listed if one.ids.audience_id not in ids)
    return (*others, *(one for one in found.values() if one is not None))


def _known_as(known: Iterable[Known]) -> Iterator[tuple[Ids, Audience]]:
    for one in known:
        yield one.ids, one.audience
        if one.deposed is not None:
            yield one.deposed.ids, one.deposed.audience


def _among(listed: Iterable[Observed], ids: Iterable[Ids]) -> dict[str, Observed | None]:
    """Those that a list has; what is there before what is gone, where it shows both."""
    wanted = {one.audience_id for one in ids}
    mine = [one for one in listed if one.ids.audience_id in wanted]
    return {one.ids.audience_id: one for one in sorted(mine, key=lambda one: not one.is_gone)}


def _by_id(reader: Reader, ids: Sequence[Ids]) -> dict[str, Observed | None]:
    """By audienceId those that have the platform's own id here; None for what is gone."""
    addressed = [one for one in ids if one.platform_id is not None]
    found = dict(reader.get_many(addressed)) if len(addressed) > FEW else {}
    for one in addressed:
        if one.audience_id not in found:
            found[one.audience_id] = reader.get(one)
    return found


def _in_lists(
    reader: Reader, ids: Sequence[Ids], listed: Sequence[Observed] | None
) -> dict[str, Observed | None]:
    """What has no id of the platform's own here: found in lists, or nowhere."""
    if len(ids) > FEW and listed is None:
        return _among((*reader.list_all(), *reader.list_inactive()), ids)
    if listed is not None and len(ids) > FEW:
        return {}
    each = (reader.find(one.audience_id) for one in ids)
    shown = _among((one for found in each for one in found), ids)
    there = [one.ids for one in shown.values() if one is not None and not one.is_gone]
    return shown | _by_id(reader, there)
