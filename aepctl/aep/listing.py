"""Reading what is on the platform: whole lists, page by page. Reads are retried freely.

Source: Segmentation Service API, List audiences.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Protocol

from aepctl.aep.replies import Answer, Broken, Found, NotSent, Reply
from aepctl.aep.wire import Page, decode_error, decode_page
from aepctl.audience import Audience
from aepctl.errors import ListForbidden, PlatformError

PAGE = 100
TRIES = 6
ROUNDS = 5
LONGEST_BACK_OFF = 20.0
LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class Getter(Protocol):
    """A connection that can read. See client.Connection."""

    def get(self, path: str, query: Mapping[str, str]) -> Reply: ...
    def renew_token(self) -> bool: ...


class Reader:
    """Finds audiences on the platform. For one thread."""

    def __init__(
        self,
        connection: Getter,
        *,
        pause: Callable[[float], object] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._connection = connection
        self._pause = pause
        self._jitter = jitter

    def everything(self) -> tuple[Found, ...]:
        """All external audiences of the sandbox. Raises PlatformError, ListForbidden."""
        return self._list({})

    def find(self, audience: Audience, audience_id: str | None) -> tuple[Found, ...]:
        """Those that are this audience: by ID where one was given, else by its identity.

        The platform's `name` filter is a contains, so the exact comparison is made here. A platform
        that does not know client-given IDs has its own: then the identity finds it.
        """
        if audience_id is not None:
            by_id = self._list({"property": f"audienceId=={audience_id}"})
            exact = tuple(one for one in by_id if one.audience_id == audience_id)
            if exact:
                return exact
        by_name = self._list({"name": audience.name})
        return tuple(one for one in by_name if one.audience.identity == audience.identity)

    def _list(self, query: Mapping[str, str]) -> tuple[Found, ...]:
        """Every element once. A list that changes while it is read is read again."""
        before: dict[str, Found | None] | None = None
        for _ in range(ROUNDS):
            seen: dict[str, Found | None] = {}
            total = 0
            for page in self._pages(query):
                total = page.total or 0
                seen.update(page.elements)
            if len(seen) >= total or seen.keys() == (before or {}).keys():
                return tuple(one for one in seen.values() if one is not None)
            before = seen
        raise PlatformError(
            "the platform's list of audiences keeps changing while it is read",
            next="nothing was sent; run it again when nobody else changes audiences",
        )

    def _pages(self, query: Mapping[str, str]) -> Iterator[Page]:
        start = "0"
        begun: set[str] = set()
        while start not in begun:
            begun.add(start)
            page = self._page({**query, "start": start, "limit": str(PAGE)})
            yield page
            if page.next is None:
                return
            start = page.next
        raise PlatformError(f"the platform's list of audiences goes in a circle (start={start})")

    def _page(self, query: Mapping[str, str]) -> Page:
        renewed = False
        said = ""
        for attempt in range(TRIES):
            reply = self._connection.get("/audiences", query)
            page = self._usable(reply)
            if page is not None:
                return page
            said, retry = _explain(reply)
            if isinstance(reply, Answer) and reply.status == HTTPStatus.UNAUTHORIZED:
                retry = not renewed and self._connection.renew_token()
                renewed = True
            if not retry:
                break
            if attempt < TRIES - 1:
                self._pause(self._seconds(reply, attempt))
        raise PlatformError(
            f"the platform's audiences cannot be listed: {said}",
            next="nothing was sent; run it again",
        )

    def _usable(self, reply: Reply) -> Page | None:
        if not isinstance(reply, Answer):
            return None
        if reply.status == HTTPStatus.FORBIDDEN:
            said = decode_error(reply.status, reply.body)
            raise ListForbidden(
                f"these credentials may not list audiences: {said.code or 403}: {said.message}",
                next="get the right to view segments; or use --existing ignore, which creates "
                "without looking: what exists already (after a lost state, say) is then made twice",
            )
        if reply.status != HTTPStatus.OK or not reply.complete:
            return None
        return decode_page(reply.body)

    def _seconds(self, reply: Reply, attempt: int) -> float:
        if isinstance(reply, Answer) and reply.retry_after is not None:
            return min(reply.retry_after, 3 * LONGEST_BACK_OFF)
        return min(0.25 * 2.0**attempt, LONGEST_BACK_OFF) * (0.5 + self._jitter() / 2)


def _explain(reply: Reply) -> tuple[str, bool]:
    """What went wrong, and whether asking again may help."""
    match reply:
        case NotSent(reason) | Broken(reason):
            return reason, True
        case Answer(status) if status == HTTPStatus.OK:
            return "an answer that cannot be read", True
        case Answer(status):
            said = decode_error(status, reply.body)
            head = " ".join(part for part in (str(status), said.code) if part)
            again = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in LATER
            return f"{head}: {said.message}", again
