"""What GitHub Actions takes from a step: annotations, outputs and the step summary's size."""

import json
import re
from collections.abc import Iterable, Mapping
from posixpath import normpath

from aepctl.model.problem import Origin, Problem
from aepctl.render.escape import command_data, command_property
from aepctl.render.grid import Grid
from aepctl.render.view import NOT_RECORDED, Failed, Row, View
from aepctl.render.words import LEFT_ALONE, by_urgency, word

MAX_SHOWN = 10
"""GitHub shows so many annotations of one kind and step, and silently drops the others."""
SUMMARY_BYTES = 1024 * 1024 - 64 * 1024
"""A step summary may take 1 MiB; a step may write more than ours."""
NAME = re.compile("[a-z_]+")
BAD = ("error", "failure")


def annotations(view: View, *, limit: int = MAX_SHOWN, root: str = "") -> str:
    """An `::error` line for each problem or bad outcome, the worst first, and how many are left.

    Of a plan, a `::warning` for what waits for somebody or cannot be undone.

    `root` leads from the repository to the folder that files are relative to. Of several
    environments, a problem of all is told once, and each other thing with its environment's name.
    """
    if view.problems and not view.parts:
        return _problems(view, limit, root)
    if view.failed is not None:
        return _failure(view.failed, "") + "\n"
    if view.parts:
        failed = [
            _failure(one.failed, f"{one.environment}: ")
            for one in view.parts
            if one.failed and not one.problems
        ]
        loud = [
            _planned(row, root, f"{part.environment}: ")
            for part in view.parts
            for row in _loud(part)
        ]
        failures = _limited(failed, limit, "environment")
        return _problems(view, limit, root) + failures + _limited(loud, limit, "change")
    lost = [
        _command("error", None, "aepctl", (f"{title}: {text}",))
        for title, text in view.alerts
        if title == NOT_RECORDED
    ]
    shown = _limited([*lost, *(_outcome(row, root) for row in _bad(view))], limit, "outcome")
    return shown + _limited([_planned(row, root) for row in _loud(view)], limit, "change")


def outputs(view: View, exit_code: int) -> dict[str, str]:
    """What later steps may ask of a result."""
    told = {"exit_code": str(exit_code)}
    told |= _environments(view.grid) if view.grid else {}
    if view.totals is None:
        return told
    told |= {"plan_id": view.plan_id or "", "environment": view.environment or ""}
    if view.plan is None and view.command != "drift":
        changes = any(row.status != LEFT_ALONE for row in view.rows)
        if view.grid:
            changes = any(one.changed for one in view.grid.columns)
        told["changes"] = "true" if changes else "false"
    return told | {word(status).output: str(count) for status, count in view.totals.items()}


def _environments(grid: Grid) -> dict[str, str]:
    """In which environments there is something to do, as a list for `fromJSON`; which failed."""
    changed = [one.name for one in grid.columns if one.changed]
    failed = [one.name for one in grid.columns if one.failed]
    return {"changed_environments": json.dumps(changed), "failed_environments": json.dumps(failed)}


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
    return not problem.hides_others, problem.origin


def _problems(view: View, limit: int, root: str) -> str:
    lines = [_problem(one, root) for one in sorted(view.problems, key=_rank)]
    return _limited(lines, limit, "problem", view.more)


def _failure(failed: Failed, where: str) -> str:
    title = f"aepctl: {where}{failed.code}"
    return _command("error", None, title, (failed.message, failed.hint))


def _problem(one: Problem, root: str) -> str:
    return _command("error", one.origin, f"aepctl: {one.rule}", (one.message, one.hint), root)


def _bad(view: View) -> list[Row]:
    """The outcomes that a person has to look at, the most urgent first."""
    bad = [row for row in view.rows if row.ended and word(row.status).junit in BAD]
    order = by_urgency(row.status for row in bad)
    return sorted(bad, key=lambda row: order.index(row.status))


def _loud(view: View) -> list[Row]:
    """Of a plan, what waits for somebody or cannot be undone, the most urgent first."""
    if view.command != "plan":
        return []
    loud = [row for row in view.rows if word(row.status).junit in BAD or _is_bad(row)]
    order = by_urgency(row.status for row in loud)
    return sorted(loud, key=lambda row: order.index(row.status))


def _is_bad(row: Row) -> bool:
    return word(row.status).tone == "bad"


def _planned(row: Row, root: str, where: str = "") -> str:
    how = word(row.status)
    what = " ".join(part for part in (row.name, row.audience_id) if part)
    said = (f"{row.key}{f' ({what})' if what else ''}: {row.note or how.counted}", how.hint)
    return _command("warning", row.source, f"aepctl: {where}{how.counted}", said, root)


def _outcome(row: Row, root: str) -> str:
    how = word(row.status)
    said = (f"{row.key}: {row.note or how.word}", how.hint)
    return _command("error", row.source, f"aepctl: {how.word}", said, root)


def _limited(lines: list[str], limit: int, thing: str, others: int = 0) -> str:
    """The first lines; a warning tells how many are left, of which GitHub shows ten as well."""
    left = max(len(lines) - limit, 0) + others
    if left > 0:
        more = f"and {left} more {thing}{'s' * (left != 1)}, in the log and the summary"
        lines = [*lines[:limit], _command("warning", None, "aepctl", (more,))]
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
    return normpath(f"{root}/{file}" if root else file)
