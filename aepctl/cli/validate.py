"""aepctl validate."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.formats import output_options, outputs_of, run_and_render
from aepctl.cli.invocation import Command, Invocation, pass_invocation
from aepctl.cli.output import print_result

if TYPE_CHECKING:
    from aepctl.render.formats import Result


@click.command(cls=Command, json_list="problems")
@output_options
@pass_invocation
def validate(
    invocation: Invocation,
    output: str,
    writes: tuple[tuple[str, str], ...],
    github: bool,
    max_bytes: int,
) -> int:
    """Check aepctl.yaml and all manifests, for all environments; report every problem.

    Needs no environment, credentials or network. With --env only that environment is checked.
    """

    def work() -> "Result":
        from aepctl.cli.paper import paper
        from aepctl.operations.validate import validate
        from aepctl.render.text import render
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
        if output == "text":
            print_result(render(result.view(), paper()))
        return result

    return run_and_render(outputs_of(output, writes, github, max_bytes), work)
