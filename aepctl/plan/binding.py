"""What a saved plan is bound to: where it is for, and the effect of each of its changes. Pure.

A saved plan carries no authority. Apply plans anew and compares (see reviewed); the file only says
what was reviewed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from aepctl.model.audience import Ids, Known, Observed
from aepctl.model.steps import Adopt, Create, Delete, Forget, Move, Patch, Record, Remember, Step
from aepctl.model.target import Target
from aepctl.plan.plan import Change, Plan
from aepctl.state.model import State
from aepctl.state.spelling import encode_local, encode_remote


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One change as it was reviewed: what was known, with its IDs, and what was to be known.

    `effect` is the digest of what it does; None: it is only shown, and nothing is done for it.
    `given_id` is the audienceId that the client was to give. `rests` are the digests of what is
    left to do after each of its first steps: a run may end in between.
    """

    key: str
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None
    given_id: str | None = None
    effect: str | None = None
    rests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """A saved plan. `version` is that of the aepctl that made it, for people.

    `lineage` is None and `serial` 0 where there was no state yet. `refreshed` and `overwrites` are
    how it was made, and so how it is made anew.
    """

    environment: str
    target: Target
    lineage: str | None
    serial: int
    targets: tuple[str, ...]
    changes: tuple[Reviewed, ...]
    version: str
    refreshed: bool = False
    overwrites: bool = False

    @property
    def effects(self) -> dict[str, str]:
        """The digest of each change that does something, by key."""
        return {one.key: one.effect for one in self.changes if one.effect is not None}

    @property
    def rests(self) -> dict[str, list[str]]:
        """The digests of what may be left of a change that was begun, by key."""
        return {one.key: [*one.rests] for one in self.changes if one.rests}

    @property
    def id(self) -> str:
        """The plan's id: the same for the same plan, and never the same after an apply.

        Never to be computed otherwise: every saved plan is checked against its id when it is read.
        """
        target = (self.target.org, self.target.sandbox, self.target.endpoint)
        state = (self.lineage, self.serial)
        changes = sorted((one.key, one.effect, *one.rests) for one in self.changes)
        return _digest([target, state, (self.environment, *self.targets), changes])[:16]


def bind(plan: Plan, state: State, version: str) -> Binding:
    """What this plan, made by this version of aepctl from this state, is bound to."""
    return Binding(
        environment=plan.environment,
        target=plan.target,
        lineage=lineage_of(state),
        serial=state.serial,
        targets=plan.targets,
        changes=tuple(_reviewed(change) for change in plan.changes),
        version=version,
        refreshed=plan.refreshed,
        overwrites=plan.overwrites,
    )


def lineage_of(state: State) -> str | None:
    """The lineage of what was written; one that was only drawn yet binds nothing."""
    return state.lineage if state.serial else None


def effect_of(change: Change) -> str | None:
    """The digest of what is known before, what is done, and what is known after.

    Its form is part of the saved plans' format: the same in every version of aepctl that reads it.
    Where a change stands in a file, what was seen and earlier attempts are no part of it, nor is
    the platform's own id of an audience, which may be found out in between.
    """
    return _effect(change, change.known, change.steps) if change.steps else None


def _rests(change: Change) -> Iterator[str]:
    known = change.known
    for number, step in enumerate(change.steps[:-1], 1):
        match step:
            case Forget():
                known = None
            case Record(audience):
                known = None if known is None else replace(known, audience=audience)
            case Move() | Adopt() | Remember() | Delete():  # that of what it took the place of
                pass
            case Create() | Patch():  # what it is known as then was not known at the review
                return
        yield _effect(change, known, change.steps[number:])


def _effect(change: Change, before: Known | None, steps: Iterable[Step]) -> str:
    wanted = change.wanted.fields() if change.wanted else None
    known = _known(before)
    spelled = [_without_id(_spelled(step)) for step in steps]
    return _digest([change.key, known and _without_id(known), spelled, wanted])


def _without_id(spelled: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in spelled.items() if name != "id"}


def _reviewed(change: Change) -> Reviewed:
    wanted = change.wanted
    return Reviewed(
        change.key,
        _known(change.before),
        wanted.fields() if wanted else None,
        change.given_id,
        effect_of(change),
        tuple(_rests(change)),
    )


def _known(known: Known | Observed | None) -> dict[str, str] | None:
    if known is None:
        return None
    ids = known.ids
    fields = {"audienceId": ids.audience_id, **known.audience.fields()}
    return fields if ids.platform_id is None else {**fields, "id": ids.platform_id}


def _spelled(step: Step) -> dict[str, Any]:
    if isinstance(step, Adopt):  # what it is was not known when the manifest alone was read
        return {"type": "adopt", "audienceId": step.known.ids.audience_id}
    if isinstance(step, Create) and step.replaces is not None:
        return encode_remote(replace(step, replaces=Ids(step.replaces.audience_id)))
    return encode_remote(step) if isinstance(step, Create | Patch | Delete) else encode_local(step)


_encode = json.JSONEncoder(sort_keys=True).encode  # json.dumps would make one for each change


def _digest(value: Iterable[object]) -> str:
    return sha256(_encode(value).encode()).hexdigest()
