"""Syntax errors say where, what was being read since when, and what may help."""

import pytest

from aepctl.model.problem import Problem
from aepctl.yamldoc import parse
from aepctl.yamldoc.syntax import TABS


def syntax_error(text: str) -> Problem:
    (problem,) = (one for one in parse("a.yaml", text.encode()).problems if one.rule == "syntax")
    return problem


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: 'b\n\n", 3, 1, "while scanning a quoted scalar (begun in line 1) found unexpected"),
        ("a: {b: c\nd: e\n", 2, 2, "while parsing a flow mapping (begun in line 1) did not find"),
        ("a: {b: c]\n", 1, 9, "while parsing a flow mapping did not find expected ',' or '}'"),
        ("a: b: c\n", 1, 5, "mapping values are not allowed in this context"),
        ("a: [\n", 2, 1, "while parsing a flow node did not find expected node content"),
        ("%YAML 9.9\n---\na: b\n", 1, 1, "found incompatible YAML document"),
        ('a: "\\ud800"\n', 1, 7, "while parsing a quoted scalar found invalid Unicode"),
    ],
)
def test_the_place_and_the_reason_are_told(text: str, line: int, column: int, message: str) -> None:
    problem = syntax_error(text)
    assert (problem.origin.line, problem.origin.column) == (line, column)
    assert problem.message.startswith(f"not valid YAML: {message}")


@pytest.mark.parametrize("text", ["a:\n\tb: c\n", "a:\n  b: c\n\td: e\n", "\t", "a:\n -\t- b: c\n"])
def test_a_tab_that_indents_is_named(text: str) -> None:
    assert syntax_error(text).hint == TABS


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("name: Loyalty: gold", "put a text that holds `: ` into quotes"),
        ("name:\t@gold", "put a text that starts with this character into quotes"),
        ("name: %gold", "put a text that starts with this character into quotes"),
        ("name: `gold`", "put a text that starts with this character into quotes"),
        ("name: [gold", None),
    ],
)
def test_a_text_that_needs_quotes_is_told_so(text: str, hint: str | None) -> None:
    assert syntax_error(text).hint == hint
