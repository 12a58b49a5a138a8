"""`--write github:`: what GitHub Actions takes from a step."""

import os
import secrets
from pathlib import Path

from aepctl.apply.report import ApplyReport
from aepctl.cli.output import note
from aepctl.errors import AepctlError
from aepctl.plan import Plan
from aepctl.render.formats import Limits, Result, render
from aepctl.render.github import (
    SUMMARY_BYTES,
    error_annotations,
    output_block,
    plan_outputs,
    report_annotations,
    report_outputs,
)


def write_github(result: Result, whole: str | None, root: str) -> None:
    """Annotations to standard error, where the runner reads them too; summary and outputs to the
    files that GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name. Raises OSError."""
    outputs: dict[str, str] = {"exit_code": str(result.exit_code)}
    match result.of:
        case Plan() as plan:
            outputs |= plan_outputs(plan, plan_id=result.plan_id)
        case ApplyReport() as report:
            outputs |= report_outputs(report, plan_id=result.plan_id)
            _annotate(report_annotations(report, root=root))
        case AepctlError() as error:
            _annotate(error_annotations(error, root=root))
    summary = render("markdown", result, Limits(SUMMARY_BYTES, whole))
    _append("GITHUB_STEP_SUMMARY", f"{summary}\n")
    _append("GITHUB_OUTPUT", output_block(outputs, secrets.token_hex(16)))


def _annotate(lines: str) -> None:
    if lines:
        note(lines.rstrip("\n"))


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if not path:
        note(f"{variable} is not set: this is no step of GitHub Actions, so it gets nothing")
        return
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(text)
