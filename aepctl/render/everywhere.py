"""What came of several environments, as one Result. Other results do without this module."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.problem import Problem
from aepctl.project.everywhere import Part, worst
from aepctl.render.formats import Result
from aepctl.render.grid import grid_of
from aepctl.render.view import View, view_of_error
from aepctl.render.words import in_order


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What came of `command`: each part has a result, or says why there is none.

    `changed` are the environments of which there is something to be told. `words` show one of them
    in full. `alerts` are about all of them. `json_list` names the list of one's JSON document.
    `targets` are those that somebody gave.
    """

    command: str
    parts: Sequence[Part[Result]]
    changed: tuple[str, ...]
    words: tuple[str, ...]
    json_list: str
    alerts: tuple[tuple[str, str], ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def errors(self) -> dict[str, AepctlError]:
        """Why environments have no result."""
        return {one.environment: one.error for one in self.parts if one.error is not None}


def of_everywhere(found: Everywhere) -> Result:
    """All environments, for all formats; the exit code is the worst of theirs."""

    def document() -> str:
        from aepctl.render.everywhere_json import everywhere_json  # noqa: PLC0415 - few need it

        return everywhere_json(found, code)

    code = worst(one.made.exit_code for one in found.parts)
    return Result(lambda: view_of_everywhere(found), document, code)


def view_of_everywhere(found: Everywhere) -> View:
    """All environments side by side, and each of them in full."""
    parts = found.parts
    views = [_view(one, found.command) for one in parts]
    own = [
        (f"{title} in {view.environment}", text) for view in views for title, text in view.alerts
    ]
    made = [view for view in views if view.totals is not None]
    problems, more = shared_problems(parts)
    empty = {view.empty for view in made if not view.rows}
    return View(
        command=found.command,
        title=f"{found.command.capitalize()} for all environments",
        targets=found.targets,
        totals=_sums(made) if made else None,
        nothing=made[0].nothing if made else "",
        empty=empty.pop() if len(empty) == 1 and len(made) == len(views) else "",
        alerts=(*found.alerts, *own),
        problems=problems,
        more=more,
        paste=tuple(dict.fromkeys(line for view in views for line in view.paste)),
        looked=any(view.looked for view in made),
        parts=tuple(replace(view, paste=()) for view in views),
        grid=grid_of(views, [one.command(*found.words) for one in parts], found.changed),
    )


def shared_problems(parts: Iterable[Part[Result]]) -> tuple[tuple[Problem, ...], int]:
    """The problems of manifests and settings, each once, in the files' order; how many more."""
    errors = [one.made for one in parts if isinstance(one.made, InvalidInput)]
    once = dict.fromkeys(problem for error in errors for problem in error.problems)
    every = tuple(sorted(once, key=lambda one: one.origin))
    return every, max((error.more for error in errors), default=0)


def _view(part: Part[Result], command: str) -> View:
    if not isinstance(part.made, AepctlError):
        return part.made.view()
    failed = view_of_error(part.made, part.environment)
    return replace(failed, command=command, target=part.target)


def _sums(views: Iterable[View]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for view in views:
        for status, count in (view.totals or {}).items():
            counts[status] += count  # a zero is kept: it is told where numbers are expected
    return in_order(counts)
