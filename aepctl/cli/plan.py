"""aepctl plan."""

import click

from aepctl.cli.formats import guarded, output_option
from aepctl.cli.output import colour, say

target_option = click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="KEY",
    help="Only this audience, or all whose key matches a pattern such as 'loyalty-*'. Repeatable.",
)


@click.command()
@output_option
@target_option
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 where there are changes, 0 where there are none.",
)
@click.pass_obj
def plan(
    environment: str | None, output: str, targets: tuple[str, ...], detailed_exitcode: bool
) -> int:
    """Show what differs between the manifests and the state. Needs no network."""

    def work() -> int:
        from aepctl.workflow import reading

        made = reading.plan(reading.Scope(environment, targets))
        if output == "json":
            from aepctl.render.plan_json import plan_json

            say(plan_json(made))
        else:
            from aepctl.render.display import Paint
            from aepctl.render.plan_text import plan_text

            say(plan_text(made, Paint(on=colour())))
        return 2 if detailed_exitcode and made.changes else 0

    return guarded(output, "changes", work)
