"""What is the same name to a person."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.folding import folded

SAME_AS_GOLD = [
    "Gold", "gold", "GOLD", " Gold", "Gold ", "\tGold\n", "Gold\u00a0", "\u3000Gold", "Go\u200bld",
    "\ufeffGold", "Go\u00adld", "\u202eGold\u202c", "G\u2060old", "Go\u200dld", "\uff27old",
]  # fmt: skip


@pytest.mark.parametrize("text", SAME_AS_GOLD, ids=ascii)
def test_what_only_machines_tell_apart_is_folded(text: str) -> None:
    assert folded(text) == "gold"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gold tier", "gold\u00a0 tier"), ("Caf\u00e9", "CAFE\u0301"), ("Straße", "STRASSE"),
        ("ﬁtness", "FITNESS"), ("\u212b", "\u00e5"), ("A\u2003B", "a b"),
        ("\u0131l\u0131k", "ILIK"), ("\u0130zmir", "izmir"), ("\u0130zmir", "\u0130zmir".lower()),
        ("gizli", "G\u0130ZL\u0130"), ("\u0131\u0301", "\u00cd"), ("i\u0307\u0307", "i"),
        ("\u2764\ufe0f fans", "\u2764 Fans"), ("\u845b\U000e0100", "\u845b"),
    ],
    ids=ascii,
)  # fmt: skip
def test_unicode_has_more_than_one_spelling_for_a_name(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize("other", ["Gold2", "Go ld", "Göld", "Golden", "G0ld"])
def test_other_names_stay_others(other: str) -> None:
    assert folded(other) != folded("Gold")


@pytest.mark.parametrize("respelled", [str.upper, str.lower])
def test_no_letter_is_another_in_another_case(respelled: Callable[[str], str]) -> None:
    letters = (chr(one) for one in range(0x110000) if not 0xD800 <= one < 0xE000)
    cased = (one for one in letters if respelled(one) != one)
    assert [one for one in cased if folded(respelled(one)) != folded(one)] == []


@given(st.text())
def test_folding_once_is_enough(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_the_way_for_ascii_alone_comes_to_the_same(text: str) -> None:
    assert folded(text) == " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def test_the_identity_is_folded_field_by_field() -> None:
    one, other = Audience("Gold ", "AGORA", "a\u200bb"), Audience("gold", "agora", "AB")
    assert one.folded_identity == other.folded_identity == ("gold", "agora", "ab")
    assert one.identity != other.identity


IDS = Ids("A")


def test_the_platforms_spelling_is_remembered_beside_what_was_asked_for() -> None:
    asked, kept = Audience("Gold", "agora", "Own"), Audience("GOLD", "AGORA", "own")
    known = Known.seen(asked, kept, IDS)
    assert known == Known(kept, IDS, asked)
    assert known.in_words_of(asked) == asked
    assert Known.seen(asked, asked, IDS) == Known(asked, IDS)
    another = Audience("Silver", "agora", "Own")
    assert Known.seen(asked, another, IDS) == Known(another, IDS)


@pytest.mark.parametrize("kept", ["Gold  tier", "Gold tier ", "Gold\u00a0tier", "Go\u200bld tier"])
def test_blanks_and_what_nobody_sees_are_no_difference(kept: str) -> None:
    wanted = Audience("Gold tier", "agora", "Own")
    assert Known(Audience(kept, "agora", "Own"), IDS).in_words_of(wanted) == wanted


def test_another_case_is_a_difference_unless_it_was_asked_for() -> None:
    wanted = Audience("Gold", "agora", "Own")
    assert Known(Audience("GOLD", "agora", "Own"), IDS).in_words_of(wanted).name == "GOLD"


@pytest.mark.parametrize(
    ("kept", "same"),
    [
        ("One\nTwo", True), ("One \nTwo\n", True), ("One\r\nTwo", True), ("One Two", False),
        ("one\nTwo", False), ("", False), (None, False),
    ],
)  # fmt: skip
def test_lines_and_case_of_a_description_count(kept: str | None, same: bool) -> None:
    wanted = Audience("Gold", "agora", "Own", "One\nTwo")
    known = Known(Audience("Gold", "agora", "Own", kept), IDS)
    assert (known.in_words_of(wanted) == wanted) is same
