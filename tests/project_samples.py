"""A project for these tests: aepctl.yaml in the current folder, and the environment in it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from aepctl.errors import AepctlError, InvalidInput
from aepctl.project.environment import Environment
from aepctl.project.load import load_project
from aepctl.project.project import Project

SECRET = "hunter2-äö"
FILE = """
default_environment: dev
environments:
  dev: {org: DEV@AdobeOrg, sandbox: dev}
  stage: {org: STAGE@AdobeOrg, sandbox: stage}
  local: {endpoint: emulator, sandbox: dev}
"""


def write(text: str) -> None:
    Path("aepctl.yaml").write_text(text, "utf-8")


def project_of(text: str, environ: Mapping[str, str] | None = None) -> Project:
    write(text)
    return load_project(environ or {})


def one_environment(fields: str) -> str:
    return f"environments: {{dev: {{org: ORG@AdobeOrg, sandbox: dev, {fields}}}}}"


def load(text: str = FILE, name: str | None = None, **environ: str) -> Environment:
    return project_of(text, environ).environment(environ, name)


def refused(text: str, **environ: str) -> tuple[str, str | None]:
    with pytest.raises(AepctlError) as raised:
        load(text, **environ)
    return raised.value.message, raised.value.hint


def problems(text: str, **environ: str) -> list[tuple[int, int, str, str | None]]:
    with pytest.raises(InvalidInput) as raised:
        project_of(text, environ)
    return [
        (one.origin.line, one.origin.column, one.message, one.hint) for one in raised.value.problems
    ]
