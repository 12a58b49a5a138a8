"""Audiences as a platform shows them, and definitions of them, for the tests of exports."""

from aepctl.manifests.entries import Definition
from aepctl.model.audience import Audience, Ids, Observed, Wanted
from aepctl.model.problem import Origin


def seen(
    name: str,
    audience_id: str | None = None,
    description: str | None = None,
    namespace: str = "agora",
    origin: str = "Tests",
    created: float | None = None,
    lifecycle: str | None = None,
) -> Observed:
    audience = Audience(name, namespace, origin, description)
    return Observed(audience, Ids(audience_id or f"id of {name}"), created, lifecycle)


def definition(
    key: str, name: str | None = None, description: str | None = None, **fields: str
) -> Definition:
    found = seen(name or f"Name {key}", f"id-{key}", description, **fields)  # type: ignore[arg-type]
    return Definition(key, found.audience, found)


def wanted(key: str, name: str, **fields: str) -> Wanted:
    audience = seen(name, **fields).audience  # type: ignore[arg-type]
    return Wanted(key, audience, Origin("audiences/all.yaml", 3, 3))
