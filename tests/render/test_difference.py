"""What differs between two texts: nothing is lost, and it is told by whole words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.render.difference import MOST, Edit, edits, pieces, words

TEXTS = st.text("ab ,.日本\n", max_size=40) | st.text(max_size=20)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_had_again(before: str, after: str) -> None:
    found = edits(before, after)
    assert "".join(same + gone for same, gone, _ in found) == before
    assert "".join(same + new for same, _, new in found) == after


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_so_can_both_lists_of_lines(before: list[str], after: list[str]) -> None:
    found = pieces(before, after)
    assert [part for one in found if one.kind != "new" for part in one.parts] == before
    assert [part for one in found if one.kind != "gone" for part in one.parts] == after


@given(TEXTS)
def test_words_together_are_the_text(text: str) -> None:
    assert "".join(words(text)) == text
    assert edits(text, text) in ([Edit(text)], [])


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("Over 10,000 points.", "Over 12,000 points.",
         [Edit("Over ", "10,000", "12,000"), Edit(" points.")]),
        ("In December", "In December or May", [Edit("In December", "", " or May")]),
        ("Of the shop.", "Of the stores.", [Edit("Of the ", "shop", "stores"), Edit(".")]),
        ("過去90日間に", "過去60日間に", [Edit("過去", "90", "60"), Edit("日間に")]),
        ("one two three four five", "one 2 three 4 five",
         [Edit("one ", "two", "2"), Edit(" three ", "four", "4"), Edit(" five")]),
        ("the cat or dog", "the cow or pig", [Edit("the ", "cat or dog", "cow or pig")]),
        ("a walk", "a catwalk", [Edit("a ", "walk", "catwalk")]),
        ("", "new", [Edit("", "", "new")]),
    ],
)  # fmt: skip
def test_whole_words_are_told(before: str, after: str, found: list[Edit]) -> None:
    assert edits(before, after) == found


def test_what_would_take_long_to_compare_is_another_text() -> None:
    old, new = (" ".join(f"{one}{number} b" for number in range(300)) for one in "ac")
    assert len(edits(f"same {old} end", f"same {new} end")) == 2
    assert len(edits("." * MOST + "x y", "," * MOST + "z w")) <= 2
