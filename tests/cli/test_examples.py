"""The examples in the help of each command are commands that there are."""

import shlex
from collections.abc import Iterator

import click
import pytest

from aepctl.cli.examples import EXAMPLES
from aepctl.cli.invocation import Invocation
from aepctl.cli.main import cli


def commands(group: click.Group, prefix: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"


def test_every_command_has_examples_and_there_are_no_others() -> None:
    assert set(EXAMPLES) == set(commands(cli))


@pytest.mark.parametrize("words", EXAMPLES)
def test_each_is_taken_as_it_stands(words: str) -> None:
    for line in EXAMPLES[words]:
        program, *arguments = shlex.split(line)
        assert program == "aepctl"
        command: click.Command = cli
        context = command.make_context("aepctl", arguments, obj=Invocation())
        while isinstance(command, click.Group):
            name, found, arguments = command.resolve_command(
                context, [*context._protected_args, *context.args]
            )
            assert name is not None
            assert found is not None
            context = found.make_context(name, arguments, parent=context)
            command = found
        assert context.command_path == f"aepctl {words}"


def test_help_shows_them_last() -> None:
    context = click.Context(cli, info_name="aepctl")
    command = cli.get_command(context, "validate")
    assert command is not None
    text = command.get_help(click.Context(command, context, info_name="validate"))
    assert text.endswith("Examples:\n  aepctl validate\n  aepctl validate --github")
