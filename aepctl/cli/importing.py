"""aepctl import: one audience that exists, into state."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Command
from aepctl.cli.completers import new_key
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.outputs import Outputs, output_options
from aepctl.cli.types import AudienceId, Key, lock_timeout_option

if TYPE_CHECKING:
    from aepctl.render.formats import Result


@click.command("import", cls=Command, json_list="fields")
@click.argument("key", type=Key(), shell_complete=new_key)
@click.argument("one_id", type=AudienceId(), metavar="ID")
@click.option("--accept", is_flag=True, help="Record it as it is, also where the manifest differs.")
@lock_timeout_option
@output_options
@pass_invocation
def import_(
    invocation: Invocation,
    key: str,
    one_id: str,
    accept: bool,
    lock_timeout: float,
    outputs: Outputs,
) -> int:
    """Record the audience ID, which the platform has, for KEY of the manifests.

    ID is its audienceId or the platform's own id. It is compared with the manifest first: where
    they differ, what differs is shown, and nothing is recorded without --accept.
    """

    def work() -> "Result":
        from aepctl.cli.output import print_result
        from aepctl.cli.paper import print_view
        from aepctl.operations.importing import import_one
        from aepctl.render.formats import of_imported

        context = invocation.context()
        environment = invocation.resolve(context)
        found = import_one(context, environment, key, one_id, accept=accept, wait=lock_timeout)
        result = of_imported(found, environment.name, environment.target)
        if found.error is not None:
            told = found.error
            invocation.log.fail("error", told.message, code=told.code, next=told.hint)
        if outputs.as_text and found.block is not None:
            print_result(found.block, kept=True)
        elif outputs.as_text:
            print_view(result, kept=True)
        return result

    return run_and_render(outputs, work)
