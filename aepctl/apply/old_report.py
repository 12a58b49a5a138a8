"""How an apply went: the one value that every format and the exit code come from."""

from collections import Counter
from dataclasses import dataclass

from aepctl.apply.outcomes import Outcome, Result
from aepctl.plan import Plan


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """The plan, what came of it, and why the run stopped early, if it did.

    `outcomes` are in the plan's order. `not_started` counts changes for which nothing was sent.
    `rescue` holds IDs that could not be written to disk, for `aepctl state recover`.
    `plan_id` names the saved plan that was applied, if one was.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    not_started: int = 0
    stopped: str | None = None
    interrupted: bool = False
    rescue: str = ""
    plan_id: str = ""

    def count(self, result: Result) -> int:
        return Counter(outcome.result for outcome in self.outcomes)[result]

    @property
    def exit_code(self) -> int:
        """0 done, 1 failed, 3 a decision is needed, 4 unknown, 130 interrupted; the worst wins."""
        if self.interrupted:
            return 130
        if any(one.result is Result.UNKNOWN and not one.decision for one in self.outcomes):
            return 4
        if any(one.decision for one in self.outcomes):
            return 3
        return 1 if self.count(Result.REFUSED) or self.stopped else 0
