"""Every command that an output names runs as it is pasted: in the outer folder, with quotes."""

import html
import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from projects import Project
from sandbox import create, delete, edit

from aepctl.cli.invocation import Invocation
from aepctl.cli.main import cli
from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind
from aepctl.state.stores.file import FileStore

Start = Callable[..., Emulator]
HERE = "a folder"
PLACE = ("--chdir", HERE, "--env", "prod")
FORMATS = ("json", "markdown", "html")
GROUPS = {name for name, one in cli.commands.items() if isinstance(one, click.Group)}


class Said:
    """All that commands have said, run in the folder above that of the project."""

    def __init__(self, project: Project, there: Emulator) -> None:
        self.project, self.there = project, there
        self.texts: list[str] = []
        project.settle_on(there)
        head, prod = (project.root / "aepctl.yaml").read_text().split("  prod:\n")
        dev = prod.replace("sandbox: prod", "sandbox: dev")
        self.settings = f"{head}  dev:\n{dev}  prod:\n{prod}"
        (project.root / "aepctl.yaml").unlink()
        self.have()
        self.want("gold", "silver", "bronze", "fourth", "fifth")

    def have(self, **more: object) -> None:
        lines = "".join(f"    {name}: {value}\n" for name, value in more.items())
        self.project.write(f"{HERE}/aepctl.yaml", self.settings + lines)

    def want(self, *keys: str) -> None:
        self.project.want(*keys, file=f"{HERE}/audiences/all.yaml")

    def run(self, *words: str, formats: tuple[str, ...] = ("json",), place: Any = PLACE) -> int:
        """Keep what it says; with `formats`, in these as well."""
        writes = [word for one in formats for word in ("--write", f"{one}:../out.{one}")]
        result = self.project.run(*place, *words, *writes)
        self.texts += [result.out, result.err]
        self.texts += [(self.project.root / f"out.{one}").read_text() for one in formats]
        return result.code

    def quietly(self, *words: str) -> int:
        return self.run(*words, formats=())

    @property
    def commands(self) -> set[str]:
        return {one for text in self.texts for one in commands(text)}


def commands(text: str) -> Iterator[str]:
    """What stands in backticks or in code, and begins with one of our words.

    But for what somebody has run, at some time.
    """
    told = re.sub(r"`aepctl [^`]*` at \d", "", _plain(text))
    for found in re.findall(r"`+ ?(.*?) ?`+|<code>(.*?)</code>", told):
        words = html.unescape(next(filter(None, found), ""))
        first = words.partition(" ")[0]
        if first == "aepctl" or (first in cli.commands and " " in words) or first in GROUPS:
            yield words


def _plain(text: str) -> str:
    """The texts of a JSON document, without its escapes; a page without what its script reads."""
    if text.startswith("{"):
        return "\n".join(_texts(json.loads(text)))
    return re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def parsed(line: str) -> tuple[Invocation, list[str]]:
    """A command line as it would be run here, but not carried out: where, and which command."""
    program, *words = shlex.split(line)
    assert program == "aepctl"
    invocation = Invocation()
    context = cli.make_context("aepctl", words, obj=invocation)
    contexts, names = [context], list[str]()
    while isinstance(context.command, click.Group):
        rest = [*context._protected_args, *context.args]
        name, command, args = context.command.resolve_command(context, rest)
        assert command is not None
        context = command.make_context(name, args, parent=context)
        contexts.append(context)
        names.append(str(name))
    assert Path.cwd().name == HERE
    contexts[0].close()
    return invocation, names


def tell_all(said: Said) -> None:
    """A life in which much goes wrong."""
    there = said.there
    said.have(max_creates=2)
    assert said.run("plan") == 0
    assert said.run("apply", "--auto-approve") == 3
    said.have(protected="true")
    assert said.run("apply") == 3
    assert said.quietly("plan", "--out", "my plan.json") == 0
    said.have()
    assert said.quietly("apply", "--auto-approve", "--fresh") == 0
    assert said.quietly("refresh", "--auto-approve") == 0
    edit(there, "Name gold", description="edited")
    delete(there, "Name silver")
    create(there, "It's new")
    assert said.run("drift", "--unmanaged", formats=FORMATS) == 2
    assert said.run("plan", "--refresh") == 0
    assert said.run("drift", "--all-environments", place=("--chdir", HERE), formats=FORMATS) == 2
    assert said.run("state", "verify") == 1
    assert said.run("export", "--to", "audiences", "--dry-run") == 0
    assert said.quietly("show", "gold", "--refresh") == 0
    assert said.quietly("list", "nothing") == 0
    assert said.quietly("state", "mv", "gold", "golden") == 0
    assert said.quietly("state", "rm", "golden", "fifth") == 0
    assert said.quietly("state", "rm", "nothing") == 1
    assert said.quietly("import", "gold", "no-such-id") == 3
    said.want("new", "silver")
    assert said.run("plan") == 0
    assert said.run("plan", "--all-environments", place=("--chdir", HERE), formats=FORMATS) == 0
    assert said.run("plan", "--check", "my plan.json") == 3
    said.project.write(f"{HERE}/my plan.json", "{}")
    assert said.run("apply", "my plan.json") == 1
    assert said.run("apply", "no plan.json") == 1
    there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.DROP_AFTER),), list_lag=3600)
    assert said.run("apply", "--auto-approve", "--target", "new", formats=FORMATS) == 4
    assert said.quietly("state", "intents") == 0
    assert said.quietly("state", "resolve", "new", "--adopt", "an id") == 3
    assert said.quietly("state", "resolve", "new", "--recreate") == 0
    assert said.quietly("state", "resolve", "none", "--abandon") == 1
    with FileStore(str(said.project.root / HERE / "state/prod.json")).hold(
        {"command": "x"}, wait=0
    ):
        assert said.run("apply", "--auto-approve") == 5
    assert said.quietly("state", "recover", "my plan.json") == 1
    (said.project.root / HERE / "audiences/all.yaml").unlink()
    assert said.run("plan") == 1
    assert said.quietly("plan", "--target", "none") == 1


def test_every_command_runs_as_it_is_pasted(project: Project, platform: Start) -> None:
    said = Said(project, platform())
    tell_all(said)
    found = {one for one in said.commands if "…" not in one}
    assert len(found) > 25
    names = set()
    for line in sorted(found):
        try:
            invocation, command = parsed(line)
        except (AssertionError, click.ClickException, ValueError) as error:
            pytest.fail(f"{line}: {error!r}")
        assert invocation.folders == [HERE], line
        assert invocation.environment in {"dev", "prod"}, line
        names.add(" ".join(command))
    assert {"apply", "plan", "drift", "destroy", "export", "refresh", "state resolve"} <= names
