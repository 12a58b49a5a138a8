"""What is wrong with manifests or settings, as HTML: file by file, each with its source line."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate, groupby

from aepctl.model.problem import Origin, Problem
from aepctl.render.display import cells
from aepctl.render.escape import html, html_prose
from aepctl.render.excerpt import excerpt


def code_html(code: str) -> str:
    """The code of an error or a problem, which `aepctl explain` takes."""
    return f"<code>[{html(code)}]</code>"


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
    origin = problem.origin
    where = ""
    if origin.line:
        column = f":{origin.column}" if origin.column else ""
        where = f'<span class="where">{origin.line}{column}</span> '
    source = problem.source if problem.source and problem.source.strip() else None
    shown = _source(source, origin) if source else ""
    hint = f'<p class="hint">{html_prose(problem.hint)}</p>' if problem.hint else ""
    said = f"{html_prose(problem.message)} {code_html(problem.rule)}"
    return f'<li class="problem"><p>{where}{said}</p>{shown}{hint}</li>'


def _source(source: str, origin: Origin) -> str:
    """The line; what stands at the place has the caret below it, however wide it is."""
    shown, before = excerpt(source, max(origin.column, 1))
    widths = list(accumulate(map(cells, shown), initial=0))
    place = bisect_left(widths, before)
    end = place + 1
    while end < len(shown) and not cells(shown[end]):  # what joins the letter before it
        end += 1
    at = f"<b>{html(shown[place:end]) or ' '}</b>"
    return (
        f'<pre tabindex="0"><span class="line">{origin.line} | </span>{html(shown[:place])}{at}'
        f"{html(shown[end:])}</pre>"
    )
