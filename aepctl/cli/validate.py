"""aepctl validate."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.formats import guarded, output_options, outputs_of
from aepctl.cli.output import say

if TYPE_CHECKING:
    from aepctl.render.formats import Result


@click.command()
@output_options
@click.pass_obj
def validate(
    environment: str | None,
    output: str,
    writes: tuple[tuple[str, str], ...],
    github: bool,
    max_bytes: int,
) -> int:
    """Check aepctl.yaml and all manifests; report every problem with its place."""
    outputs = outputs_of(output, writes, github, max_bytes)

    def work() -> "Result":
        from aepctl.render.formats import Result, render
        from aepctl.workflow import reading

        result = Result(reading.validate(environment), "problems", environment=environment or "")
        if output == "text":
            say(render("text", result))
        return result

    return guarded(outputs, "problems", work)
