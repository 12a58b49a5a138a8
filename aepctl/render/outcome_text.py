"""Outcomes as text for people."""

from aepctl.apply.outcomes import Outcome, Result
from aepctl.apply.report import ApplyReport
from aepctl.render.display import Paint, display

COLOURS = {
    Result.CREATED: "green",
    Result.ADOPTED: "cyan",
    Result.REFUSED: "red",
    Result.UNKNOWN: "yellow",
}


def outcome_text(outcome: Outcome, paint: Paint) -> str:
    """One outcome on one line."""
    result = paint(f"{outcome.result:<8}", COLOURS[outcome.result], "bold")
    line = f"{result} {display(outcome.key)}"
    if outcome.audience_id is not None:
        line += f"  {paint(display(outcome.audience_id), 'dim')}"
    failure = outcome.failure
    if failure is None:
        return line
    told = [str(failure.status) if failure.status else "", display(failure.code or "")]
    head = " ".join(part for part in told if part)
    line += f": {head}: {display(failure.message)}" if head else f": {display(failure.message)}"
    if failure.request_id:
        line += paint(f"  (x-request-id {display(failure.request_id)})", "dim")
    return line


def report_text(report: ApplyReport, paint: Paint) -> str:
    """The summary after an apply: totals, failures once more where there are many lines above."""
    parts = [
        (report.count(Result.CREATED), "created", "green"),
        (report.count(Result.ADOPTED), "adopted", "cyan"),
        (report.count(Result.REFUSED), "refused", "red"),
        (report.count(Result.UNKNOWN), "unknown", "yellow"),
        (report.not_started, "not started", "yellow"),
    ]
    said = ", ".join(paint(f"{count} {words}", colour) for count, words, colour in parts if count)
    lines = []
    if report.stopped:
        lines.append(f"{paint('Stopped', 'red', 'bold')}: {display(report.stopped)}")
    if said:
        lines.append(f"Apply for {display(report.plan.environment)}: {said}.")
    if any(one.result is Result.UNKNOWN and not one.decision for one in report.outcomes):
        lines.append(
            "Next: `aepctl apply` again; it looks for what is unknown before anything else."
        )
    return "".join(f"{line}\n" for line in lines)
