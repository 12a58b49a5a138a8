"""Saved plans in a life of the state machine: made at some time, applied late, and again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from machine_parts import World

from aepctl.apply.outcomes import OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.model.audience import Identity
from aepctl.operations.options import SavedPlan
from aepctl.operations.plan import plan
from aepctl.operations.planfiles import planfile_text
from aepctl.plan.planfile import decode
from aepctl.plan.reviewed import compare

DONE = {OutcomeKind.CREATED, OutcomeKind.ADOPTED}


@dataclass
class Reviewed:
    """A saved plan, what it may make, and the keys that it has told to be made."""

    saved: SavedPlan
    may: frozenset[Identity]
    told: set[str] = field(default_factory=set)

    def has_ended(self, world: World) -> bool:
        used = world.state().plans.get(self.saved.binding.id)
        return used is not None and not used.left

    def take(self, report: ApplyReport) -> None:
        """What an apply of it says that it did was in it, and was not done before."""
        effects = self.saved.binding.effects
        assert report.plan_id == self.saved.binding.id
        did = {change.key for change in report.plan.changes if change.steps}
        assert did <= effects.keys()
        made = {one.key for one in report.outcomes if one.kind in DONE and one.key in did}
        assert not made & self.told
        self.told |= made
        assert not {change.key for change in report.plan.left_alone} & made


def review(world: World, targets: tuple[str, ...]) -> Reviewed:
    """The plan as it is now, by way of its file."""
    planned = plan(world.context, world.environment, targets)
    binding = decode(json.loads(planfile_text(planned)), "plan.json")
    assert binding == planned.binding()
    compared = compare(binding, plan(world.context, world.environment).plan, planned.state)
    assert not compared.stale
    new = {change.key: change.wanted for change in planned.plan.changes if change.steps}
    may = frozenset(one.folded_identity for one in new.values() if one is not None)
    return Reviewed(SavedPlan("plan.json", binding), may)


@contextmanager
def only_what_was_reviewed(world: World, one: Reviewed) -> Iterator[None]:
    """Within, nothing is made but what the plan has, and nothing at all once it has ended."""
    before, ended = len(world.made), one.has_ended(world)
    known = world.state().audiences
    try:
        yield
    finally:
        made = world.made[before:]
        wrong = [each for each in made if each.audience.folded_identity not in one.may]
        if wrong or (ended and made):
            world.wrongs.append(f"a saved plan made {wrong or made}")
        if ended and world.state().audiences != known:
            world.wrongs.append("a saved plan that had ended changed the state")
