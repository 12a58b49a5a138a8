"""`--write github:`: what GitHub Actions takes from a step."""

import os
import secrets
from dataclasses import replace
from pathlib import Path

from aepctl.cli.output import print_status
from aepctl.render.formats import Limits, Result, render
from aepctl.render.github import SUMMARY_BYTES, annotations, output_block, outputs


def write_github(result: Result, limits: Limits, prefix: str) -> None:
    """Annotations to standard error, where the runner reads them too; summary and outputs to the
    files that GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name. Raises OSError."""
    view = result.view()
    lines = annotations(view, root=prefix)
    if lines:
        print_status(lines.rstrip("\n"))
    summary = render("markdown", result, replace(limits, max_bytes=SUMMARY_BYTES))
    _append("GITHUB_STEP_SUMMARY", f"{summary}\n")
    block = output_block(outputs(view, result.exit_code), secrets.token_hex(16))
    _append("GITHUB_OUTPUT", block)


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if not path:
        print_status(f"{variable} is not set: this is not a step of GitHub Actions")
        return
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(text)
