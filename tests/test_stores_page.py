"""docs/stores.md: the rights that it says are enough are those that are tried, or printed."""

import ast
import json
import re
from pathlib import Path

import yaml

from aepctl.state.stores.http_address import PASSWORD, USERNAME
from aepctl.state.stores.postgres import parse_postgres

TESTS = Path(__file__).resolve().parent
PAGE = (TESTS.parent / "docs/stores.md").read_text()


def block(language: str) -> str:
    """The last one of a language."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found[-1]


def test_the_policy_for_s3_is_the_one_that_a_server_was_asked_to_check() -> None:
    """The server is a program, and needs libraries that not everybody has."""
    program = ast.parse((TESTS / "state/stores/s3_server.py").read_text())
    (tried,) = (
        ast.literal_eval(one.value)
        for one in program.body
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "ENOUGH"
    )
    assert json.loads(block("json").replace(":::BUCKET", ":::states")) == tried


def test_the_statements_are_those_that_state_init_prints() -> None:
    printed = parse_postgres("postgresql://h/state?name=x", {}).definition("aepctl")
    assert re.findall(r"[^\s;]+", block("sql")) == re.findall(r"[^\s;]+", printed)


def test_the_variables_for_gitlab_are_those_that_are_read() -> None:
    assert set(yaml.safe_load(block("yaml"))["variables"]) == {USERNAME, PASSWORD}
