"""Texts without what nobody sees. What the manifests say about it: tests/manifests."""

import pytest

from aepctl.model.spelling import plain_lines


@pytest.mark.parametrize(
    "text", ["Line  one\nLine two", " Line one \r\nLine\u00a0two\n\n", "\nLine one\nLine\u200b two"]
)
def test_of_several_lines_each_is_plain_and_stays_a_line(text: str) -> None:
    assert plain_lines(text) == "Line one\nLine two"
