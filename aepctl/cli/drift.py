"""aepctl drift."""

from typing import TYPE_CHECKING, Any

import click

from aepctl.cli.formats import output_options, outputs_of, run_and_render
from aepctl.cli.invocation import Command, Invocation, pass_invocation
from aepctl.cli.output import print_result
from aepctl.cli.plan import target_option
from aepctl.cli.types import max_wait_option

if TYPE_CHECKING:
    from aepctl.plan.drift import Ignore
    from aepctl.render.formats import Result


class IgnoreField(click.ParamType["Ignore"]):
    """`KEY.FIELD`."""

    name = "key.field"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "Ignore":
        from aepctl.plan.drift import Ignore

        try:
            return Ignore.of(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(cls=Command)
@output_options
@target_option
@click.option(
    "--ignore",
    "ignores",
    type=IgnoreField(),
    multiple=True,
    metavar="KEY.FIELD",
    help="This field may differ, such as gold.description; KEY may be a pattern. Repeatable.",
)
@click.option(
    "--unmanaged",
    is_flag=True,
    help="Also what has our namespace and originName, and no manifest and no state names.",
)
@max_wait_option
@pass_invocation
def drift(
    invocation: Invocation,
    output: str,
    writes: tuple[tuple[str, str], ...],
    github: bool,
    max_bytes: int,
    targets: tuple[str, ...],
    ignores: "tuple[Ignore, ...]",
    unmanaged: bool,
    max_wait: float,
) -> int:
    """Show what the platform has that the state does not know.

    Only reads: nothing is written, and no lock is taken. Made for a schedule: exit 0 where there is
    no drift, 2 where there is some; every error has another exit code.
    """
    if unmanaged and targets:
        raise click.UsageError("--unmanaged is about what has no key: leave out --target")

    def work() -> "Result":
        from aepctl.cli.paper import paper
        from aepctl.operations.drift import drift as operation
        from aepctl.operations.onlooker import look_on
        from aepctl.operations.plan import policy_of
        from aepctl.plan.drift import Asked
        from aepctl.render.drifted import Where, of_drift
        from aepctl.render.text import render

        context = invocation.context(max_wait=max_wait)
        environment = invocation.resolve(context)
        policy = policy_of(environment, refresh=True)
        asked = Asked(targets, ignores, unmanaged)
        found = operation(look_on(context, environment), policy, asked)
        where = Where(
            environment.name, environment.target, environment.program, environment.manifests
        )
        result = of_drift(found, where)
        if output == "text":
            print_result(render(result.view(), paper()))
        return result

    return run_and_render(outputs_of(output, writes, github, max_bytes), "audiences", work)
