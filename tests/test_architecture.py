"""The rules of docs/architecture.md that the import contracts in pyproject.toml cannot say."""

import ast
import re
import tomllib
from pathlib import Path

import aepctl

PACKAGE = Path(aepctl.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 250


def test_every_part_has_its_layer() -> None:
    settings = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["tool"]
    (layers,) = (
        one["layers"] for one in settings["importlinter"]["contracts"] if one["type"] == "layers"
    )
    named = {name.strip() for layer in layers for name in layer.split("|")}
    parts = {
        f"aepctl.{module.relative_to(PACKAGE).parts[0].removesuffix('.py')}" for module in MODULES
    }
    assert parts - {"aepctl.__init__", "aepctl.__main__"} == named


def test_no_module_grows_beyond_a_screenful_or_five() -> None:
    lengths = {module: len(module.read_text("utf-8").splitlines()) for module in MODULES}
    assert {module: length for module, length in lengths.items() if length > LONGEST} == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [
        module for module in MODULES if not ast.get_docstring(ast.parse(module.read_text("utf-8")))
    ] == []


def test_paths_are_followed_where_a_link_to_itself_does_no_harm() -> None:
    """Before Python 3.13 `Path.resolve` raises no OSError there: see `files.real_path`."""
    assert [
        module
        for module in MODULES
        if "emulator" not in module.parts
        and re.search(r"\.resolve\(\)|\bPath\.cwd\(\)", module.read_text("utf-8"))
    ] == []


def test_json_from_outside_is_read_where_nothing_in_it_is_an_error_of_its_own() -> None:
    """`json.loads` raises RecursionError, too: `texts.json_of` does not. Here hooks are needed, or
    what is read is what was written a moment ago."""
    readers = {
        str(module.relative_to(PACKAGE))
        for module in MODULES
        if "emulator" not in module.parts and "json.loads(" in module.read_text("utf-8")
    }
    assert readers == {
        "aep/body.py",
        "operations/migrating.py",
        "operations/planfiles.py",
        "project/redaction.py",
        "state/codec.py",
        "state/journal_codec.py",
        "texts.py",
    }
