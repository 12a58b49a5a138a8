"""Plans and what they are made from, in a line each."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from aepctl.model.audience import Audience, Ids, Known, Observed, Wanted
from aepctl.model.problem import Origin
from aepctl.model.steps import Create
from aepctl.model.target import Target
from aepctl.model.wants import Wants
from aepctl.plan.plan import Plan
from aepctl.plan.planner import make_plan
from aepctl.plan.policy import Policy
from aepctl.plan.seen import Seen
from aepctl.state.model import Intent, State

TARGET = Target("ORG@AdobeOrg", "dev", "https://platform.adobe.io")
POLICY = Policy("prod", TARGET, run="this-run", program="aepctl --env prod")
NOTHING = State(None, 0, TARGET)
AT = "2026-01-31T12:30:00.000+00:00"


def audience(name: str, description: str | None = None, **fields: str) -> Audience:
    return Audience(
        name, **{"namespace": "agora", "origin_name": "Agora", **fields}, description=description
    )


def want(*pairs: tuple[str, Audience]) -> tuple[Wanted, ...]:
    """These audiences under these keys, a line each."""
    return tuple(
        Wanted(key, one, Origin("audiences/all.yaml", line, 3))
        for line, (key, one) in enumerate(pairs, start=2)
    )


def know(key: str, one: Audience, platform_id: str | None = None) -> tuple[str, Known]:
    return key, Known(one, Ids(f"id-of-{key}", platform_id))


def intend(key: str, one: Audience, number: int = 1, **fields: Any) -> Intent:
    """An attempt of an earlier run to create it, open unless `fields` say otherwise."""
    return replace(Intent(f"intent-{number}", "earlier-run", key, Create(one), AT), **fields)


def found(known: Iterable[tuple[str, Known]] = (), intents: Iterable[Intent] = ()) -> State:
    """A state that knows these audiences and has these intents."""
    return State("lineage", 1, TARGET, dict(known), {intent.id: intent for intent in intents})


def there(one: Audience, audience_id: str, created: float | None = 1.0) -> Observed:
    """An audience as the platform lists it."""
    return Observed(one, Ids(audience_id, f"p-{audience_id}"), created)


def plan(
    wanted: Iterable[Wanted],
    state: State | None = None,
    *targets: str,
    observed: Sequence[Observed] | None = None,
    **policy: Any,
) -> Plan:
    """The plan of these: offline unless something was `observed`, by POLICY with these changes."""
    wants = Wants(tuple(wanted))
    seen = None if observed is None else Seen(tuple(observed))
    return make_plan(wants, state or NOTHING, seen, replace(POLICY, **policy), targets)
