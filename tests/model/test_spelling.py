"""Texts without what nobody sees. What the manifests say about it: tests/manifests."""

import pytest

from aepctl.model.spelling import flaw, plain, plain_lines

ZWJ, ZWNJ = "\u200d", "\u200c"
FAMILY = f"\U0001f468{ZWJ}\U0001f469"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" Gold", "has a blank at its beginning"),
        ("Gold ", "has a blank at its end"),
        ("\u00a0Gold", "has a blank at its beginning"),
        ("Gold\n", "has a blank at its end"),
        ("Go  ld and  more", "has more than one blank at position 3"),
        ("Gold\u00a0tier", "has the unusual blank U+00A0 at position 5"),
        ("a\tb", "has the unusual blank U+0009 at position 2"),
        ("Go\u200bld", "has the invisible character U+200B at position 3"),
        ("\ufeffGold", "has the invisible character U+FEFF at position 1"),
        ("Gold\u3164", "has the invisible character U+3164 at position 5"),
        (f"Go{ZWJ}ld", "has the invisible character U+200D at position 3"),
        ("Cafe\u0301", "is not in Unicode's usual form, NFC"),
        (" \u200b", "has the invisible character U+200B at position 2"),
        ("\u3164", "has the invisible character U+3164 at position 1"),
    ],
    ids=ascii,
)
def test_a_flaw_is_told_with_its_place(text: str, said: str) -> None:
    assert flaw(text) == said
    assert flaw(plain(text)) is None


@pytest.mark.parametrize(
    "text", ["", "Gold", "Gold tier", "Caf\u00e9 1", "日本 語", FAMILY, f"\u0915{ZWNJ}\u0937"]
)
def test_a_text_without_one_stays_as_it_is(text: str) -> None:
    assert flaw(text) is None
    assert plain(text) == text


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
