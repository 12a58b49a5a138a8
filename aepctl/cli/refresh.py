"""aepctl refresh."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Command
from aepctl.cli.formats import run_steps
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.outputs import Outputs, output_options
from aepctl.cli.plan import target_option
from aepctl.cli.types import lock_timeout_option, max_wait_option

if TYPE_CHECKING:
    from aepctl.render.formats import Result


@click.command(cls=Command, json_list="outcomes")
@output_options
@target_option
@click.option("--auto-approve", is_flag=True, help="Record it without asking.")
@lock_timeout_option
@max_wait_option
@pass_invocation
def refresh(
    invocation: Invocation,
    outputs: Outputs,
    targets: tuple[str, ...],
    auto_approve: bool,
    lock_timeout: float,
    max_wait: float,
) -> int:
    """Take what the platform has into the state, after showing it; nothing is sent.

    Texts that somebody edited are recorded, so that a plan compares the manifests with what is
    there; what is gone is forgotten, and the next apply makes it anew if it is still wanted.
    """

    def work() -> "Result":
        from aepctl.cli.approval import approved, ask_yes
        from aepctl.cli.console import console_for
        from aepctl.operations.refresh import refresh as operation
        from aepctl.render.formats import of_report

        console = console_for(invocation, outputs.output, approved if auto_approve else ask_yes)
        context = invocation.context(console, max_wait=max_wait)
        environment = invocation.resolve(context)
        with console:
            report = operation(context, environment, invocation.stop, targets, wait=lock_timeout)
        console.finish(report, environment.program)
        return of_report(report, environment.program)

    return run_steps(outputs, work)
