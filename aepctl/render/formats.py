"""All formats behind one door: what a command came to, as text in any of them.

One result drives every format and the exit code, so they cannot disagree. A format is imported, and
a result put into it, when it is asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aepctl.apply.findings import Verified
    from aepctl.apply.report import ApplyReport
    from aepctl.errors import AepctlError
    from aepctl.manifests.exported import Exported
    from aepctl.model.target import Target
    from aepctl.plan.plan import Plan
    from aepctl.render.imported import Imported
    from aepctl.render.view import View
    from aepctl.state.model import Intent


@dataclass(frozen=True, slots=True)
class Result:
    """What a command came to: `view` for all formats but JSON, which is `document`.

    `happened`: it tells of what was done, and cannot be had again.
    """

    view: "Callable[[], View]"
    document: Callable[[], str]
    exit_code: int = 0
    happened: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much Markdown there may be, in bytes, and where the whole of it can be read."""

    max_bytes: int = 60_000
    full_report: str | None = None


def of_plan(
    plan: "Plan", *, plan_id: str | None = None, exit_code: int = 0, run: str | None = None
) -> Result:
    """A plan; `plan_id` names it where it is saved, and `run` is the command that does it."""

    def view() -> "View":
        from aepctl.render.view import view_of_plan

        return view_of_plan(plan, plan_id, run)

    def document() -> str:
        from aepctl.render.json import plan_json

        return plan_json(plan)

    return Result(view, document, exit_code)


def of_report(report: "ApplyReport", program: str = "aepctl") -> Result:
    """What came of an apply. `program` is how a command for its environment begins."""

    def view() -> "View":
        from aepctl.render.report import view_of_report

        return view_of_report(report, program)

    def document() -> str:
        from aepctl.render.report_json import report_json

        return report_json(report)

    return Result(view, document, report.exit_code, happened=True)


def of_intents(
    intents: "Iterable[Intent]", program: str = "aepctl", environment: str | None = None
) -> Result:
    """The steps without a known outcome. `program` is how a command for them begins."""
    found = tuple(intents)

    def view() -> "View":
        from aepctl.render.intents import view_of_intents

        return view_of_intents(found, program, environment)

    def document() -> str:
        from aepctl.render.json import intents_json

        return intents_json(found)

    return Result(view, document)


def of_verified(verified: "Verified", environment: str, target: "Target") -> Result:
    """What does not fit between state and platform."""

    def view() -> "View":
        from aepctl.render.verified import view_of_verified

        return view_of_verified(verified, environment, target)

    def document() -> str:
        from aepctl.render.verified import verified_json

        return verified_json(verified, environment, target)

    return Result(view, document, 1 if verified.findings else 0)


def of_imported(imported: "Imported", environment: str, target: "Target") -> Result:
    """What came of an import."""

    def view() -> "View":
        from aepctl.render.imported import view_of_imported

        return view_of_imported(imported, environment, target)

    def document() -> str:
        from aepctl.render.imported import imported_json

        return imported_json(imported, environment, target)

    return Result(view, document, imported.exit_code, happened=not imported.exit_code)


def of_exported(
    exported: "Exported", environment: str, target: "Target", program: str = "aepctl"
) -> Result:
    """What an export wrote, or would write. `program` is how a command for it begins."""

    def view() -> "View":
        from aepctl.render.exported import view_of_exported

        return view_of_exported(exported, environment, target, program)

    def document() -> str:
        from aepctl.render.exported import exported_json

        return exported_json(exported, environment, target)

    return Result(view, document, happened=not exported.dry_run)


def of_error(
    error: "AepctlError",
    json_list: str | None = None,
    environment: str | None = None,
    target: "Target | None" = None,
) -> Result:
    """Why there is no result. `json_list` names the list that its JSON holds, empty.

    `environment` and `target` are what it was about, as far as that is known.
    """

    def view() -> "View":
        from aepctl.render.view import view_of_error

        return view_of_error(error, environment)

    def document() -> str:
        from aepctl.render.json import error_json

        return error_json(error, json_list, environment, target)

    return Result(view, document, error.exit_code)


def render(name: str, result: Result, limits: Limits = Limits(), *, root: str = "") -> str:
    """The whole document in the format `name`. `root` leads from the repository to here."""
    return FORMATS[name](result, limits, root)


def _text(result: Result, _limits: Limits, _root: str) -> str:
    from aepctl.render import text

    return text.render(result.view())


def _json(result: Result, _limits: Limits, _root: str) -> str:
    return result.document()


def _markdown(result: Result, limits: Limits, _root: str) -> str:
    from aepctl.render import markdown

    view = result.view()
    return markdown.render(view, max_bytes=limits.max_bytes, full_report=limits.full_report)


def _html(result: Result, _limits: Limits, _root: str) -> str:
    from aepctl.render import html

    return html.render(result.view())


def _junit(result: Result, _limits: Limits, _root: str) -> str:
    from aepctl.render import junit

    return junit.render(result.view())


def _gitlab(result: Result, _limits: Limits, _root: str) -> str:
    from aepctl.render import gitlab

    return gitlab.render(result.view())


def _codequality(result: Result, _limits: Limits, root: str) -> str:
    from aepctl.render import codequality

    return codequality.render(result.view(), root=root)


FORMATS: Mapping[str, Callable[[Result, Limits, str], str]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "html": _html,
    "junit": _junit,
    "gitlab": _gitlab,
    "codequality": _codequality,
}
