"""Lines that are longer than a terminal is wide."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.render.display import STYLE, Paint, cells
from aepctl.render.wrapping import NARROWEST, wrap


def at(width: int | None) -> Paint:
    return Paint(on=True, width=width)


def test_what_fits_and_what_goes_to_a_log_is_left_alone() -> None:
    text = "word " * 50
    assert wrap(text, at(None), 4) == text
    assert wrap(text, at(250), 4) == text


def test_what_follows_is_indented_and_blanks_at_the_break_are_gone() -> None:
    lines = wrap("    description  " + "word " * 20, at(40), 17).split("\n")
    assert lines[0] == "    description  word word word word"
    assert set(lines[1:-1]) == {" " * 17 + "word word word word"}


def test_a_command_is_never_broken_even_where_it_does_not_fit() -> None:
    command = "`aepctl --env prod apply --refresh --overwrite --target loyalty-gold`"
    lines = wrap(f"    to put ours back: {command}; or not", at(50), 6).split("\n")
    assert lines == ["    to put ours back:", f"      {command};", "      or not"]


def test_a_label_is_not_left_alone_by_a_word_that_fits_nowhere() -> None:
    assert wrap(f"    name         {'x' * 60}", at(40), 17).count("\n") == 0


def test_wide_characters_break_anywhere_but_before_what_ends_a_sentence() -> None:
    lines = wrap("日本語。" * 10, at(40), 2).split("\n")
    assert all(cells(line) <= 40 and not line.strip().startswith("。") for line in lines)
    assert "".join(line.strip() for line in lines) == "日本語。" * 10


def test_colours_end_with_a_line_and_begin_again_on_the_next() -> None:
    lines = wrap(at(None)("word " * 20, "red"), at(40), 8).split("\n")
    assert all(re.fullmatch("( {8})?\x1b\\[31m[^\x1b]+\x1b\\[0m", line) for line in lines)


def test_no_line_begins_with_what_a_log_obeys() -> None:
    for width in range(40, 60):
        assert "\n      ::" not in wrap("    " + "word ::error::x " * 9, at(width), 6)


@pytest.mark.parametrize("width", [1, NARROWEST])
def test_a_terminal_is_not_taken_for_narrower_than_that(width: int) -> None:
    assert max(map(len, wrap("word " * 30, at(width), 4).split("\n"))) > 30


@given(
    st.lists(st.text("ab日。`\x1b", max_size=12).map(lambda one: one.replace("\x1b", "\x1b[1m"))),
    st.integers(40, 70),
)
def test_nothing_is_lost_and_no_escape_broken(parts: list[str], width: int) -> None:
    text = " ".join(parts)
    shown = wrap(text, at(width), 5)
    plain = STYLE.sub("", shown)
    assert re.sub(r"\s", "", plain) == re.sub(r"\s", "", STYLE.sub("", text))
    assert "\x1b" not in plain
    for line in plain.split("\n"):
        inner = line[5:]
        assert cells(line) <= width or "`" in line or not re.search(r"\s|日", inner.strip())
