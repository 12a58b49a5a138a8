"""Text from anywhere, made safe and plain to look at."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aepctl.render.display import CODES, Paint, display, display_all

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    "text", ["Gold", "", " two  spaces ", "Größe ☂", "日本語", "👩", "e\u0301", "a\\n"]
)
def test_what_can_be_seen_is_left_alone(text: str) -> None:
    assert display(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", r"a\nb"),
        ("a\r\tb", r"a\r\tb"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x00\x7f\x9b", r"\x00\x7f\x9b"),
        ("\u202eevil\u202c", r"\u202eevil\u202c"),
        ("\u2066\u2069\u061c", r"\u2066\u2069\u061c"),
        ("zero\u200bwidth\u200d\ufeff", r"zero\u200bwidth\u200d\ufeff"),
        ("soft\u00adhyphen", r"soft\xadhyphen"),
        ("\u2028\u2029\x85", r"\u2028\u2029\x85"),
        ("\udcff", r"\udcff"),
        ("\U000e0041", r"\U000e0041"),
        ("Gold\u3164\u115f\u034f", r"Gold\u3164\u115f\u034f"),
        ("\U000e0101", r"\U000e0101"),
    ],
)
def test_what_cannot_be_seen_or_acts_on_a_terminal_is_spelled_out(text: str, shown: str) -> None:
    assert display(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("##[error]x", r"##\x5berror]x"),
        ("a ##[group]b##[endgroup]", r"a ##\x5bgroup]b##\x5bendgroup]"),
        ("##vso[task.setvariable]x", r"##vso\x5btask.setvariable]x"),
        ("####[x]", r"####\x5bx]"),
        ("# [x]", "# [x]"),
        ("## [x]", "## [x]"),
    ],
)
def test_commands_to_the_logs_of_pipelines_are_broken_up(text: str, shown: str) -> None:
    assert display(text) == shown


@given(st.text() | st.text("#[]voس\u202e\x1b\n"))
@example("##\x00[error]")
@example("##\u200b[error]")
def test_whatever_comes_in_is_one_harmless_line(text: str) -> None:
    shown = display(text)
    assert len(shown.splitlines()) <= 1
    for character in shown:
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in BIDI
        assert character not in "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff\u00ad"
    assert not re.search(r"##(vso)?\[", shown)


@given(st.text())
def test_shown_once_or_twice_it_is_the_same(text: str) -> None:
    assert display(display(text)) == display(text)


@given(st.lists(st.text() | st.sampled_from(["#", "#[x", "##", "[", "plain"]), max_size=4))
def test_many_texts_are_shown_as_each_alone_is(texts: list[str]) -> None:
    assert display_all(texts) == tuple(display(text) for text in texts)


def test_paint_is_for_terminals_only() -> None:
    assert Paint(on=False)("text", "red", "bold") == "text"
    assert Paint(on=True)("text", "red", "bold") == "\x1b[31;1mtext\x1b[0m"
    assert Paint(on=True)("text") == "text"
    assert Paint(on=True)("", "red") == ""


@pytest.mark.parametrize("style", CODES)
def test_every_style_ends_where_its_text_ends(style: str) -> None:
    assert re.fullmatch("\x1b\\[\\d+mtext\x1b\\[0m", Paint(on=True)("text", style))
