"""What all commands are told alike, before a command or after it, and what follows from that."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import click

from aepctl.apply.stopping import StopSignal
from aepctl.wording import with_program

if TYPE_CHECKING:
    from aepctl.cli.status import StatusLog
    from aepctl.model.target import Target
    from aepctl.operations.context import Console, Context
    from aepctl.project.environment import Environment


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


pass_invocation = click.make_pass_decorator(Invocation)
