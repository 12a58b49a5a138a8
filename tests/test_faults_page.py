"""docs/faults.md, reliability.md and tried.md name tests: these tests are there."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"`(tests/[\w/]*(?:\.py)?|test_\w+\.py)?((?:::\w+)*)`")


@cache
def defined_in(file: Path) -> frozenset[str]:
    """The names of the tests of a file, as the page writes them: `::test_x`, `::TestX::test_x`."""
    names: set[str] = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(f"::{node.name}")
        if isinstance(node, ast.ClassDef):
            inner = (one for one in node.body if isinstance(one, ast.FunctionDef))
            names |= {f"::{node.name}::{one.name}" for one in inner}
    return frozenset(names)


def named(page: str) -> Iterator[tuple[int, str, str]]:
    """Line, file and name of each test on a page; `::name` is in the file named before it."""
    file = ""
    for number, line in enumerate(page.splitlines(), 1):
        for found in NAMED.finditer(line):
            file = found[1] or file
            if file and (found[1] or found[2]):
                yield number, file, found[2]


def missing(page: str) -> list[str]:
    """What a page names that is not there."""
    return [
        f"line {line}: {file}{name}" for line, file, name in named(page) if not is_there(file, name)
    ]


def is_there(file: str, name: str) -> bool:
    """Whether it is. A table about one part of the program names its files without their folder."""
    found = [ROOT / file] if "/" in file else [*(ROOT / "tests").rglob(file)]
    return any(one.exists() and (not name or name in defined_in(one)) for one in found)


@pytest.mark.parametrize("page", ["docs/faults.md", "docs/reliability.md", "docs/tried.md"])
def test_every_test_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text()
    assert len(list(named(text))) > 10
    assert missing(text) == []


def test_every_row_of_faults_names_a_test() -> None:
    text = (ROOT / "docs/faults.md").read_text()
    with_tests = {line for line, _, _ in named(text)}
    rows = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"\| (?!fault|\|)", line)]
    assert len(rows) > 60
    assert [row for row in rows if row not in with_tests] == []


def test_what_is_not_there_is_told() -> None:
    page = "`tests/test_files.py::test_none`\n`tests/gone.py`, `::test_x`, `tests/rigs/`\n"
    assert missing(page) == [
        "line 1: tests/test_files.py::test_none",
        "line 2: tests/gone.py",
        "line 2: tests/gone.py::test_x",
    ]
