"""The tree of errors, as it is drawn, and the exit code of each class."""

import importlib
import pkgutil
import re

import pytest

import aepctl
from aepctl import errors
from aepctl.errors import AepctlError

DRAWN = {
    name: int(code)
    for name, code in re.findall(
        r"^(?:│   |    )*(?:[├└]── )?(\w+) +(\d+)   \S", str(errors.__doc__), re.MULTILINE
    )
}
CODES = {1, 3, 4, 5, 64, 70, 130}
"""Exit codes that an error may have, from the design's table; 0 and 2 are no errors."""


def classes(base: type[AepctlError]) -> list[type[AepctlError]]:
    return [base, *(found for one in base.__subclasses__() for found in classes(one))]


@pytest.fixture(scope="module")
def all_errors() -> dict[str, type[AepctlError]]:
    for module in pkgutil.walk_packages(aepctl.__path__, "aepctl."):
        importlib.import_module(module.name)
    return {
        one.__name__: one for one in classes(AepctlError) if one.__module__.startswith("aepctl.")
    }


def test_the_drawing_shows_every_class_with_its_exit_code(
    all_errors: dict[str, type[AepctlError]],
) -> None:
    assert {name: one.exit_code for name, one in all_errors.items()} == DRAWN


def test_every_exit_code_is_in_the_table(all_errors: dict[str, type[AepctlError]]) -> None:
    assert {one.exit_code for one in all_errors.values()} <= CODES


def test_every_class_says_what_it_is_for(all_errors: dict[str, type[AepctlError]]) -> None:
    assert [name for name, one in all_errors.items() if not one.__doc__] == []


@pytest.mark.parametrize(
    ("name", "code"),
    [("InvalidInput", 1), ("StateError", 1), ("SafetyRefusal", 3), ("StateLocked", 5)],
)
def test_pipelines_can_tell_them_apart(name: str, code: int) -> None:
    assert DRAWN[name] == code


def test_an_error_says_what_happened_and_what_to_do_next() -> None:
    error = AepctlError("it broke", hint="mend it")
    assert (error.message, error.hint, str(error)) == ("it broke", "mend it", "it broke")
    assert AepctlError("it broke").hint is None
