"""A field of an audience on a terminal or in a log: its text, or what of it differs."""

import re
from collections.abc import Iterator
from functools import cache

from aepctl.plan.plan import FieldDiff
from aepctl.render.difference import edits, pieces
from aepctl.render.display import Paint, cells, display
from aepctl.render.view import Row
from aepctl.render.wrapping import wrap

SHORT = 72
"""Two texts that are not longer together stand beside each other."""
CONTEXT = 40
"""So much of what did not change is shown before and after what did."""
LINES = 2
"""So many lines of it."""
MOST_EDITS = 6
LEAST_ALIKE = 0.4
"""Where more than that differs, each text is shown as a whole."""
MARKS = r"\[-|-\]|\{\+|\+\}|##"
"""A text that has such itself is not marked with them."""


@cache
def label(field: str) -> str:
    """What stands before the text of a field."""
    return f"    {field:<12} "


def not_obeyed(line: str) -> str:
    """A line that begins with this text, which GitHub's log does not obey whatever it is."""
    return line.replace(":", r"\x3a", 1) if line.lstrip().startswith("::") else line


def value(name: str, text: str, paint: Paint) -> Iterator[str]:
    """A text of any length after its `name`, which may be painted."""
    hang = cells(name)
    for line in text.removesuffix("\n").split("\n"):
        shown = display(line)
        if name.isspace():
            shown = not_obeyed(shown)
        yield wrap(name + shown, paint, hang)
        name = " " * hang


def side(text: str | None) -> str:
    """A text that may not be there, on one line."""
    return "(none)" if text is None else display(text)


def difference(row: Row, one: FieldDiff, paint: Paint) -> Iterator[str]:
    """What it is and what it shall be; or each side, where the platform has another again."""
    name = label(one.field)
    if not row.columns or one.known == one.observed:
        yield from _change(name, one.before, one.wanted, paint)
        return
    for who, text in row.sides(one):
        head = f"{name}{paint(f'{who:<9}', 'dim')}"
        yield from value(head, "(none)" if text is None else text, paint)
        name = " " * len(name)


def _change(name: str, before: str | None, after: str | None, paint: Paint) -> Iterator[str]:
    old, new = before or "", after or ""
    if "\n" in old or "\n" in new:
        yield from _marked(name, _lines(before, after, paint), paint)
        return
    beside = f"{name}{side(before)} {paint('->', 'dim')} {side(after)}"
    many = len(old) + len(new) > SHORT or (paint.width and cells(beside) > paint.width)
    if not many or before is None or after is None:
        yield wrap(beside, paint, len(name))
        return
    words = _words(display(before), display(after), paint)
    if words is not None:
        yield wrap(name + words, paint, len(name))
        return
    yield from _marked(name, iter((("-", display(before)), ("+", display(after)))), paint)


def _marked(name: str, lines: Iterator[tuple[str, str]], paint: Paint) -> Iterator[str]:
    """Each line after its mark."""
    colours = {"-": ("red",), "+": ("green",), "…": ("dim",)}
    for mark, line in lines:
        safe = not_obeyed(line) if mark == " " else line
        shown = paint(f"{mark} {safe}".rstrip(), *colours.get(mark, ()))
        yield wrap(name + shown, paint, len(name) + 2).rstrip(" ")
        name = " " * len(name)


def _words(before: str, after: str, paint: Paint) -> str | None:
    """One text with what is gone and what is new marked in it; None: they have little in common."""

    if re.search(MARKS, before) or re.search(MARKS, after):
        return None
    found = edits(before, after)
    alike = sum(len(one.same) for one in found)
    if alike < LEAST_ALIKE * max(len(before), len(after)) or len(found) > MOST_EDITS + 1:
        return None
    told = ""
    for number, (same, gone, new) in enumerate(found):
        last = not gone and not new
        told += same if paint.verbose else _shortened(same, first=number == 0, last=last)
        told += paint(f"[-{gone}-]", "red") if gone else ""
        told += paint(f"{{+{new}+}}", "green") if new else ""
    return told


def _shortened(text: str, *, first: bool, last: bool) -> str:
    """What is next to a change of a text that did not change."""
    if len(text) <= CONTEXT + (0 if first or last else CONTEXT):
        return text
    head, tail = text[:CONTEXT], text[-CONTEXT:]
    head = head[: head.rfind(" ") + 1] or head
    tail = tail[tail.find(" ") :] if " " in tail else tail.lstrip()
    return f"{'' if first else head}…{'' if last else tail}"


def _lines(before: str | None, after: str | None, paint: Paint) -> Iterator[tuple[str, str]]:
    """Each line that differs with its mark, and what is around it."""
    if all(text is None or text.endswith("\n") for text in (before, after)):
        before, after = before and before[:-1], after and after[:-1]
    old = [] if before is None else before.split("\n")
    new = [] if after is None else after.split("\n")
    found = pieces(old, new)
    most = len(old) + len(new) if paint.verbose else LINES
    for number, (kind, parts) in enumerate(found):
        if kind != "same":
            yield from (("-" if kind == "gone" else "+", display(line)) for line in parts)
            continue
        head = () if number == 0 else parts[:most]
        tail = () if number == len(found) - 1 else parts[max(len(head), len(parts) - most) :]
        yield from ((" ", display(line)) for line in head)
        left = len(parts) - len(head) - len(tail)
        if left:
            yield "…", f"{left} line{'s' * (left != 1)}"
        yield from ((" ", display(line)) for line in tail)
