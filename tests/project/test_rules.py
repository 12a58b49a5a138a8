"""`rules:` of aepctl.yaml: what a team asks of every audience."""

from pathlib import Path

import pytest

from aepctl.errors import InvalidInput
from aepctl.model.problem import Problem
from aepctl.model.rule import Length, Matches, OneOf, Required, Rule
from aepctl.project.load import load_project

pytestmark = pytest.mark.usefixtures("folder")


def rules(*lines: str) -> tuple[Rule, ...]:
    Path("aepctl.yaml").write_text("\n".join(("rules:", *lines, "")))
    return load_project({}).rules


def refused(*lines: str) -> Problem:
    with pytest.raises(InvalidInput) as raised:
        rules(*lines)
    (problem,) = raised.value.problems
    return problem


def test_in_short_and_at_full_length_each_with_its_line() -> None:
    found = rules(
        "  key: {pattern: '^[a-z]'}",
        "  name:",
        "    max_length: 120",
        "    min_length: '3'",
        "  description: required",
        "  namespace: [agora, crm]",
        "  originName: {required: true, allowed: [NO]}",
    )
    key, least, most, description, namespace, required, allowed = found
    assert isinstance(key, Matches)
    assert (key.field, key.at, key.pattern.pattern) == ("key", "aepctl.yaml:2", "^[a-z]")
    assert least == Length("name", "aepctl.yaml:5", least=3)
    assert most == Length("name", "aepctl.yaml:4", most=120)
    assert description == Required("description", "aepctl.yaml:6")
    assert namespace == OneOf("namespace", "aepctl.yaml:7", ("agora", "crm"))
    assert required == Required("originName", "aepctl.yaml:8")
    assert allowed == OneOf("originName", "aepctl.yaml:8", ("NO",))


def test_an_environment_has_them_and_knows_the_others() -> None:
    text = "rules: {name: required}\nenvironments: {a: {endpoint: emulator, sandbox: x}, b: {}}\n"
    Path("aepctl.yaml").write_text(text)
    environment = load_project({}).environment({}, "a")
    assert environment.rules == (Required("name", "aepctl.yaml:1"),)
    assert environment.siblings == ("a", "b")


def test_a_dollar_is_no_variable() -> None:
    (rule,) = rules("  name: {pattern: '^[$]{HOME}${NOBODY}?'}")
    assert isinstance(rule, Matches)
    assert rule.pattern.pattern == "^[$]{HOME}${NOBODY}?"


@pytest.mark.parametrize(
    ("line", "place", "rule", "said"),
    [
        ("nmae: required", (2, 3), "unknown-field", "unknown field `nmae`"),
        ("name: yes", (2, 9), "wrong-value", "`name`: expected `required`, a list"),
        ("name: []", (2, 9), "wrong-value", "at least one"),
        ("name: [[a]]", (2, 9), "wrong-value", "the list must have texts"),
        ("name: {allowed: []}", (2, 19), "wrong-value", "nothing is allowed"),
        ("name: {required: yes}", (2, 20), "wrong-value", "`true` or `false`"),
        ("name: {min_length: 9, max_length: 8}", (2, 9), "wrong-value", "no text has at least 9"),
        ("name: {max_length: -1}", (2, 22), "wrong-value", "`max_length`"),
        ("key: {required: true}", (2, 9), "unknown-field", "`required`"),
        ("name: {pattern: '('}", (2, 19), "bad-pattern", "not a regular expression as Python"),
        ("name: {pattern: 'a{99999999999}'}", (2, 19), "bad-pattern", "not a regular expression"),
        ("name: {pattern: '(\\w*)*x'}", (2, 19), "bad-pattern", "`(\\w*)*` may take for ever"),
        (f"name: {{pattern: '{'a' * 1001}'}}", (2, 19), "bad-pattern", "at most 1,000 characters"),
    ],
)
def test_what_cannot_be_is_told_at_its_line(
    line: str, place: tuple[int, int], rule: str, said: str
) -> None:
    problem = refused(f"  {line}")
    assert (problem.origin.line, problem.origin.column) == place
    assert problem.rule == rule
    assert said in problem.message


def test_a_pattern_of_which_python_warns_is_taken(recwarn: pytest.WarningsRecorder) -> None:
    assert len(rules("  name: {pattern: '[[a]'}")) == 1
    assert not recwarn.list
