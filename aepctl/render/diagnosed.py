"""What `doctor` found: for people line by line, and as JSON. Other results do without this."""

from collections.abc import Sequence

from aepctl.model.checkup import Check, Checkup, Status, counted, has_failed
from aepctl.render.display import Paint, display
from aepctl.render.doctor_documents import CheckupData
from aepctl.render.documents import FORMAT
from aepctl.render.formats import Result
from aepctl.render.json import document, target_data
from aepctl.render.view import View

STYLES = {Status.OK: "green", Status.WARNING: "yellow", Status.FAILED: "red", Status.SKIPPED: "dim"}


def check_text(check: Check, paint: Paint) -> str:
    """One check on a line, and what to do on the next."""
    status = paint(f"{check.status.value:<8}", STYLES[check.status], "bold")
    code = "" if check.error is None else f" {paint(f'[{display(check.error)}]', 'dim')}"
    lines = [f"{status} {check.code:<15} {display(check.found)}{code}"]
    if check.hint is not None:
        lines.append(f"{'':<24} {paint('->', 'dim')} {display(check.hint)}")
    return "".join(f"{line}\n" for line in lines)


def summary_text(checkups: Sequence[Checkup]) -> str:
    """How many checks ended in which way."""
    told = [f"{count} {status.value}" for status, count in counted(checkups).items() if count]
    return f"\n{', '.join(told)}.\n"


def of_diagnosis(checkups: Sequence[Checkup]) -> Result:
    """The result: exit code 1 where any check failed."""

    def view() -> View:
        lines = [
            (f"{one.environment}: {check.code}", f"{check.status.value}: {check.found}")
            for one in checkups
            for check in one.checks
        ]
        return View("doctor", "Doctor", alerts=tuple(lines))

    return Result(view, lambda: _json(checkups), 1 if has_failed(checkups) else 0)


def _json(checkups: Sequence[Checkup]) -> str:
    return document(
        {
            "format": FORMAT,
            "environments": [_checkup(one) for one in checkups],
            "summary": {status.value: count for status, count in counted(checkups).items()},
            "error": None,
        }
    )


def _checkup(one: Checkup) -> CheckupData:
    return {
        "environment": one.environment,
        "target": None if one.target is None else target_data(one.target),
        "checks": [
            {
                "code": check.code,
                "status": check.status,
                "message": check.found,
                "next": check.hint,
                "error": check.error,
            }
            for check in one.checks
        ],
    }
