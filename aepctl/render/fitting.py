"""Fit a Markdown page into a budget of bytes by leaving things out, and say what was left out.

A page is cut along its structure, never within a line: first the details of single changes, from
the largest down; then the lines of whole groups become a count; at last only the totals are left.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from aepctl.render.escape import fence, link

LEAST = 600
"""Bytes that any page can be cut down to."""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a title, which says how many they are and stands alone where they do not fit.

    `folds`: the lines are shown when somebody asks for them.
    """

    title: str
    lines: tuple[str, ...]
    folds: bool = False

    def text(self, *, brief: bool) -> str:
        lines = "" if brief else "\n" + "".join(f"- {line}\n" for line in self.lines)
        if self.folds and not brief:
            lines = (
                f"\n<details><summary>{len(self.lines):,} lines</summary>\n{lines}\n</details>\n"
            )
        return f"\n{self.title}\n{lines}"


@dataclass(frozen=True, slots=True)
class Details:
    """Details of single changes, as parts of one diff. `title` is HTML; `folds`: till asked for."""

    title: str
    parts: tuple[str, ...]
    folds: bool = True

    def text(self, chosen: Sequence[str]) -> str:
        if not chosen:
            return ""
        mark = fence(self.parts)
        opened = "" if self.folds else " open"
        head = f"\n<details{opened}><summary>{self.title}</summary>\n\n{mark}diff\n"
        return head + "\n".join(chosen) + f"\n{mark}\n\n</details>\n"


@dataclass(frozen=True, slots=True)
class MarkdownPage:
    """A review comment, most important first. `least` is all of it that must be there.

    `attention` and `groups` hold one line for each of `total` things, which are `things`.
    `full_report` is where all of it can be read.
    """

    head: str
    least: str
    total: int
    things: str = "changes"
    attention: tuple[Section, ...] = ()
    groups: tuple[Section, ...] = ()
    details: tuple[Details, ...] = ()
    full_report: str | None = None


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
    everything = (*page.attention, *page.groups)
    yield _text(page, [], [block.parts for block in page.details], "")
    bare = size(_text(page, [], [], _reserve(page)))
    chosen = _smallest(page.details, max_bytes - bare)
    dropped = sum(len(block.parts) for block in page.details) - sum(map(len, chosen))
    yield _text(page, [], chosen, _left_out(page, dropped, []))
    every = sum(len(block.parts) for block in page.details)
    brief = _largest(page, bare - max_bytes)
    yield _text(page, brief, [], _left_out(page, every, brief))
    yield page.head + _left_out(page, every, everything)
    yield page.least + _left_out(page, 0, everything, most=80)


def _smallest(blocks: Sequence[Details], room: int) -> list[list[str]]:
    """Per block the parts that fit when the largest are dropped first."""
    parts = sorted(
        (size(part) + 1, number, place)
        for number, block in enumerate(blocks)
        for place, part in enumerate(block.parts)
    )
    frames = [size(block.text(("",))) for block in blocks]
    kept: dict[int, set[int]] = {}
    for cost, number, place in parts:
        room -= cost + (0 if number in kept else frames[number])
        if room < 0:
            break
        kept.setdefault(number, set()).add(place)
    return [
        [part for place, part in enumerate(block.parts) if place in kept.get(number, ())]
        for number, block in enumerate(blocks)
    ]


def _largest(page: MarkdownPage, excess: int) -> list[Section]:
    """The groups to be told briefly: the largest first, those that need attention last."""
    brief: list[Section] = []
    for groups in (page.groups, page.attention):
        for saved, place in sorted(
            ((_saved(one), place) for place, one in enumerate(groups)), reverse=True
        ):
            if excess <= 0 or saved <= 0:
                break
            brief.append(groups[place])
            excess -= saved
    return brief


def _saved(group: Section) -> int:
    return size(group.text(brief=False)) - size(group.text(brief=True))


def _text(
    page: MarkdownPage, brief: Sequence[Section], chosen: Iterable[Sequence[str]], left_out: str
) -> str:
    told_briefly = {id(group) for group in brief}
    parts = [page.head, left_out]
    parts += [
        group.text(brief=id(group) in told_briefly) for group in (*page.attention, *page.groups)
    ]
    parts += [block.text(some) for block, some in zip(page.details, chosen, strict=False)]
    return "".join(parts)


def _reserve(page: MarkdownPage) -> str:
    """The longest note that could be needed."""
    every = sum(len(block.parts) for block in page.details)
    return _left_out(page, every, (*page.attention, *page.groups))


def _left_out(page: MarkdownPage, details: int, groups: Iterable[Section], most: int = 400) -> str:
    """What the reader does not see, and where to see it."""
    lines = sum(len(group.lines) for group in groups)
    parts = []
    if details:
        parts.append(f"the details of {details:,} of {page.total:,} {page.things}")
    if lines:
        parts.append(f"the lines of {lines:,} of {page.total:,} {page.things}")
    if not parts:
        return ""
    where = f" All of it: {link(page.full_report, most)}" if page.full_report else ""
    return f"\n> **Left out to fit:** {' and '.join(parts)}.{where}\n"


def size(text: str) -> int:
    """How many bytes of UTF-8 the text takes."""
    return len(text.encode())
