"""Problems of files as items of a Markdown list, each with its source line."""

from aepctl.model.problem import Problem
from aepctl.render.escape import code, fence, prose
from aepctl.render.excerpt import excerpt
from aepctl.render.fitting import Entry

MAX_MESSAGE = 1_200
"""Bytes of a message or hint."""


def problem_entry(problem: Problem) -> Entry:
    """Where it is, what is wrong, what was expected; below them the source line with a caret."""
    origin = problem.origin
    where = f"line {origin.line}: " if origin.line else ""
    hint = f". Hint: {prose(problem.hint, MAX_MESSAGE)}" if problem.hint else ""
    said = f"{prose(problem.message, MAX_MESSAGE)} {code(f'[{problem.rule}]')}"
    return Entry(f"{where}{said}{hint}", _source(problem))


def _source(problem: Problem) -> str:
    if problem.source is None or not problem.source.strip():
        return ""
    shown, before = excerpt(problem.source, max(problem.origin.column, 1))
    number = str(problem.origin.line)
    lines = (f"{number} | {shown}", f"{' ' * len(number)} | {' ' * before}^")
    mark = fence(lines)
    return "".join(f"  {one}\n" for one in (f"{mark}text", *lines, mark))
