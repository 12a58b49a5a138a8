"""Fit a Markdown page into a budget of bytes by leaving things out, and say what was left out.

A page is cut along its structure, never within a line. What needs a person is kept first, then what
is rare, then what changed in what is many, then long lists; at last only the totals are left.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import NamedTuple

from aepctl.render.escape import link

LEAST = 600
"""Bytes that any page can be cut down to."""
FEW = 20
"""So many lines stand open beneath each other; more are folded."""
CUT = 60
"""Bytes that suffice to say that a section is cut."""
MANY, LONG = 2, 3
"""The last two turns."""


class Entry(NamedTuple):
    """One thing on one line, and what there is below it, which can be left out."""

    line: str
    more: str = ""

    def text(self, *, whole: bool) -> str:
        return f"- {self.line}\n{self.more if whole else ''}"


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a heading; without one they go on under the last.

    `place` is where they are, and `summary` the same as HTML; `opened` of them can be seen at once,
    the others when somebody asks. `rank`: the lower, the sooner it is kept; 0: before all else.
    `long`: one of a long list, which gives way to all others. `counted`: how many they are is told
    elsewhere too, so that nothing of them has to stay.
    """

    heading: str
    entries: tuple[Entry, ...]
    place: str = ""
    summary: str = ""
    opened: int = FEW
    rank: int = 0
    long: bool = False
    counted: bool = False

    def text(self, kept: int, whole: Collection[int]) -> str:
        """With so many of its entries; those at `whole` with what is below them."""
        shown = [one.text(whole=at in whole) for at, one in enumerate(self.entries[:kept])]
        parts = [f"\n{self.heading}\n"] if self.heading else []
        if self.place and (self.opened if kept else not self.counted):
            parts.append(f"\n{self.place}\n")
        if shown[: self.opened]:
            parts += ["\n", *shown[: self.opened]]
        folded = shown[self.opened :]
        if folded:
            title = f"{self.summary}{self._first(kept)}" if self.opened == 0 else self._more(folded)
            parts.append(
                f"\n<details><summary>{title}</summary>\n\n{''.join(folded)}\n</details>\n"
            )
        if kept < len(self.entries) and (kept and self.opened):
            parts.append(f"\nand {len(self.entries) - kept:,} more, which did not fit\n")
        return "".join(parts)

    def _first(self, kept: int) -> str:
        return f", the first {kept:,} of them" if kept < len(self.entries) else ""

    def _more(self, folded: Sequence[str]) -> str:
        return f"{len(folded):,} more"

    @property
    def frame(self) -> int:
        """Bytes that its lines bring with them."""
        lines = sum(size(one.text(whole=False)) for one in self.entries)
        return size(self.text(len(self.entries), ())) - size(self.text(0, ())) - lines


@dataclass(frozen=True, slots=True)
class MarkdownPage:
    """A review comment, most important first. `least` is all of it that must be there.

    `sections` hold one line for each of `total` things, which are `things`. `full_report` is where
    all of it can be read.
    """

    head: str
    least: str
    total: int
    things: str = "changes"
    sections: tuple[Section, ...] = ()
    foot: str = ""
    full_report: str | None = None


@dataclass(slots=True)
class Filling:
    """What of each section is kept, while there is room."""

    room: int
    kept: list[int]
    whole: list[set[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.whole = [set() for _ in self.kept]

    def takes(self, cost: int) -> bool:
        """Whether there is room for it, which is then taken."""
        if cost > self.room:
            return False
        self.room -= cost
        return True


def fit(page: MarkdownPage, max_bytes: int) -> str:
    """The page in at most so many bytes of UTF-8. Raises ValueError for fewer than LEAST."""
    if max_bytes < LEAST:
        raise ValueError(f"{max_bytes} bytes hold no page; {LEAST} do")
    for text in _candidates(page, max_bytes):
        if size(text) <= max_bytes:
            return text
    raise AssertionError("the least page is larger than LEAST")


def _candidates(page: MarkdownPage, max_bytes: int) -> Iterator[str]:
    """Ever shorter texts of the page, the last of which fits any budget."""
    sections = page.sections
    everything = Filling(0, [len(one.entries) for one in sections])
    everything.whole = [set(range(len(one.entries))) for one in sections]
    yield _text(page, everything, "")
    yield _shortened(page, max_bytes)
    bare = tuple(replace(one, counted=True) for one in sections)
    yield _shortened(replace(page, sections=bare), max_bytes)
    nothing = Filling(0, [0] * len(sections))
    yield page.head + _left_out(page, nothing)
    yield page.least + _left_out(page, nothing, most=80, details=False)


def _shortened(page: MarkdownPage, max_bytes: int) -> str:
    """With all headings and places, and what there is room for beside them."""
    nothing = Filling(0, [0] * len(page.sections))
    room = max_bytes - size(_text(page, nothing, _left_out(page, nothing))) - CUT
    filling = Filling(room, nothing.kept)
    _fill(page.sections, filling)
    return _text(page, filling, _left_out(page, filling))


def _fill(sections: Sequence[Section], filling: Filling) -> None:
    """Keep what fits: all of what comes before, details included, before any line of the rest."""
    order = sorted(range(len(sections)), key=lambda at: (_turn(sections[at]), sections[at].rank))
    for turn, group in groupby(order, key=lambda at: _turn(sections[at])):
        places = tuple(group)
        if not all(_lines_fit(sections[at], at, filling) for at in places):
            return
        if not _add_details(sections, places, filling) and turn == MANY:
            return  # a line of a long list says less than what changed


def _turn(section: Section) -> int:
    """When it is kept: what needs a person; what is rare; what is many; long lists."""
    return LONG if section.long else (section.rank > 0) + (section.rank > FEW)


def _lines_fit(section: Section, at: int, filling: Filling) -> bool:
    """Keep its lines from the first on; whether there was room for all."""
    if not filling.takes(section.frame):
        return False
    for entry in section.entries:
        if not filling.takes(size(entry.text(whole=False))):
            return False
        filling.kept[at] += 1
    return True


def _add_details(sections: Sequence[Section], places: Iterable[int], filling: Filling) -> bool:
    """Keep what is below the lines, the smallest first; whether there was room for all."""
    parts = sorted(
        (size(entry.more), at, place)
        for at in places
        for place, entry in enumerate(sections[at].entries)
        if entry.more
    )
    for cost, at, place in parts:
        if not filling.takes(cost):
            return False
        filling.whole[at].add(place)
    return True


def _text(page: MarkdownPage, filling: Filling, left_out: str) -> str:
    each = zip(page.sections, filling.kept, filling.whole, strict=True)
    return "".join(
        (page.head, left_out, *(one.text(kept, whole) for one, kept, whole in each), page.foot)
    )


def _left_out(
    page: MarkdownPage, filling: Filling, most: int = 400, *, details: bool = True
) -> str:
    """What the reader does not see, and where to see it."""
    lines = sum(len(one.entries) for one in page.sections) - sum(filling.kept)
    below = sum(bool(entry.more) for one in page.sections for entry in one.entries)
    below -= sum(map(len, filling.whole))
    parts = []
    if below > 0 and details:
        parts.append(f"the details of {below:,} of {page.total:,} {page.things}")
    if lines:
        parts.append(f"the lines of {lines:,} of {page.total:,} {page.things}")
    if not parts:
        return ""
    where = f" All of it: {link(page.full_report, most)}" if page.full_report else ""
    return f"\n> **Left out to fit:** {' and '.join(parts)}.{where}\n"


def size(text: str) -> int:
    """How many bytes of UTF-8 the text takes."""
    return len(text.encode())
