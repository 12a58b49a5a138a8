"""All environments as one Markdown comment: what each comes to, one table, a fold each.

Within a budget of bytes: the folds share what the table leaves, and each is fitted by itself.
"""

from collections.abc import Iterator, Sequence

from aepctl.render.escape import clip, code, code_within, html, link, prose
from aepctl.render.fitting import LEAST, size
from aepctl.render.grid import FAILED, Grid, Line
from aepctl.render.markdown import paste_block, problem_sections, render
from aepctl.render.view import View
from aepctl.render.words import totals, word
from aepctl.wording import listed

MARKER = "<!-- aepctl plan-id=- environment=* -->"
"""The hidden first line: no environment has this name."""
MAX_KEY = 160
MOST = 1000
"""Bytes that a sentence may take in the head."""
MAX_OPEN = 30
"""More lines of the table are folded, but for those that need attention."""
FRAME = len("\n<details><summary></summary>\n\n\n</details>\n") + 120
TABLE_PART = 0.4
"""Of the budget, so much is for the table at most."""


def render_grid(view: View, *, max_bytes: int, full_report: str | None = None) -> str:
    """The page in at most so many bytes of UTF-8."""
    grid = view.grid or Grid((), ())
    most = size(_left_out(10**6, view.parts, full_report))
    heads = (_head(view, MOST), _head(view, 200), _least(view), _shortest(view))
    head = next((one for one in heads if size(one) + most <= max_bytes), heads[-1])
    room = max_bytes - size(head) - most
    lines, left = table(grid, min(room, int(max_bytes * TABLE_PART)))
    room -= size(lines)
    folds, without = _folds(view, room, full_report)
    return f"{head}{_left_out(left, without, full_report)}{lines}{folds}"


def _head(view: View, most: int) -> str:
    """What has to be seen first: what each environment comes to, what failed, and the alerts."""
    parts = [f"{MARKER}\n## {view.title}{view.after}\n"]
    if view.targets:
        only = listed((code_within(one, 200) for one in view.targets), 20)
        parts.append(f"Only {only}.\n")
    parts.append(_results(view, most))
    parts += [f"> **{title}:** {prose(text, most)}\n" for title, text in view.alerts]
    if view.paste:
        parts.append(paste_block(view.paste, most * 4))
    if view.problems:
        kept = [len(one.entries) if most == MOST else 0 for one in problem_sections(view)]
        told = zip(problem_sections(view), kept, strict=True)
        parts += [section.text(count, range(count)) for section, count in told]
    if not view.grid or not view.grid.lines:
        parts.append(f"{view.empty}\n" * bool(view.empty))
    return "\n".join(parts)


def _least(view: View) -> str:
    return f"{MARKER}\n## {view.title}\n\n{_results(view, 80)}"


def _shortest(view: View) -> str:
    failed = sum(part.totals is None for part in view.parts)
    return f"{MARKER}\n## {view.title}\n\n{len(view.parts)} environments, {failed} failed\n"


def _results(view: View, most: int) -> str:
    rows = (f"| {_cell(part.environment or '')} | {_result(part, most)} |" for part in view.parts)
    return "| environment | |\n|---|---|\n" + "\n".join(rows) + "\n"


def _result(part: View, most: int) -> str:
    if part.totals is not None:
        return totals(part.totals) or part.nothing
    said = "**failed**"
    if part.failed:
        said += f": {prose(part.failed.message, most)} {code(f'[{part.failed.code}]')}"
    then = f". Next: {prose(part.failed.hint, most)}" if part.failed and part.failed.hint else ""
    return _barred(said + then)


def table(grid: Grid, room: int) -> tuple[str, int]:
    """As many lines as fit, and how many others there are."""
    if not grid.lines:
        return "", 0
    names = " | ".join(_cell(one.name) for one in grid.columns)
    head = f"\n| key | {names} |\n|---{'|:-:' * len(grid.columns)}|\n"
    rows: list[str] = []
    room -= 2 * size(head) + size(_legend(grid)) + FRAME
    for line in grid.lines:
        row = _row(grid, line)
        room -= size(row)
        if room < 0:
            break
        rows.append(row)
    left = len(grid.lines) - len(rows)
    if not rows:
        return "", left
    shown = max(MAX_OPEN, grid.loud)
    folded = rows[shown:]
    fold = _folded(f"{len(folded):,} more keys", f"{head}{''.join(folded)}") if folded else ""
    return f"{head}{''.join(rows[:shown])}{_legend(grid)}{fold}", left


def _folded(title: str, text: str) -> str:
    return f"\n<details><summary>{title}</summary>\n{text}\n</details>\n"


def _row(grid: Grid, line: Line) -> str:
    told = " | ".join(
        FAILED if column.failed else " ".join(code(word(one).symbol) for one in statuses)
        for column, statuses in grid.told(line)
    )
    return f"| {_cell(clip(line.key, MAX_KEY))} | {told} |\n"


def _legend(grid: Grid) -> str:
    told = [f"{code(word(one).symbol)} {word(one).word}" for one in grid.statuses]
    if any(one.failed for one in grid.columns):
        told.append(f"{FAILED} not known: the environment failed")
    return f"\n{', '.join(told)}\n"


def _folds(view: View, room: int, full_report: str | None) -> tuple[str, list[View]]:
    """A fold for each environment with rows, and the environments for which there is no room.

    What one does not need is for the others.
    """
    waiting = [part for part in view.parts if part.rows]
    whole = {id(part): _fold(part, 10**9, full_report) for part in waiting}
    folds: dict[int, str] = {}
    for number, part in enumerate(sorted(waiting, key=lambda one: size(whole[id(one)]))):
        share = room // (len(waiting) - number)
        fold = whole[id(part)]
        if size(fold) > share:
            if share < LEAST + FRAME:
                continue
            fold = _fold(part, share - FRAME, full_report)
        folds[id(part)] = fold
        room -= size(fold)
    shown = "".join(folds.get(id(part), "") for part in waiting)
    return shown, [part for part in waiting if id(part) not in folds]


def _fold(part: View, max_bytes: int, full_report: str | None) -> str:
    """The page of one environment, without its marker and title."""
    page = render(part, max_bytes=max_bytes, full_report=full_report)
    lines = page.split("\n")
    body = "\n".join(_below_title(lines)).strip("\n")
    name = html(clip(part.environment or "", 60))
    return _folded(f"<b>{name}</b>, in full", f"\n{body}\n")


def _below_title(lines: Sequence[str]) -> Iterator[str]:
    skipped = ("<!-- aepctl ", "## ")
    for number, line in enumerate(lines):
        if not line.startswith(skipped):
            yield from lines[number:]
            return


def _left_out(lines: int, without: Sequence[View], full_report: str | None) -> str:
    parts = [f"{lines:,} lines of the table"] if lines else []
    names = [code(clip(one.environment or "", 20)) for one in without]
    parts += [f"all of {listed(names, 5)}"] if without else []
    if not parts:
        return ""
    where = f" All of it: {link(full_report, 120)}" if full_report else ""
    return f"\n> **Left out to fit:** {' and '.join(parts)}.{where}\n"


def _cell(text: str) -> str:
    return _barred(code(text))


def _barred(text: str) -> str:
    """A table's cell ends at a bar, in code as well, except at an escaped one."""
    return text.replace("|", "\\|")
