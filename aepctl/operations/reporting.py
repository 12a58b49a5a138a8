"""The end of an apply or a refresh: it is written, and told."""

from collections.abc import Sequence

from aepctl.apply.outcomes import Outcome
from aepctl.apply.report import ApplyReport
from aepctl.apply.stopping import StopSignal
from aepctl.errors import StateNotWritten
from aepctl.operations.context import Console
from aepctl.plan.plan import Plan
from aepctl.progress import Progress
from aepctl.state.session import StateSession


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


def save(session: StateSession, stop: StopSignal) -> str | None:
    """Write the state; where that fails, what no store has."""
    try:
        session.checkpoint()
    except StateNotWritten as error:
        stop.request(error.message)
        return session.rescue()
    return None


def told(console: Console, progress: Progress, outcome: Outcome) -> None:
    """Tell an outcome, and that one more is done."""
    console.tell(outcome)
    progress.step()
