"""Where the source names codes of errors and rules of problems, read from its syntax trees."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeGuard

import aepctl
from aepctl import errors
from aepctl.errors import AepctlError

PACKAGE = Path(aepctl.__file__).parent
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)*")
CLASSES = {
    name: one
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, AepctlError)
}
RULED = {"Problem", "Finding", "refuse", "_refuse_file", "_finding", "finding", "error_text"}
"""What takes a rule or a code as one of its arguments."""
NAMES = {"code", "rule"}


@cache
def parsed() -> dict[str, tuple[ast.AST, ...]]:
    """All nodes of each module: read by the tests that need them, not by everybody who collects."""
    return {
        path.relative_to(PACKAGE.parent).as_posix(): tuple(
            ast.walk(ast.parse(path.read_text("utf-8")))
        )
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@dataclass(frozen=True)
class Raised:
    """One place that makes an error: which class, with which `code=`, if any."""

    place: str
    kind: type[AepctlError]
    code: ast.expr | None


def raised() -> Iterator[Raised]:
    """Every place that makes an AepctlError of a class by its name."""
    for name, nodes in parsed().items():
        for node in nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                kind = CLASSES.get(node.func.id)
                if kind is not None:
                    code = next((one.value for one in node.keywords if one.arg == "code"), None)
                    yield Raised(f"{name}:{node.lineno}", kind, code)


def used() -> frozenset[str]:
    """Every code and rule that the source can give to an error or a problem."""
    constants = {
        target.id: node.value.value
        for nodes in parsed().values()
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: set[str] = {one.code for one in CLASSES.values()}
    for name, nodes in parsed().items():
        ours = "/emulator/" not in name  # its answers have codes as well: the platform's
        for node in (one for one in nodes if ours or _makes_error(one)):
            for value in _values(node):
                for one in ast.walk(value):
                    text = one.value if isinstance(one, ast.Constant) else None
                    text = constants.get(one.id) if _is_constant(one) else text
                    if isinstance(text, str) and CODE.fullmatch(text):
                        found.add(text)
    return frozenset(found) - {AepctlError.code}


def _is_constant(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and node.id.isupper()


def _makes_error(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in CLASSES


def _values(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions whose texts are codes, as far as this node is about one."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            yield from (one.value for one in node.keywords if one.arg in NAMES)
            if name in RULED:
                yield from (one for one in node.args if isinstance(one, ast.Constant | ast.Name))
        case ast.FunctionDef(name="_code"):
            yield from (
                one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value
            )
        case ast.arguments():
            named = [*node.args[len(node.args) - len(node.defaults) :], *node.kwonlyargs]
            for one, default in zip(named, [*node.defaults, *node.kw_defaults], strict=True):
                if one.arg in NAMES and default is not None:
                    yield default
        case ast.AnnAssign(target=ast.Name(id="code" | "rule"), value=value) if value is not None:
            yield value
