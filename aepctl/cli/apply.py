"""aepctl apply."""

from typing import TYPE_CHECKING, Any

import click

from aepctl.cli.command import Command
from aepctl.cli.formats import run_steps
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.outputs import Outputs, output_options
from aepctl.cli.plan import overwrite_option, refresh_option, target_option
from aepctl.cli.types import FileName, lock_timeout_option, max_wait_option

if TYPE_CHECKING:
    from aepctl.cli.console import ApplyConsole
    from aepctl.operations.options import SavedPlan
    from aepctl.render.formats import Result


parallelism_option = click.option(
    "--parallelism",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    metavar="N",
    help="How many audiences may be under way at once.",
)


@click.command(cls=Command, json_list="outcomes")
@click.argument("plan", type=FileName(), required=False, metavar="[PLAN]")
@output_options
@target_option
@click.option("--auto-approve", is_flag=True, help="Apply without asking.")
@parallelism_option
@lock_timeout_option
@max_wait_option
@click.option(
    "--existing",
    type=click.Choice(["adopt", "fail", "ignore"]),
    default="adopt",
    show_default=True,
    help="What to do with wanted audiences that the platform has already. `ignore` does not look "
    "and may create them a second time.",
)
@click.option(
    "--yes-create",
    type=click.IntRange(0),
    metavar="N",
    help="Allow up to N creates, overriding max_creates.",
)
@click.option(
    "--yes-delete",
    type=click.IntRange(0),
    metavar="N",
    help="Allow up to N deletes on the platform, overriding max_deletes.",
)
@refresh_option
@overwrite_option
@click.option(
    "--fresh",
    is_flag=True,
    help="Nothing of this was ever created: do not ask what the platform's list may leave out, and "
    "where there is no state yet, do not wait for it to look once more.",
)
@pass_invocation
def apply(
    invocation: Invocation,
    /,
    plan: str | None,
    outputs: Outputs,
    auto_approve: bool,
    max_wait: float,
    **options: Any,
) -> int:
    """Make it so: create, change, replace and delete audiences, and record what came of it.

    With PLAN, a file of `aepctl plan --out`, just what was reviewed is done, or nothing: the review
    was the approval, so nothing is asked.
    """
    own = ("targets", "yes_create", "yes_delete", "refresh", "overwrite")
    if plan is not None and any(options[name] not in (None, (), False) for name in own):
        raise click.UsageError(
            "a saved plan has its own targets and approval, and was made with or without "
            "--refresh and --overwrite"
        )

    def work() -> "Result":
        from aepctl.cli.approval import approved, ask_yes
        from aepctl.cli.console import console_for

        console = console_for(
            invocation, outputs.output, approved if auto_approve or plan is not None else ask_yes
        )
        return _applied(invocation, console, plan, max_wait, options)

    return run_steps(outputs.beside(reads=plan), work)


def _applied(
    invocation: Invocation,
    console: "ApplyConsole",
    plan: str | None,
    max_wait: float,
    options: dict[str, Any],
) -> "Result":
    """What came of it. `options` are those of ApplyOptions that the command line has."""
    from aepctl.operations.apply import apply
    from aepctl.operations.options import ApplyOptions
    from aepctl.render.formats import of_report

    context = invocation.context(console, max_wait=max_wait)
    saved = _saved(invocation, plan)
    name = saved.binding.environment if saved is not None else None
    environment = invocation.resolve(context, name)
    with console:
        asked = ApplyOptions(saved=saved, **options)
        report = apply(context, environment, asked, invocation.stop)
    console.finish(report, environment.program)
    return of_report(report, environment.program)


def _saved(invocation: Invocation, file: str | None) -> "SavedPlan | None":
    """The saved plan in the file, which says itself which environment it is for."""
    if file is None:
        return None
    from aepctl.apply.gates import check_environment
    from aepctl.operations.options import SavedPlan
    from aepctl.operations.planfiles import load

    saved = load(file)
    check_environment(file, saved, invocation.environment)
    return SavedPlan(file, saved)
