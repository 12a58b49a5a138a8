"""aepctl plan."""

import click

from aepctl.cli.command import Command
from aepctl.cli.completers import any_key
from aepctl.cli.everywhere import all_environments_option, check_alone, environments_here
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.outputs import Outputs, output_options
from aepctl.cli.planning import Planning
from aepctl.cli.types import FileName

target_option = click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="KEY",
    shell_complete=any_key,
    help="Only this audience, or all whose key matches a pattern such as 'loyalty-*'. Repeatable.",
)

refresh_option = click.option(
    "--refresh",
    is_flag=True,
    help="Look at everything known on the platform, and show what somebody changed there.",
)
overwrite_option = click.option(
    "--overwrite",
    is_flag=True,
    help="Change or delete also what somebody edited on the platform meanwhile.",
)


@click.command(cls=Command, json_list="changes")
@output_options
@target_option
@refresh_option
@overwrite_option
@all_environments_option
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 where there are changes, 0 where there are none.",
)
@click.option(
    "--out",
    type=FileName(),
    metavar="FILE",
    help="Save the plan, for a review and `aepctl apply FILE`. With --all-environments a folder: "
    "each environment's plan is NAME.json there.",
)
@click.option(
    "--check",
    type=FileName(),
    metavar="FILE",
    help="Check that a saved plan is still valid; exit 0 or 3.",
)
@pass_invocation
def plan(
    invocation: Invocation,
    outputs: Outputs,
    targets: tuple[str, ...],
    refresh: bool,
    overwrite: bool,
    everywhere: bool,
    detailed_exitcode: bool,
    out: str | None,
    check: str | None,
) -> int:
    """Show what differs between the manifests and the state.

    Needs no network, except with --refresh, which looks at the platform as well and writes nothing.
    """
    if check is not None and (targets or out is not None or refresh or overwrite):
        raise click.UsageError(
            "--check cannot be combined with --target, --refresh, --overwrite or --out"
        )
    if everywhere:
        check_alone(invocation, check=check)
    plans = environments_here(invocation) if everywhere and out is not None else ()
    outputs = outputs.beside(out=out, reads=check, plans=plans)
    asked = Planning(targets, refresh=refresh, overwrite=overwrite, detailed=detailed_exitcode)
    if everywhere:
        return run_and_render(outputs, lambda: asked.all(invocation, outputs))
    return run_and_render(outputs, lambda: asked.one(invocation, outputs, check))
