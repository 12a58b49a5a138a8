"""The story of each command, read from top to bottom; the only place where real parts are wired."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from aepctl.errors import SafetyRefusal
from aepctl.manifests import read_manifests
from aepctl.plan import Action, Plan, make_plan
from aepctl.settings import EMULATOR, Settings, credentials, load_settings
from aepctl.state.store import StateStore

if TYPE_CHECKING:  # HTTP and threads are loaded only when something is to be sent
    from aepctl.aep.client import Platform
    from aepctl.apply.outcomes import Outcome
    from aepctl.apply.report import ApplyReport
    from aepctl.apply.stopping import Stop
    from aepctl.state.held import HeldState


@dataclass(frozen=True, slots=True)
class Scope:
    """What a command works on: an environment by name, and some or all of its audiences."""

    environment: str | None = None
    targets: tuple[str, ...] = ()


class Conversation(Protocol):
    """The person, or the pipeline, at the other end of an apply."""

    def show(self, plan: Plan) -> None: ...
    def approve(self, plan: Plan) -> bool: ...
    def tell(self, outcome: "Outcome") -> None: ...


def validate(environment: str | None) -> int:
    """Read settings and all manifests; how many audiences they ask for. Raises InvalidInput."""
    settings = load_settings(os.environ, environment)
    return len(read_manifests(settings.manifests))


def plan(scope: Scope) -> Plan:
    """Compare wanted with known. No network, no credentials, no lock; nothing is written."""
    settings = load_settings(os.environ, scope.environment)
    wanted = read_manifests(settings.manifests)
    snapshot = StateStore(settings.state, settings.target).read()
    return make_plan(wanted, snapshot, settings, scope.targets)


def apply(
    scope: Scope, conversation: Conversation, stop: "Stop", *, parallelism: int, lock_timeout: float
) -> "ApplyReport":
    """Plan, show, ask, do. The state is locked from the first look to the last word."""
    from aepctl.apply.report import ApplyReport
    from aepctl.state.held import hold
    from aepctl.state.lock import holder

    settings = load_settings(os.environ, scope.environment)
    wanted = read_manifests(settings.manifests)
    store = StateStore(settings.state, settings.target)
    with hold(store, holder(os.environ, "aepctl apply"), wait=lock_timeout) as held:
        plan = make_plan(wanted, held.snapshot, settings, scope.targets)
        conversation.show(plan)
        if not plan.of(Action.CREATE):
            return ApplyReport(plan)
        credentials(settings, os.environ)  # what is missing is said before anything is asked
        if not conversation.approve(plan):
            raise SafetyRefusal("not approved: nothing was sent", next="review the plan")
        with _platform(settings) as platform:
            report = _execute(plan, held, platform, stop, conversation.tell, parallelism)
        held.fold()
        return report


def _execute(
    plan: Plan,
    held: "HeldState",
    platform: "Platform",
    stop: "Stop",
    tell: "Callable[[Outcome], None]",
    parallelism: int,
) -> "ApplyReport":
    from aepctl.apply.attempts import Attempts
    from aepctl.apply.executor import execute
    from aepctl.apply.report import ApplyReport
    from aepctl.apply.stopping import Pace, SystemClock

    clock = SystemClock()
    attempts = Attempts(held, clock, stop, Pace(clock, stop))
    creates = plan.of(Action.CREATE)
    outcomes = execute(creates, attempts, platform.connect, parallelism=parallelism, tell=tell)
    place = {change.key: number for number, change in enumerate(creates)}
    return ApplyReport(
        plan=plan,
        outcomes=tuple(sorted(outcomes, key=lambda outcome: place[outcome.key])),
        not_started=len(creates) - len(outcomes),
        stopped=stop.reason,
        interrupted=stop.interrupted,
    )


@contextmanager
def _platform(settings: Settings) -> "Iterator[Platform]":
    """The platform of these settings, proven to give a token; the embedded one is started."""
    from aepctl.aep.client import Platform

    with _emulated(settings) as reachable:
        platform = Platform(reachable, credentials(settings, os.environ))
        try:
            platform.tokens.current()
            yield platform
        finally:
            platform.close()


@contextmanager
def _emulated(settings: Settings) -> Iterator[Settings]:
    """The settings with real addresses: those of the embedded platform, while it runs."""
    if settings.target.endpoint != EMULATOR:
        yield settings
        return
    from aepctl.emulator import serve

    with serve(db=emulator_file(settings.environment)) as server:
        yield replace(
            settings,
            ais_url=f"{server.url}/core/ais",
            ups_url=f"{server.url}/data/core/ups",
            ims_url=server.url,
        )


def emulator_file(environment: str) -> Path:
    """Where the embedded platform of an environment keeps its audiences."""
    folder = Path(".aepctl")
    folder.mkdir(exist_ok=True)
    return folder / f"emulator-{environment}.sqlite3"
