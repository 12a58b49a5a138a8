"""Plans and what they are made from, in a line each."""

from collections.abc import Iterable

from aepctl.audience import Audience, Origin, Wanted
from aepctl.plan import Plan, make_plan
from aepctl.settings import AIS_URL, IMS_URL, UPS_URL, Settings, Target
from aepctl.state.model import Intent, Known, Snapshot, State

TARGET = Target("ORG@AdobeOrg", "dev", "https://platform.adobe.io")
SETTINGS = Settings("prod", "audiences", "state/prod.json", TARGET, AIS_URL, UPS_URL, IMS_URL)
AT = "2026-01-31T12:30:00Z"


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
    return key, Known(one, f"id-of-{key}", platform_id)


def intend(key: str, one: Audience, number: int = 1) -> Intent:
    return Intent(f"intent-{number}", key, one, AT)


def found(known: Iterable[tuple[str, Known]] = (), intents: Iterable[Intent] = ()) -> Snapshot:
    return Snapshot(State("lineage", 1, TARGET, dict(known)), tuple(intents))


def plan(wanted: Iterable[Wanted], snapshot: Snapshot | None = None, *targets: str) -> Plan:
    return make_plan(tuple(wanted), snapshot or Snapshot(None), SETTINGS, targets)
