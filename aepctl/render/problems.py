"""Problems of manifests and settings, for people and for programs."""

import unicodedata
from collections.abc import Iterable

from aepctl.render.display import Paint, display
from aepctl.yamldoc import Problem

WIDEST = 100


def problems_text(problems: Iterable[Problem], paint: Paint) -> str:
    """Each as `file:line:col: message`, its source line, a caret under the place, and a hint."""
    return "\n".join(_problem(problem, paint) for problem in problems)


def _problem(problem: Problem, paint: Paint) -> str:
    origin = problem.origin
    file = display(origin.file)
    if file.lstrip().startswith("::"):  # GitHub's log obeys a line that begins so
        file = f"./{file}"
    place = f"{file}:{origin.line}:{origin.column}" if origin.line else file
    lines = [f"{paint(place, 'bold')}: {paint(display(problem.message), 'red')}"]
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
    start = max(column - 1 - WIDEST // 2, 0) if column > WIDEST else 0
    before = display(source[start : column - 1])
    lead = "…" if start else ""
    tail = "…" if len(source) > start + WIDEST else ""
    shown = display(source[start : start + WIDEST])
    return f"{lead}{shown}{tail}", len(lead) + _cells(before)


def _cells(text: str) -> int:
    """How many terminal cells the text takes."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)


def problem_data(problem: Problem) -> dict[str, object]:
    """A problem for JSON. `line` and `column` are null where the whole file is meant."""
    origin = problem.origin
    return {
        "file": origin.file,
        "line": origin.line or None,
        "column": origin.column or None,
        "rule": problem.rule,
        "message": problem.message,
        "hint": problem.hint,
    }
