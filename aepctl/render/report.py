"""What came of an apply, as a View. A plan does without this module and what it needs."""

from collections.abc import Iterator

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.model.failure import Failure
from aepctl.model.steps import Delete
from aepctl.plan.plan import Action, Change, Plan
from aepctl.render.alerts import moved_lines
from aepctl.render.view import (
    ALL_DONE,
    NOT_RECORDED,
    Row,
    View,
    change_row,
    left_alone_rows,
    saved_totals,
    view_of_plan,
)
from aepctl.render.words import NOT_STARTED, in_order
from aepctl.render.words import totals as counted
from aepctl.wording import command


def view_of_report(report: ApplyReport, program: str = "aepctl") -> View:
    """What came of an apply. `program` is how a command for its environment begins."""
    plan = report.plan
    counts = report.counts()
    totals = {kind.value: counts[kind] for kind in OutcomeKind} | {NOT_STARTED: report.not_started}
    totals |= saved_totals(plan)
    return View(
        command=report.words[0],
        title=report.words[0].capitalize(),
        environment=plan.environment,
        target=plan.target,
        targets=plan.targets,
        plan_id=report.plan_id,
        totals=in_order(totals),
        nothing=_nothing(plan),
        rows=tuple(_report_rows(report)),
        empty=ALL_DONE if plan.done else "Nothing to do.",
        alerts=tuple(_alerts(report, program)),
        next=_next(report, command(program, *report.words)),
        plan=view_of_plan(plan, report.plan_id),
        paste=moved_lines(plan),
    )


def _next(report: ApplyReport, again: str) -> str | None:
    """What goes on where this ended, where it did not come to its end."""
    counts = report.counts()
    if counts[OutcomeKind.UNKNOWN]:
        return f"run `{again}` again; it first checks what became of these."
    if report.rescue is not None:
        return None  # that comes first, and is said where it is seen first
    if report.not_started:
        return f"run `{again}` again; it does what is left."
    if counts[OutcomeKind.REFUSED]:
        return f"mend what was refused, then run `{again}` again; nothing is done twice."
    if counts[OutcomeKind.UNDECIDED]:
        return "decide about what is undecided, as each of them says; then plan again."
    return None


def _nothing(plan: Plan) -> str:
    """That there was nothing to do, and what there is instead."""
    left = counted(view_of_plan(plan).totals or {})
    return f"nothing was to be done: {left}" if left else "nothing was to be done"


def outcome_row(outcome: Outcome, change: Change | None = None) -> Row:
    """What came of a change, or of what was settled before the plan was made."""
    planned = Row(outcome.kind, outcome.key) if change is None else change_row(change)
    replaced = outcome.kind is OutcomeKind.REPLACED
    return planned._replace(
        status=outcome.kind,
        replaced=replaced_id(change) if change and replaced else None,
        note=_failure(outcome.failure) or _differs(outcome, change),
        audience_id=outcome.ids.audience_id if outcome.ids else planned.audience_id,
        ended=True,
    )


def _differs(outcome: Outcome, change: Change | None) -> str | None:
    """What an adoption leaves for the next plan."""
    if change is None or outcome.kind is not OutcomeKind.ADOPTED or not change.diff:
        return None
    return change.reason if change.action is Action.ADOPT else None


def replaced_id(change: Change) -> str | None:
    """The ID of what is deleted when another one has taken its place."""
    gone = [one.ids.audience_id for one in change.steps if isinstance(one, Delete)]
    return gone[-1] if gone else None


def _report_rows(report: ApplyReport) -> Iterator[Row]:
    """All outcomes with their changes, and the changes without an outcome, in the plan's order.

    What was settled before the plan was made has an outcome, but no change in it: it comes first.
    """
    outcomes: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        outcomes.setdefault(outcome.key, []).append(outcome)
    planned = {change.key for change in report.plan.changes}
    for outcome in report.outcomes:
        if outcome.key not in planned:
            yield outcome_row(outcome)
    for change in report.plan.changes:
        own = outcomes.get(change.key, ())
        for outcome in own:
            yield outcome_row(outcome, change)
        if not own:
            row = change_row(change)
            yield row._replace(status=NOT_STARTED) if change.steps else row
    yield from left_alone_rows(report.plan)


def _alerts(report: ApplyReport, program: str) -> Iterator[tuple[str, str]]:
    if report.rescue is not None:
        command = f"save it, then run `{program} state recover FILE`"
        yield NOT_RECORDED, f"some IDs are not in state. This run's log has them: {command}."
    if report.stopped is not None:
        yield "Stopped", report.stopped
    elif report.interrupted:
        yield "Interrupted", "everything that was started is recorded"


def _failure(failure: Failure | None) -> str | None:
    """The platform's own words, or ours where it had none."""
    if failure is None:
        return None
    parts = dict.fromkeys((str(failure.status or ""), failure.code or ""))
    code = " ".join(filter(None, parts))  # some have the status itself as their code
    tail = f" (x-request-id {failure.request_id})" if failure.request_id else ""
    return f"{code}{': ' if code else ''}{failure.message}{tail}"
