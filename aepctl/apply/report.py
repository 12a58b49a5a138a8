"""How an apply went: the one value that every format and the exit code come from."""

from collections import Counter
from dataclasses import dataclass

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """The plan, what came of it, and why the run stopped early, if it did.

    `outcomes` are in the plan's order. `not_started` counts changes that were approved, but not
    begun. `rescue` holds what could not be written to the store, for `aepctl state recover`.
    `plan_id` names the saved plan that was applied. `words` are what goes on where it stopped:
    `apply`, `apply plan.json` or `destroy`.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    not_started: int = 0
    stopped: str | None = None
    interrupted: bool = False
    rescue: str | None = None
    plan_id: str | None = None
    words: tuple[str, ...] = ("apply",)

    def counts(self) -> Counter[OutcomeKind]:
        """How many outcomes there are of each kind."""
        return Counter(outcome.kind for outcome in self.outcomes)

    @property
    def exit_code(self) -> int:
        """0 done, 1 failed, 3 a decision is needed, 4 unknown, 130 interrupted; the worst wins."""
        counts = self.counts()
        if self.interrupted:
            return 130
        if counts[OutcomeKind.UNKNOWN]:
            return 4
        if counts[OutcomeKind.UNDECIDED]:
            return 3
        return 1 if counts[OutcomeKind.REFUSED] or self.stopped else 0
