"""Everything as one HTML file: complete, searchable, and without any network.

The page carries its rows as data and builds what is looked at from them; where no script runs, a
plain table stands in. Its policy lets nothing load, and only the one style and script run.
"""

import json
from collections.abc import Iterable, Mapping

from aepctl.render.alerts import RENAMED, is_calm
from aepctl.render.escape import html, html_prose, script_json
from aepctl.render.html_page import ASSETS, page
from aepctl.render.html_problems import code_html, problems_html
from aepctl.render.html_rows import plain_table, row_data, urgent_first
from aepctl.render.view import Failed, View
from aepctl.render.word import Word
from aepctl.render.words import by_status, by_urgency, word
from aepctl.wording import commands_in

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def render(view: View) -> str:
    """The whole page, for a browser."""
    if view.parts:
        from aepctl.render.grid_html import render_grid  # noqa: PLC0415 - it draws with this

        return render_grid(view)
    if view.problems:
        return page(view.title, header(view.title) + problems_html(view.problems))
    if view.failed is not None:
        return page(view.title, header("Failed") + failed_html(view.failed))
    if view.totals is None:
        return _bare(view)
    return _rows(view, view.totals)


def _bare(view: View) -> str:
    """What has nothing to count."""
    said = f'<p class="empty">{html(view.empty)}</p>' if view.empty else ""
    if view.grid is None:
        return page(view.title, header(view.title) + said)
    from aepctl.render.grid_html import table  # noqa: PLC0415 - it draws with this

    shown = table(view, view.grid)
    return page(view.title, header(view.title) + said + shown, style=ASSETS["grid.css"])


def summary(view: View, totals: Mapping[str, int]) -> str:
    """Whose audiences these are, what has to be seen first, the totals and what they mean."""
    others = by_status(row.status for row in view.rows if row.status not in totals)
    return (
        _facts(view)
        + alerts_html(view)
        + (_next(view.next) if view.next else "")
        + (_tiles({**totals, **others}) or f'<p class="empty">{html(view.nothing)}</p>')
        + _hints(row.status for row in view.rows)
        + (f"<p>To apply it:</p>{_command(view.run)}" if view.run else "")
    )


def _rows(view: View, totals: Mapping[str, int]) -> str:
    listed = ASSETS["list.html"] if view.rows else f'<p class="empty">{html(view.empty)}</p>'
    body = header(view.heading) + summary(view, totals) + listed
    if not view.rows:
        return page(view.heading, body)
    rows = urgent_first(view.rows)
    data = script_json(_encode(row_data(rows)))
    plain = f"<noscript>{plain_table(rows)}</noscript>"
    data = f'<script type="application/json" id="data">{data}</script>'
    return page(view.heading, body + plain, data, script=ASSETS["script"])


def _facts(view: View) -> str:
    """Whose audiences these are, and what else is to be known of all of them."""
    facts = []
    if view.target is not None:
        target = view.target
        facts += [("Organisation", target.org), ("Sandbox", target.sandbox)]
        facts += [("Endpoint", target.endpoint)]
    facts += [("Plan", view.plan_id)] if view.plan_id else []
    facts += [("Only", " ".join(view.targets))] if view.targets else []
    listed = "".join(
        f"<div><dt>{html(name)}</dt><dd>{html(text)}</dd></div>" for name, text in facts
    )
    return f'<dl class="facts">{listed}</dl>' if listed else ""


def alerts_html(view: View) -> str:
    """What has to be seen first, and the lines to paste where something may have been renamed."""
    urgent = [(title, text) for title, text in view.alerts if not is_calm(title)]
    calm = [(title, text) for title, text in view.alerts if is_calm(title)]
    shown = _callout("bad", urgent) + _callout("info", calm)
    if view.paste:
        lines = "\n".join(map(html, view.paste))
        shown += (
            f'<div class="callout warn" role="note"><p><b>{RENAMED}:</b></p>'
            f'<pre tabindex="0">{lines}</pre></div>'
        )
    return shown


def _callout(tone: str, alerts: Iterable[tuple[str, str]]) -> str:
    said = "".join(f"<p><b>{html(title)}:</b> {html_prose(text)}</p>" for title, text in alerts)
    return f'<div class="callout {tone}" role="note">{said}</div>' if said else ""


def header(title: str) -> str:
    """The page's title."""
    return f'<header><p class="eyebrow">aepctl</p><h1>{html(title)}</h1></header>'


def _tiles(counts: Mapping[str, int]) -> str:
    tiles = "".join(_tile(status, count, word(status)) for status, count in counts.items() if count)
    return f'<ul class="totals" aria-label="Totals">{tiles}</ul>' if tiles else ""


def _tile(status: str, count: int, how: Word) -> str:
    return (
        f'<li class="tile {how.tone}" data-status="{html(status)}">'
        f'<span class="symbol" aria-hidden="true">{html(how.symbol)}</span>'
        f'<b>{count:,}</b> <span class="words">{html(how.word)}</span></li>'
    )


def _hints(statuses: Iterable[str]) -> str:
    """What is to be known of the statuses that are met, those that need attention first."""
    met = [word(status) for status in by_urgency(statuses)]
    hints = "".join(
        f'<li class="{how.tone}"><b>{html(how.word.capitalize())}.</b> {html(how.hint)}</li>'
        for how in met
        if how.hint
    )
    if not hints:
        return ""
    return (
        f'<details class="hints"><summary>What the words mean</summary><ul>{hints}</ul></details>'
    )


def failed_html(failed: Failed) -> str:
    """Why there is no result, and what to do."""
    first, *others = map(html, failed.message.split("\n"))
    lines = (f"{first} {code_html(failed.code)}", *others)
    what = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div class="callout bad">{what}</div>' + (_next(failed.hint) if failed.hint else "")


def _next(text: str) -> str:
    """What to do now, and the command once more, to copy, where there is no choice."""
    found = commands_in(text)
    return (
        f'<div class="callout info" role="note"><p><b>Next:</b> {html_prose(text)}</p>'
        f"{_command(found[0]) if len(found) == 1 else ''}</div>"
    )


def _command(command: str) -> str:
    return f'<pre class="run" tabindex="0">{html(command)}</pre>'
