"""The report of an apply."""

from collections.abc import Sequence

from aepctl.apply.outcomes import Outcome
from aepctl.apply.report import ApplyReport
from aepctl.apply.stopping import StopSignal
from aepctl.operations.context import Console
from aepctl.plan.plan import Plan
from aepctl.progress import Progress


def report_of(
    plan: Plan,
    outcomes: Sequence[Outcome],
    stop: StopSignal,
    plan_id: str | None = None,
    not_started: int = 0,
    rescue: str | None = None,
    words: tuple[str, ...] = ("apply",),
) -> ApplyReport:
    """How it went, with the outcomes in the plan's order. See ApplyReport."""
    place = {change.key: number for number, change in enumerate(plan.changes)}
    return ApplyReport(
        plan=plan,
        outcomes=tuple(sorted(outcomes, key=lambda one: place.get(one.key, -1))),
        not_started=not_started,
        stopped=stop.reason,
        interrupted=stop.interrupted,
        rescue=rescue,
        plan_id=plan_id,
        words=words,
    )


def told(console: Console, progress: Progress, outcome: Outcome) -> None:
    """Tell an outcome, and that one more is done."""
    console.tell(outcome)
    progress.step()
