"""aepctl validate."""

import click

from aepctl.cli.formats import guarded, output_option
from aepctl.cli.output import say


@click.command()
@output_option
@click.pass_obj
def validate(environment: str | None, output: str) -> int:
    """Check aepctl.yaml and all manifests; report every problem with its place."""

    def work() -> int:
        from aepctl.workflow import reading

        count = reading.validate(environment)
        if output == "json":
            from aepctl.render.plan_json import validation_json

            say(validation_json(count))
        else:
            say(f"{count} audience{'s' * (count != 1)}, no problems.\n")
        return 0

    return guarded(output, "problems", work)
