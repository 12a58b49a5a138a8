"""All formats behind one door: what a command came to, as text in any of them.

One result drives every format and the exit code, so they cannot disagree. A format is imported
when it is asked for.
"""

from dataclasses import dataclass

from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError
from aepctl.plan import Plan
from aepctl.yamldoc import InvalidInput, Problem

DOCUMENTS = ("text", "json", "markdown", "html")
"""Formats for standard output."""
FILES = (*DOCUMENTS, "gitlab", "codequality", "junit")
"""Formats for files."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command came to: a plan, a report, a number of sound audiences, or an error.

    `empty` names the list that a JSON document of an error holds; `plan_id` is "" where the plan
    has none.
    """

    of: Plan | ApplyReport | int | AepctlError
    empty: str
    exit_code: int = 0
    plan_id: str = ""
    environment: str = ""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of an error in manifests or settings."""
        return self.of.problems if isinstance(self.of, InvalidInput) else ()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much Markdown there may be, in bytes, and where the whole of it can be read."""

    max_bytes: int = 60_000
    whole: str | None = None


def render(name: str, result: Result, limits: Limits = Limits(), *, root: str = "") -> str:
    """The whole document in the format `name`. `root` leads from the repository to here."""
    if name == "markdown":
        return _markdown(result, limits)
    if name == "codequality":
        from aepctl.render.codequality import codequality

        return codequality(result.problems, root=root)
    renderers = {"text": _text, "json": _json, "html": _html, "gitlab": _gitlab, "junit": _junit}
    return renderers[name](result)


def _text(result: Result) -> str:
    from aepctl.render.display import Paint, display
    from aepctl.render.outcome_text import outcome_text, report_text
    from aepctl.render.plan_text import plan_text
    from aepctl.render.problems import problems_text

    plain = Paint(on=False)
    match result.of:
        case Plan() as plan:
            return plan_text(plan, plain)
        case ApplyReport() as report:
            lines = "".join(f"{outcome_text(one, plain)}\n" for one in report.outcomes)
            return f"{plan_text(report.plan, plain)}\n{lines}{report_text(report, plain)}"
        case AepctlError() as error:
            problems = problems_text(result.problems, plain)
            hint = f"  {display(error.next)}\n" if error.next else ""
            told = f"{problems}\n" if problems else ""
            return f"{told}error: {display(error.what)}\n{hint}"
        case count:
            return f"{count} audience{'s' * (count != 1)}, no problems.\n"


def _json(result: Result) -> str:
    from aepctl.render.outcome_json import report_json
    from aepctl.render.plan_json import error_json, plan_json, validation_json

    match result.of:
        case Plan() as plan:
            return plan_json(plan)
        case ApplyReport() as report:
            return report_json(report)
        case AepctlError() as error:
            return error_json(error, result.empty)
        case count:
            return validation_json(count)


def _markdown(result: Result, limits: Limits) -> str:
    from aepctl.render.markdown import (
        error_markdown,
        plan_markdown,
        problems_markdown,
        report_markdown,
    )

    most, whole, plan_id = limits.max_bytes, limits.whole, result.plan_id
    match result.of:
        case Plan() as plan:
            return plan_markdown(plan, plan_id=plan_id, max_bytes=most, whole=whole)
        case ApplyReport() as report:
            return report_markdown(report, plan_id=plan_id, max_bytes=most, whole=whole)
        case AepctlError() as error:
            where = result.environment
            return error_markdown(error, environment=where, max_bytes=most, whole=whole)
        case _:
            where = result.environment
            return problems_markdown((), environment=where, max_bytes=most, whole=whole)


def _html(result: Result) -> str:
    from aepctl.render.html import error_html, plan_html, problems_html, report_html

    match result.of:
        case Plan() as plan:
            return plan_html(plan, plan_id=result.plan_id)
        case ApplyReport() as report:
            return report_html(report, plan_id=result.plan_id)
        case AepctlError() as error:
            return error_html(error)
        case _:
            return problems_html(())


def _gitlab(result: Result) -> str:
    from aepctl.render.gitlab import failed_terraform, plan_terraform

    match result.of:
        case Plan() as plan:
            return plan_terraform(plan)
        case ApplyReport() as report:
            return plan_terraform(report.plan)
        case _:
            return failed_terraform()


def _junit(result: Result) -> str:
    from aepctl.render.junit import error_junit, plan_junit, problems_junit, report_junit

    match result.of:
        case Plan() as plan:
            return plan_junit(plan)
        case ApplyReport() as report:
            return report_junit(report)
        case AepctlError() as error:
            return error_junit(error)
        case _:
            return problems_junit(())
