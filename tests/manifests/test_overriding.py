"""What a block says of environments: for which it is, and what is otherwise in one."""

import pytest

from aepctl.manifests.document import Manifest, read_manifest
from aepctl.manifests.scope import Scope
from aepctl.model.audience import Audience, Wanted
from aepctl.model.lifecycle import AtRemoval, Lifecycle, OnRemoval
from aepctl.model.problem import Origin

HEAD = "defaults: {namespace: agora, originName: Agora, lifecycle: {on_removal: delete}}\n"
GOLD = Audience("Gold", "agora", "Agora", "Loyal")


def read(block: str, head: str = HEAD) -> Manifest:
    text = f"{head}audiences:\n  gold: {{name: Gold, description: Loyal, {block}}}\n"
    return read_manifest("a.yaml", text.encode())


def scope(block: str, head: str = HEAD) -> Scope:
    manifest = read(block, head)
    assert manifest.problems == ()
    return manifest.scopes["gold"]


def prod(override: str) -> Wanted:
    return scope(f"overrides: {{prod: {{{override}}}}}").overrides["prod"]


def told(block: str, head: str = HEAD) -> list[tuple[str, str, str | None]]:
    return [(one.rule, one.message, one.hint) for one in read(block, head).problems]


def test_what_says_nothing_of_environments_is_the_same_in_all() -> None:
    assert read("lifecycle: {}").scopes == {}


def test_defaults_say_it_for_a_whole_file_and_a_block_for_itself() -> None:
    head = "defaults: {namespace: agora, originName: Agora, environments: [dev]}\n"
    assert scope("audienceId: x", head).only == {"dev"}
    assert scope("environments: [prod]", head).only == {"prod"}
    assert read("environments: [prod]", head).named == {"dev", "prod"}


@pytest.mark.parametrize(
    ("override", "audience"),
    [
        ("name: Other", Audience("Other", "agora", "Agora", "Loyal")),
        ("namespace: crm, originName: CRM", Audience("Gold", "crm", "CRM", "Loyal")),
        ("description: Nightly", Audience("Gold", "agora", "Agora", "Nightly")),
        ('description: ""', Audience("Gold", "agora", "Agora")),
    ],
)
def test_an_override_gives_fields_or_takes_a_description_away(
    override: str, audience: Audience
) -> None:
    assert prod(override).audience == audience


def test_the_rest_is_as_the_block_says() -> None:
    one = prod("audienceId: mine")
    assert (one.audience, one.audience_id, one.origin) == (GOLD, "mine", Origin("a.yaml", 3, 3))


def test_a_life_is_taken_field_by_field_from_override_block_and_defaults() -> None:
    block = "lifecycle: {on_immutable_change: replace, ignore_changes: [name]}"
    there = scope(f"{block}, overrides: {{prod: {{lifecycle: {{prevent_destroy: true}}}}}}")
    assert there.overrides["prod"].lifecycle == Lifecycle(
        AtRemoval(OnRemoval.DELETE, prevent_destroy=True),
        replaces=True,
        ignored=frozenset({"name"}),
    )


def test_fields_have_the_place_of_the_override_that_gives_them() -> None:
    text = (
        f"{HEAD}audiences:\n  gold:\n    name: Gold\n    description: Loyal\n    overrides:\n"
        "      prod:\n        description: Nightly\n        name: Other\n"
    )
    one = read_manifest("a.yaml", text.encode()).scopes["gold"].overrides["prod"]
    assert one.place(["description"]) == Origin("a.yaml", 8, 9)
    assert one.place(["name", "description"]) == Origin("a.yaml", 8, 9)
    assert one.place(["name", "namespace"]) == one.place([]) == Origin("a.yaml", 3, 3)


@pytest.mark.parametrize(
    ("block", "rule", "message", "hint"),
    [
        ("environments: []", "no-environments", "`environments` is empty", "then it is for all"),
        ("environments: [a, b, a]", "duplicate-environment", "`a` stands twice", "keep one"),
        ("environments: prod", "wrong-type", "expected a list, found text", "write `[prod]`"),
        ("environments: {prod: x}", "wrong-type", "expected a list, found a mapping", None),
        ("overrides: [prod]", "wrong-type", "expected a mapping, found a list", "each `-`"),
        (
            "overrides: {prod: x}",
            "wrong-type",
            "`prod`: expected a mapping, found text",
            "below it",
        ),
        ("overrides: {prod: {key: x}}", "override-of-key", "key cannot be overridden", "same key"),
        (
            "overrides: {prod: {environments: [x]}}",
            "override-of-environments",
            "`environments` cannot be overridden",
            "write beside `overrides`",
        ),
        ("overrides: {prod: {nmae: x}}", "unknown-field", "`nmae`", "did you mean name?"),
        ("overrides: {prod: {overrides: {}}}", "unknown-field", "`overrides`", "allowed fields"),
        ('overrides: {prod: {name: ""}}', "invalid-text", "`name` is blank", "visible"),
        (
            'overrides: {prod: {description: " "}}',
            "invalid-text",
            "`description` is blank",
            "visible",
        ),
        ("overrides: {prod: {name: 'a  b'}}", "spelling", "more than one blank", 'name: "a b"'),
        ("overrides: {'a b': {name: x}}", "invalid-key", "invalid key `a b`", "letters"),
        ("overrides: {prod: }", "no-value", "`prod` has no value", "below it"),
        (
            "environments: [dev], overrides: {prod: {name: x}}",
            "override-of-excluded",
            "an override for `prod`, but `gold` is only for `dev`",
            "add `prod` to `environments`",
        ),
    ],
)
def test_what_cannot_be_is_told(block: str, rule: str, message: str, hint: str | None) -> None:
    (one,) = told(block)
    assert one[0] == rule
    assert message in one[1]
    assert one[2] is None if hint is None else hint in str(one[2])


def test_what_defaults_leave_out_is_told_as_that() -> None:
    head = "defaults: {namespace: agora, originName: Agora, environments: [dev]}\n"
    ((_, message, hint),) = told("overrides: {prod: {name: x}}", head)
    assert message.endswith("`gold` is only for `dev`, as `defaults` say")
    assert hint == "write `environments` into the block, or delete this override"
    empty = "defaults: {namespace: agora, originName: Agora, environments: []}\n"
    assert [one[0] for one in told("audienceId: x", empty)] == ["no-environments"]


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("defaults: {environments: }", ["no-value"]),
        ("defaults: {environments: [a]}\n---\ndefaults: {environments: aa}", ["wrong-type"]),
        ("defaults: {environments: [a]}\n---\ndefaults: {environments: [~, ~]}", ["no-value"] * 2),
    ],
)
def test_faulty_environments_of_defaults_are_told_once_and_end_nothing(
    written: str, rules: list[str]
) -> None:
    problems = read_manifest("a.yaml", f"{written}\naudiences: {{}}\n".encode()).problems
    assert [one.rule for one in problems if one.rule != "duplicate-key"] == rules


def test_there_is_no_override_of_a_description_that_is_not_there() -> None:
    for given in ("Nightly", '""'):
        text = (
            f"{HEAD}audiences: {{gold: {{name: Gold, overrides: "
            f"{{prod: {{description: {given}}}}}}}}}"
        )
        (one,) = read_manifest("a.yaml", text.encode()).problems
        assert (one.rule, one.origin.column) == ("override-of-nothing", 51)
    assert scope("overrides: {prod: {description: x}}").overrides["prod"].audience_id is None
