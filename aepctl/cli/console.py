"""Talking with whoever runs an apply: show the plan, ask, tell each outcome, sum up."""

import sys
from collections.abc import Callable
from typing import Any, Protocol, Self, TypeAlias

import click

from aepctl.apply.outcomes import Outcome
from aepctl.apply.report import ApplyReport
from aepctl.cli.invocation import Invocation
from aepctl.cli.output import print_result, print_status
from aepctl.cli.paper import paper
from aepctl.cli.rescued import print_rescued
from aepctl.plan.plan import Plan
from aepctl.render.display import Paint, display
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


def console_for(output: str, ask: Ask) -> ApplyConsole:
    """The one for an output format."""
    return TextConsole(ask) if output == "text" else QuietConsole(ask)


class TextConsole:
    """Plan and outcomes as text; a progress bar on a terminal, a line each elsewhere."""

    def __init__(self, ask: Ask) -> None:
        self.approve = ask
        self._paint = paper()
        self._bar: Any = None
        self._told: set[Outcome] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._draw(self._bar.render_finish)

    def _draw(self, draw: Callable[[], None]) -> None:
        """A terminal that has gone ends the bar, not the work."""
        try:
            draw()
        except OSError:
            self._bar = None

    def show(self, plan: Plan) -> None:
        print_result(plan_text(plan, _folding("plan | less")), kept=True)

    def begin(self, plan: Plan, /) -> None:
        if not any(change.steps for change in plan.changes):
            return
        print_result("\n")
        if sys.stderr.isatty():
            count = sum(bool(change.steps) for change in plan.changes)
            self._bar = click.progressbar(
                length=count, label="Applying", file=sys.stderr, show_pos=True
            )
            self._draw(self._bar.render_progress)

    def tell(self, outcome: Outcome) -> None:
        if self._bar is not None:
            self._draw(lambda: self._bar.update(1))
        else:
            self._told.add(outcome)
            print_result(f"{outcome_line(outcome, self._paint)}\n", kept=True)

    def warn(self, text: str) -> None:
        print_status(f"warning: {display(text)}")

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

    def __init__(self, ask: Ask) -> None:
        self.approve = ask

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return

    def show(self, plan: Plan) -> None:
        print_status(plan_text(plan, paper(error=True)).rstrip())

    def begin(self, _plan: Plan, /) -> None:
        return

    def tell(self, outcome: Outcome) -> None:
        print_status(outcome_line(outcome, paper(error=True)))

    def warn(self, text: str) -> None:
        print_status(f"warning: {display(text)}")

    def finish(self, report: ApplyReport, program: str) -> None:
        if report.stopped:
            print_status(f"Stopped: {display(report.stopped)}")
        if report.rescue:
            print_rescued(report.rescue, program)
