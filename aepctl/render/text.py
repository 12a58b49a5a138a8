"""Everything as text for people, on a terminal or in a log."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from aepctl.model.problem import Problem
from aepctl.plan.plan import Plan
from aepctl.render.alerts import alert_lines, paste_text
from aepctl.render.display import Paint, display
from aepctl.render.excerpt import excerpt
from aepctl.render.text_ended import again_lines, ended_line, ended_lines
from aepctl.render.text_rows import FEW, by_kind, rows_lines
from aepctl.render.told import error_text, in_brackets
from aepctl.render.view import View, view_of_plan
from aepctl.render.word import Word
from aepctl.render.words import word
from aepctl.render.wrapping import wrap
from aepctl.wording import listed

if TYPE_CHECKING:
    from aepctl.apply.outcomes import Outcome
    from aepctl.apply.report import ApplyReport

PLAIN = Paint(on=False)
HARD = "\xa0"
"""A blank that no line ends at."""
DECISIONS = frozenset({"decide", "drift"})
"""What waits for a person in a plan."""


def render(view: View, paint: Paint = PLAIN) -> str:
    """All of it, ended by a line break."""
    if view.parts:
        from aepctl.render.grid_text import render_grid  # noqa: PLC0415 - it draws with this

        return render_grid(view, paint, full=True)
    if view.problems or view.failed:
        return _failed(view, paint)
    if view.plan is not None:
        rows = (row for row in view.rows if row.ended)
        ended = "".join(f"{line}\n" for line in ended_lines(rows, paint))
        return f"{render(view.plan, paint)}\n{ended}{summary(view, paint)}"
    lines = list(rows_lines(view.rows, paint))
    if view.grid:
        from aepctl.render.grid_text import WIDTH, table  # noqa: PLC0415 - it draws with this

        lines += table(view.grid, paint, paint.width or WIDTH)
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

    return ended_line(outcome_row(outcome), paint)


def outcome_lines(outcomes: Iterable["Outcome"], paint: Paint) -> str:
    """Several, when all is over: what needs a person comes last, where it is seen."""
    from aepctl.render.report import outcome_row  # noqa: PLC0415 - a plan does without

    return "".join(f"{line}\n" for line in ended_lines(map(outcome_row, outcomes), paint))


def report_summary(
    report: "ApplyReport",
    paint: Paint,
    program: str = "aepctl",
    told: Collection["Outcome"] = (),
) -> str:
    """How an apply went, after its outcomes; empty where nothing was to be done.

    Of those that were `told` long ago, what needs a person is told again.
    """
    from aepctl.render.report import outcome_row, view_of_report  # noqa: PLC0415 - as above

    again = [outcome_row(one) for one in report.outcomes if one in told] if told else []
    lines = "".join(f"{line}\n" for line in again_lines(again, paint))
    return lines + summary(view_of_report(report, program), paint)


def summary(view: View, paint: Paint) -> str:
    """Why it stopped, the totals, and what to run next: a line each, those that there are."""
    lines = list(alert_lines(view.alerts, paint))
    counted = totals_text(view, paint)
    if counted:
        lines.append(_counted(f"{display(view.heading)}: ", counted, paint))
    if view.next:
        lines.append(wrap(f"Next: {display(view.next)}", paint, 4))
    return "".join(f"{line}\n" for line in lines)


def totals_text(view: View, paint: Paint) -> list[str]:
    """The counts, each by itself, without those that are zero."""
    counts = (view.totals or {}).items()
    parts = [(f"{count:,} {word(one).counted}", word(one).colour) for one, count in counts if count]
    return [paint(words, colour) for words, colour in parts]


def _counted(head: str, counted: Sequence[str], paint: Paint) -> str:
    """The totals; no number is parted from what it counts."""
    if paint.width is None:
        return f"{head}{', '.join(counted)}."
    whole = [one.replace(" ", HARD) for one in counted]
    return wrap(f"{head}{', '.join(whole)}.", paint, 4).replace(HARD, " ")


def _closing(view: View, paint: Paint) -> Iterator[str]:
    counted = totals_text(view, paint) or [view.nothing] * bool(view.nothing)
    if counted:
        yield _counted(f"{display(view.heading)}{_where(view)}: ", counted, paint)
    if not view.rows and view.empty:
        yield view.empty
    yield from _decisions(view, paint)
    yield from alert_lines(view.alerts, paint)
    if view.paste:
        yield paste_text(view.paste, paint)
    yield from _legend(view, paint)
    if view.next:
        yield wrap(f"Next: {display(view.next)}", paint, 4)


def _decisions(view: View, paint: Paint) -> Iterator[str]:
    """What waits for a person, once more: it may have scrolled away."""
    kinds = [kind for kind in by_kind(view.rows) if kind[0].status in DECISIONS]
    keys = [f"`{row.key}`" for kind in kinds for row in kind]
    if keys and len(view.rows) > FEW:
        need = f"{len(keys)} need{'s' * (len(keys) == 1)} a decision"
        yield wrap(f"{paint(need, 'yellow', 'bold')}: {display(listed(keys))}", paint, 4)


def _legend(view: View, paint: Paint) -> Iterator[str]:
    """What the symbols mean that are used: a line for what is to be explained, one for the rest."""
    known = [word(kind[0].status) for kind in by_kind(view.rows)]
    yield from hints(known, paint)
    rest = [f"{how.symbol} {how.counted}" for how in known if not how.hint and not how.line]
    if rest and len(known) > 1 and len(view.rows) > FEW:
        yield wrap(paint("   ".join(rest), "dim"), paint, 2)


def hints(known: Iterable[Word], paint: Paint) -> Iterator[str]:
    """What is to be known of all that are called so, a line each."""
    for how in known:
        if how.hint:
            hint = f"{how.hint[:1].lower()}{how.hint[1:]}"
            line = paint(f"{how.symbol} {how.counted}: {hint}", "dim")
            yield wrap(line, paint, len(how.symbol) + 1)


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
    lines = [wrap(f"{paint(place, 'bold')}: {said} {rule}", paint, 4)]
    if problem.source is not None and problem.source.strip():
        source, caret = excerpt(problem.source, origin.column, paint.width)
        gutter = " " * len(str(origin.line))
        lines.append(paint(f" {origin.line} | ", "dim") + source)
        lines.append(paint(f" {gutter} | ", "dim") + " " * caret + paint("^", "red", "bold"))
    if problem.hint:
        lines.append(wrap(f"   {paint('=', 'dim')} {display(problem.hint)}", paint, 5))
    return "\n".join(lines)
