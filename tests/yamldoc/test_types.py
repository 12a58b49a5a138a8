"""What counts as a line, as lines and as a key; and the words for what does not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from aepctl.yamldoc.patterns import AUDIENCE_ID, ID_HINT, KEY_HINT, broken_rule
from aepctl.yamldoc.types import Key, MultiLine, SingleLine, StrictModel

LINE, LINES, KEY = TypeAdapter(SingleLine), TypeAdapter(MultiLine), TypeAdapter(Key)


def accepted(adapter: TypeAdapter[str], text: str) -> bool:
    try:
        return adapter.validate_python(text) == text
    except ValidationError:
        return False


@pytest.mark.parametrize(
    "text", ["a", " a ", "NO", "日本語", "é", "\u0301", "\u200bx", "😀", "a" * 1000]
)
def test_a_line_can_be_seen(text: str) -> None:
    assert accepted(LINE, text)
    assert accepted(LINES, text)


@pytest.mark.parametrize("text", ["", " ", "\t", "\n", " \u00a0\u3000"])
def test_what_is_blank_is_no_text(text: str) -> None:
    assert not accepted(LINE, text)
    assert not accepted(LINES, text)
    assert broken_rule(text) == ("is blank", "it must contain a visible character")


@pytest.mark.parametrize("text", ["a\nb", "a\n", "\ta"])
def test_line_feeds_and_tabs_are_for_lines_only(text: str) -> None:
    assert not accepted(LINE, text)
    assert accepted(LINES, text)


@pytest.mark.parametrize(
    "code", [0x00, 0x08, 0x0B, 0x0D, 0x1B, 0x1F, 0x7F, 0x85, 0x9B, 0x2028, 0x2029]
)
def test_control_characters_are_for_neither(code: int) -> None:
    text = f"a\n{chr(code)}"
    assert not accepted(LINE, text)
    assert not accepted(LINES, text)
    said = f"has the control character U+{code:04X} at position 3"
    assert broken_rule(text) == (said, "remove it")


def test_a_line_break_is_told_as_such() -> None:
    assert broken_rule("ab\nc") == ("has a line break at position 3", "write it as one line")


def test_a_tab_in_a_line_is_told_by_its_code() -> None:
    assert broken_rule("a\tb") == ("has the control character U+0009 at position 2", "remove it")


def test_a_fine_line_can_still_be_no_key() -> None:
    assert broken_rule("a b") == ("is not allowed", KEY_HINT)


def test_an_audience_id_has_a_rule_of_its_own() -> None:
    assert broken_rule("a b", AUDIENCE_ID) == ("is not allowed", ID_HINT)


@pytest.mark.parametrize("text", ["a", "A.b_c-9", "0", "x" * 128])
def test_a_key_is_plain(text: str) -> None:
    assert accepted(KEY, text)


@pytest.mark.parametrize("text", ["", ".a", "-a", "_a", "a b", "é", "a/b", "a\n", "x" * 129])
def test_anything_else_is_no_key(text: str) -> None:
    assert not accepted(KEY, text)


@given(st.text())
def test_the_words_for_a_broken_rule_agree_with_the_rule(text: str) -> None:
    if not accepted(LINES, text):
        assert broken_rule(text)[0] != "is not allowed"
    elif not accepted(LINE, text):
        assert re.search(r"position \d+", broken_rule(text)[0])


def test_the_models_for_what_people_write_never_echo_it() -> None:
    class Model(StrictModel):
        number: int

    with pytest.raises(ValidationError) as raised:
        Model.model_validate({"number": "hunter2"})
    assert "hunter2" not in str(raised.value)
