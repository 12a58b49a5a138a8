"""Texts without what nobody sees. What the manifests say about it: tests/manifests."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aepctl.model.spelling import flaw, plain, plain_lines

ZWJ, ZWNJ = "\u200d", "\u200c"


@pytest.mark.parametrize(
    ("text", "said", "better"),
    [
        ("Gold ", "has a blank at its end", "Gold"),
        (" Gold", "has a blank at its beginning", "Gold"),
        ("Gold\u00a0", "has a blank at its end", "Gold"),
        ("Gold  tier", "has more than one blank at position 5", "Gold tier"),
        ("Gold\u00a0tier", "has the unusual blank U+00A0 at position 5", "Gold tier"),
        ("Gold\u3000tier", "has the unusual blank U+3000 at position 5", "Gold tier"),
        ("Go\u200bld", "has the invisible character U+200B at position 3", "Gold"),
        ("\ufeffGold", "has the invisible character U+FEFF at position 1", "Gold"),
        ("Go\u00adld", "has the invisible character U+00AD at position 3", "Gold"),
        ("\u202eGold", "has the invisible character U+202E at position 1", "Gold"),
        ("\u2066Gold\u2069", "has the invisible character U+2066 at position 1", "Gold"),
        ("Go\u200dld", "has the invisible character U+200D at position 3", "Gold"),
        ("Go\u2060ld", "has the invisible character U+2060 at position 3", "Gold"),
        ("Go\u3164ld", "has the invisible character U+3164 at position 3", "Gold"),
        ("Gold\U000e0041", "has the invisible character U+E0041 at position 5", "Gold"),
        ("Cafe\u0301", "is not in Unicode's usual form, NFC", "Caf\u00e9"),
        ("\u212b", "is not in Unicode's usual form, NFC", "\u00c5"),
        ("\u00a0Gold", "has a blank at its beginning", "Gold"),
        ("Gold\n", "has a blank at its end", "Gold"),
        ("Go  ld and  more", "has more than one blank at position 3", "Go ld and more"),
        ("a\tb", "has the unusual blank U+0009 at position 2", "a b"),
        ("Gold\u3164", "has the invisible character U+3164 at position 5", "Gold"),
        (" \u200b", "has the invisible character U+200B at position 2", ""),
        ("\u3164", "has the invisible character U+3164 at position 1", ""),
    ],
    ids=ascii,
)
def test_what_a_platform_may_not_keep_is_told_with_a_better_spelling(
    text: str, said: str, better: str
) -> None:
    assert (flaw(text), plain(text)) == (said, better)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Gold",
        "Gold tier",
        "Caf\u00e9 1",
        "Größe ❄",
        "日本 語",
        "10 % ❄ 20 %",
        "ﬁ",
        "½",
        "👩\u200d👧",
        "\u0645\u06cc\u200c\u062e",
        f"\u0915{ZWNJ}\u0937",
    ],
)
def test_what_is_plain_has_no_flaw(text: str) -> None:
    assert flaw(text) is None
    assert plain(text) == text


@given(st.text())
@example("a\tb")
def test_the_better_spelling_has_no_flaw(text: str) -> None:
    assert flaw(plain(text)) is None
    assert (flaw(text) is None) == (plain(text) == text)


@pytest.mark.parametrize("joiner", [ZWJ, ZWNJ])
@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("{}\u0915", 1),
        ("\u0915{}", 2),
        ("\u0915{}a", 2),
        ("a{}\u0915", 2),
        ("\u0915{}\u024f", 2),
        ("\u024f{}\u0915", 2),
        ("\u0915{}\u2003\u0915", 2),
        ("\u0915{}\u2800", 2),
        ("\u0915a{}\u0915", 3),
        ("\u0915{}a\u0915", 2),
    ],
    ids=ascii,
)
def test_a_joiner_that_joins_nothing_is_invisible(text: str, position: int, joiner: str) -> None:
    said = f"has the invisible character U+{ord(joiner):04X} at position {position}"
    assert flaw(text.format(joiner)) == said
    assert joiner not in plain(text.format(joiner))


def test_nothing_else_that_is_invisible_joins() -> None:
    assert plain("\u0915\u200b\u0937") == "\u0915\u0937"


def test_two_joiners_join_nothing() -> None:
    assert plain(f"\u0915{ZWJ}{ZWJ}\u0937") == "\u0915\u0937"


def test_what_comes_together_when_something_goes_is_joined() -> None:
    assert plain("e\u200b\u0301") == "\u00e9"
    assert plain("a \u200b b") == "a b"


@pytest.mark.parametrize(
    "text", ["Line  one\nLine two", " Line one \r\nLine\u00a0two\n\n", "\nLine one\nLine\u200b two"]
)
def test_of_several_lines_each_is_plain_and_stays_a_line(text: str) -> None:
    assert plain_lines(text) == "Line one\nLine two"
