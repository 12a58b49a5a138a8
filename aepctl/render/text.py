"""Everything as text for people, on a terminal or in a log."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from aepctl.model.problem import Problem
from aepctl.plan.plan import FieldDiff, Plan
from aepctl.render.alerts import RENAMED
from aepctl.render.display import Paint, cells, display, display_all, display_lines
from aepctl.render.told import error_text, in_brackets
from aepctl.render.view import Row, View, view_of_plan
from aepctl.render.words import by_urgency, word

if TYPE_CHECKING:
    from aepctl.apply.outcomes import Outcome
    from aepctl.apply.report import ApplyReport

PLAIN = Paint(on=False)
MAX_SOURCE = 100
"""Characters of a source line that are shown."""


def render(view: View, paint: Paint = PLAIN) -> str:
    """All of it, ended by a line break."""
    if view.parts:
        from aepctl.render.grid_text import render_grid  # noqa: PLC0415 - it draws with this

        return render_grid(view, paint, full=True)
    if view.problems or view.failed:
        return _failed(view, paint)
    if view.plan is not None:
        ended = "".join(f"{_line(row, paint)}\n" for row in view.rows if row.ended)
        return f"{render(view.plan, paint)}\n{ended}{summary(view, paint)}"
    lines: list[str] = []
    for row in view.rows:
        lines += _block(row, paint)
    if lines:
        lines.append("")
    lines += _closing(view, paint)
    return "\n".join(lines) + "\n"


def plan_text(plan: Plan, paint: Paint) -> str:
    """The whole plan: what is to be settled first, each change, and the totals at the end."""
    return render(view_of_plan(plan), paint)


def outcome_line(outcome: "Outcome", paint: Paint) -> str:
    """One outcome, as it happens, on one line without its end."""
    from aepctl.render.report import outcome_row  # noqa: PLC0415 - a plan does without

    return _line(outcome_row(outcome), paint)


def report_summary(report: "ApplyReport", paint: Paint, program: str = "aepctl") -> str:
    """How an apply went, after its outcomes; empty where nothing was to be done."""
    from aepctl.render.report import view_of_report  # noqa: PLC0415 - a plan does without

    return summary(view_of_report(report, program), paint)


def summary(view: View, paint: Paint) -> str:
    """Why it stopped, the totals, and what to run next: a line each, those that there are."""
    lines = list(_alerts(view, paint))
    counted = totals_text(view, paint)
    if counted:
        lines.append(f"{display(view.heading)}: {counted}.")
    if view.next:
        lines.append(f"Next: {display(view.next)}")
    return "".join(f"{line}\n" for line in lines)


def _alerts(view: View, paint: Paint) -> Iterator[str]:
    for title, text in view.alerts:
        yield f"{paint(title, 'red', 'bold')}: {display_lines(text)}"


def _block(row: Row, paint: Paint) -> list[str]:
    """What is planned for an audience, or known of it."""
    how = word(row.status)
    fields = row.fields if row.new else {}
    shown = display_all((row.key, row.source.file if row.source else "", *fields.values()))
    place = f"  {shown[1]}:{row.source.line}" if row.source else ""
    lines = [paint(f"{how.symbol} {shown[0]}", how.colour, "bold") + paint(place, "dim")]
    if fields:
        lines.append(_template(*fields) % shown[2:])
    if row.new and row.audience_id is not None:
        lines.append(_label("audienceId") + display(row.audience_id))
    for one in row.diff:
        lines += _difference(row, one, paint)
    if row.came:
        lines.append(f"    {display(row.came)}")
    if row.note is not None:
        lines.append(f"    {display(row.note)}")
    if how.line:
        line = how.line.format(name=_side(row.name), id=_side(row.audience_id))
        lines.append(f"    {line}")
    return lines


def _difference(row: Row, one: FieldDiff, paint: Paint) -> Iterator[str]:
    """What it is and what it shall be; or each side, where the platform has another again."""
    label = _label(one.field)
    if not row.columns or one.known == one.observed:
        yield f"{label}{_side(one.before)} {paint('->', 'dim')} {_side(one.wanted)}"
        return
    for name, text in row.sides(one):
        yield f"{label}{paint(f'{name:<9}', 'dim')}{_side(text)}"
        label = " " * len(label)


@cache
def _template(*fields: str) -> str:
    """A line for each field, with `%s` for its value."""
    return "\n".join(f"{_label(field)}%s" for field in fields)


@cache
def _label(field: str) -> str:
    return f"    {field:<12} "


def _side(value: str | None) -> str:
    return "(none)" if value is None else display(value)


def _line(row: Row, paint: Paint) -> str:
    """`created  KEY  ID: why not`."""
    how = word(row.status)
    line = f"{paint(f'{how.word:<7}', how.colour, 'bold')}  {display(row.key)}"
    if row.audience_id is not None:
        line += f"  {paint(display(row.audience_id), 'dim')}"
    return line if row.note is None else f"{line}: {display(row.note)}"


def totals_text(view: View, paint: Paint) -> str:
    """The counts, without those that are zero."""
    counts = (view.totals or {}).items()
    parts = [(f"{count} {word(one).counted}", word(one).colour) for one, count in counts if count]
    return ", ".join(paint(words, colour) for words, colour in parts)


def _closing(view: View, paint: Paint) -> Iterator[str]:
    counted = totals_text(view, paint) or view.nothing
    if counted:
        yield f"{display(view.heading)}{_where(view)}: {counted}."
    if not view.rows and view.empty:
        yield view.empty
    yield from _alerts(view, paint)
    if view.paste:
        yield "\n".join((f"{paint(RENAMED, 'yellow', 'bold')}:", "", *view.paste, ""))
    for status in by_urgency(row.status for row in view.rows):
        how = word(status)
        if how.hint:
            hint = f"{how.hint[:1].lower()}{how.hint[1:]}"
            yield paint(f"{how.symbol} {how.counted}: {hint}", "dim")
    if view.next:
        yield f"Next: {display(view.next)}"


def _where(view: View) -> str:
    target = view.target
    only = f", only {' '.join(view.targets)}" if view.targets else ""
    if target is None:
        return display(only)
    return display(f" ({target.endpoint}, {target.org}, sandbox {target.sandbox}){only}")


def _failed(view: View, paint: Paint) -> str:
    problems = problems_text(view.problems, paint)
    told = f"{problems}\n" if problems else ""
    if view.failed is None:
        return told
    failed = view.failed
    return told + error_text(failed.message, failed.code, failed.hint, paint)


def problems_text(problems: Iterable[Problem], paint: Paint) -> str:
    """Each as `file:line:col: message [rule]`, its source line, a caret at the place, a hint."""
    return "\n".join(_problem(problem, paint) for problem in problems)


def _problem(problem: Problem, paint: Paint) -> str:
    origin = problem.origin
    file = display(origin.file)
    if file.lstrip().startswith("::"):  # GitHub's log obeys a line that begins so
        file = f"./{file}"
    place = f"{file}:{origin.line}:{origin.column}" if origin.line else file
    said, rule = paint(display(problem.message), "red"), in_brackets(problem.rule, paint)
    lines = [f"{paint(place, 'bold')}: {said} {rule}"]
    if problem.source is not None and problem.source.strip():
        source, caret = _excerpt(problem.source, origin.column)
        gutter = " " * len(str(origin.line))
        lines.append(paint(f" {origin.line} | ", "dim") + source)
        lines.append(paint(f" {gutter} | ", "dim") + " " * caret + paint("^", "red", "bold"))
    if problem.hint:
        lines.append(f"   {paint('=', 'dim')} {display(problem.hint)}")
    return "\n".join(lines)


def _excerpt(source: str, column: int) -> tuple[str, int]:
    """The part of the line around `column`, and how many cells precede the place in it."""
    start = max(column - 1 - MAX_SOURCE // 2, 0) if column > MAX_SOURCE else 0
    before = display(source[start : column - 1])
    lead = "…" if start else ""
    tail = "…" if len(source) > start + MAX_SOURCE else ""
    shown = display(source[start : start + MAX_SOURCE])
    return f"{lead}{shown}{tail}", len(lead) + cells(before)
