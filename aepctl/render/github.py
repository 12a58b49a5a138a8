"""What GitHub Actions takes from a step: annotations, outputs and the step summary's size."""

import re
from collections.abc import Iterable, Mapping

from aepctl.apply.outcomes import Result
from aepctl.apply.report import ApplyReport
from aepctl.audience import Origin
from aepctl.errors import AepctlError
from aepctl.plan import Plan
from aepctl.render.entries import Entry, report_entries
from aepctl.render.escape import command_data, command_property
from aepctl.render.labels import RESCUE, plan_counts, report_counts
from aepctl.yamldoc import InvalidInput, Problem

SHOWN = 10
"""GitHub shows so many annotations of one kind and step, and silently drops the others."""
SUMMARY_BYTES = 1024 * 1024 - 64 * 1024
"""A step summary may take 1 MiB; a step may write more than ours."""
NAME = re.compile("[a-z_]+")
WORST = ("syntax",)
"""Rules whose problems hide others."""


def annotations(problems: Iterable[Problem], *, limit: int = SHOWN, root: str = "") -> str:
    """An `::error` line for each problem, the worst first, and how many more there are.

    `root` leads from the repository to the folder that the problems' files are relative to.
    """
    worst_first = sorted(problems, key=_rank)
    lines = [
        _command("error", one.origin, f"aepctl: {one.rule}", (one.message, one.hint), root)
        for one in worst_first[:limit]
    ]
    return _limited(lines, len(worst_first), "problem")


def report_annotations(report: ApplyReport, *, limit: int = SHOWN, root: str = "") -> str:
    """An `::error` line for each audience whose outcome is unknown or refused, in that order."""
    entries = report_entries(report)
    bad = [
        entry
        for result in (Result.UNKNOWN, Result.REFUSED)
        for entry in entries
        if entry.status == result.value
    ]
    lost = [_command("error", None, "aepctl", (RESCUE,))] if report.rescue else []
    shown = [_told(entry, root) for entry in bad[: limit - len(lost)]]
    return _limited([*lost, *shown], len(bad) + len(lost), "outcome")


def error_annotations(error: AepctlError, *, limit: int = SHOWN, root: str = "") -> str:
    """The `::error` lines of a run that failed: its problems, or what went wrong."""
    if isinstance(error, InvalidInput):
        return annotations(error.problems, limit=limit, root=root)
    return _command("error", None, "aepctl", (error.what, error.next)) + "\n"


def plan_outputs(plan: Plan, *, plan_id: str) -> dict[str, str]:
    """What later steps may ask of a plan."""
    counts = plan_counts(plan)
    kept = {"removed", "unchanged"}
    return {
        "plan_id": plan_id,
        "environment": plan.environment,
        "changes": "true" if plan.changes else "false",
        **{_counted(name, kept): str(count) for name, count in counts.items()},
    }


def report_outputs(report: ApplyReport, *, plan_id: str) -> dict[str, str]:
    """What later steps may ask of an apply."""
    counts = report_counts(report)
    return {
        "plan_id": plan_id,
        "environment": report.plan.environment,
        **{name.replace("-", "_"): str(count) for name, count in counts.items()},
        "exit_code": str(report.exit_code),
    }


def output_block(pairs: Mapping[str, str], delimiter: str) -> str:
    """The pairs as $GITHUB_OUTPUT takes them. `delimiter` is random, or values could end early.

    Raises ValueError for a delimiter that occurs in a value.
    """
    if not delimiter.isalnum():
        raise ValueError(f"{delimiter!r} is no delimiter: letters and digits are")
    for name, value in pairs.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of an output")
        if delimiter in value:
            raise ValueError(f"the delimiter {delimiter} occurs in the value of {name}")
    return "".join(f"{name}<<{delimiter}\n{pairs[name]}\n{delimiter}\n" for name in pairs)


def _rank(problem: Problem) -> tuple[bool, Origin]:
    return problem.rule not in WORST, problem.origin


def _counted(name: str, kept: set[str]) -> str:
    return name if name in kept else f"to_{name}"


def _told(entry: Entry, root: str) -> str:
    title = f"aepctl: {entry.label.word}"
    said = (f"{entry.change.key}: {entry.note or entry.label.word}", entry.label.hint)
    return _command("error", entry.change.source, title, said, root)


def _limited(lines: list[str], count: int, thing: str) -> str:
    """The lines; what they leave out is told by a warning, of which GitHub shows ten as well."""
    left = count - len(lines)
    if left > 0:
        more = f"and {left} more {thing}{'s' * (left != 1)}, in the log and the summary"
        lines = [*lines, _command("warning", None, "aepctl", (more,))]
    return "".join(f"{line}\n" for line in lines)


def _command(
    kind: str, origin: Origin | None, title: str, said: Iterable[str | None], root: str = ""
) -> str:
    properties = {"title": title}
    if origin is not None:
        properties = {"file": _path(root, origin.file), **_place(origin), **properties}
    told = ",".join(f"{name}={command_property(text)}" for name, text in properties.items())
    return f"::{kind} {told}::{'%0A'.join(command_data(text) for text in said if text)}"


def _place(origin: Origin) -> dict[str, str]:
    if not origin.line:
        return {}
    column = {"col": str(origin.column)} if origin.column else {}
    return {"line": str(origin.line), **column}


def _path(root: str, file: str) -> str:
    return f"{root.rstrip('/')}/{file}" if root.rstrip("/") else file
