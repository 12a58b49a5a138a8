"""The command group: help, versions, exit codes, and the last line of defence."""

import subprocess
import sys
from importlib.util import find_spec

import click
import pytest
from projects import Project, Result

from aepctl import __version__
from aepctl.cli.main import cli
from aepctl.manifests import Manifests


def commands(group: click.Group, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found.append((*prefix, name))
        if isinstance(command, click.Group):
            found += commands(command, (*prefix, name))
    return found


ODD = "\x1b[31m\n::error::x"


def test_the_version_is_told(project: Project) -> None:
    result = project.run("--version")
    assert (result.code, result.out) == (0, f"aepctl {__version__}\n")


@pytest.mark.parametrize("words", commands(cli), ids=" ".join)
def test_every_command_has_help(project: Project, words: tuple[str, ...]) -> None:
    result = project.run(*words, "--help")
    assert result.code == 0
    assert len(result.out.splitlines()) > 4


@pytest.mark.parametrize("words", commands(cli), ids=" ".join)
def test_every_command_is_in_the_readme(words: tuple[str, ...], readme: str) -> None:
    parents = {w[:-1] for w in commands(cli)}
    if words not in parents:
        assert f"`{' '.join(words)}" in readme


@pytest.mark.parametrize(
    "words",
    [("plam",), ("plan", "--tarjet", "x"), ("plan", "-o", "xml"), ("apply", "--parallelism", "0"),
     ("apply", "--lock-timeout", "soon"), ("state", "resolve", "x"), ("--nonsense", "plan")],
    ids=" ".join,
)  # fmt: skip
def test_a_usage_error_exits_64_and_not_with_the_2_that_means_changes(
    project: Project, words: tuple[str, ...]
) -> None:
    result = project.run(*words)
    assert result.code == 64
    assert result.out == ""
    assert "Usage: aepctl" in result.err


@pytest.mark.parametrize("words", [(), ("state",)], ids=" ".join)
def test_without_a_command_its_help_is_told_and_nothing_else(
    project: Project, words: tuple[str, ...]
) -> None:
    result = project.run(*words)
    assert (result.code, result.out) == (64, "")
    assert result.err == project.run(*words, "--help").out
    assert "..." not in result.err.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("completion",), "Missing argument 'SHELL'. Choose from: bash, zsh, fish [usage]\n"),
        (("diff",), "No such command 'diff'. Did you mean `aepctl plan`? [usage]\n"),
        (("help", "plan"), "No such command 'help'. Did you mean `aepctl --help`? [usage]\n"),
        (("state", "help"), "No such command 'help'. [usage]\n"),
    ],
)
def test_a_usage_error_is_one_line_and_says_what_is_meant(
    project: Project, words: tuple[str, ...], said: str
) -> None:
    assert project.run(*words).err.endswith(f"\n\nError: {said}")


@pytest.mark.parametrize(
    "words",
    [
        ("state", "history", ODD),
        ("plan", ODD),
        ("nosuch" + ODD,),
        ("plan", f"--{ODD}"),
        ("schema", ODD),
        ("doctor", "--env", ODD),
    ],
    ids=" ".join,
)
def test_what_was_given_acts_on_no_terminal_and_begins_no_line(
    project: Project, words: tuple[str, ...]
) -> None:
    """It may be a branch's name that a pipeline passes on."""
    result = project.run(*words)
    told = result.out + result.err
    assert result.code != 0
    assert (ODD in told, "\x1b" in told, "\n::error" in told) == (False, False, False)


def test_chdir_works_elsewhere_and_comes_back(project: Project) -> None:
    project.write("elsewhere/aepctl.yaml", "environments: {x: {endpoint: emulator, sandbox: s}}\n")
    project.want("gold", file="elsewhere/audiences/a.yaml")
    assert project.run("--chdir", "elsewhere", "validate").out == "1 audience, no problems.\n"
    assert project.run("--chdir", "nowhere", "validate").code == 1
    assert "nowhere" in project.run("--chdir", "nowhere", "validate").err


class TestABug:
    def run(self, project: Project, *words: str) -> Result:
        def stumble(_: str) -> Manifests:
            raise ZeroDivisionError("the text of it")

        return project.run(*words, read_manifests=stumble)

    def test_exits_70_with_how_to_report_it_and_no_traceback(self, project: Project) -> None:
        result = self.run(project, "validate")
        assert result.code == 70
        assert result.err.startswith("internal error: ZeroDivisionError in stumble, line ")
        assert "Please report it" in result.err
        assert "Traceback" not in result.err

    def test_shows_the_traceback_with_debug(self, project: Project) -> None:
        assert "Traceback (most recent call last)" in self.run(project, "--debug", "validate").err

    def test_gives_a_whole_document_in_json(self, project: Project) -> None:
        result = self.run(project, "validate", "-o", "json")
        assert result.code == 70
        assert result.json["error"]["exitCode"] == 70
        assert "the text of it" not in result.out


def test_an_interrupt_exits_130_with_a_whole_document(project: Project) -> None:
    def interrupted(_: str) -> Manifests:
        raise KeyboardInterrupt

    project.write("aepctl.yaml", "environments: {x: {endpoint: emulator, sandbox: s}}\n")
    assert project.run("plan", read_manifests=interrupted).code == 130
    result = project.run("plan", "-o", "json", read_manifests=interrupted)
    assert (result.code, result.json["error"]["exitCode"]) == (130, 130)


def test_starting_up_loads_neither_http_nor_pydantic_nor_yaml() -> None:
    program = (
        "import sys; from aepctl.__main__ import main; sys.argv = ['aepctl', '--version']; main();"
        "print({'click', 'aepctl.cli.main'} & set(sys.modules));"
        "from aepctl.cli.main import run; run(['--version']);"
        "print({'httpx', 'pydantic', 'yaml', 'deepdiff', 'uvicorn', 'obstore', 'psycopg'}"
        "& set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-u", "-c", program], capture_output=True, text=True, check=True
    )
    told = f"aepctl {__version__}"
    assert done.stdout.splitlines() == [told, "set()", told, "set()"]


def test_a_plan_where_nothing_is_updated_loads_only_what_it_needs(project: Project) -> None:
    """No network, no other format, and nothing of the other commands."""
    project.write("aepctl.yaml", "environments: {x: {endpoint: emulator, sandbox: s}}\n")
    project.want("gold")
    program = (
        "import sys; before = set(sys.modules);"  # such as what measures the coverage
        "import aepctl.manifests.model, aepctl.project.model;"
        "from aepctl.yamldoc.types import StrictModel;"
        "print([one for one in StrictModel.__subclasses__() if one.__pydantic_complete__]);"
        "from aepctl.cli.main import run; run(['plan']); from aepctl.render import difference;"
        "print(difference.compiled.cache_info().currsize);"
        "print(*set(sys.modules) - before, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    made_too_soon, *_, patterns_of_words = done.stdout.splitlines()
    assert (made_too_soon, patterns_of_words) == ("[]", "0")
    loaded = set(done.stderr.splitlines())
    assert "aepctl.render.text" in loaded
    not_needed = {
        f"aepctl.{package}.{name}"
        for package, names in {
            "render": "markdown html json junit github gitlab codequality catalogue explained "
            "listed drifted exported imported diagnosed started textdiff everywhere",
            "operations": "doctor fmt export importing listing starting drift apply",
            "manifests": "export formatted splice keys writable ruling",
            "cli": "apply drift emulator export fmt importing init keys listing state stores",
            "state": "reducer events steps_on_disk on_disk journal_codec",
            "plan": "drift binding",
            "project": "redaction",
        }.items()
        for name in names.split()
    }
    assert [name for name in not_needed if find_spec(name) is None] == []
    libraries = {"httpx", "deepdiff", "uvicorn", "asyncio", "subprocess", "difflib", "socket"}
    assert loaded & (not_needed | libraries) == set()


def test_a_reader_that_goes_away_ends_the_words_quietly(project: Project) -> None:
    project.write("aepctl.yaml", "environments: {x: {endpoint: emulator, sandbox: s}}\n")
    project.want(*(f"key-{number}" for number in range(4000)))
    done = subprocess.run(
        f"{sys.executable} -m aepctl plan | head -1",
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "+ key-0     Name key-0     agora/Tests  audiences/all.yaml:3\n"
    assert done.stderr == ""


def test_a_narrow_encoding_spells_out_what_it_lacks(project: Project) -> None:
    project.write("aepctl.yaml", "environments: {x: {endpoint: emulator, sandbox: s}}\n")
    project.write(
        "audiences/a.yaml", "audiences: {k: {name: Größe 金, namespace: n, originName: o}}\n"
    )
    environment = {"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin"}
    command = [sys.executable, "-m", "aepctl", "plan"]
    text = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert b"Gr\\xf6\\xdfe \\u91d1" in text.stdout
    document = subprocess.run(
        [*command, "-o", "json"], capture_output=True, env=environment, check=True
    )
    assert "Größe 金" in document.stdout.decode("utf-8")
