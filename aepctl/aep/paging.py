"""Reading a list page by page, as each page says, until it is known to be whole.

A list is believed where it shows as many as it counts itself. One that counts nothing, or less than
it shows, is believed where the platform shows that nothing comes after it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

from aepctl.aep.asking import LIST, Asking
from aepctl.aep.listed import Element, Page, decode_page
from aepctl.errors import PlatformError
from aepctl.progress import Progress
from aepctl.replies import Response

PAGE_SIZE = 500
"""As many as are asked for at once: 4,000 come in 8 answers, each far below what one may hold."""
USUAL_SIZE = 100
"""What a platform gives by itself, for one that refuses to be asked for more."""
MAX_ROUNDS = 5
"""How often a list that is not whole is read from its beginning."""
MAX_PAGES = 2000
"""No sandbox has so many: Adobe recommends no more than 4,000 audiences, 40 of the usual pages."""

_Key = tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """What one reading of a list has shown so far, each element once.

    What the list counts is the most that any of its pages said.
    """

    elements: list[Element] = field(default_factory=list)
    seen: dict[_Key, None] = field(default_factory=dict)
    total: int | None = None
    pages: int = 0

    def take(self, page: Page, start: str) -> bool:
        """Take a page in; whether it brought anything new.

        Elements are counted by their IDs, so that one which moved to the next page counts once.
        """
        before = len(self.seen)
        self.pages += 1
        self.elements += page.elements
        self.seen.update(dict.fromkeys(_keys(page, start)))
        if page.total is not None:
            self.total = max(page.total, self.total or 0)
        return len(self.seen) > before

    @property
    def is_short(self) -> bool:
        """Whether it shows fewer than it counts."""
        return self.total is not None and len(self.seen) < self.total

    @property
    def is_whole(self) -> bool:
        """Whether it shows just as many as it counts."""
        return len(self.seen) == self.total


class Paging:
    """Lists of the platform, read until they are whole. For one thread."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._size = PAGE_SIZE

    def read(self, query: Mapping[str, str]) -> tuple[Element, ...]:
        """Its elements. A list that is not whole, or changes meanwhile, is read again.

        Raises PlatformError, ListForbidden.
        """
        said, asking = "", self._asking
        began, log = asking.clock.monotonic(), asking.patience.log
        for attempt in range(MAX_ROUNDS):
            if attempt:
                asking.pause(attempt - 1, said)
            reading = self._once(query)
            doubt = self._doubt(reading, query)
            if doubt is None:
                count, pages = len(reading.elements), reading.pages
                seconds = asking.clock.monotonic() - began
                of = "".join(f", {name} {text!r}" for name, text in query.items())
                told = f"listed {count:,} audiences{of} in {pages} pages, {seconds:.2f} s"
                log.detail("listed", told, audiences=count, pages=pages)
                return tuple(reading.elements)
            said = f"the platform's list of audiences {doubt}"
        raise PlatformError(
            f"{said}: what it leaves out may be what is looked for",
            hint="run it again when nobody else changes audiences; if it stays so, these "
            "credentials may not see all of them",
            code="list-incomplete",
        )

    def _once(self, query: Mapping[str, str]) -> _Reading:
        """All its pages, as each says how it goes on."""
        reading, asking = _Reading(), self._asking
        with Progress(asking.clock, asking.patience.log, "listed") as progress:
            start = "0"
            for _ in range(MAX_PAGES):
                after = self._further(query, start, reading)
                progress.reached(len(reading.seen), reading.total)
                if after is None:
                    return reading
                start = after
        raise _unusable(f"it has more than {MAX_PAGES} pages")

    def _further(self, query: Mapping[str, str], start: str, reading: _Reading) -> str | None:
        """Take one page in; where the next one starts, None where there is none."""
        page = self._page(query, start)
        is_news = reading.take(page, start)
        if page.next is not None and not is_news:
            if reading.is_whole and start != "0":
                return None  # one page too many was named, and it is empty
            raise _unusable(f"the page start={start} brings nothing new, and names another")
        return page.next

    def _page(self, query: Mapping[str, str], start: str) -> Page:
        while True:
            decode = _decoded if self._size == USUAL_SIZE else _decoded_or_refused
            paging = {**query, "start": start, "limit": str(self._size)}
            page = self._asking.ask("/audiences", paging, decode, LIST)
            if isinstance(page, Page):
                return page
            self._size = USUAL_SIZE

    def _doubt(self, reading: _Reading, query: Mapping[str, str]) -> str | None:
        """Why it may not be whole; None where it is."""
        shown = len(reading.seen)
        if reading.is_whole:
            return None
        if reading.is_short:
            return f"shows {shown} of {reading.total}"
        counts = "nothing" if reading.total is None else str(reading.total)
        if not shown:
            return f"is empty and counts {counts}"
        more = self._goes_on(reading, query)
        return f"shows {shown}, counts {counts}, and goes on" if more else None

    def _goes_on(self, reading: _Reading, query: Mapping[str, str]) -> bool:
        """Whether anything comes after what was shown, asked for where no page was named.

        `start` may count elements or pages. Either way what starts at 1 leaves out the first
        element and has nothing new, and as many as were shown are past the end. Where `start` means
        nothing to the platform, neither is so: whether there is more cannot be told.
        """
        behind_first = set(_keys(self._page(query, "1"), "1"))
        is_new = not behind_first <= reading.seen.keys()
        if is_new or next(iter(reading.seen)) in behind_first:
            return True
        shown = str(len(reading.seen))
        return shown != "1" and bool(self._page(query, shown).elements)


def _keys(page: Page, start: str) -> Iterator[_Key]:
    """What tells elements apart; where nothing does, their place."""
    for element in page.elements:
        yield (start, *element.key) if element.key[0] == "#" else element.key


def _decoded(response: Response) -> Page | None:
    if response.status != HTTPStatus.OK or not response.complete:
        return None
    return decode_page(response.body)


def _decoded_or_refused(response: Response) -> Page | Literal["refused"] | None:
    """Adobe documents no largest page: one that says that the question is wrong may mean that."""
    return "refused" if response.status == HTTPStatus.BAD_REQUEST else _decoded(response)


def _unusable(why: str) -> PlatformError:
    return PlatformError(
        f"the platform's list of audiences cannot be used: {why}",
        hint="nothing was sent; run it again, and tell Adobe if it stays so",
        code="list-unusable",
    )
