"""Merged states as text: what a person has to decide stands between conflict markers.

A document with markers is refused by every command, so nobody goes on with half a merge.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from aepctl.errors import StateError
from aepctl.model.audience import Known
from aepctl.state.codec import decode_written, encode
from aepctl.state.encoder import StateEncoder, encode_known
from aepctl.state.merge import Merged, Unrelated, merge
from aepctl.state.merge_audiences import Conflict
from aepctl.state.written import Written

OURS, BETWEEN, THEIRS = "<<<<<<< ours", "=======", ">>>>>>> theirs"
_NONE, _OPEN = '  "audiences": {}', '  "audiences": {'


@dataclass(frozen=True, slots=True)
class MergedText:
    """`undecided`: what a person has to decide, and how; `text` then has markers."""

    text: str
    undecided: tuple[tuple[str, str], ...] = ()


def merge_documents(base: bytes, ours: bytes, theirs: bytes) -> MergedText:
    """Three documents as one. `base` may be empty: both sides have added the file.

    Raises StateError for a side that is no state document.
    """
    mine, other = decode_written(ours, "our side"), decode_written(theirs, "their side")
    before = _base(base)
    state = None if before is None else before.state
    try:
        merged = merge(state, mine.state, other.state)
    except Unrelated as why:
        cure = "choose the file of one side, and find out where the other one comes from"
        said = f"these are two different states: {why}"
        return MergedText(both(ours, theirs), ((said, cure),))
    if mine.moved != other.moved:
        return _moved(before, mine, other, ours, theirs)
    text = StateEncoder().encode(Written(merged.state, moved=mine.moved))
    if not merged.conflicts:
        return MergedText(text)
    return _marked(merged, text)


def _base(raw: bytes) -> Written | None:
    """None where there is none, or one that cannot be read, such as Git's own merge of two.

    Nothing then counts as ended by a side: whatever either has is kept.
    """
    try:
        return decode_written(raw, "the common ancestor")
    except StateError:
        return None


def _moved(
    base: Written | None, mine: Written, other: Written, ours: bytes, theirs: bytes
) -> MergedText:
    """One side says that the state is kept elsewhere now: the other may not have gone on."""
    moved = mine if mine.moved is not None else other
    stayed = other if moved is mine else mine
    if base is not None and replace(stayed, lock=None) == replace(base, lock=None):
        return MergedText(StateEncoder().encode(Written(moved.state, moved=moved.moved)))
    said = f"one side has moved the state to {moved.moved}, and the other side has changed it"
    cure = (
        "take the side that has moved it; what the other one created is on the platform: the next "
        "apply looks for it there, and adopts it"
    )
    return MergedText(both(ours, theirs), ((said, cure),))


def both(ours: bytes, theirs: bytes) -> str:
    """Both documents whole, between markers; what is no UTF-8 is kept as it is."""
    sides = [raw.decode(errors="surrogateescape").rstrip("\n") for raw in (ours, theirs)]
    return "\n".join((OURS, sides[0], BETWEEN, sides[1], THEIRS, ""))


def _marked(merged: Merged, text: str) -> MergedText:
    """The conflicts first among the audiences, so that the last entry of all keeps its comma."""
    none = text.startswith(_NONE) or f"\n{_NONE}" in text
    blocks = sorted(merged.conflicts, key=lambda one: bool(one.ours) and bool(one.theirs))
    lines: list[str] = []
    for place, conflict in enumerate(blocks):
        comma = "" if none and place == len(blocks) - 1 else ","
        lines += _block(conflict, comma)
    block = "\n".join((_OPEN, *lines, *(["  }"] if none else [])))
    marked = text.replace(_NONE if none else _OPEN, block, 1)
    return MergedText(marked, tuple((one.said, one.cure) for one in merged.conflicts))


def _block(conflict: Conflict, comma: str) -> Iterable[str]:
    return (
        OURS,
        *_entries(conflict.ours, comma),
        BETWEEN,
        *_entries(conflict.theirs, comma),
        THEIRS,
    )


def _entries(entries: Mapping[str, Known], comma: str) -> list[str]:
    return [
        f"    {encode(key)}: {encode(encode_known(one))}{comma}" for key, one in entries.items()
    ]
