"""The saved plans that were applied, while events happen to a state. A part of the reducer."""

from collections.abc import Mapping

from aepctl.state.events import PlanUsed
from aepctl.state.model import UsedPlan

MAX_PLANS = 500
"""How many applied plans state keeps. One that is older than all of them is refused."""


class UsedPlans:
    """Each event costs the same, however many plans there are and whatever is left of them."""

    def __init__(self, plans: Mapping[str, UsedPlan]) -> None:
        self._plans = dict(plans)
        self._left = {name: set(one.left) for name, one in plans.items() if one.left}
        self._of_run = {run: name for name in self._left for run in plans[name].runs}

    def now(self) -> dict[str, UsedPlan]:
        """The plans as they are now, for good."""
        return {
            name: UsedPlan(one.serial, one.runs, frozenset(self._left[name]))
            if self._left.get(name)
            else UsedPlan(one.serial)
            for name, one in self._plans.items()
        }

    def use(self, event: PlanUsed) -> None:
        """A run applies a plan. The one that was applied longest ago goes, where there are many."""
        before = self._plans.pop(event.plan_id, UsedPlan())
        if len(self._plans) >= MAX_PLANS:
            oldest = min(self._plans, key=lambda name: (self._plans[name].serial, name))
            del self._plans[oldest]
            self._left.pop(oldest, None)
        runs = tuple(dict.fromkeys((*before.runs, event.run)))
        self._plans[event.plan_id] = UsedPlan(event.serial, runs)
        self._left[event.plan_id] = set(event.left)
        self._of_run[event.run] = event.plan_id

    def did(self, run: str, key: str) -> None:
        """What a run did that applied a saved plan is not left to do of that plan."""
        plan_id = self._of_run.get(run)
        if plan_id is not None:
            self._left.get(plan_id, set()).discard(key)
