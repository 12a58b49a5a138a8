"""What click is told of all commands: the common options, and how a help is laid out."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import click

from aepctl.cli.completers import environments, folders
from aepctl.cli.invocation import Invocation
from aepctl.cli.outfiles import check_expanded
from aepctl.errors import AepctlError

WHOLE = 1000
"""No first sentence of a help is longer."""


def _check_named(option: click.Parameter, what: str, value: str | None) -> None:
    """An empty word is a variable that is not set, and would silently mean another one."""
    if value == "":
        said = f"the name of {what} is empty: is a variable not set?"
        raise click.BadParameter(said, param=option)


def _environment(context: click.Context, option: click.Parameter, name: str | None) -> None:
    _check_named(option, "an environment", name)
    if name is not None:
        context.ensure_object(Invocation).environment = name


def _allow_outside(context: click.Context, _: click.Parameter, given: bool) -> None:
    if given:
        context.ensure_object(Invocation).allow_outside = True


def _how_much(context: click.Context, parameter: click.Parameter, given: bool) -> None:
    """Take in --verbose, --quiet or --debug-http."""
    if not given:
        return
    invocation = context.ensure_object(Invocation)
    setattr(invocation, str(parameter.name), True)
    if invocation.verbose and invocation.quiet:
        raise click.UsageError("--verbose and --quiet: choose one of them")


def _chdir(context: click.Context, option: click.Parameter, folder: str | None) -> None:
    _check_named(option, "a folder", folder)
    if folder is None:
        return
    check_expanded(folder)
    try:
        context.find_root().with_resource(contextlib.chdir(folder))
    except OSError as error:
        raise AepctlError(f"--chdir {folder}: {error.strerror}", code="folder-unusable") from error
    context.ensure_object(Invocation).folders.append(folder)


def common_options() -> list[click.Option]:
    """The options. The folder comes first: other arguments may name files in it."""
    return [
        click.Option(
            ["--chdir"],
            metavar="DIR",
            expose_value=False,
            is_eager=True,
            callback=_chdir,
            shell_complete=folders,
            help="Work in DIR instead of the current folder.",
        ),
        click.Option(
            ["--env"],
            metavar="NAME",
            expose_value=False,
            callback=_environment,
            shell_complete=environments,
            help="The environment of aepctl.yaml to use.",
        ),
        _flag(
            ("--allow-outside",),
            _allow_outside,
            "Manifests, state and aepctl.yaml may lead out of the folder of aepctl.yaml.",
        ),
        _flag(("-v", "--verbose"), _how_much, "Say all there is to say."),
        _flag(("-q", "--quiet"), _how_much, "Say the result alone, and what is wrong."),
        _flag(("--debug-http",), _how_much, "Tell each exchange over HTTP, without secrets."),
    ]


def _flag(names: tuple[str, ...], callback: Callable[..., None], told: str) -> click.Option:
    return click.Option(names, is_flag=True, expose_value=False, callback=callback, help=told)


class Command(click.Command):
    """A command that takes the common options as well, and has examples in its help.

    `json_list` names the list of its JSON document, which is empty where there is no result.
    """

    def __init__(self, *args: Any, json_list: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += common_options()
        self._json_list = json_list

    def list_of(self, given: Mapping[str, object]) -> str | None:
        """The list of the document that these options ask for."""
        return "environments" if given.get("everywhere") else self._json_list

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples stand last, where they are still on the screen."""
        from aepctl.cli.examples import EXAMPLES

        _, _, words = ctx.command_path.partition(" ")
        lines = EXAMPLES.get(words, ())
        if lines:
            with formatter.section("Examples"):
                formatter.write("".join(f"  {line}\n" for line in lines))


class Group(click.Group):
    """A group whose commands take the common options as well."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += common_options()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command; an error names that of aepctl which another program calls so."""
        from aepctl.cli.meant import MEANT

        if ctx.parent is None and args[0] in MEANT:
            said = f"No such command '{args[0]}'. Did you mean `{MEANT[args[0]]}`?"
            raise click.UsageError(said, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each with its whole first sentence."""
        names = self.list_commands(ctx)
        every = ((name, self.get_command(ctx, name)) for name in names)
        with formatter.section("Commands"):
            told = [(name, one.get_short_help_str(WHOLE)) for name, one in every if one is not None]
            formatter.write_dl(told)
