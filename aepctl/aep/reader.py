"""Reading what is on the platform. Reads are retried freely; lists are read until they are whole.

Source: Segmentation Service API, List audiences, Retrieve a specified audience.
"""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote

from aepctl.aep.asking import Asking, ReadConnection
from aepctl.aep.bulk import decode_many
from aepctl.aep.explanations import decode_error
from aepctl.aep.listed import Element, decode_audience
from aepctl.aep.paging import Paging
from aepctl.aep.verdicts import GONE
from aepctl.backoff import Jitter
from aepctl.clock import Clock, SystemClock
from aepctl.errors import PlatformError
from aepctl.model.audience import Audience, Identity, Ids, Observed
from aepctl.model.failure import no_platform_id
from aepctl.patience import Patience
from aepctl.progress import Progress
from aepctl.replies import Response

MAX_BULK = 100
"""So many are read at once. Source: Segmentation Service API, Retrieve multiple audiences."""


class AudienceReader:
    """Finds audiences on the platform. For one thread.

    `ours`: the identities of the audiences that this run is about. An element of a list that may be
    one of them, and cannot be read, is an error; any other that cannot be read is passed over.
    `unreadable` has those by what they say they are, each with its fields that cannot be used.
    """

    def __init__(
        self,
        connection: ReadConnection,
        clock: Clock | None = None,
        *,
        ours: Iterable[Identity] = (),
        patience: Patience | None = None,
        jitter: Jitter = random.random,
    ) -> None:
        self._asking = Asking(connection, clock or SystemClock(), patience or Patience(), jitter)
        self._paging = Paging(self._asking)
        self._ours = frozenset(Audience(*one).folded_identity for one in ours)
        self.unreadable: dict[Identity, str] = {}

    def list_all(self) -> tuple[Observed, ...]:
        """All external audiences of the sandbox. Raises PlatformError, ListForbidden."""
        return self._list({}, self._ours)

    def list_inactive(self) -> tuple[Observed, ...]:
        """Inactive audiences, which a plain list may leave out. Raises as `list_all`."""
        return self._list({"property": "lifecycleState==inactive"}, self._ours)

    def find(self, audience_id: str) -> tuple[Observed, ...]:
        """All that has this ID, at work or not. Raises as `list_all`.

        A platform that does not know the filter is asked for everything.
        """
        by_id = self._list({"property": f"audienceId=={audience_id}"}, self._ours)
        exact = tuple(one for one in by_id if one.ids.audience_id == audience_id)
        if exact:
            return exact
        everything = (*self.list_all(), *self.list_inactive())
        return tuple(one for one in everything if one.ids.audience_id == audience_id)

    def search(self, audience: Audience, audience_id: str | None) -> tuple[Observed, ...]:
        """Those that are this audience: by ID where one was given, else by its identity.

        The platform's `name` filter is a contains, so the exact comparison is made here. A platform
        that does not know client-given IDs has its own: then the identity finds it.
        Raises PlatformError, ListForbidden.
        """
        ours = self._ours | {audience.folded_identity}
        if audience_id is not None:
            by_id = self._list({"property": f"audienceId=={audience_id}"}, ours)
            exact = tuple(one for one in by_id if one.ids.audience_id == audience_id)
            if exact:
                return exact
        by_name = self._list({"name": audience.name}, ours)
        return tuple(one for one in by_name if one.audience.identity == audience.identity)

    def get(self, ids: Ids) -> Observed | None:
        """The audience with this platform id; None where the platform says that it is not there.

        Raises PlatformError, ListForbidden, and ValueError without a platform id: there is no
        reading by audienceId.
        """
        if ids.platform_id is None:
            raise ValueError(no_platform_id(ids).message)

        def decode(response: Response) -> tuple[Observed, ...] | None:
            return _audience_or_gone(response, ids)

        path = f"/audiences/{quote(ids.platform_id, safe='')}"
        found = self._asking.ask(path, {}, decode, f"read the audience {ids.audience_id}")
        return found[0] if found else None

    def get_many(self, ids: Sequence[Ids]) -> Mapping[str, Observed | None]:
        """Those with these platform ids, by audienceId; None where the platform has it no more.

        Of what is left out the platform said nothing. Raises PlatformError, ListForbidden.
        Source: Segmentation Service API, Retrieve multiple audiences.
        """
        found: dict[str, Observed | None] = {}
        with Progress(self._asking.clock, self._asking.patience.log, "read") as progress:
            for start in range(0, len(ids), MAX_BULK):
                found |= self._some(ids[start : start + MAX_BULK])
                progress.reached(min(start + MAX_BULK, len(ids)), len(ids))
        self._asking.patience.log.detail("read", f"read {len(ids):,} audiences", audiences=len(ids))
        return found

    def _some(self, ids: Sequence[Ids]) -> Mapping[str, Observed | None]:
        """At most MAX_BULK of them."""
        body = json.dumps({"ids": [{"id": one.platform_id} for one in ids]}).encode()
        return self._asking.look_up(
            "/audiences/bulk-get",
            body,
            lambda response: decode_many(response, ids),
            "read audiences",
        )

    def _list(self, query: Mapping[str, str], ours: frozenset[Identity]) -> tuple[Observed, ...]:
        """All that the list shows; an element that may be one of ours has to be readable."""
        elements = self._paging.read(query)
        _check_readable(elements, ours)
        for one in elements:
            if one.identity is not None and one.doubt is not None:
                self.unreadable[one.identity] = one.doubt
        return tuple(dict.fromkeys(one.observed for one in elements if one.observed))


def _check_readable(elements: Iterable[Element], ours: frozenset[Identity]) -> None:
    """Raise PlatformError for an element that may be one of ours and does not say enough."""
    for element in elements:
        if element.identity is None:
            continue
        said = Audience(*element.identity).folded_identity
        if any(_may_be(said, one) for one in ours):
            name = element.identity[0]
            raise PlatformError(
                f"the platform lists an audience named {name!r}, as one of ours is, but its "
                f"{element.doubt} cannot be used: whether it is ours cannot be told",
                hint="look at it on the platform; where it is not ours, give one of the two "
                "another name",
                code="audience-unusable",
            )


def _may_be(said: Identity, ours: Identity) -> bool:
    name, namespace, origin_name = ours
    return said[0] == name and said[1] in {"", namespace} and said[2] in {"", origin_name}


def _audience_or_gone(response: Response, ids: Ids) -> tuple[Observed, ...] | None:
    """What was asked for, () where it is gone; None for what cannot be the answer to that."""
    if response.status == HTTPStatus.NOT_FOUND:
        return () if decode_error(response.status, response.body).code == GONE else None
    if response.status != HTTPStatus.OK or not response.complete:
        return None
    observed = decode_audience(response.body)
    if observed is None or observed.ids.audience_id != ids.audience_id:
        return None
    return () if observed.is_gone else (observed,)
