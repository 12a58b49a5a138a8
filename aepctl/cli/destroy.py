"""aepctl destroy."""

from typing import TYPE_CHECKING, Any

import click

from aepctl.cli.apply import parallelism_option
from aepctl.cli.command import Command
from aepctl.cli.formats import run_steps
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.outputs import Outputs, output_options
from aepctl.cli.plan import overwrite_option, target_option
from aepctl.cli.types import lock_timeout_option, max_wait_option

if TYPE_CHECKING:
    from aepctl.render.formats import Result


@click.command(cls=Command, json_list="outcomes")
@output_options
@target_option
@click.option(
    "--auto-approve",
    metavar="NAME",
    help="Destroy without asking: NAME is the environment's, once more.",
)
@overwrite_option
@parallelism_option
@lock_timeout_option
@max_wait_option
@pass_invocation
def destroy(
    invocation: Invocation,
    /,
    outputs: Outputs,
    auto_approve: str | None,
    max_wait: float,
    **options: Any,
) -> int:
    """Delete on the platform all that the state of an environment knows, and forget it.

    Shows what goes, and asks for the environment's name. Nothing is deleted of an environment that
    is protected, nor while `prevent_destroy` protects one of the audiences. What was retained when
    it was removed from the manifests stays. A destroy that was interrupted is finished by running
    it again.
    """

    def work() -> "Result":
        return _destroyed(invocation, outputs.output, auto_approve, max_wait, options)

    return run_steps(outputs, work)


def _destroyed(
    invocation: Invocation,
    output: str,
    name: str | None,
    max_wait: float,
    options: dict[str, Any],
) -> "Result":
    """What came of it. `name`: that of --auto-approve."""
    from aepctl.cli.approval import approved, ask_name, check_name
    from aepctl.cli.console import console_for
    from aepctl.operations.destroy import destroy
    from aepctl.operations.options import ApplyOptions
    from aepctl.render.formats import of_report

    console = console_for(invocation, output, ask_name if name is None else approved)
    context = invocation.context(console, max_wait=max_wait)
    environment = invocation.resolve(context)
    if name is not None:
        check_name(name, environment.name)
    with console:
        report = destroy(context, environment, ApplyOptions(**options), invocation.stop)
    console.finish(report, environment.program)
    return of_report(report, environment.program)
