"""aepctl export."""

from typing import TYPE_CHECKING, Any

import click

from aepctl.cli.command import Command
from aepctl.cli.completers import folders
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.outfiles import check_expanded
from aepctl.cli.outputs import Outputs, output_options
from aepctl.cli.types import lock_timeout_option, max_wait_option

if TYPE_CHECKING:
    from aepctl.render.formats import Result


@click.command(cls=Command, json_list="audiences")
@output_options
@click.option(
    "--to",
    required=True,
    metavar="DIR",
    shell_complete=folders,
    help="The folder to write to; made if missing.",
)
@click.option(
    "--namespace",
    "namespaces",
    multiple=True,
    metavar="NS",
    help="Only this namespace, exactly. Repeatable.",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="NAME",
    help="Only this originName, exactly. Repeatable.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="GLOB",
    help="Only names that match, such as 'Loyalty - *'; case counts. Repeatable.",
)
@click.option("--mine", is_flag=True, help="Only what no manifest names; tell nothing of the rest.")
@click.option("--inactive", is_flag=True, help="Also audiences that are inactive or drafts.")
@click.option(
    "--adopt",
    is_flag=True,
    help="Record them in the state as well, so that plan has nothing to do.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written where; write nothing.")
@lock_timeout_option
@max_wait_option
@pass_invocation
def export(
    invocation: Invocation,
    /,
    outputs: Outputs,
    to: str,
    adopt: bool,
    dry_run: bool,
    lock_timeout: float,
    max_wait: float,
    **asked: Any,
) -> int:
    """Write manifests for audiences that the platform has and no manifest defines.

    Nothing that is defined is touched, and nothing is sent. New entries are added to the files of
    their namespace; the text that is there stays as it is.
    """
    if not to:
        raise click.UsageError("--to: a folder was expected. Is a variable not set?")
    check_expanded(to)

    def work() -> "Result":
        from aepctl.cli.paper import print_view
        from aepctl.manifests.export import Asked
        from aepctl.operations.export import ExportOptions
        from aepctl.operations.export import export as operation
        from aepctl.render.formats import of_exported

        context = invocation.context(max_wait=max_wait)
        environment = invocation.resolve(context)
        outside = invocation.allow_outside
        options = ExportOptions(to, Asked(**asked), adopt, dry_run, lock_timeout, outside)
        exported = operation(context, environment, options)
        program = environment.program
        result = of_exported(exported, environment.name, environment.target, program)
        if outputs.as_text:
            print_view(result, kept=not dry_run)
        return result

    return run_and_render(outputs, work)
