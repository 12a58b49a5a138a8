"""validate and plan: no network, no credentials, no lock; nothing is written."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aepctl import __version__
from aepctl.audience import Wanted
from aepctl.manifests import read_manifests
from aepctl.plan import Plan, make_plan
from aepctl.settings import Settings, load_settings
from aepctl.state.model import State
from aepctl.state.store import StateStore

if TYPE_CHECKING:
    from aepctl.plan.binding import Binding


@dataclass(frozen=True, slots=True)
class Scope:
    """What a command works on: an environment by name, and some or all of its audiences."""

    environment: str | None = None
    targets: tuple[str, ...] = ()


def read_wanted(environment: str | None) -> tuple[Settings, tuple[Wanted, ...]]:
    """Settings and all that is wanted. Raises InvalidInput with every problem."""
    settings = load_settings(os.environ, environment)
    return settings, read_manifests(settings.manifests, given_ids=settings.audience_ids == "client")


def validate(environment: str | None) -> int:
    """Read settings and all manifests; how many audiences they ask for."""
    return len(read_wanted(environment)[1])


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what it was made from."""

    plan: Plan
    wanted: tuple[Wanted, ...]
    state: State | None

    def binding(self) -> "Binding":
        """What the plan is bound to where it is saved or named; computed when asked for."""
        from aepctl.plan.binding import bind  # noqa: PLC0415 - a plan on a terminal needs none

        return bind(self.plan, self.wanted, self.state, __version__)


def plan(scope: Scope) -> Planned:
    """Compare wanted with known."""
    settings, wanted = read_wanted(scope.environment)
    snapshot = StateStore(settings.state, settings.target).read()
    return Planned(make_plan(wanted, snapshot, settings, scope.targets), wanted, snapshot.state)
