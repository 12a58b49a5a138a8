"""The rules of docs/architecture.md: who may import what, and how large a module may grow."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import aepctl

PACKAGE = Path(aepctl.__file__).parent
ROOT = PACKAGE.parent
MODULES = {
    ".".join(("aepctl", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
LONGEST = 250
LAYERS = [
    {"cli"},
    {"workflow"},
    {"render", "emulator"},
    {"apply"},
    {"manifests", "plan", "aep"},
    {"state"},
    {"credentials"},
    {"settings"},
    {"yamldoc"},
    {"audience", "errors"},
]
"""From above: each may import what stands below it, none what stands beside or above it."""

OWNERS = {
    "yaml": {"yamldoc"},
    "httpx": {"aep"},
    "httpcore": {"aep"},
    "deepdiff": {"plan"},
    "click": {"cli"},
    "starlette": {"emulator"},
    "uvicorn": {"emulator"},
    "sqlite3": {"emulator"},
    "pydantic": {"yamldoc", "manifests", "settings", "state", "aep", "workflow", "render"},
}
IMPURE = {"os", "io", "pathlib", "time", "datetime", "random", "socket", "subprocess", "threading"}


def part(module: str) -> str:
    """The part of the package that a module belongs to: `aepctl.plan.fields` to `plan`."""
    return module.removeprefix("aepctl").lstrip(".").split(".")[0]


def imports(path: Path) -> set[str]:
    """All that a module imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            module = str(node.module)
            found |= {
                f"{module}.{name.name}" if module == "aepctl" else module for name in node.names
            }
    return found


IMPORTS = {module: imports(path) for module, path in MODULES.items()}


def test_every_part_has_its_layer() -> None:
    parts = {part(module) for module in MODULES} - {"", "__main__"}
    assert parts == set().union(*LAYERS)


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    below = set().union(*LAYERS)
    for layer in LAYERS:
        below -= layer
        if part(module) in layer:
            ours = {part(name) for name in IMPORTS[module] if name.startswith("aepctl.")}
            assert ours - {part(module), "__version__"} <= below


@pytest.mark.parametrize(("library", "owners"), OWNERS.items())
def test_a_library_is_imported_by_its_owners_only(library: str, owners: set[str]) -> None:
    users = {
        part(module)
        for module, names in IMPORTS.items()
        if any(name.split(".")[0] == library for name in names)
    }
    assert users <= owners
    assert users or library == "httpcore"


def test_the_plan_is_pure() -> None:
    for module, names in IMPORTS.items():
        if part(module) == "plan":
            assert not {name.split(".")[0] for name in names} & IMPURE


def test_no_module_grows_beyond_a_screenful_or_five() -> None:
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for name, path in MODULES.items()
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_this_file_and_the_linters_contracts_agree() -> None:
    tomllib = pytest.importorskip("tomllib")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (layers,) = (one["layers"] for one in settings["contracts"] if one["type"] == "layers")
    named = [{name.strip().removeprefix("aepctl.") for name in one.split("|")} for one in layers]
    assert named == LAYERS


@pytest.mark.skipif(
    shutil.which("lint-imports", path=Path(sys.executable).parent) is None,
    reason="import-linter is not installed",
)
def test_the_linters_contracts_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout
