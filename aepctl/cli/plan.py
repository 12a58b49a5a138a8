"""aepctl plan."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.formats import Outputs, guarded, output_options, outputs_of
from aepctl.cli.output import colour, say

if TYPE_CHECKING:
    from aepctl.render.formats import Result
    from aepctl.workflow.reading import Planned, Scope

target_option = click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="KEY",
    help="Only this audience, or all whose key matches a pattern such as 'loyalty-*'. Repeatable.",
)


@click.command()
@output_options
@target_option
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 where there are changes, 0 where there are none.",
)
@click.option("--out", metavar="FILE", help="Save the plan, for a review and `aepctl apply FILE`.")
@click.option("--check", metavar="FILE", help="Only tell whether a saved plan still holds: 0 or 3.")
@click.pass_obj
def plan(
    environment: str | None,
    output: str,
    writes: tuple[tuple[str, str], ...],
    github: bool,
    max_bytes: int,
    targets: tuple[str, ...],
    detailed_exitcode: bool,
    out: str | None,
    check: str | None,
) -> int:
    """Show what differs between the manifests and the state. Needs no network."""

    if check is not None and (targets or out is not None):
        raise click.UsageError("--check goes with neither --target nor --out: the file has both")

    outputs = outputs_of(output, writes, github, max_bytes)

    def work() -> "Result | int":
        from aepctl.workflow import reading

        scope = reading.Scope(environment, targets)
        planned = reading.plan(scope) if check is None else _check(check, scope)
        if out is not None:
            from aepctl.workflow.saved import save

            save(out, planned)
        made = planned.plan
        code = 2 if detailed_exitcode and made.changes else 0
        if output == "text":
            from aepctl.render.display import Paint
            from aepctl.render.plan_text import plan_text

            say(plan_text(made, Paint(on=colour())))
        if outputs == Outputs():
            return code
        from aepctl.render.formats import Result

        plan_id = planned.binding().id if outputs.need_plan_id else ""
        return Result(made, "changes", code, plan_id, made.environment)

    return guarded(outputs, "changes", work)


def _check(file: str, scope: "Scope") -> "Planned":
    from aepctl.workflow import saved

    return saved.check(file, scope)
