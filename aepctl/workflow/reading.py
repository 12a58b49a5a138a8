"""validate and plan: no network, no credentials, no lock; nothing is written."""

import os
from dataclasses import dataclass

from aepctl.audience import Wanted
from aepctl.manifests import read_manifests
from aepctl.plan import Plan, make_plan
from aepctl.settings import Settings, load_settings
from aepctl.state.store import StateStore


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


def plan(scope: Scope) -> Plan:
    """Compare wanted with known."""
    settings, wanted = read_wanted(scope.environment)
    snapshot = StateStore(settings.state, settings.target).read()
    return make_plan(wanted, snapshot, settings, scope.targets)
