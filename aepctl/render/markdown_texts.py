"""Texts within a Markdown list: what they are, and what of them changed.

The changed words are marked within code; several lines are a diff, where they are short. Whatever
comes from outside stands in code, where nothing in it means anything.
"""

from collections.abc import Iterable, Iterator, Sequence

from aepctl.render.display import display
from aepctl.render.escape import clip, code, fence, marked_code
from aepctl.render.textdiff import Piece, lines, words

MAX_TEXT = 4_000
"""Characters of a text that are shown."""
MAX_LINE = 90
"""Characters of a line that a diff shows without being moved sideways."""
CONTEXT = 2
"""So many lines before and after one that changed."""
TAGS = {"removed": "del", "added": "ins"}
SIGNS = {"same": " ", "removed": "-", "added": "+"}
NONE = "(none)"


def field_change(label: str, before: str | None, after: str | None) -> str:
    """An item below an item: what a field was, and what it is."""
    both = [line for text in (before, after) if text is not None for line in text.split("\n")]
    if len(both) > 2 and max(map(len, both)) <= MAX_LINE:  # noqa: PLR2004 - a line each
        return f"  - {label}:\n{_lines(before, after)}"
    return f"  - {label}: {text_change(before, after)}\n"


def text_change(before: str | None, after: str | None) -> str:
    """Within a line: the words with those that were removed or added marked."""
    if before is None or after is None:
        tag, text = ("ins", after) if before is None else ("del", before)
        return f"<code>{_tagged(tag, clip(text or '', MAX_TEXT))}</code>"
    pieces = words(clip(before, MAX_TEXT), clip(after, MAX_TEXT))
    return f"<code>{''.join(_tagged(TAGS.get(kind), text) for kind, text in pieces)}</code>"


def text_as_it_is(text: str) -> str:
    """Within a line: all of the text, with its own lines."""
    text = clip(text, MAX_TEXT)
    return f"<code>{_broken(text)}</code>" if "\n" in text else code(text)


def side(text: str | None) -> str:
    """Within a line: what a field is on one side."""
    return NONE if text is None else text_as_it_is(text)


def commands(texts: Iterable[str]) -> str:
    """Commands to copy."""
    return _fenced([display(one) for one in texts], "", "sh")


def _tagged(tag: str | None, text: str) -> str:
    return f"<{tag}>{_broken(text)}</{tag}>" if tag else _broken(text)


def _broken(text: str) -> str:
    """As code, each line on a line of its own."""
    return "<br>".join(map(marked_code, text.split("\n")))


def _lines(before: str | None, after: str | None) -> str:
    old, new = (clip(text or "", MAX_TEXT) for text in (before, after))
    pieces = lines(old, new)
    if before is None or after is None:
        pieces = tuple(
            one for one in pieces if one.kind == ("added" if before is None else "removed")
        )
    shown = [f"{SIGNS[kind]} {display(text)}".rstrip() for kind, text in _near(pieces)]
    return _fenced(shown, "    ", "diff")


def _near(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """What changed, and a few lines around it; a mark where others are left out."""
    changed = [at for at, one in enumerate(pieces) if one.kind != "same"]
    near = {at for place in changed for at in range(place - CONTEXT, place + CONTEXT + 1)}
    left_out = False
    for at, one in enumerate(pieces):
        if at in near:
            yield one
        elif not left_out:
            yield Piece("same", "…")
        left_out = at not in near


def _fenced(texts: Sequence[str], indent: str, language: str) -> str:
    mark = fence(texts)
    each = (f"{mark}{language}", *texts, mark)
    return "".join(f"{indent}{one}\n" if one else "\n" for one in each)
