"""aepctl plan."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.completers import any_key
from aepctl.cli.formats import Outputs, output_options, outputs_of, run_and_render
from aepctl.cli.invocation import Command, Invocation, pass_invocation
from aepctl.cli.output import colour, print_result
from aepctl.cli.types import FileName

if TYPE_CHECKING:
    from aepctl.operations.plan import Planned
    from aepctl.render.formats import Result

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


@click.command(cls=Command)
@output_options
@target_option
@refresh_option
@overwrite_option
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 where there are changes, 0 where there are none.",
)
@click.option(
    "--out",
    type=FileName(),
    metavar="FILE",
    help="Save the plan, for a review and `aepctl apply FILE`.",
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
    output: str,
    writes: tuple[tuple[str, str], ...],
    github: bool,
    max_bytes: int,
    targets: tuple[str, ...],
    refresh: bool,
    overwrite: bool,
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
    outputs = outputs_of(output, writes, github, max_bytes, out=out, reads=check)

    def work() -> "Result | int":
        if check is None:
            planned = _plan(invocation, targets, refresh=refresh, overwrite=overwrite)
        else:
            planned = _check(invocation, check)
        if outputs.files.out is not None:
            from aepctl.operations.planfiles import planfile_text

            outputs.files.out.save(planfile_text(planned))
        made = planned.plan
        code = 2 if detailed_exitcode and made.changes else 0
        if output == "text":
            from aepctl.render.display import Paint
            from aepctl.render.text import plan_text

            print_result(plan_text(made, Paint(on=colour())))
        if outputs == Outputs():
            return code
        from aepctl.cli.apply_command import apply_command
        from aepctl.render.formats import of_plan

        plan_id = planned.binding().id if outputs.need_plan_id else None
        run = None
        if invocation.resolved is not None:
            run = apply_command(invocation.resolved, made, check or out, refresh=refresh)
        return of_plan(made, plan_id=plan_id, exit_code=code, run=run)

    return run_and_render(outputs, "changes", work)


def _plan(
    invocation: Invocation, targets: tuple[str, ...], *, refresh: bool, overwrite: bool
) -> "Planned":
    from aepctl.operations.plan import plan as operation

    context = invocation.context()
    environment = invocation.resolve(context)
    if not refresh:
        return operation(context, environment, targets, overwrite=overwrite)
    from aepctl.operations.refreshed import refreshed_plan

    return refreshed_plan(context, environment, targets, overwrite=overwrite)


def _check(invocation: Invocation, file: str) -> "Planned":
    from aepctl.apply.gates import check_environment
    from aepctl.operations.plan import check
    from aepctl.operations.planfiles import load

    context, saved = invocation.context(), load(file)
    check_environment(file, saved, invocation.environment)
    return check(context, invocation.resolve(context, saved.environment), file, saved)
