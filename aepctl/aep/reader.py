"""Reading what is on the platform. Reads are retried freely; lists are read page by page.

Source: Segmentation Service API, List audiences, Retrieve a specified audience.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import NamedTuple, Protocol, TypeVar
from urllib.parse import quote

from aepctl.aep.verdicts import GONE
from aepctl.aep.wire import Page, decode_audience, decode_error, decode_page
from aepctl.backoff import Jitter, backoff_seconds
from aepctl.clock import Clock, SystemClock
from aepctl.errors import ListForbidden, PlatformError
from aepctl.model.audience import Audience, Ids, Observed
from aepctl.model.failure import no_platform_id
from aepctl.replies import NoResponse, NothingSent, Reply, Response

NO_VIEW_RIGHT = "UPAPI-113752-403"
"""The code of "attribute-based access control". Source: Segmentation Service API, 403."""
VIEW_RIGHT = "get the right to view segments"
WITHOUT_LOOKING = (
    "; or use --existing ignore, which creates without looking: what exists already (after a lost "
    "state, say) is then made twice"
)
WRONG_CREDENTIALS: Mapping[str, str] = {
    "403000": "check AEP_API_KEY",
    "403003": "check AEP_API_KEY",
    "403025": "check `org` in aepctl.yaml, and the product profile of these credentials",
}
"""What to do about a 403 of the gateway. Source: AEP troubleshooting guide."""
RUN_AGAIN = "run it again"
UNREACHED = "check the network and `ups_url`, then run it again"
LIST = "list audiences"
PAGE_SIZE = 100
MAX_ATTEMPTS = 6
MAX_ROUNDS = 5
"""How often a list that changes while it is read is read from its beginning."""
FIRST_PAUSE_SECONDS = 0.25
MAX_PAUSE_SECONDS = 20.0
MAX_RETRY_AFTER_SECONDS = 60.0
RETRIED = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
"""Beside every 5xx."""

T = TypeVar("T")


class ReadConnection(Protocol):
    """A connection that can read. See connection.Connection."""

    def get(self, path: str, query: Mapping[str, str]) -> Reply: ...
    def renew_token(self) -> bool: ...


class _Trouble(NamedTuple):
    """What went wrong, whether asking again may help, and what a person can do about it."""

    what: str
    again: bool = False
    hint: str = RUN_AGAIN


class AudienceReader:
    """Finds audiences on the platform. For one thread."""

    def __init__(
        self,
        connection: ReadConnection,
        clock: Clock | None = None,
        *,
        jitter: Jitter = random.random,
    ) -> None:
        self._connection = connection
        self._clock = clock or SystemClock()
        self._jitter = jitter

    def list_all(self) -> tuple[Observed, ...]:
        """All external audiences of the sandbox. Raises PlatformError, ListForbidden."""
        return self._list({})

    def list_inactive(self) -> tuple[Observed, ...]:
        """Inactive audiences, which a plain list may leave out. Raises as `list_all`."""
        return self._list({"property": "lifecycleState==inactive"})

    def find(self, audience_id: str) -> tuple[Observed, ...]:
        """All that has this ID, at work or not. Raises as `list_all`.

        A platform that does not know the filter is asked for everything.
        """
        by_id = self._list({"property": f"audienceId=={audience_id}"})
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
        if audience_id is not None:
            by_id = self._list({"property": f"audienceId=={audience_id}"})
            exact = tuple(one for one in by_id if one.ids.audience_id == audience_id)
            if exact:
                return exact
        by_name = self._list({"name": audience.name})
        return tuple(one for one in by_name if one.audience.identity == audience.identity)

    def get(self, ids: Ids) -> Observed | None:
        """The audience with this platform id; None where the platform says that it is not there.

        Raises PlatformError, ListForbidden, and ValueError without a platform id: there is no
        reading by audienceId.
        """
        if ids.platform_id is None:
            raise ValueError(no_platform_id(ids).message)
        path = f"/audiences/{quote(ids.platform_id, safe='')}"
        found = self._ask(path, {}, _audience_or_gone, f"read the audience {ids.audience_id}")
        return found[0] if found else None

    def _list(self, query: Mapping[str, str]) -> tuple[Observed, ...]:
        """Every element once. A list that changes while it is read is read again."""
        before: dict[str, Observed | None] | None = None
        for _ in range(MAX_ROUNDS):
            seen: dict[str, Observed | None] = {}
            total = 0
            for page in self._pages(query):
                total = page.total or 0
                seen.update(page.elements)
            if len(seen) >= total or seen.keys() == (before or {}).keys():
                return tuple(one for one in seen.values() if one is not None)
            before = seen
        raise PlatformError(
            "the platform's list of audiences keeps changing while it is read",
            hint="run it again when nobody else changes audiences",
        )

    def _pages(self, query: Mapping[str, str]) -> Iterator[Page]:
        start = "0"
        begun: set[str] = set()
        while start not in begun:
            begun.add(start)
            paging = {**query, "start": start, "limit": str(PAGE_SIZE)}
            page = self._ask("/audiences", paging, _page, LIST)
            yield page
            if page.next is None:
                return
            start = page.next
        raise PlatformError(f"the platform's paging repeats the page start={start}")

    def _ask(
        self,
        path: str,
        query: Mapping[str, str],
        decode: Callable[[Response], T | None],
        purpose: str,
    ) -> T:
        """What `decode` makes of an answer; None from it means that the answer is of no use."""
        renewed = False
        trouble = _Trouble("never asked")
        for attempt in range(MAX_ATTEMPTS):
            reply = self._connection.get(path, query)
            value = decode(reply) if isinstance(reply, Response) else None
            if value is not None:
                return value
            _check_allowed(reply, purpose)
            trouble = _explain(reply)
            again = trouble.again
            if isinstance(reply, Response) and reply.status == HTTPStatus.UNAUTHORIZED:
                again = not renewed and self._connection.renew_token()
                renewed = True
            if not again:
                break
            if attempt < MAX_ATTEMPTS - 1:
                self._clock.sleep(self._pause(reply, attempt))
        raise PlatformError(f"cannot {purpose}: {trouble.what}", hint=trouble.hint)

    def _pause(self, reply: Reply, attempt: int) -> float:
        if isinstance(reply, Response) and reply.retry_after is not None:
            return min(reply.retry_after, MAX_RETRY_AFTER_SECONDS)
        return backoff_seconds(
            attempt, first=FIRST_PAUSE_SECONDS, limit=MAX_PAUSE_SECONDS, jitter=self._jitter
        )


def _page(response: Response) -> Page | None:
    if response.status != HTTPStatus.OK or not response.complete:
        return None
    return decode_page(response.body)


def _audience_or_gone(response: Response) -> tuple[Observed, ...] | None:
    if response.status == HTTPStatus.NOT_FOUND:
        return () if decode_error(response.status, response.body).code == GONE else None
    if response.status != HTTPStatus.OK or not response.complete:
        return None
    observed = decode_audience(response.body)
    if observed is not None and observed.is_gone:
        return ()
    return None if observed is None else (observed,)


def _check_allowed(reply: Reply, purpose: str) -> None:
    """Raise ListForbidden where these credentials are good, but may not read."""
    if not isinstance(reply, Response) or reply.status != HTTPStatus.FORBIDDEN:
        return
    error = decode_error(reply.status, reply.body)
    if error.code in WRONG_CREDENTIALS:
        return
    offered = purpose == LIST and error.code == NO_VIEW_RIGHT
    raise ListForbidden(
        f"these credentials may not {purpose}: {error.code or reply.status}: {error.message}",
        hint=VIEW_RIGHT + (WITHOUT_LOOKING if offered else ""),
    )


def _explain(reply: Reply) -> _Trouble:
    match reply:
        case NothingSent(reason):
            return _Trouble(reason, again=True, hint=UNREACHED)
        case NoResponse(reason):
            return _Trouble(reason, again=True)
        case Response(status) if status == HTTPStatus.OK:
            return _Trouble(f"an answer that {reply.flaw or 'cannot be read'}", again=True)
        case Response(status):
            error = decode_error(status, reply.body)
            head = " ".join(part for part in (str(status), error.code) if part)
            again = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in RETRIED
            hint = WRONG_CREDENTIALS.get(error.code or "", RUN_AGAIN)
            return _Trouble(f"{head}: {error.message}", again=again, hint=hint)
