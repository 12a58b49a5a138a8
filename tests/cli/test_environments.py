"""One folder of manifests for several environments, from validate to destroy."""

import pytest
from projects import Project

SETTINGS = """
default_environment: dev
rules:
  name: {pattern: '^[A-Z]'}
environments:
  dev: {endpoint: emulator, sandbox: dev, state: state/dev.json}
  prod: {endpoint: emulator, sandbox: prod, state: state/prod.json, max_deletes: 5}
"""
HEAD = "defaults: {namespace: agora, originName: Tests}\naudiences:\n"
SILVER = "  silver: {name: Silver, description: Plain, overrides: {prod: {description: Nightly}}}\n"
OTHERS = "  a: {name: A}\n  b: {name: B}\n  c: {name: C}\n"


@pytest.fixture
def both(project: Project) -> Project:
    """A project whose `gold` and `silver` are in both environments."""
    project.write("aepctl.yaml", SETTINGS)
    want(project, "  gold: {name: Gold}\n", SILVER)
    return project


def want(project: Project, *blocks: str) -> None:
    project.write("audiences/all.yaml", HEAD + "".join(blocks) + OTHERS)


def test_validate_asks_for_all_environments_and_names_the_one(both: Project) -> None:
    told = both.run("validate").out
    assert told.endswith("\n\n5 audiences, no problems: dev 5, prod 5.\n")
    table = [line.split() for line in told.splitlines()[:-2]]
    assert table[0] == ["dev", "prod"]
    assert ["silver", "✓", "wanted", "~", "overridden"] in table
    want(both, "  gold: {name: Gold, environments: [dev], overrides: {dev: {name: gold}}}\n")
    result = both.run("validate")
    assert result.code == 1
    assert "all.yaml:3:67: `name` of `gold` is `gold`, which does not match `^[A-Z]` in dev" in (
        result.err
    )
    assert "aepctl.yaml:4 asks for that" in result.err
    assert both.run("validate", "--env", "prod").out == "3 audiences, no problems.\n"
    assert both.run("plan", "--env", "prod").code == 0
    assert both.run("plan").code == 1


def test_each_environment_has_its_own_texts(both: Project) -> None:
    for name, text in (("dev", "Plain"), ("prod", "Nightly")):
        (one,) = both.run("plan", "--env", name, "--target", "silver", "-o", "json").json["changes"]
        assert one["after"]["description"] == text


def test_what_is_not_for_an_environment_any_more_is_left_there_and_told(both: Project) -> None:
    both.apply("--env", "prod")
    want(both, "  gold: {name: Gold, environments: [dev]}\n", SILVER)
    result = both.run("plan", "--env", "prod", "--detailed-exitcode")
    assert result.code == 0
    assert "For other environments: `gold`, known here, is left as it is" in result.out
    assert "`aepctl --env prod state rm gold`" in result.out
    assert both.run("plan", "--env", "prod", "-o", "json").json["elsewhere"] == ["gold"]
    assert both.run("drift", "--env", "prod").code == 0
    assert "known, but for other environments" in both.run("list", "gold", "--env", "prod").out
    both.edit("audiences/all.yaml", "[dev]}", "[dev], lifecycle: {on_removal: delete}}")
    assert "- gold  audiences/all.yaml:3" in both.run("plan", "--env", "prod").out
    assert both.apply("--env", "prod").code == 0
    assert "gold" not in both.ids("prod")


def test_commands_about_its_key_say_that_it_is_for_others(both: Project) -> None:
    want(both, "  gold: {name: Gold, environments: [dev]}\n")
    said = "error: `gold` in audiences/all.yaml:3 is not for `prod`: nothing was recorded"
    for words in (("import", "gold", "x"), ("state", "resolve", "gold", "--recreate")):
        result = both.run(*words, "--env", "prod")
        assert (result.code, result.err.startswith(said)) == (1, True), result.err
    shown = both.run("show", "gold", "--env", "prod")
    assert (shown.code, "is not for `prod`, and the state there does not" in shown.err) == (1, True)


def test_export_neither_takes_its_key_nor_writes_it_again(both: Project) -> None:
    both.apply("--env", "prod")
    both.run("state", "rm", "gold", "silver", "--env", "prod")
    want(both, "  gold: {name: Gold, environments: [dev]}\n", SILVER)
    before = (both.root / "audiences/all.yaml").read_text()
    result = both.run("export", "--to", "audiences", "--adopt", "--env", "prod")
    assert result.code == 0
    assert "gold\n    defined in audiences/all.yaml:3, for other environments\n" in result.out
    assert (both.root / "audiences/all.yaml").read_text() == before
    assert both.ids("prod").keys() == {"a", "b", "c", "silver"}


def test_a_rule_keeps_nobody_from_destroying(both: Project) -> None:
    both.apply("--env", "prod")
    both.edit("aepctl.yaml", "^[A-Z]", "^[0-9]")
    assert both.run("plan", "--env", "prod").code == 1
    destroyed = both.run("destroy", "--env", "prod", "--auto-approve", "prod", "--target", "gold")
    assert (destroyed.code, "gold" in both.ids("prod")) == (0, False)
