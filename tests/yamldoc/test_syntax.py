"""Syntax errors say where, what was being read since when, and what may help."""

import pytest

from aepctl.model.problem import Problem
from aepctl.yamldoc import parse
from aepctl.yamldoc.mistakes import (
    ABOVE,
    ALIKE,
    CLOSE,
    CLOSE_OR_COMMA,
    CLOSED,
    ENDED,
    ITEMS,
    NO_COLON,
    QUOTES,
    TABS,
    WHOLE,
)


def syntax_error(text: str) -> Problem:
    (problem,) = (one for one in parse("a.yaml", text.encode()).problems if one.rule == "syntax")
    return problem


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: 'b\n\n", 1, 4, "while scanning a quoted scalar found unexpected end of stream up to "),
        ("a: {b: c\nd: e\n", 1, 4, "while parsing a flow mapping did not find expected ',' or '}'"),
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
        ("name: Loyalty: gold", QUOTES),
        ("name:\t@gold", "put a text that starts with this character into quotes"),
        ("name: %gold", "put a text that starts with this character into quotes"),
        ("name: `gold`", "put a text that starts with this character into quotes"),
        ("name: [gold", CLOSE_OR_COMMA),
        ("name: 'gold\nnext: silver", CLOSE),
        ("name: [gold\nnext: silver", CLOSE_OR_COMMA),
        ('{"a": {"b": "c"}\n "d": {}}', CLOSE_OR_COMMA),
        ("gold: {name: Gold}}", CLOSED),
        ("name: {a: b]", None),
        ('name: "Gold" tier', WHOLE),
        ("name: 'Gold's tier'", WHOLE),
        ('"name": "Gold"tier', WHOLE),
        ("name: 'Gold\nnext: 'silver'", ENDED),
        ('gold:\n  "name" Gold', NO_COLON),
        ("gold:\n  name: Gold\n   description: Best", ALIKE),
        ("gold:\n  name: Gold\n\n  # best\n   description: Best", ALIKE),
        ("gold:\n  name: Gold\n description: Best", ALIKE),
        ("gold:\n  - name: Gold\n      description: Best", ALIKE),
        ("gold:\n  name = Gold\n  description: Best", ABOVE),
        ("gold\n  name: Gold", ABOVE),
        ("name:Gold\ndescription: Best", ABOVE),
        ("name: Gold\n- next: silver", ITEMS),
        ("gold:\n  - name: Gold\n  description: Best", ALIKE),
        ("gold:\n  name: Gold\n  description: Best: or not", QUOTES),
    ],
)
def test_what_may_help_is_told(text: str, hint: str | None) -> None:
    assert syntax_error(text).hint == hint
