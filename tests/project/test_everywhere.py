"""The same work in each environment: what fails in one stops no other."""

from itertools import combinations

import pytest

from aepctl.errors import AepctlError, Interrupted
from aepctl.project.environment import Environment
from aepctl.project.everywhere import everywhere, made_in, worst
from aepctl.project.project import Project
from aepctl.project.said import EnvironmentSaid

ONE = EnvironmentSaid(endpoint="emulator", sandbox="dev")
PROJECT = Project(environments={"dev": ONE, "stage": EnvironmentSaid(), "prod": ONE})


def names(environment: Environment) -> str:
    return environment.name


def test_each_in_the_order_of_the_file_whatever_a_variable_says() -> None:
    parts = everywhere(PROJECT, {"AEPCTL_ENV": "stage"}, "aepctl", names)
    assert [one.environment for one in parts] == ["dev", "stage", "prod"]
    assert list(made_in(parts)) == [("dev", "dev"), ("prod", "prod")]
    assert isinstance(parts[1].made, AepctlError)
    assert (parts[1].target, parts[1].program) == (None, "aepctl --env stage")


def test_a_hint_can_be_pasted_for_its_own_environment() -> None:
    def fail(environment: Environment) -> str:
        raise AepctlError("no", hint="run `aepctl state init`")

    dev, *_ = everywhere(PROJECT, {}, "aepctl --chdir 'a b'", fail)
    assert isinstance(dev.made, AepctlError)
    assert dev.made.hint == "run `aepctl --chdir 'a b' --env dev state init`"
    assert dev.target is not None


@pytest.mark.parametrize("error", [Interrupted("stop"), ZeroDivisionError()])
def test_an_interrupt_and_a_bug_end_all(error: Exception) -> None:
    def fail(environment: Environment) -> str:
        raise error

    with pytest.raises(type(error)):
        everywhere(PROJECT, {}, "aepctl", fail)


def test_the_worst_exit_code_wins() -> None:
    """A bug, unknown, failed, locked, refused, changes, nothing: of any two the first."""
    for bad, less in combinations((70, 4, 1, 5, 3, 2, 0), 2):
        assert worst((less, bad)) == worst((bad, less, 0)) == bad


def test_a_code_that_is_not_known_is_the_worst_and_none_is_none() -> None:
    assert (worst((1, 99, 70)), worst(())) == (99, 0)
