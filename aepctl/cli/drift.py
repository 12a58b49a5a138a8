"""aepctl drift."""

from typing import TYPE_CHECKING, Any

import click

from aepctl.cli.command import Command
from aepctl.cli.everywhere import all_environments_option, check_alone
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.looking import Looking
from aepctl.cli.outputs import Outputs, output_options
from aepctl.cli.plan import target_option
from aepctl.cli.types import max_wait_option

if TYPE_CHECKING:
    from aepctl.plan.drift import Ignore


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


@click.command(cls=Command, json_list="audiences")
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
@all_environments_option
@max_wait_option
@pass_invocation
def drift(
    invocation: Invocation,
    outputs: Outputs,
    targets: tuple[str, ...],
    ignores: "tuple[Ignore, ...]",
    unmanaged: bool,
    everywhere: bool,
    max_wait: float,
) -> int:
    """Show what the platform has that the state does not know.

    Only reads: nothing is written, and no lock is taken. Made for a schedule: exit 0 where there is
    no drift, 2 where there is some; every error has another exit code.
    """
    if unmanaged and targets:
        raise click.UsageError("--unmanaged is about what has no key: leave out --target")

    looking = Looking(targets, ignores, unmanaged, max_wait)
    if everywhere:
        check_alone(invocation)
        return run_and_render(outputs, lambda: looking.all(invocation, outputs.output))
    return run_and_render(outputs, lambda: looking.one(invocation, outputs))
