"""Problems, plans and apply reports as JUnit XML: a test case for each thing that is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aepctl.apply.outcomes import Result
from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError
from aepctl.plan import Action, Plan
from aepctl.render.entries import Entry, plan_entries, report_entries
from aepctl.render.escape import xml
from aepctl.render.labels import NOT_STARTED
from aepctl.yamldoc import InvalidInput, Problem

FAILED = frozenset({Result.REFUSED.value, "decide"})
BROKEN = frozenset({Result.UNKNOWN.value, Action.SETTLE.value})
SKIPPED = frozenset({NOT_STARTED, Action.REMOVED.value})


@dataclass(frozen=True, slots=True)
class Case:
    """One test case. `kind` is the element that says why it did not pass, if any."""

    group: str
    name: str
    kind: str = ""
    reason: str = ""
    text: str = ""
    file: str | None = None


def plan_junit(plan: Plan) -> str:
    """A plan: what has no known outcome is an error, what must be decided a failure."""
    return _document("aepctl plan", plan.environment, _cases(plan_entries(plan)))


def report_junit(report: ApplyReport) -> str:
    """An apply: unknown is an error, refused a failure, not started skipped."""
    return _document("aepctl apply", report.plan.environment, _cases(report_entries(report)))


def problems_junit(problems: Iterable[Problem]) -> str:
    """Each problem as a failure; without any, one case that passed."""
    cases = [
        Case(
            problem.origin.file,
            f"{problem.rule} ({problem.origin.line}:{problem.origin.column}) #{number}",
            "failure",
            problem.message,
            problem.hint or "",
            problem.origin.file,
        )
        for number, problem in enumerate(problems, 1)
    ]
    return _document("aepctl validate", "", cases or [Case("manifests", "no problems")])


def error_junit(error: AepctlError) -> str:
    """The document of a run that failed."""
    if isinstance(error, InvalidInput):
        return problems_junit(error.problems)
    case = Case("aepctl", "aepctl ran", "error", error.what, error.next or "")
    return _document("aepctl", "", [case])


def _cases(entries: Iterable[Entry]) -> list[Case]:
    return [
        Case(
            entry.file or "no manifest",
            entry.change.key,
            _kind(entry.status),
            entry.note or entry.label.hint,
            entry.label.hint,
            entry.file,
        )
        for entry in entries
    ]


def _kind(status: str) -> str:
    if status in FAILED:
        return "failure"
    if status in BROKEN:
        return "error"
    return "skipped" if status in SKIPPED else ""


def _document(name: str, environment: str, cases: Sequence[Case]) -> str:
    kinds = [case.kind for case in cases]
    title = f"{name} {environment}" if environment else name
    head = (
        f'name="{xml(title)}" tests="{len(cases)}" failures="{kinds.count("failure")}" '
        f'errors="{kinds.count("error")}" skipped="{kinds.count("skipped")}" time="0"'
    )
    body = "".join(_case(case) for case in cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<testsuites {head}>\n<testsuite {head}>\n{body}</testsuite>\n</testsuites>\n"
    )


def _case(case: Case) -> str:
    file = f' file="{xml(case.file)}"' if case.file else ""
    open_tag = f'<testcase classname="{xml(case.group)}" name="{xml(case.name)}"{file} time="0"'
    if not case.kind:
        return f"{open_tag}/>\n"
    reason = f'<{case.kind} message="{xml(case.reason)}">{xml(case.text)}</{case.kind}>'
    return f"{open_tag}>{reason}</testcase>\n"
