"""What is wrong with manifests or settings, as HTML: file by file, each with its source line."""

from collections.abc import Iterable
from itertools import groupby

from aepctl.model.problem import Problem
from aepctl.render.escape import html, html_prose
from aepctl.render.excerpt import Excerpt, excerpt


def problems_html(problems: Iterable[Problem]) -> str:
    """All of them; those of a file follow each other."""
    files = groupby(problems, key=lambda problem: problem.origin.file)
    return "".join(_file(file, tuple(group)) for file, group in files)


def _file(file: str, problems: tuple[Problem, ...]) -> str:
    items = "\n".join(map(_problem, problems))
    count = f'<span class="count">{len(problems):,}</span>'
    return (
        f'<section class="problems"><h2><code>{html(file)}</code> {count}</h2>\n'
        f"<ol>\n{items}\n</ol></section>\n"
    )


def _problem(problem: Problem) -> str:
    origin, found = problem.origin, excerpt(problem)
    where = ""
    if origin.line:
        column = f":{origin.column}" if origin.column else ""
        where = f'<span class="where">{origin.line}{column}</span> '
    shown = _source(origin.line, found) if found else ""
    hint = f'<p class="hint">{html_prose(problem.hint)}</p>' if problem.hint else ""
    return f'<li class="problem"><p>{where}{html_prose(problem.message)}</p>{shown}{hint}</li>'


def _source(line: int, found: Excerpt) -> str:
    """The line; what stands at the place has the caret below it, however wide it is."""
    at = f"<b>{html(found.at) or ' '}</b>"
    return (
        f'<pre tabindex="0"><span class="line">{line} | </span>{html(found.before)}{at}'
        f"{html(found.after)}</pre>"
    )
