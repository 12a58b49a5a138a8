"""aepctl drift: what the platform has that the state does not know. Made for a schedule."""

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from projects import Project, Result, tree
from sandbox import create, delete, edit

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind
from aepctl.render.schemas import schema

Start = Callable[..., Emulator]


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    """A platform on which gold and silver were created, and whose own ids the state knows."""
    there = platform()
    project.settle_on(there)
    project.want("gold", "silver")
    assert project.apply("--fresh").code == 0
    assert project.run("refresh", "--auto-approve").code == 0
    return there


def valid(result: Result) -> Any:
    """The document, which is as its schema says."""
    document = result.json
    validator = jsonschema.Draft202012Validator(schema("drift"))
    assert [one.message for one in validator.iter_errors(document)] == []
    return document


def kinds(document: Any) -> dict[str | None, str]:
    return {one["key"]: one["kind"] for one in document["audiences"]}


def test_where_nothing_has_drifted_it_says_so_and_ends_with_0(
    project: Project, there: Emulator
) -> None:
    result = project.run("drift")
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith(": 2 as the state knows them.\nNo drift.\n")


def test_what_was_edited_is_shown_on_three_sides_with_what_to_do_about_it(
    project: Project, there: Emulator
) -> None:
    edit(there, "Name gold", description="yes: really")
    result = project.run("drift")
    assert (result.code, result.err) == (2, "")
    assert result.out.startswith(
        "* gold  audiences/all.yaml:3\n"
        "    description  manifest (none)\n"
        "                 state    (none)\n"
        "                 platform yes: really\n"
        '    to keep what is there: write `description: "yes: really"` into `audiences/all.yaml`, '
        "then `aepctl refresh --target gold`; to put ours back: "
        "`aepctl apply --refresh --overwrite --target gold`\n"
    )


def test_either_way_out_ends_without_drift(project: Project, there: Emulator) -> None:
    for ways in (
        [("refresh", "--target", "gold", "--auto-approve")],
        [("apply", "--refresh", "--overwrite", "--target", "gold", "--auto-approve")],
    ):
        edit(there, "Name gold", description=f"edited {len(ways[0])}")
        assert project.run("drift").code == 2
        assert [project.run(*words).code for words in ways] == [0]
        assert project.run("drift").code == 0


def test_gone_is_told_where_the_platform_says_so_itself(project: Project, there: Emulator) -> None:
    delete(there, "Name gold")
    edit(there, "Name silver", lifecycleState="archived")
    result = project.run("drift", "-o", "json")
    document = valid(result)
    assert (result.code, kinds(document)) == (2, {"gold": "gone", "silver": "gone"})
    assert [one["lifecycle"] for one in document["audiences"]] == [None, "archived"]
    assert "`aepctl apply --refresh --target gold`" in project.run("drift").out


def test_what_is_only_not_listed_is_told_and_no_drift(project: Project, platform: Start) -> None:
    there = platform()
    project.settle_on(there)
    project.want("gold")
    project.apply("--fresh")  # no list, so the platform's own id is not known
    delete(there, "Name gold")
    document = valid(project.run("drift", "-o", "json"))
    assert (document["drift"], kinds(document)) == (False, {"gold": "not-listed"})
    result = project.run("drift")
    assert result.code == 0
    assert "if somebody deleted it: `aepctl state rm gold`" in result.out


def test_inactive_is_told_and_no_drift(project: Project, there: Emulator) -> None:
    edit(there, "Name gold", lifecycleState="inactive")
    there.behaviour = Behaviour(hide_inactive=True)
    result = project.run("drift")
    assert result.code == 0
    assert "it is inactive there" in result.out


def test_a_backtick_ends_no_text_to_paste(project: Project, there: Emulator) -> None:
    edit(there, "Name gold", description="it is `nice` here")
    create(there, "Win`ter")
    told = project.run("drift", "--unmanaged", "--write=markdown:a.md").out
    for said in (
        r'`description: "it is \u0060nice\u0060 here"`',
        "`aepctl export --to audiences --name 'Win?ter'`",
    ):
        assert said in told
        assert said in (project.root / "a.md").read_text()


def test_unmanaged_is_asked_for(project: Project, there: Emulator) -> None:
    create(there, "Winter [1]")
    create(there, "Theirs", namespace="theirs")
    second = create(there, "Name gold")
    assert project.run("drift").code == 0
    result = project.run("drift", "--unmanaged")
    assert result.code == 2
    assert "`aepctl export --to audiences --name 'Winter [[]1]'`" in result.out
    assert f"audienceId {second}; of the same name, namespace and originName as `gold`" in (
        result.out
    )
    document = valid(project.run("drift", "--unmanaged", "-o", "json"))
    assert document["summary"]["unmanaged"] == 2
    project.run("export", "--to", "audiences", "--name", "Winter [[]1]", "--adopt")
    assert "Winter" not in project.run("drift", "--unmanaged").out


def test_a_field_may_differ_where_that_is_said(project: Project, there: Emulator) -> None:
    edit(there, "Name gold", description="edited")
    edit(there, "Name silver", description="edited")
    assert project.run("drift", "--ignore", "gold.description").code == 2
    assert project.run("drift", "--ignore", "*.description").code == 0
    result = project.run("drift", "--ignore", "*.description", "--ignore", "golden.name")
    said = "--ignore golden.name is about no audience: the state knows no key like that"
    assert (result.code, f"Warning: {said}\n" in result.out) == (0, True)
    document = valid(project.run("drift", "--ignore", "golden.name", "-o", "json"))
    assert (document["warnings"], document["ignored"]) == ([said], ["golden.name"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--ignore", "gold"], 64, "KEY.FIELD was expected"),
        (["--ignore", "gold.nmae"], 64, "one of name, description, namespace, originName"),
        (["--unmanaged", "--target", "gold"], 64, "leave out --target"),
        (["--target", "golden"], 1, "no audience matches --target 'golden'"),
        (["--env", "none"], 1, "none"),
    ],
)
def test_bad_input_never_ends_as_drift_does(
    project: Project, there: Emulator, words: list[str], code: int, said: str
) -> None:
    result = project.run("drift", *words)
    assert (result.code, result.out) == (code, "")
    assert said in result.err


def test_a_platform_that_does_not_answer_is_an_error_in_every_format(
    project: Project, there: Emulator
) -> None:
    there.behaviour = Behaviour(forbid_list=True)
    result = project.run("drift", "-o", "json")
    assert (result.code, valid(result)["audiences"]) == (3, [])
    assert (
        result.json["error"]["next"] == "get the right to view segments"
    )  # and nothing of apply's
    there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.LIST_SHORT),))
    assert project.run("drift").code == 1


def test_nothing_is_written_and_no_lock_is_taken(project: Project, there: Emulator) -> None:
    """Only what was asked for: `--write`."""
    edit(there, "Name gold", description="edited")
    (project.root / "state/prod.lock").unlink()
    before, asked = tree(project.root), len(there.requests)
    assert project.run("drift", "--unmanaged").code == 2
    assert tree(project.root) == before
    assert not list(project.root.rglob("*.lock"))
    assert {one.method for one in there.requests[asked:]} == {"GET"}


def test_without_a_known_audience_the_platform_is_not_asked(
    project: Project, platform: Start
) -> None:
    there = platform()
    project.settle_on(there)
    project.want("gold")
    result = project.run("drift")
    assert (result.code, there.requests) == (0, [])
    assert "the state knows no audiences" in result.out


@pytest.mark.parametrize(
    "name", ["text", "json", "markdown", "html", "junit", "gitlab", "codequality"]
)
def test_every_format_has_it(project: Project, there: Emulator, name: str) -> None:
    edit(there, "Name gold", description="Edited there")
    delete(there, "Name silver")
    assert project.run("drift", "--write", f"{name}:out").code == 2
    text = (project.root / "out").read_text()
    if name in {"text", "json", "markdown", "html", "junit"}:
        assert "silver" in text
        assert "Edited there" in text
