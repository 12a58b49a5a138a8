"""The text that a merge leaves: whole, or with markers that nobody reads over."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import TARGET
from histories import known, states
from hypothesis import given

from aepctl.errors import StateError
from aepctl.state.codec import decode_state, decode_written
from aepctl.state.encoder import StateEncoder, encode_state
from aepctl.state.merge_text import merge_documents
from aepctl.state.model import State
from aepctl.state.written import Written

BASE = State("L", 3, TARGET, {"gold": known("A", "Gold")})


def text(state: State, **more: str) -> bytes:
    return StateEncoder().encode(Written(state, **more)).encode()  # type: ignore[arg-type]


def grown(**audiences: str | None) -> bytes:
    """BASE, in which these keys have these IDs; None: forgotten."""
    every = {"gold": "A", **audiences}
    now = {key: known(one, key.title()) for key, one in every.items() if one is not None}
    return text(replace(BASE, serial=4, audiences=now))


def kept(marked: str, side: int) -> State:
    """What is read when a person leaves one side of each conflict, and no marker."""
    block = re.compile(r"^<{7} ours\n(.*?)^={7}\n(.*?)^>{7} theirs\n", re.MULTILINE | re.DOTALL)
    return decode_state(block.sub(rf"\g<{side}>", marked).encode(), "prod.json")


def test_a_merge_without_conflicts_is_a_state_file() -> None:
    merged = merge_documents(text(BASE), grown(silver="B"), grown(bronze="C"))
    assert merged.undecided == ()
    state = decode_state(merged.text.encode(), "prod.json")
    assert set(state.audiences) == {"gold", "silver", "bronze"}
    assert encode_state(state) == merged.text


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (grown(silver="B", x="X"), grown(silver="C")),
        (grown(gold=None, silver="B"), grown(gold=None, silver="C")),
        (grown(gold=None, silver="B", x="X"), grown(gold=None, silver="C", x="Y")),
        (grown(gold=None, golden="A"), grown(gold=None, gilded="A")),
    ],
    ids=["between others", "alone", "two alone", "one ID"],
)
def test_what_is_to_be_decided_stands_between_markers_and_either_side_can_be_left(
    ours: bytes, theirs: bytes
) -> None:
    merged = merge_documents(text(BASE), ours, theirs)
    with pytest.raises(StateError, match="Git left a merge conflict here"):
        decode_written(merged.text.encode(), "prod.json")
    for side, given_side in ((1, ours), (2, theirs)):
        state = kept(merged.text, side)
        wanted = decode_state(given_side, "prod.json")
        assert wanted.audiences.items() <= state.audiences.items()
        assert state.serial == 5


def test_a_side_without_an_entry_can_be_left_as_well() -> None:
    gone = grown(gold=None)
    changed = text(replace(BASE, serial=4, audiences={"gold": known("A", "New")}))
    for ours, theirs in ((gone, changed), (changed, gone)):
        merged = merge_documents(text(BASE), ours, theirs)
        assert [len(kept(merged.text, side).audiences) for side in (1, 2)] == [
            len(decode_state(one, "prod.json").audiences) for one in (ours, theirs)
        ]


def test_what_one_side_lacks_does_not_stand_last_where_nothing_else_is_left() -> None:
    """The comma before an entry that is left out would be one too many."""
    base = text(replace(BASE, audiences={"zinc": known("Z", "Zinc")}))
    ours = text(replace(BASE, audiences={"gold": known("B")}))
    theirs = text(replace(BASE, audiences={"gold": known("C"), "zinc": known("Z", "New")}))
    merged = merge_documents(base, ours, theirs)
    assert len(merged.undecided) == 2
    assert [set(kept(merged.text, side).audiences) for side in (1, 2)] == [
        {"gold"}, {"gold", "zinc"},
    ]  # fmt: skip


def test_two_states_stand_whole_between_markers() -> None:
    other = text(replace(BASE, lineage="M"))
    merged = merge_documents(b"", text(BASE), other)
    assert (
        merged.text
        == f"<<<<<<< ours\n{text(BASE).decode()}=======\n{other.decode()}>>>>>>> theirs\n"
    )
    assert merged.undecided[0][0] == (
        "these are two different states: lineage L on our side, M on theirs"
    )


def test_an_ancestor_that_cannot_be_read_counts_as_none() -> None:
    """Git makes one of two, where branches have been merged crosswise, and that may conflict."""
    marked = merge_documents(text(BASE), grown(silver="B"), grown(silver="C")).text
    merged = merge_documents(marked.encode(), grown(silver="B"), grown(bronze="C"))
    assert set(decode_state(merged.text.encode(), "x").audiences) == {"gold", "silver", "bronze"}


class TestAStateThatWasMoved:
    def test_stays_marked_where_the_other_side_has_not_changed_it(self) -> None:
        moved = text(BASE, moved="git:origin")
        for sides in ((moved, text(BASE)), (text(BASE), moved)):
            merged = merge_documents(text(BASE), *sides)
            assert (merged.text.encode(), merged.undecided) == (moved, ())

    def test_stays_marked_where_both_sides_have_moved_it_there(self) -> None:
        other = replace(BASE, serial=4, audiences={})
        merged = merge_documents(b"", text(BASE, moved="git:x"), text(other, moved="git:x"))
        assert decode_written(merged.text.encode(), "x").moved == "git:x"

    def test_is_a_conflict_where_it_has(self) -> None:
        merged = merge_documents(text(BASE), text(BASE, moved="git:origin"), grown(silver="B"))
        assert merged.undecided[0][0] == (
            "one side has moved the state to git:origin, and the other side has changed it"
        )
        with pytest.raises(StateError):
            decode_written(merged.text.encode(), "prod.json")


def test_files_of_older_formats_are_read(data: Path) -> None:
    for file in sorted((data / "state").glob("*.json")):
        merged = merge_documents(b"", file.read_bytes(), file.read_bytes())
        assert decode_state(merged.text.encode(), "x") == decode_state(file.read_bytes(), "x")


@given(states)
def test_any_state_merged_with_itself_is_that_state(state: State) -> None:
    raw = encode_state(state).encode()
    assert merge_documents(b"", raw, raw).text.encode() == raw
