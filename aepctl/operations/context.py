"""What a command has of the world, as one value. Tests and rigs give it another world.

The only place where the real parts are put together.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from aepctl.clock import Clock, SystemClock
from aepctl.errors import InvalidInput
from aepctl.gitignore import ignore_own
from aepctl.log import Log
from aepctl.manifests import Manifests, read_manifests, resolve
from aepctl.manifests.everywhere import Settings, sound
from aepctl.model.target import EMULATOR
from aepctl.model.wants import Wants
from aepctl.patience import Patience
from aepctl.project.environment import Environment
from aepctl.project.paths import emulator_file
from aepctl.project.stores import scheme_of
from aepctl.state.model import Run
from aepctl.state.places import open_store
from aepctl.state.run import new_id, this_run
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.base import StateStore
from aepctl.timelimit import at_most

if TYPE_CHECKING:
    from aepctl.aep.connection import Connection
    from aepctl.apply.outcomes import Outcome
    from aepctl.plan.plan import Plan


class Platform(Protocol):
    """The platform of one environment. See aep.connection.Platform."""

    def connect(self) -> "Connection":
        """A connection for one thread."""
        ...


class Console(Protocol):
    """The person, or the pipeline, at the other end of an apply."""

    def show(self, plan: "Plan", /) -> None: ...
    def approve(self, plan: "Plan", /) -> bool:
        """Return where the plan may be carried out: whether somebody was asked.

        Raises AepctlError, SafetyRefusal.
        """
        ...

    def begin(self, plan: "Plan", /) -> None:
        """The steps of this plan are about to be done."""
        ...

    def tell(self, outcome: "Outcome", /) -> None: ...
    def warn(self, text: str, /) -> None: ...


SLOWEST_RULE = 5.0
"""Seconds of the processor's time that one rule may take over all audiences."""


def rule_limit() -> AbstractContextManager[None]:
    """For a pattern that would take for ever."""
    return at_most(SLOWEST_RULE)


def has_no_manifests(error: InvalidInput) -> bool:
    """Whether nothing is wrong but that there are no manifests."""
    return {one.rule for one in error.problems} <= {"no-folder", "empty-folder"}


class SilentConsole:
    """For commands that neither show nor ask."""

    def show(self, _plan: "Plan", /) -> None:
        return

    def approve(self, _plan: "Plan", /) -> bool:
        return False

    def begin(self, _plan: "Plan", /) -> None:
        return

    def tell(self, _outcome: "Outcome", /) -> None:
        return

    def warn(self, _text: str, /) -> None:
        return


@dataclass(frozen=True, slots=True)
class Context:
    """The world of one command: variables, time, names, files, stores, the platform, a console.

    `patience`: how long the platform may make it wait, and who is told of a wait.
    """

    environ: Mapping[str, str]
    clock: Clock
    new_id: Callable[[], str]
    read_manifests: Callable[[str], Manifests]
    open_store: Callable[[Environment], StateStore | SharedStore]
    open_platform: Callable[["Context", Environment], AbstractContextManager[Platform]]
    console: Console = field(default_factory=SilentConsole)
    patience: Patience = field(default_factory=Patience)

    @property
    def log(self) -> Log:
        """Who hears what happens."""
        return self.patience.log

    def wants(self, environment: Environment, *, or_nothing: bool = False) -> Wants:
        """All that the manifests want in an environment. See `manifests`. Raises InvalidInput."""
        return resolve(self.manifests(environment, or_nothing=or_nothing), environment.name)

    def manifests(self, environment: Environment, *, or_nothing: bool = False) -> Manifests:
        """The manifests, in which all is as it must be in an environment. Raises InvalidInput.

        `or_nothing`: where there are none, nothing is wanted, and what there is need not be as the
        team's rules ask. Else that is a mistake.
        """
        rules = () if or_nothing else environment.rules
        settings = Settings(environment.siblings, (environment.name,), rules, rule_limit)
        try:
            return sound(lambda: self.read_manifests(environment.manifests), settings)
        except InvalidInput as error:
            if not has_no_manifests(error):
                raise
            if or_nothing:
                return Manifests()
            ends = f"if all is to end: `{environment.command('destroy')}`"
            raise InvalidInput(
                replace(one, hint=f"{one.hint}; {ends}") for one in error.problems
            ) from error

    def run(self, command: str) -> Run:
        """The run of `aepctl COMMAND` that this is: who, when, for which commit, in which job."""
        return this_run(self.environ, f"aepctl {command}", clock=self.clock, ids=self.new_id)


def system_context(console: Console | None = None) -> Context:
    """The real world."""
    return Context(
        environ=os.environ,
        clock=SystemClock(),
        new_id=new_id,
        read_manifests=read_manifests,
        open_store=lambda environment: open_store(environment, os.environ),
        open_platform=_open_platform,
        console=console or SilentConsole(),
    )


@contextmanager
def _open_platform(context: Context, environment: Environment) -> Iterator[Platform]:
    """The platform of an environment, proven to give a token. Raises CredentialsError."""
    from aepctl.aep.connection import Platform as Aep  # noqa: PLC0415 - a plan needs no HTTP
    from aepctl.project.credentials import credentials  # noqa: PLC0415 - likewise
    from aepctl.transport import (  # noqa: PLC0415 - likewise
        TIMEOUT_SECONDS,
        TransportFactory,
        http_trace,
    )

    with emulated(environment) as reachable:
        given = credentials(reachable, context.environ)
        timeout = TIMEOUT_SECONDS
        if scheme_of(environment.state):  # what is sent late in a lease ends before it is over
            timeout = min(timeout, environment.lock_lease_seconds / 3)
        transports = TransportFactory(
            environ=context.environ, timeout_seconds=timeout, trace=http_trace(context.log)
        )
        platform = Aep(reachable, given, transports, patience=context.patience)
        try:
            platform.tokens.current()
            yield platform
        finally:
            platform.close()


@contextmanager
def emulated(environment: Environment, *, makes: bool = True) -> Iterator[Environment]:
    """The environment with real addresses: those of the embedded platform, while it runs.

    `makes`: where its audiences are kept is made, if it is not there.
    """
    if environment.target.endpoint != EMULATOR:
        yield environment
        return
    from aepctl.emulator import serve  # noqa: PLC0415 - an extra that need not be installed

    file = Path(emulator_file(environment.name))
    with serve(db=_made(file) if makes or file.exists() else None) as server:
        yield replace(
            environment,
            ais_url=f"{server.url}/core/ais",
            ups_url=f"{server.url}/data/core/ups",
            ims_url=server.url,
        )


def _made(file: Path) -> Path:
    """The file, in whose folder it can be made. Raises EmulatorError."""
    from aepctl.errors import EmulatorError  # noqa: PLC0415 - few need it

    folder = file.parent
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise EmulatorError(
            f"{folder}: the emulator's folder cannot be made: {error.strerror}",
            hint="make the current folder writable",
            code="emulator-database",
        ) from error
    ignore_own(folder)
    return file
