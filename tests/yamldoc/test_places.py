"""The small nouns: lines as places count them, and names as messages show them."""

import pytest

from aepctl.yamldoc import quoted, source_lines


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_end_as_yaml_says(end: str) -> None:
    assert source_lines(f"a{end}b{end}") == ("a", "b", "", "")


def test_there_is_a_line_for_the_place_after_the_end() -> None:
    assert source_lines("") == ("", "")
    assert source_lines("a") == ("a", "")


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_nothing_else_ends_a_line(character: str) -> None:
    assert source_lines(f"a{character}b") == (f"a{character}b", "")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("name", "`name`"),
        (3, "`3`"),
        ("", "(empty)"),
        ("x" * 128, f"`{'x' * 128}`"),
        ("x" * 129, f"`{'x' * 128}…`"),
    ],
)
def test_a_message_shows_a_name_but_not_all_of_a_long_one(name: object, shown: str) -> None:
    assert quoted(name) == shown
