"""How the program was called: `--env` and `--chdir`, before a command or after it."""

import contextlib
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from aepctl.apply.stopping import StopSignal
from aepctl.cli.completers import environments, folders
from aepctl.cli.outfiles import check_expanded
from aepctl.errors import AepctlError
from aepctl.wording import with_program

if TYPE_CHECKING:
    from aepctl.cli.status import StatusLog
    from aepctl.model.target import Target
    from aepctl.operations.context import Console, Context
    from aepctl.project.environment import Environment

WHOLE = 1000
"""No first sentence of a help is longer."""


@dataclass
class Invocation:
    """What all commands are told alike. `make_context`: tests give another world.

    `stop`: somebody asks the command to end, by a signal. `allow_outside`: the project's files may
    be elsewhere than below its folder. `verbose`, `quiet`: more or fewer words for people.
    `debug_http`: tell each exchange over HTTP. `plain`: no colours, wherever that was said.
    `words`: the command line. `answered`: standard output has its document.
    """

    environment: str | None = None
    folders: list[str] = field(default_factory=list)
    allow_outside: bool = False
    verbose: bool = False
    quiet: bool = False
    debug_http: bool = False
    plain: bool = False
    make_context: "Callable[[], Context] | None" = None
    resolved: "Environment | None" = None
    stop: StopSignal = field(default_factory=StopSignal)
    words: tuple[str, ...] = ()
    answered: bool = False

    @property
    def program(self) -> str:
        """How a command begins that does the same in the same place."""
        folders = [word for folder in self.folders for word in ("--chdir", folder)]
        outside = ["--allow-outside"] if self.allow_outside else []
        return shlex.join(["aepctl", *folders, *outside])

    @property
    def all_of_it(self) -> str:
        """How to see what a terminal does not show of a long list."""
        words = shlex.join(("aepctl", *self.words))
        return f"all of them: `{words} | less`, or with `--write html:plan.html`"

    @cached_property
    def log(self) -> "StatusLog":
        """Who hears what a command says of itself."""
        from aepctl.cli.status import StatusLog

        return StatusLog(self)

    def context(
        self, console: "Console | None" = None, *, max_wait: float | None = None
    ) -> "Context":
        """The world in which the command runs. `max_wait`: how long the platform may make it."""
        from aepctl.operations.context import system_context
        from aepctl.operations.telling import told
        from aepctl.patience import MAX_WAIT_SECONDS, Patience

        context = (self.make_context or system_context)()
        patience = Patience(MAX_WAIT_SECONDS if max_wait is None else max_wait, self.log)
        context = told(replace(context, patience=patience))
        return context if console is None else replace(context, console=console)

    def resolve(self, context: "Context", name: str | None = None) -> "Environment":
        """The environment that the command is about; `name` where something else names it.

        Raises InvalidInput for problems in aepctl.yaml, AepctlError where it is not clear.
        """
        from aepctl.operations.telling import tell_environment
        from aepctl.project.load import load_project

        name = name or self.environment
        project = load_project(context.environ, allow_outside=self.allow_outside)
        self.resolved = project.environment(context.environ, name, program=self.program)
        tell_environment(self.log, project, self.resolved)
        return self.resolved

    def about(self) -> "tuple[str | None, Target | None]":
        """The environment's name, and whose audiences these are, as far as it is known."""
        if self.resolved is None:
            return self.environment, None
        return self.resolved.name, self.resolved.target

    @property
    def own_program(self) -> str:
        """The same for the environment that this is about, as far as it is known."""
        if self.resolved is not None:
            return self.resolved.program
        if self.environment is not None:
            return f"{self.program} --env {shlex.quote(self.environment)}"
        return self.program

    def pasteable(self, text: str) -> str:
        """The text, whose commands run as they stand: in this folder, for this environment."""
        return with_program(text, self.own_program)


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


pass_invocation = click.make_pass_decorator(Invocation)
