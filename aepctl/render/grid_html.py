"""All environments as one HTML page: what each comes to, one table, and each of them in full.

It needs no script: what is folded opens by itself where a search of the browser finds something.
"""

from collections.abc import Iterator

from aepctl.render.escape import html, html_prose
from aepctl.render.grid import FAILED, NOTHING, Column, Grid
from aepctl.render.html import alerts_html, failed_html, header, summary
from aepctl.render.html_page import ASSETS, page
from aepctl.render.html_problems import problems_html
from aepctl.render.html_rows import difference_html
from aepctl.render.view import Failed, Row, View
from aepctl.render.words import totals, word


def render_grid(view: View) -> str:
    """The whole page, for a browser."""
    grid = view.grid or Grid((), ())
    body = header(f"{view.title}{view.after}") + alerts_html(view) + _failures(view)
    body += table(view, grid) + _legend(grid) + "".join(map(_part, view.parts))
    return page(view.title, body, style=ASSETS["grid.css"])


def _failures(view: View) -> str:
    """Why environments have no result; what is wrong in several of them once."""
    told = "".join(_failure(part, part.failed) for part in view.parts if part.failed)
    return told + (problems_html(view.problems) if view.problems else "")


def _failure(part: View, failed: Failed) -> str:
    name = part.environment or ""
    head = f'<h2 id="{_anchor(name)}">{html(name)} failed'
    if part.problems:  # which stand below, once for all environments
        return f"{head}: {html(failed.message)}</h2>"
    return f"{head}</h2>{failed_html(failed)}"


def table(view: View, grid: Grid) -> str:
    """A line a key, a column an environment; at its foot what each comes to."""
    heads = "".join(f'<th scope="col">{_name(view, one)}</th>' for one in grid.columns)
    body = "\n".join(
        f'<tr><th scope="row"><code>{html(line.key)}</code></th>'
        + "".join(f"<td>{_cell(*told)}</td>" for told in grid.told(line))
        + "</tr>"
        for line in grid.lines
    )
    foot = "".join(f"<td>{_comes_to(part)}</td>" for part in view.parts)
    empty = "" if grid.lines or not view.empty else f'<p class="empty">{html(view.empty)}</p>'
    return (
        '<div class="grid" tabindex="0" role="region" aria-label="All environments"><table>'
        f'<thead><tr><th scope="col">Key</th>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n'
        f"{_foot(foot)}</table></div>{empty}"
    )


def _foot(cells: str) -> str:
    return f'<tfoot><tr><th scope="row">In all</th>{cells}</tr></tfoot>' if cells else ""


def _name(view: View, column: Column) -> str:
    """A column's head; it leads to what the page has of the environment."""
    name = html(column.name)
    return f'<a href="#{_anchor(column.name)}">{name}</a>' if view.parts else name


def _cell(column: Column, statuses: tuple[str, ...]) -> str:
    if column.failed:
        return f'<span class="bad" title="The environment failed">{FAILED}</span>'
    return "".join(map(_badge, statuses)) or f'<span class="nothing">{NOTHING}</span>'


def _badge(status: str) -> str:
    how = word(status)
    return f'<span class="badge {how.tone}">{html(how.symbol)} {html(how.word)}</span>'


def _comes_to(part: View) -> str:
    """The counts of one environment, a line each."""
    if part.totals is None:
        return '<b class="bad">failed</b>'
    counts = (f"{count:,} {html(word(one).counted)}" for one, count in part.totals.items() if count)
    return "<br>".join(counts) or html(part.nothing)


def _legend(grid: Grid) -> str:
    hints = "".join(_hints(grid))
    return f'<ul class="hints">{hints}</ul>' if hints else ""


def _hints(grid: Grid) -> Iterator[str]:
    for status in grid.statuses:
        how = word(status)
        if how.hint:
            said = f"<b>{html(how.counted.capitalize())}.</b> {html(how.hint)}"
            yield f'<li class="{how.tone}">{said}</li>'


def _part(part: View) -> str:
    """One environment, folded."""
    if part.totals is None:
        return ""
    name, rows = part.environment or "", "\n".join(map(_row, part.rows))
    counted = html(totals(part.totals) or part.nothing)
    return (
        f'<details class="part" id="{_anchor(name)}"><summary><h2>{html(name)}</h2> '
        f"<span>{counted}</span></summary>"
        f'{summary(part, part.totals)}<ul class="rows">\n{rows}\n</ul></details>'
    )


def _row(row: Row) -> str:
    """One audience: what it is, where it stands, and field by field what differs."""
    place = f"{row.source.file}:{row.source.line}" if row.source else ""
    about = " · ".join(html(one) for one in (place, row.audience_id) if one)
    notes = "".join(f"<p>{html_prose(one)}</p>" for one in (row.came, row.note) if one)
    told = {one.field: difference_html(row, one) for one in row.diff}
    if row.new:
        told = {field: html(text) for field, text in row.fields.items()}
    fields = "".join(
        f"<div><dt>{html(one)}</dt><dd>{text}</dd></div>" for one, text in told.items()
    )
    return (
        f"<li>{_badge(row.status)} <code>{html(row.key)}</code> {html(row.name or '')}"
        + (f'<p class="place">{about}</p>' if about else "")
        + notes
        + (f'<dl class="values">{fields}</dl>' if fields else "")
        + "</li>"
    )


def _anchor(name: str) -> str:
    return f"environment-{html(name)}"
