"""What a saved plan is bound to: it holds while all of this is the same. Pure.

A saved plan carries no authority. Apply makes the plan again and compares; the file only says what
was reviewed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from aepctl.audience import Audience, Wanted
from aepctl.plan.changes import Change, Plan
from aepctl.settings import Target
from aepctl.state.model import Known, State

MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Binding:
    """Everything that decides what a plan does. `changes` has a digest for each key.

    `lineage` is None and `serial` 0 where there was no state yet.
    """

    environment: str
    target: Target
    lineage: str | None
    serial: int
    manifests: str
    changes: Mapping[str, str]
    version: str
    targets: tuple[str, ...]

    @property
    def id(self) -> str:
        """The plan's id: the same for the same plan, and never the same after an apply."""
        target = (self.target.org, self.target.sandbox, self.target.endpoint)
        state = (self.lineage, self.serial)
        rest = (self.environment, self.manifests, self.version, *self.targets)
        return _digest([target, state, rest, sorted(self.changes.items())])[:16]


def bind(plan: Plan, wanted: Sequence[Wanted], state: State | None, version: str) -> Binding:
    """What this plan, made by this version of aepctl from wanted and state, is bound to."""
    return Binding(
        environment=plan.environment,
        target=plan.target,
        lineage=state.lineage if state else None,
        serial=state.serial if state else 0,
        manifests=_digest([[one.key, _fields(one.audience), one.audience_id] for one in wanted]),
        changes={change.key: _digest(_canonical(change)) for change in plan.changes},
        version=version,
        targets=plan.targets,
    )


def differences(saved: Binding, now: Binding) -> tuple[str, ...]:
    """Why a saved plan no longer holds, in words; empty where it still does."""
    named = (
        ("the environment", saved.environment, now.environment),
        ("the organisation", saved.target.org, now.target.org),
        ("the sandbox", saved.target.sandbox, now.target.sandbox),
        ("the endpoint", saved.target.endpoint, now.target.endpoint),
        ("the state's lineage", saved.lineage or "none", now.lineage or "none"),
        ("the state's serial", str(saved.serial), str(now.serial)),
        ("aepctl's version", saved.version, now.version),
        ("--target", " ".join(saved.targets) or "none", " ".join(now.targets) or "none"),
    )
    said = [f"{what} was {before}, now {after}" for what, before, after in named if before != after]
    if saved.manifests != now.manifests:
        said.append("the manifests ask for something else")
    keys = sorted({*saved.changes, *now.changes})
    differing = [key for key in keys if saved.changes.get(key) != now.changes.get(key)]
    if differing:
        more = f" and {len(differing) - MOST_SHOWN} more" if len(differing) > MOST_SHOWN else ""
        said.append(f"other changes for {', '.join(differing[:MOST_SHOWN])}{more}")
    return tuple(said)


def _canonical(change: Change) -> list[object]:
    """What a change does; where it stands in a file is not part of it."""
    intent = change.intent
    return [
        change.key,
        change.action.value,
        _known(change.before),
        _fields(change.after),
        [intent.id, intent.phase.value] if intent else None,
        change.audience_id,
    ]


def _known(known: Known | None) -> list[object] | None:
    return [known.audience_id, known.platform_id, _fields(known.audience)] if known else None


def _fields(audience: Audience | None) -> dict[str, str] | None:
    return audience.fields() if audience else None


def _digest(value: Iterable[object]) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
