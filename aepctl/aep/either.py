"""Finding an audience that a person names, by either of its IDs, and saying what else it may be."""

from dataclasses import dataclass

from aepctl.aep.asking import Asking, ReadConnection
from aepctl.aep.listed import Element
from aepctl.aep.paging import Paging
from aepctl.clock import Clock
from aepctl.model.audience import Observed
from aepctl.patience import Patience


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the platform has under an ID: an external audience, or something else.

    `doubt`: which of its fields cannot be used, where it may be an external audience.
    """

    observed: Observed | None = None
    doubt: str | None = None


def find_either(
    connection: ReadConnection,
    clock: Clock,
    one_id: str,
    patience: Patience | None = None,
) -> tuple[Sighting, ...]:
    """All that has this ID, as its audienceId or as its `id`. Raises PlatformError, ListForbidden.

    The whole list is read: only there it shows that an ID is one audience's here, another's there.
    """
    paging = Paging(Asking(connection, clock, patience or Patience()))
    queries: tuple[dict[str, str], ...] = (
        {"property": f"audienceId=={one_id}"},
        {},
        {"property": "lifecycleState==inactive"},
    )
    elements = [element for query in queries for element in paging.read(query)]
    mine = {element.key: element for element in elements if _has(element, one_id)}
    return tuple(dict.fromkeys(Sighting(one.observed, one.doubt) for one in mine.values()))


def _has(element: Element, one_id: str) -> bool:
    if element.observed is not None:
        return one_id in {element.observed.ids.audience_id, element.observed.ids.platform_id}
    return any(part.partition(":")[2] == one_id for part in element.key)
