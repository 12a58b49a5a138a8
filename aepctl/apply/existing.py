"""Look before creating: which wanted audiences the platform has already. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from aepctl.aep.replies import Found
from aepctl.audience import Audience
from aepctl.plan import Action, Change, field_changes
from aepctl.state.model import Known, Phase

MOST_SHOWN = 10


class Existing:
    """What the platform has, and which of it belongs to a key already."""

    def __init__(self, found: Iterable[Found], known: Mapping[str, Known]) -> None:
        self._owners = {one.audience_id: key for key, one in known.items()}
        self._by_identity: dict[tuple[str, str, str], list[Found]] = defaultdict(list)
        self._by_id: dict[str, Found] = {}
        for one in found:
            self._by_identity[one.audience.identity].append(one)
            self._by_id[one.audience_id] = one

    def free(self, audience: Audience, key: str) -> tuple[Found, ...]:
        """The audiences of this identity that no other key owns."""
        return tuple(
            one
            for one in self._by_identity.get(audience.identity, ())
            if self._owners.get(one.audience_id, key) == key
        )

    def revise(self, change: Change) -> Change:
        """A create as it stands once the platform has been looked at: adopt, decide, or create."""
        audience = change.after
        if audience is None or (change.intent and change.intent.phase is Phase.RECREATE):
            return change
        given = self._by_id.get(change.audience_id) if change.audience_id else None
        if given is not None:
            return self._by_given_id(change, audience, given)
        owner = self._owners.get(change.audience_id or "", change.key)
        if owner != change.key:
            # Not on the platform any more, or not shown yet: either way no two keys may share it.
            reason = f"its audienceId {change.audience_id} is the one that state has for {owner}"
            return replace(change, action=Action.DECIDE, reason=reason)
        matches = self.free(audience, change.key)
        if not matches:
            return change
        if len(matches) == 1:
            return _adopt(change, matches[0])
        return replace(change, action=Action.DECIDE, reason=several(change.key, matches))

    def _by_given_id(self, change: Change, audience: Audience, given: Found) -> Change:
        owner = self._owners.get(given.audience_id, change.key)
        if given.audience.identity == audience.identity and owner == change.key:
            return _adopt(change, given)
        whose = f", which state knows as {owner}" if owner != change.key else ""
        reason = (
            f"its audienceId {given.audience_id} is that of another audience, "
            f"{given.audience.name!r}{whose}; give it another `audienceId` in the manifest"
        )
        return replace(change, action=Action.DECIDE, reason=reason)


def _adopt(change: Change, found: Found) -> Change:
    known = Known(found.audience, found.audience_id, found.platform_id)
    after = change.after
    fields = field_changes(found.audience.fields(), after.fields()) if after else ()
    return replace(change, action=Action.ADOPT, before=known, fields=fields)


def several(key: str, matches: Iterable[Found]) -> str:
    """Why several matches need a person, with all of them listed and the command that decides."""
    ids = [one.audience_id for one in matches]
    shown = ", ".join(ids[:MOST_SHOWN])
    more = f" and {len(ids) - MOST_SHOWN} more" if len(ids) > MOST_SHOWN else ""
    return (
        f"the platform has {len(ids)} such audiences: {shown}{more}; choose with "
        f"`aepctl state resolve {key} --adopt ID`"
    )
