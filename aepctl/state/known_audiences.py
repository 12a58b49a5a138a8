"""The known audiences under their keys and IDs, while steps are done for them. Pure.

A part of the reducer: what each step does to what is known is written here alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias, assert_never

from aepctl.model.audience import Audience, Deposed, Ids, Known
from aepctl.model.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    Patch,
    Record,
    Remember,
    RemoteStep,
)
from aepctl.state.events import Contradiction

OwnStep: TypeAlias = Adopt | Forget | Record | Remember
"""Touches what is known of its own key alone."""


class KnownAudiences:
    """One key, one ID; one ID, one key: what would break that is a Contradiction.

    After one everything is as it was.
    """

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._known = dict(known)
        self._owners = {
            audience_id: key for key, one in self._known.items() for audience_id in one.all_ids
        }

    def now(self) -> dict[str, Known]:
        """What is known, by key."""
        return dict(self._known)

    def owner(self, audience_id: str) -> str | None:
        """The key that is known under this ID."""
        return self._owners.get(audience_id)

    def check_begin(self, key: str, step: RemoteStep) -> None:
        """Raise Contradiction for a step upon what is not known so."""
        match step:
            case Patch(ids):
                _check_id(key, self._expect(key), ids.audience_id)
            case Delete(ids):
                known = self._expect(key)
                if ids.audience_id not in known.all_ids:
                    _check_id(key, known, ids.audience_id)
            case Create(replaces=Ids(audience_id)):
                known = self._expect(key)
                _check_id(key, known, audience_id)
                if known.deposed is not None:
                    old = known.deposed.ids.audience_id
                    raise Contradiction(f"`{key}` took the place of {old} already")

    def done(self, key: str, step: RemoteStep, ids: Ids | None, observed: Audience | None) -> None:
        """A step on the platform was done; `ids` are those of what a create made."""
        match step:
            case Create(audience, _, replaces):
                if ids is None:
                    raise Contradiction(f"`{key}` was created, but without an audienceId")
                self._created(key, Known.seen(audience, observed or audience, ids), replaces)
            case Patch(patched, _, after):
                before = self._known.get(key, Known(after, patched))
                # What it does not change was asked for as before.
                asked = (before.sent or before.audience).fields() | step.changes
                changed = before.spelled(Audience.of(asked), observed or after)
                known = replace(changed, ids=patched.or_else(before.ids), retained=False)
                self._know(key, known)
            case Delete(deleted):
                self._deleted(key, deleted.audience_id)
            case _:
                assert_never(step)

    def note(self, key: str, step: OwnStep) -> None:
        """A step that touches state only was done."""
        match step:
            case Adopt(known):
                before = self._known.get(key)
                if before is not None and known.deposed is None:
                    known = replace(known, deposed=before.deposed)
                self._know(key, known)
            case Forget(retain):
                known = self._expect(key)
                if retain:
                    self._put(key, replace(known, retained=True))
                else:
                    self._drop(key)
            case Record(audience, platform_id):
                before = self._expect(key)
                seen = before.spelled(before.sent or before.audience, audience)
                ids = Ids(before.ids.audience_id, platform_id).or_else(before.ids)
                self._put(key, replace(seen, ids=ids))
            case Remember(at_removal):
                self._put(key, replace(self._expect(key), at_removal=at_removal))
            case _:
                assert_never(step)

    def check_move(self, old: str, new: str) -> None:
        """Raise Contradiction unless what `old` has can be that of `new`."""
        self._expect(old)
        if new in self._known:
            raise Contradiction(f"`{new}` is known already")

    def move(self, old: str, new: str) -> None:
        """What `old` had is from now on that of `new`."""
        known = self._known[old]
        self._drop(old)
        self._put(new, known, had=known.all_ids)

    def _created(self, key: str, known: Known, replaces: Ids | None) -> None:
        """It takes the place of what the key has, where that was to be replaced."""
        before = self._known.get(key)
        if before is not None:
            known = replace(known, at_removal=before.at_removal, deposed=before.deposed)
            other = before.ids.audience_id != known.ids.audience_id
            if other and replaces is not None and replaces.audience_id == before.ids.audience_id:
                known = replace(known, deposed=Deposed(before.ids, before.audience))
        self._know(key, known)

    def _deleted(self, key: str, audience_id: str) -> None:
        """What it took the place of is the key's own again, until that is deleted too."""
        known = self._known.get(key)
        if known is None:
            return
        deposed = known.deposed
        if deposed is not None and deposed.ids.audience_id == audience_id:
            self._put(key, replace(known, deposed=None))
            return
        _check_id(key, known, audience_id)
        if deposed is None:
            self._drop(key)
        else:
            again = Known(deposed.audience, deposed.ids, at_removal=known.at_removal)
            self._put(key, replace(again, retained=known.retained))

    def _expect(self, key: str) -> Known:
        known = self._known.get(key)
        if known is None:
            raise Contradiction(f"`{key}` is not known")
        return known

    def _know(self, key: str, known: Known) -> None:
        before = self._known.get(key)
        if before is not None and before.ids.audience_id not in known.all_ids:
            _check_id(key, before, known.ids.audience_id)
        self._put(key, known)

    def _put(self, key: str, known: Known, had: tuple[str, ...] = ()) -> None:
        """`had`: the IDs that may be another key's too, as somebody merged two states by hand."""
        before = self._known.get(key)
        had = had if before is None else before.all_ids
        for audience_id in known.all_ids:
            owner = self._owners.get(audience_id, key)
            if owner != key and audience_id not in had:
                raise Contradiction(f"{audience_id} is known as `{owner}`, not as `{key}`")
        self._disown(key, had)
        for audience_id in known.all_ids:
            self._owners.setdefault(audience_id, key)
        self._known[key] = known

    def _disown(self, key: str, audience_ids: Iterable[str]) -> None:
        for audience_id in audience_ids:
            if self._owners.get(audience_id) == key:
                del self._owners[audience_id]

    def _drop(self, key: str) -> None:
        self._disown(key, self._known.pop(key).all_ids)


def _check_id(key: str, known: Known, audience_id: str) -> None:
    mine = known.ids.audience_id
    if mine != audience_id:
        raise Contradiction(f"`{key}` is known as {mine}, not {audience_id}")
