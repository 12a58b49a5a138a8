"""Where a command ends before its own work begins: a document is there all the same."""

import click
import pytest
from projects import Project

from aepctl.cli.command import Command
from aepctl.cli.main import cli
from aepctl.cli.outputs import DOCUMENTS


@pytest.mark.parametrize(
    ("words", "code", "rule", "list_"),
    [
        ("--chdir nowhere plan -o json", 1, "folder-unusable", "changes"),
        ("apply -ojson --chdir audiences.yaml", 1, "folder-unusable", "outcomes"),
        ("plan --tarjet x --output=json", 64, "usage", "changes"),
        ("plan -o json --all-environments --env prod", 64, "usage", "environments"),
        ("plan --github=yes -o json", 64, "usage", "changes"),
        ("plan -o json --write json:aepctl.yaml", 64, "usage", "changes"),
        ("-o json state list", 64, "usage", "audiences"),
        ("--nonsense -qojson state mv a", 64, "usage", "moved"),
        ("plam -o json", 64, "usage", "problems"),
    ],
)
def test_a_document_says_why_there_is_no_result(
    project: Project, words: str, code: int, rule: str, list_: str
) -> None:
    result = project.run(*words.split())
    assert result.code == code
    error = result.json["error"]
    assert (error["exitCode"], error["code"], result.json[list_]) == (code, rule, [])
    assert error["message"] in result.err


def test_a_variable_that_is_wrong_for_every_command_is_told_in_it_too(project: Project) -> None:
    project.setenv("AEPCTL_LOG", "xml")
    result = project.run("validate", "-o", "json")
    assert (result.code, result.json["error"]["code"]) == (1, "invalid-variable")


@pytest.mark.parametrize(
    "words",
    ["plan -o jsn", "plan -o json -o text --nonsense", "emulator serve -o json", "list -o html"],
)
def test_nothing_is_printed_where_no_document_can_be_meant(project: Project, words: str) -> None:
    result = project.run(*words.split())
    assert (result.code, result.out) == (64, "")


@pytest.mark.parametrize("output", DOCUMENTS[1:])
def test_so_it_is_in_every_format(project: Project, output: str) -> None:
    result = project.run("--chdir", "nowhere", "drift", "-o", output)
    assert result.code == 1
    assert "nowhere: No such file or directory" in result.out


@pytest.mark.parametrize("words", ["-ohtml plan", "-qohtml state verify", "-ohtml plam"])
def test_a_format_before_the_command_is_not_read_as_other_options(
    project: Project, words: str
) -> None:
    """`-h` and `-v` are options there, and letters of formats."""
    assert project.run(*words.split()).out.startswith("<!doctype html>")


def commands(group: click.Group = cli) -> list[click.Command]:
    every = [commands(one) if isinstance(one, click.Group) else [one]
             for one in group.commands.values()]  # fmt: skip
    return [one for some in every for one in some]


def test_every_command_with_documents_names_the_list_that_an_error_leaves_empty() -> None:
    for one in commands():
        gives = any(option.name == "output" for option in one.params)
        assert isinstance(one, Command)
        assert bool(one.list_of({})) is gives, one.name
