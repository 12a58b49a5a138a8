"""Problems as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.model.problem import Origin, Problem
from aepctl.render.display import Paint, cells, display
from aepctl.render.excerpt import AFTER, MAX_SOURCE, excerpt
from aepctl.render.text import problems_text

PLAIN = Paint(on=False)


def problem(
    source: str | None, column: int = 1, *, hint: str | None = None, line: int = 7
) -> Problem:
    return Problem(Origin("a.yaml", line, column), "rule", "message", hint, source)


def shown(one: Problem) -> list[str]:
    return problems_text([one], PLAIN).split("\n")


def caret(lines: list[str]) -> str:
    """The text from the caret's place on."""
    return lines[1][lines[2].index("^") :]


def test_place_message_source_caret_and_hint() -> None:
    assert shown(problem("  name: x", 3, hint="did you mean names?")) == [
        "a.yaml:7:3: message [rule]",
        " 7 |   name: x",
        "   |   ^",
        "   = did you mean names?",
    ]


def test_the_gutter_is_as_wide_as_the_number() -> None:
    assert shown(problem("x", line=1234))[1:] == [" 1234 | x", "      | ^"]


def test_a_problem_of_a_whole_file_has_no_line() -> None:
    assert shown(problem(None, 0, line=0)) == ["a.yaml: message [rule]"]


@pytest.mark.parametrize("source", [None, "", "   ", "\t"])
def test_a_line_with_nothing_on_it_is_not_shown(source: str | None) -> None:
    assert shown(problem(source, hint="hint")) == ["a.yaml:7:1: message [rule]", "   = hint"]


def test_several_problems_follow_each_other() -> None:
    text = problems_text([problem(None), problem(None)], PLAIN)
    assert text == "a.yaml:7:1: message [rule]\na.yaml:7:1: message [rule]"
    assert problems_text([], PLAIN) == ""


def test_colours_do_not_change_the_text() -> None:
    coloured = problems_text([problem("  name: x", 3, hint="hint")], Paint(on=True))
    assert coloured.startswith(
        "\x1b[1ma.yaml:7:3\x1b[0m: \x1b[31mmessage\x1b[0m \x1b[2m[rule]\x1b[0m\n"
    )
    for style in ("1", "2", "31", "31;1", "0"):
        coloured = coloured.replace(f"\x1b[{style}m", "")
    assert coloured == problems_text([problem("  name: x", 3, hint="hint")], PLAIN)


@pytest.mark.parametrize(
    ("before", "cells"),
    [
        ("abc", 3),
        ("日本", 4),
        ("\t", 2),
        ("e\u0301", 1),
        ("\u200b", 6),
        ("\x1b", 4),
        ("\uff21", 2),
        ("👩🏽", 4),
        ("☂\ufe0f", 1),
        ("각", 2),
        ("\u0e01\u0e33", 2),
        ("\u0e01\u0e34", 1),
    ],
)
def test_the_caret_stands_under_its_place(before: str, cells: int) -> None:
    lines = shown(problem(f"{before}HERE", len(before) + 1))
    assert lines[2] == f"   | {' ' * cells}^"


@pytest.mark.parametrize("column", [1, 50, 79, 80, 81, 100, 101, 150, 1000, 1996])
def test_of_a_long_line_only_the_part_around_the_place_is_shown(column: int) -> None:
    source = "x" * (column - 1) + "HERE" + "x" * 2000
    lines = shown(problem(source, column))
    assert len(lines[1]) <= len(" 7 | ") + MAX_SOURCE + 2
    assert caret(lines).startswith("HERE")
    assert len(caret(lines)) >= AFTER
    assert lines[1].endswith("…")


def test_on_a_narrow_terminal_less_of_it_is_shown_and_hints_wrap() -> None:
    one = problem("x" * 200 + "HERE" + "x" * 200, 201, hint="did you mean that? " * 4)
    lines = problems_text([one], Paint(on=False, width=50)).split("\n")
    assert max(map(len, lines)) <= 50
    assert caret(lines).startswith("HERE")
    assert lines[4].startswith("     mean that?")


def test_a_long_line_of_wide_characters_is_as_wide_as_any_other() -> None:
    text, before = excerpt("日本" * 200 + "HERE", 401)
    assert cells(text) <= MAX_SOURCE + 1
    assert before == cells(text) - len("HERE")
    assert not excerpt("e\u0301" * 300, 500)[0].startswith("…\u0301")


def test_the_end_of_a_long_line_has_no_mark_after_it() -> None:
    lines = shown(problem("x" * 500 + "HERE", 501))
    assert lines[1] == " 7 | …" + "x" * (MAX_SOURCE - 4) + "HERE"
    assert lines[2] == "   |  " + " " * (MAX_SOURCE - 4) + "^"


def test_a_place_after_the_end_of_its_line_is_fine() -> None:
    assert shown(problem("name:", 6))[2] == "   |      ^"


def test_a_source_line_makes_no_pipeline_command_wherever_the_caret_stands() -> None:
    for column in range(1, 12):
        assert "##[" not in "\n".join(shown(problem("a: ##[error]b", column)))


@pytest.mark.parametrize("file", ["::error::x.yaml", " ::error::x.yaml"])
def test_a_files_name_at_the_start_of_a_line_makes_no_pipeline_command(file: str) -> None:
    text = problems_text([Problem(Origin(file, 1, 1), "rule", "message")], PLAIN)
    assert text == f"./{file}:1:1: message [rule]"


def test_hostile_texts_are_spelled_out_everywhere() -> None:
    evil = "\x1b[2J\u202e##[error]\n"
    lines = shown(Problem(Origin(evil, 1, 1), "rule", evil, evil, evil))
    spelled = r"\x1b[2J\u202e##\x5berror]\n"
    assert lines == [
        f"{spelled}:1:1: {spelled} [rule]",
        f" 1 | {spelled}",
        "   | ^",
        f"   = {spelled}",
    ]


@given(
    st.text(min_size=1, max_size=300) | st.text("日e\u0301x👩", min_size=1, max_size=300), st.data()
)
def test_the_caret_stands_before_what_is_at_its_place(source: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(1, len(source) + 1))
    text, before = excerpt(source, column)
    assert cells(text) <= MAX_SOURCE + 2
    assert any(
        cells(text[:end]) == before and text[end:].startswith(display(source[column - 1 : column]))
        for end in range(len(text) + 1)
    )
