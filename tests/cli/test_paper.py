"""Colours, width and folding: what the terminal and the variables ask for."""

import io

import click
import pytest
from plans import TARGET, audience
from projects import Project, Terminal

from aepctl.cli.approval import approved
from aepctl.cli.console import TextConsole
from aepctl.cli.invocation import Invocation
from aepctl.cli.main import cli
from aepctl.cli.paper import terminal_width, wants_colour
from aepctl.plan.plan import Action, Change, Plan

TERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environ", "on_terminal", "in_pipe"),
    [
        (TERM, True, False),
        ({}, False, False),
        ({"TERM": ""}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({**TERM, "NO_COLOR": "1"}, False, False),
        ({**TERM, "NO_COLOR": ""}, True, False),
        ({**TERM, "FORCE_COLOR": "1"}, True, True),
        ({**TERM, "FORCE_COLOR": "3"}, True, True),
        ({"TERM": "dumb", "FORCE_COLOR": "true"}, True, True),
        ({**TERM, "FORCE_COLOR": ""}, True, False),
        ({**TERM, "FORCE_COLOR": "0"}, False, False),
        ({**TERM, "FORCE_COLOR": "false"}, False, False),
        ({**TERM, "FORCE_COLOR": "0", "CLICOLOR_FORCE": "1"}, False, False),
        ({**TERM, "FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({**TERM, "CLICOLOR_FORCE": "1"}, True, True),
        ({**TERM, "CLICOLOR_FORCE": "0"}, True, False),
        ({**TERM, "CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False, False),
        ({**TERM, "CLICOLOR": "0"}, False, False),
        ({**TERM, "CLICOLOR": "1"}, True, False),
    ],
)
def test_the_variables_that_programs_agree_on(
    environ: dict[str, str], on_terminal: bool, in_pipe: bool
) -> None:
    assert wants_colour(environ, terminal=True) is on_terminal
    assert wants_colour(environ, terminal=False) is in_pipe


@pytest.mark.parametrize(
    ("columns", "width"), [("100", 100), ("", None), ("0", None), ("-1", None), ("many", None)]
)
def test_the_width_is_that_of_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int | None
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert terminal_width(Terminal()) == width
    assert terminal_width(io.StringIO()) is None


@pytest.fixture
def many(project: Project) -> Project:
    project.write("aepctl.yaml", "environments: {local: {endpoint: emulator, sandbox: dev}}\n")
    project.want(*(f"key-{number}" for number in range(100)))
    return project


def look(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on standard output is a terminal."""
    project.setenv("TERM", "xterm")
    project.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)


def test_a_long_plan_is_whole_in_a_pipe(many: Project) -> None:
    out = many.run("plan").out
    assert out.count("+ key-") == 100
    assert "more to create" not in out


def test_on_a_terminal_it_is_folded_with_the_command_that_shows_all(
    many: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(many, monkeypatch)
    out = many.run("--env", "local", "--no-color", "plan", "--target", "key-*").out
    assert out.count("+ key-") == 30
    assert "\n… 70 more to create; all of them:\n" in out
    assert "\n  `aepctl --env local --no-color plan --target 'key-*' | less`" in out
    assert max(map(len, out.splitlines())) <= 80
    assert many.run("plan", "--verbose").out.count("    name         Name key-") == 100


def test_it_has_colours_there_unless_somebody_says_no(
    many: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(many, monkeypatch)
    assert "\x1b[32;1m+ key-0" in many.run("plan").out
    many.setenv("FORCE_COLOR", "1")
    assert "\x1b[" not in many.run("--no-color", "plan").out
    many.setenv("NO_COLOR", "1")
    assert "\x1b[" not in many.run("plan").out


def test_before_an_apply_the_command_that_shows_all_is_a_plan(
    many: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    look(many, monkeypatch)
    gold = audience("Gold")
    changes = tuple(Change(f"key-{n}", Action.CREATE, wanted=gold) for n in range(100))
    invocation = Invocation("prod")
    with click.Context(cli, obj=invocation):
        TextConsole(invocation.log, approved).show(Plan("prod", TARGET, changes))
    assert "all of them: `aepctl --env prod plan | less`" in capsys.readouterr().out
