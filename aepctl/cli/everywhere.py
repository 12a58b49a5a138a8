"""`--all-environments`: one command for each environment of aepctl.yaml, and one result."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import click

from aepctl.cli.invocation import Invocation
from aepctl.cli.output import print_result

if TYPE_CHECKING:
    from aepctl.errors import AepctlError
    from aepctl.operations.context import Context
    from aepctl.project.environment import Environment
    from aepctl.project.everywhere import Part
    from aepctl.render.everywhere import Everywhere
    from aepctl.render.formats import Result

Made = TypeVar("Made")

all_environments_option = click.option(
    "--all-environments",
    "everywhere",
    is_flag=True,
    help="All environments of aepctl.yaml side by side; what fails in one stops no other.",
)


def check_alone(invocation: Invocation, **given: object) -> None:
    """Raise UsageError for options that name one environment. AEPCTL_ENV does not count."""
    named = "--env" if invocation.environment is not None else None
    named = named or next((f"--{name}" for name, value in given.items() if value is not None), None)
    if named is not None:
        raise click.UsageError(f"--all-environments cannot be combined with {named}")


def environments_here(invocation: Invocation) -> tuple[str, ...]:
    """Those of aepctl.yaml; none where it cannot be read, which the command itself will tell."""
    from aepctl.errors import AepctlError
    from aepctl.project.everywhere import names_of
    from aepctl.project.load import load_project

    try:
        return names_of(load_project(os.environ, allow_outside=invocation.allow_outside))
    except AepctlError:
        return ()


def in_all(
    invocation: Invocation,
    context: "Context",
    work: "Callable[[Context, Environment], Made]",
) -> "tuple[Part[Made], ...]":
    """What came of the work in each environment.

    The manifests are read once. Raises InvalidInput where they, or aepctl.yaml, are wrong for all.
    """
    from aepctl.project.everywhere import everywhere
    from aepctl.project.load import load_project

    project = load_project(context.environ, allow_outside=invocation.allow_outside)
    project.need(("manifests",))
    once = replace(context, read_manifests=cache(context.read_manifests))
    once.read_manifests(project.manifests)

    def one(environment: "Environment") -> Made:
        return work(once, environment)

    return everywhere(project, context.environ, invocation.program, one)


def check_targets(
    parts: "Sequence[Part[Made]]", missed: "Callable[[Made], Iterable[str]]"
) -> tuple[tuple[str, str], ...]:
    """Raise NoSuchTarget for a target that is in no environment.

    It may be in one that failed: then this is an alert, which is returned.
    """
    from aepctl.errors import NoSuchTarget
    from aepctl.project.everywhere import made_in

    nowhere = in_every(parts, missed)
    if not nowhere:
        return ()
    said = f"no audience matches --target {nowhere[0]!r} in any environment"
    if len(tuple(made_in(parts))) == len(parts):
        keys = parts[0].command("state", "list")
        raise NoSuchTarget(said, hint=f"`{keys}` has the keys that `{parts[0].environment}` knows")
    return (("Warning", f"{said} that could be looked at"),)


def in_every(
    parts: "Iterable[Part[Made]]", told: "Callable[[Made], Iterable[str]]"
) -> tuple[str, ...]:
    """What all environments tell that did not fail."""
    from aepctl.project.everywhere import made_in

    each = [tuple(told(made)) for _, made in made_in(parts)]
    return tuple(one for one in (each[0] if each else ()) if all(one in some for some in each))


def give(found: "Everywhere", invocation: Invocation, output: str) -> "Result":
    """The result of all, printed where it is text; else what failed is told beside it."""
    from aepctl.cli.paper import paper
    from aepctl.render.everywhere import of_everywhere, shared_problems
    from aepctl.render.grid_text import render_grid

    result = of_everywhere(found)
    if output == "text":
        paint = paper(folds=invocation.all_of_it)
        print_result(render_grid(result.view(), paint, full=invocation.verbose))
        return result
    invocation.log.tell_problems(shared_problems(found.parts)[0])
    tell_failed(invocation, found.errors)
    return result


def tell_failed(invocation: Invocation, errors: "Mapping[str, AepctlError]") -> None:
    """What is wrong with environments, by name, beside what there is of the others."""
    for name, error in errors.items():
        said, told = f"{name}: {error.message}", {"code": error.code, "next": error.hint}
        invocation.log.fail("error", said, environment=name, **told)
