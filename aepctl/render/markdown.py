"""Everything as Markdown for a review comment, within a budget of bytes.

Whatever comes from outside stands in code, where nothing in it means anything. The first line is
hidden; by it a bot finds its own comment again.
"""

from collections.abc import Iterator
from itertools import groupby

from aepctl.model.target import Target
from aepctl.render.alerts import RENAMED
from aepctl.render.escape import code_within, comment, fence, prose
from aepctl.render.fitting import MarkdownPage, Section, fit, size
from aepctl.render.markdown_parts import MANY, sections
from aepctl.render.markdown_problems import problem_entry
from aepctl.render.markdown_texts import commands
from aepctl.render.view import Failed, View
from aepctl.render.words import totals
from aepctl.wording import commands_in, listed

MAX_BYTES = 60_000
"""GitHub takes comments of 65,536 characters."""
MAX_TARGETS = 20
"""How many targets are named."""


def render(view: View, *, max_bytes: int = MAX_BYTES, full_report: str | None = None) -> str:
    """The page. `full_report` says where all of it is; it is named where something is left out."""
    if view.parts:
        from aepctl.render.grid_markdown import render_grid  # noqa: PLC0415 - it draws with this

        return render_grid(view, max_bytes=max_bytes, full_report=full_report)
    if view.problems:
        page = _problems(view, full_report)
    elif view.failed is not None:
        page = _failed(view, view.failed, full_report)
    elif view.totals is None:
        page = _bare(view, max_bytes)
    else:
        page = _rows(view, totals(view.totals) or view.nothing, full_report, max_bytes)
    return fit(page, max_bytes)


def _bare(view: View, max_bytes: int) -> MarkdownPage:
    """What has nothing to count: what is said of it, and the table of environments, if any."""
    head = f"{_head(view, view.title)}\n{view.empty}\n" if view.empty else _head(view, view.title)
    if view.grid is None:
        return MarkdownPage(head, head, 0)
    from aepctl.render.grid_markdown import table  # noqa: PLC0415 - it draws with this

    lines, left = table(view.grid, max_bytes - 2 * size(head))
    more = f"\nand {left:,} more keys\n" if left else ""
    return MarkdownPage(f"{head}{lines}{more}", head, 0)


def marker(plan_id: str | None, environment: str | None) -> str:
    """The hidden first line. `-` stands for what there is not."""
    plan, where = comment(plan_id or "")[:64] or "-", comment(environment or "")[:60] or "-"
    return f"<!-- aepctl plan-id={plan} environment={where} -->"


def _rows(view: View, counted: str, full_report: str | None, max_bytes: int) -> MarkdownPage:
    head = [_head(view, _title(view, 200))]
    if counted:
        head.append(f"**{counted}**\n")
    if view.target is not None:
        head.append(_target(view.target, view.plan_id))
    head += [f"> **{title}:** {prose(text, 1000)}\n" for title, text in view.alerts]
    if view.paste:
        head.append(paste_block(view.paste, max_bytes // 4))
    head += _notes(view)
    if view.next:
        head.append(_next(view.next))
    return MarkdownPage(
        head="\n".join(head),
        least=f"{_head(view, _title(view, 40))}\n**{counted}**\n",
        total=len(view.rows),
        sections=sections(view.rows, max_bytes // 4),
        foot=f"\nTo apply it:\n\n{commands((view.run,))}" if view.run else "",
        full_report=full_report,
    )


def _next(text: str) -> str:
    """What to do now, and the command once more, to copy, where there is no choice."""
    found = commands_in(text)
    return f"Next: {prose(text, 1000)}\n" + (f"\n{commands(found)}" if len(found) == 1 else "")


def paste_block(lines: tuple[str, ...], most: int) -> str:
    """The lines as a block to copy; a word on where they are, where they are too many."""
    mark, text = fence(lines), "\n".join(lines)
    if size(text) > most:
        return f"**{RENAMED}:** {len(lines) - 1:,} lines, which the plan has as text.\n"
    return f"**{RENAMED}:**\n\n{mark}yaml\n{text}\n{mark}\n"


def _head(view: View, title: str) -> str:
    return f"{marker(view.plan_id, view.environment)}\n## {title}\n"


def _title(view: View, most: int) -> str:
    """The title, with the environment's name as code."""
    named = f"{view.title} for {code_within(view.place, most)}" if view.place else view.title
    return f"{named}{view.after}"


def _target(target: Target, plan_id: str | None) -> str:
    parts = [("Organisation", target.org), ("sandbox", target.sandbox), ("at", target.endpoint)]
    where = ", ".join(f"{name} {code_within(text, 300)}" for name, text in parts)
    return f"{where}; plan {code_within(plan_id, 100)}\n" if plan_id else f"{where}\n"


def _notes(view: View) -> Iterator[str]:
    if view.targets:
        targets = listed((code_within(one, 200) for one in view.targets), MAX_TARGETS)
        yield f"Only {targets}.\n"
    if not view.rows:
        yield f"{view.empty}\n"


def _problems(view: View, full_report: str | None) -> MarkdownPage:
    groups = problem_sections(view)
    head = _head(view, view.title)
    total = len(view.problems)
    return MarkdownPage(head, head, total, "problems", groups, full_report=full_report)


def problem_sections(view: View) -> tuple[Section, ...]:
    """The problems of each file."""
    return tuple(
        Section(
            f"**{code_within(file, 400)}**", tuple(problem_entry(one) for one in group), opened=MANY
        )
        for file, group in groupby(view.problems, key=lambda problem: problem.origin.file)
    )


def _failed(view: View, failed: Failed, full_report: str | None) -> MarkdownPage:
    title = _head(view, view.title)
    then = f"\n{_next(failed.hint)}" if failed.hint else ""
    first, *others = (code_within(line, 1000) for line in failed.message.split("\n"))
    what = "\n\n".join((f"{first} {code_within(f'[{failed.code}]', 100)}", *others))
    least = f"{title}\n{code_within(failed.message, 200)}\n"
    return MarkdownPage(f"{title}\n{what}\n{then}", least, 0, full_report=full_report)
