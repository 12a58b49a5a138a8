"""What a saved plan is bound to: it holds while all of this is the same. Pure.

A saved plan carries no authority. Apply makes the plan again and compares; the file only says what
was reviewed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from aepctl.model.audience import Audience, Known, Wanted
from aepctl.model.target import Target
from aepctl.plan.plan import Change, Plan
from aepctl.state.model import State
from aepctl.wording import listed


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
        """The plan's id: the same for the same plan, and never the same after an apply.

        Never to be computed otherwise: every saved plan is checked against its id when it is read.
        """
        target = (self.target.org, self.target.sandbox, self.target.endpoint)
        state = (self.lineage, self.serial)
        rest = (self.environment, self.manifests, self.version, *self.targets)
        return _digest([target, state, rest, sorted(self.changes.items())])[:16]


def bind(plan: Plan, wanted: Sequence[Wanted], state: State, version: str) -> Binding:
    """What this plan, made by this version of aepctl from wanted and state, is bound to."""
    return Binding(
        environment=plan.environment,
        target=plan.target,
        lineage=state.lineage if state.serial else None,
        serial=state.serial,
        manifests=_digest([[one.key, _fields(one.audience), one.audience_id] for one in wanted]),
        changes={change.key: _digest(_canonical(change)) for change in plan.changes},
        version=version,
        targets=plan.targets,
    )


def differences(saved: Binding, now: Binding) -> tuple[str, ...]:
    """Why a saved plan is out of date, in words; empty where it is not."""
    named = (
        ("environment", saved.environment, now.environment),
        ("organisation", saved.target.org, now.target.org),
        ("sandbox", saved.target.sandbox, now.target.sandbox),
        ("endpoint", saved.target.endpoint, now.target.endpoint),
        ("state lineage", saved.lineage or "none", now.lineage or "none"),
        ("state serial", str(saved.serial), str(now.serial)),
        ("aepctl version", saved.version, now.version),
        ("--target", " ".join(saved.targets) or "none", " ".join(now.targets) or "none"),
    )
    words = [
        f"{what} was {before}, is now {after}" for what, before, after in named if before != after
    ]
    if saved.manifests != now.manifests:
        words.append("the manifests ask for something else")
    keys = sorted({*saved.changes, *now.changes})
    differing = [key for key in keys if saved.changes.get(key) != now.changes.get(key)]
    if differing:
        words.append(f"other changes for {listed(differing)}")
    return tuple(words)


def _canonical(change: Change) -> list[object]:
    """What a change does; where it stands in a file is not part of it.

    Its steps follow from this. It is the form of aepctl 0.1.0, whose saved plans still hold.
    """
    intent = change.intent
    return [
        change.key,
        change.action.value,
        _known(change.known),
        _fields(change.wanted),
        [intent.id, intent.phase.value] if intent else None,
        change.given_id,
    ]


def _known(known: Known | None) -> list[object] | None:
    if known is None:
        return None
    return [known.ids.audience_id, known.ids.platform_id, _fields(known.audience)]


def _fields(audience: Audience | None) -> dict[str, str] | None:
    return audience.fields() if audience else None


_encode = json.JSONEncoder(sort_keys=True).encode  # json.dumps would make one for each change


def _digest(value: Iterable[object]) -> str:
    return sha256(_encode(value).encode()).hexdigest()
