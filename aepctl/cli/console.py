"""Talking with whoever runs an apply: show the plan, ask, tell each outcome, sum up."""

from collections.abc import Callable
from typing import Protocol, Self, TypeAlias

import click

from aepctl.apply.outcomes import Outcome
from aepctl.apply.report import ApplyReport
from aepctl.cli.approval import approved
from aepctl.cli.invocation import Invocation
from aepctl.cli.output import print_result
from aepctl.cli.paper import paper
from aepctl.cli.rescued import print_rescued
from aepctl.cli.status import StatusLog
from aepctl.log import Fact, Level, Notice
from aepctl.plan.plan import Plan
from aepctl.render.display import Paint
from aepctl.render.text import outcome_line, outcome_lines, plan_text, report_summary


class ApplyConsole(Protocol):
    """An operations.context.Console that also has a beginning and an end."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...
    def show(self, plan: Plan) -> None: ...
    def approve(self, plan: Plan) -> bool: ...
    def begin(self, plan: Plan, /) -> None: ...
    def tell(self, outcome: Outcome) -> None: ...
    def warn(self, text: str) -> None: ...
    def finish(self, report: ApplyReport, program: str) -> None: ...


Ask: TypeAlias = Callable[[Plan], bool]
"""Returns where the plan may be carried out: whether somebody was asked. Else raises."""


def console_for(invocation: Invocation, output: str, ask: Ask) -> ApplyConsole:
    """The one for an output format."""
    kind = TextConsole if output == "text" else QuietConsole
    return kind(invocation.log, ask)


class TextConsole:
    """Plan and outcomes as text: an outcome as it happens, or after the bar where there is one."""

    def __init__(self, log: StatusLog, ask: Ask) -> None:
        self.approve = ask
        self._log = log
        self._paint = paper()
        self._told: set[Outcome] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._log.passed()

    def show(self, plan: Plan) -> None:
        self._log.passed()
        print_result(plan_text(plan, _folding("plan | less")), kept=True)

    def begin(self, plan: Plan, /) -> None:
        if any(change.steps for change in plan.changes):
            print_result("\n")

    def tell(self, outcome: Outcome) -> None:
        if not self._log.has_bar:
            self._told.add(outcome)
            print_result(f"{outcome_line(outcome, self._paint)}\n", kept=True)

    def warn(self, text: str) -> None:
        self._log.caution("warning", text)

    def finish(self, report: ApplyReport, program: str) -> None:
        left = [one for one in report.outcomes if one not in self._told]
        lines = outcome_lines(left, _folding("state list | less"))
        summary = report_summary(report, self._paint, program, told=self._told)
        print_result(lines + summary, kept=True)
        if report.rescue:
            print_rescued(report.rescue, program)


def _folding(command: str) -> Paint:
    """The terminal, where a long list is not shown as a whole; `command` shows all of it."""
    invocation = click.get_current_context().ensure_object(Invocation)
    return paper(folds=invocation.pasteable(f"all of them: `aepctl {command}`"))


class QuietConsole:
    """Lines on standard error: standard output is for the document at the end."""

    def __init__(self, log: StatusLog, ask: Ask) -> None:
        self.approve = ask
        self._log = log
        # What somebody is asked about is shown however quiet it is to be.
        self._level = Level.INFO if ask is approved else Level.ERROR

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._log.passed()

    def show(self, plan: Plan) -> None:
        counts: dict[str, Fact] = {one.value: count for one, count in plan.counts().items()}
        told = ", ".join(f"{count} {one}" for one, count in counts.items() if count)
        notice = Notice(
            self._level,
            "plan",
            f"plan for {plan.environment}: {told or 'nothing to do'}",
            {"environment": plan.environment, **counts},
        )
        self._log.tell_as(notice, plan_text(plan, paper(error=True)).rstrip())

    def begin(self, _plan: Plan, /) -> None:
        return

    def tell(self, outcome: Outcome) -> None:
        why = None if outcome.failure is None else outcome.failure.message
        fields: dict[str, Fact] = {"key": outcome.key, "outcome": outcome.kind.value, "why": why}
        fields["audienceId"] = None if outcome.ids is None else outcome.ids.audience_id
        notice = Notice(Level.INFO, "outcome", f"{outcome.kind.value} {outcome.key}", fields)
        self._log.tell_as(notice, outcome_line(outcome, paper(error=True)))

    def warn(self, text: str) -> None:
        self._log.caution("warning", text)

    def finish(self, report: ApplyReport, program: str) -> None:
        if report.stopped:
            self._log.fail("stopped", f"Stopped: {report.stopped}")
        if report.rescue:
            print_rescued(report.rescue, program)
