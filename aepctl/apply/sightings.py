"""What a look at the platform showed, and which of it may be the doing of a create. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from aepctl.model.audience import Identity, Ids, Observed
from aepctl.model.steps import Create
from aepctl.state.model import Intent

CLOCK_SKEW = timedelta(minutes=5)
"""How far the platform's clock may be behind ours."""
MAX_LISTED = 10
"""So many IDs are named, and the rest is counted."""


class Sightings:
    """Audiences that were seen, by ID and by identity; each counts once."""

    def __init__(self, observed: Iterable[Observed]) -> None:
        self._by_id: dict[str, Observed] = {}
        self._by_identity: dict[Identity, dict[str, Observed]] = defaultdict(dict)
        for one in observed:
            self._by_id[one.ids.audience_id] = one
            self._by_identity[one.audience.identity][one.ids.audience_id] = one

    def of(
        self, intent: Intent, step: Create, owner: Callable[[str], str | None]
    ) -> list[Observed]:
        """What may be this create's doing: what has the ID that it gave, else its identity.

        What another key owns is not; what its own key owns is, whatever its age.
        """
        given = None if step.audience_id is None else self._by_id.get(step.audience_id)
        if given is not None and owner(given.ids.audience_id) in {None, intent.key}:
            return [given]
        alike = self._by_identity.get(step.audience.identity, {}).values()
        owners = [(one, owner(one.ids.audience_id)) for one in alike]
        return [
            one
            for one, key in owners
            if key == intent.key or (key is None and _can_be_its_doing(intent, one))
        ]


def _can_be_its_doing(intent: Intent, observed: Observed) -> bool:
    """Whether it is not older than the intent, as far as clocks agree; or was there already."""
    if intent.exists or observed.created is None:
        return True
    earliest = datetime.fromisoformat(intent.at) - CLOCK_SKEW
    return observed.created >= earliest.timestamp()


def doubt_about(step: Create, found: Sequence[Observed], known: Ids | None) -> str | None:
    """Why a person has to say which audience is this create's; None where it is plain.

    `known` are the IDs that its key has already.
    """
    if len(found) > 1:
        ids = [one.ids.audience_id for one in found]
        more = f" and {len(ids) - MAX_LISTED} more" if len(ids) > MAX_LISTED else ""
        return (
            f"the platform has {len(ids)} audiences with this name, namespace and originName: "
            f"{', '.join(ids[:MAX_LISTED])}{more}"
        )
    for one in found:
        audience_id, name = one.ids.audience_id, one.audience.name
        if one.audience.identity != step.audience.identity:
            other = f"another audience on the platform, {name!r}"
            return f"its audienceId {audience_id} is that of {other}"
        if known is not None and known.audience_id != audience_id:
            mine = known.audience_id
            return f"state has {mine} for it, and the platform has {audience_id} too"
    return None
