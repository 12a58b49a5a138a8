"""What must hold in one environment or in all: each problem once, at its place."""

import re

import pytest
from projects import Project

from aepctl.errors import InvalidInput
from aepctl.manifests import read_manifests
from aepctl.manifests.everywhere import Settings, sound
from aepctl.model.rule import Length, Matches, OneOf, Required, Rule

KNOWN = ("dev", "stage", "prod")
HEAD = "defaults: {namespace: agora, originName: Agora}\naudiences:\n"
UPPER = Matches("name", "aepctl.yaml:3", re.compile("^[A-Z]"))


@pytest.fixture(autouse=True)
def _in_project(project: Project) -> None:
    """All files are written there."""


def told(
    project: Project,
    body: str,
    *rules: Rule,
    head: str = HEAD,
    about: tuple[str, ...] = (),
    known: tuple[str, ...] = KNOWN,
) -> list[str]:
    """LINE:COLUMN RULE MESSAGE of each problem."""
    project.write("audiences/a.yaml", head + body)
    try:
        sound(lambda: read_manifests("audiences"), Settings(known, about, rules))
    except InvalidInput as error:
        return [
            f"{one.origin.line}:{one.origin.column} {one.rule} {one.message}"
            for one in error.problems
        ]
    return []


def test_two_audiences_are_told_apart_in_each_environment_alone(project: Project) -> None:
    body = "  a: {name: X, environments: [dev]}\n  b: {name: X, environments: [%s]}\n"
    assert told(project, body % "prod") == []
    said = "same-audience `b` describes the same audience as `a` in `audiences/a.yaml:3:3`, in dev"
    assert told(project, body % "dev, prod") == [f"4:3 {said}"]
    assert told(project, body % "dev, prod", about=("prod",)) == []
    assert told(project, body % "dev, prod", about=("dev",)) == [f"4:3 {said}"]


def test_an_override_that_makes_two_alike_is_told_at_its_place(project: Project) -> None:
    body = "  a: {name: X, overrides: {prod: {name: y}}}\n  b: {name: Y}\n"
    assert told(project, body) == [
        (
            "3:35 same-audience `a` describes the same audience as `b` in `audiences/a.yaml:4:3`, "
            "in prod"
        )
    ]


def test_so_is_one_that_gives_an_id_again(project: Project) -> None:
    body = "  a: {name: X, audienceId: i}\n  b: {name: Y, overrides: {prod: {audienceId: i}}}\n"
    assert told(project, body) == [
        "4:35 same-id `b` has the same audienceId as `a` in `audiences/a.yaml:3:3`, in prod"
    ]


def test_what_is_so_in_all_environments_names_none(project: Project) -> None:
    body = "  a: {name: X, overrides: {prod: {audienceId: i}}}\n  b: {name: X}\n  c: {name: X}\n"
    assert [re.sub(" in `audiences.*", "", one) for one in told(project, body)] == [
        "3:3 same-audience `a` describes the same audience as `b`",
        "5:3 same-audience `c` describes the same audience as `b`",
    ]


def test_what_moved_or_was_removed_may_not_be_wanted_where_it_is(project: Project) -> None:
    tail = "moved: [{from: a, to: b}]\nremoved: [{key: c, delete: true}]\n"
    blocks = "  a: {name: A, environments: [dev]}\n  b: {name: B}\n"
    body = f"{blocks}  c: {{name: C, environments: [dev, prod]}}\n{tail}"
    assert [one.partition(" but ")[2] for one in told(project, body)] == [
        "is still wanted in `audiences/a.yaml:3:3`, in dev",
        "still wanted in `audiences/a.yaml:5:3`, in dev, prod",
    ]
    assert told(project, body, about=("stage",)) == []


def test_an_unknown_environment_is_told_once_with_one_that_is_like_it(project: Project) -> None:
    body = "  a: {name: A, environments: [prd, dev], overrides: {deev: {name: B}}}\n"
    assert told(project, body) == [
        "3:31 unknown-environment there is no environment `prd` in aepctl.yaml",
        "3:54 unknown-environment there is no environment `deev` in aepctl.yaml",
    ]
    with pytest.raises(InvalidInput) as raised:
        sound(lambda: read_manifests("audiences"), Settings(KNOWN))
    assert [one.hint for one in raised.value.problems] == [
        "did you mean prod?",
        "did you mean dev?",
    ]


def test_defaults_that_no_audience_takes_are_told_too(project: Project) -> None:
    head = "defaults: {namespace: a, originName: b, environments: [x]}\naudiences:\n"
    assert told(project, "  a: {name: A, environments: [dev]}\n", head=head) == [
        "1:56 unknown-environment there is no environment `x` in aepctl.yaml"
    ]


def test_where_no_environments_are_named_any_may_be(project: Project) -> None:
    body = "  a: {name: X, environments: [one]}\n  b: {name: X, overrides: {two: {name: Y}}}\n"
    assert [one.rpartition(", ")[2] for one in told(project, body, known=())] == ["in one"]


class TestRules:
    """What a team asks of every audience."""

    def test_a_break_is_told_where_the_field_is_given(self, project: Project) -> None:
        rules = (OneOf("namespace", "x:1", ("crm",)), UPPER)
        body = "  a: {name: a}\n  b: {name: B, namespace: agora}\n  c: {name: C}\n"
        assert told(project, body, *rules) == [
            "1:23 rule-allowed `namespace` in `defaults` is `agora`, which is not allowed",
            "3:13 rule-pattern `name` of `a` is `a`, which does not match `^[A-Z]`",
            "4:27 rule-allowed `namespace` of `b` is `agora`, which is not allowed",
        ]

    def test_what_is_missing_is_told_at_the_audience(self, project: Project) -> None:
        rule = Required("description", "aepctl.yaml:4")
        body = (
            "  a: {name: A}\n  b: {name: B, description: x, overrides: {prod: {description: ''}}}\n"
        )
        said = "rule-required `description` of"
        assert told(project, body, rule) == [
            f"3:3 {said} `a` is missing, and aepctl.yaml:4 asks for it",
            f"4:64 {said} `b` is missing, and aepctl.yaml:4 asks for it in prod",
        ]

    def test_environments_are_named_where_it_depends_on_them(self, project: Project) -> None:
        body = (
            "  a: {name: a, overrides: {prod: {name: A}}}\n"
            "  b: {name: B, overrides: {prod: {name: b}}}\n"
            "  c: {name: c, environments: [dev], overrides: {dev: {audienceId: x}}}\n"
        )
        assert [one.partition(" which ")[::2] for one in told(project, body, UPPER)] == [
            ("3:13 rule-pattern `name` of `a` is `a`,", "does not match `^[A-Z]` in dev, stage"),
            ("4:41 rule-pattern `name` of `b` is `b`,", "does not match `^[A-Z]` in prod"),
            ("5:13 rule-pattern `name` of `c` is `c`,", "does not match `^[A-Z]`"),
        ]
        assert len(told(project, body, UPPER, about=("stage",))) == 1

    def test_what_is_for_others_is_not_held_against_them(self, project: Project) -> None:
        body = "  a: {name: a, environments: [dev]}\n"
        assert told(project, body, UPPER, about=("prod",)) == []
        assert told(project, body, Length("key", "x:1", least=2), about=("prod",)) == []

    def test_a_key_is_told_once(self, project: Project) -> None:
        body = "  A: {name: A, overrides: {prod: {name: B}}}\n"
        rule = Matches("key", "aepctl.yaml:2", re.compile("^[a-z]"))
        assert told(project, body, rule) == [
            "3:3 rule-pattern the key is `A`, which does not match `^[a-z]`"
        ]

    def test_they_are_told_beside_all_else_that_is_wrong(self, project: Project) -> None:
        body = "  a: {name: a}\n  b: {nmae: b}\n"
        assert [one.split()[1] for one in told(project, body, UPPER)] == [
            "rule-pattern",
            "missing-field",
            "unknown-field",
        ]


def test_many_overrides_in_one_line_are_read_soon(project: Project) -> None:
    each = ", ".join(
        f"\n  a{n}: {{name: A{n}, overrides: {{prod: {{name: B{n}}}}}}}" for n in range(210)
    )
    found = told(project, f"  {{{each}}}\n", UPPER, OneOf("name", "x:1", ("A1",)))
    assert len(found) == 200
