"""aepctl validate."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Command
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.outputs import Outputs, output_options

if TYPE_CHECKING:
    from aepctl.render.formats import Result


@click.command(cls=Command, json_list="problems")
@output_options
@pass_invocation
def validate(
    invocation: Invocation,
    outputs: Outputs,
) -> int:
    """Check aepctl.yaml and all manifests, for all environments; report every problem.

    Needs no environment, credentials or network. With --env only that environment is checked.
    """

    def work() -> "Result":
        from aepctl.cli.paper import print_view
        from aepctl.operations.validate import validate
        from aepctl.render.validated import of_validation

        validated = validate(
            invocation.context(),
            invocation.environment,
            allow_outside=invocation.allow_outside,
        )
        result = of_validation(
            validated.audiences,
            invocation.environment,
            validated.environments,
            validated.differing,
        )
        if outputs.as_text:
            print_view(result)
        return result

    return run_and_render(outputs, work)
