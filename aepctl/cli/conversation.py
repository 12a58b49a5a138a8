"""Talking with whoever runs an apply: show the plan, ask, tell each outcome, sum up."""

import sys
from typing import Any, Protocol, Self

import click

from aepctl.apply.outcomes import Outcome
from aepctl.apply.report import ApplyReport
from aepctl.cli.output import colour, note, say
from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.plan import Plan
from aepctl.render.display import Paint, display
from aepctl.render.outcome_text import outcome_text, report_text
from aepctl.render.plan_text import plan_text


class Person(Protocol):
    """A workflow.Conversation that also has a beginning and an end."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...
    def show(self, plan: Plan) -> None: ...
    def approve(self, plan: Plan) -> bool: ...
    def tell(self, outcome: Outcome) -> None: ...
    def finish(self, report: ApplyReport) -> None: ...


def conversation(output: str, *, approved: bool) -> Person:
    """The one for an output format."""
    return InText(approved=approved) if output == "text" else Quietly(approved=approved)


class InText:
    """Plan and outcomes as text; a progress bar on a terminal, a line each elsewhere."""

    def __init__(self, *, approved: bool) -> None:
        self._approved = approved
        self._paint = Paint(on=colour())
        self._bar: Any = None
        self._told: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()

    def show(self, plan: Plan) -> None:
        say(plan_text(plan, self._paint))

    def approve(self, plan: Plan) -> bool:
        if not self._approved:
            _ask(plan)
        say("\n")
        if sys.stderr.isatty():
            count = plan.summary.create + plan.summary.adopt
            self._bar = click.progressbar(
                length=count, label="Applying", file=sys.stderr, show_pos=True
            )
            self._bar.render_progress()
        return True

    def tell(self, outcome: Outcome) -> None:
        if self._bar is not None:
            self._bar.update(1)
        else:
            self._told.add(outcome.key)
            say(f"{outcome_text(outcome, self._paint)}\n")

    def finish(self, report: ApplyReport) -> None:
        left = [one for one in report.outcomes if one.key not in self._told]
        say("".join(f"{outcome_text(one, self._paint)}\n" for one in left))
        say(report_text(report, self._paint))
        _rescue(report)


class Quietly:
    """Lines on standard error: standard output is for the document at the end."""

    def __init__(self, *, approved: bool) -> None:
        self._approved = approved

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return

    def show(self, plan: Plan) -> None:
        note(plan_text(plan, Paint(on=colour(error=True))).rstrip())

    def approve(self, plan: Plan) -> bool:
        if not self._approved:
            _ask(plan)
        return True

    def tell(self, outcome: Outcome) -> None:
        note(outcome_text(outcome, Paint(on=colour(error=True))))

    def finish(self, report: ApplyReport) -> None:
        if report.stopped:
            note(f"Stopped: {display(report.stopped)}")
        _rescue(report)


def _rescue(report: ApplyReport) -> None:
    """The last way to keep an ID that no disk took."""
    if report.rescue:
        note("These IDs could not be written to disk. Keep the next lines in a file, then run")
        note("`aepctl state recover FILE`:")
        note(report.rescue.rstrip())


def _ask(plan: Plan) -> None:
    """Return where the answer is yes. Raises SafetyRefusal where nobody can be asked."""
    if not sys.stdin.isatty():
        raise SafetyRefusal(
            "not approved: there is no terminal to ask on, so nothing was sent",
            next="review the plan, then use --auto-approve",
        )
    parts = ((plan.summary.create, "create"), (plan.summary.adopt, "adopt"))
    what = " and ".join(f"{verb} {count}" for count, verb in parts if count)
    where = f"{plan.environment}, sandbox {plan.target.sandbox}"
    click.echo(f"\n{what.capitalize()} in {where}? Only 'yes' goes on: ", nl=False, err=True)
    if sys.stdin.readline().strip() != "yes":
        raise AepctlError("not approved: nothing was sent")
