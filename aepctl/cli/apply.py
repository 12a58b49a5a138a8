"""aepctl apply."""

import re
from typing import TYPE_CHECKING, Any, Literal

import click

from aepctl.cli.formats import guarded, output_options, outputs_of
from aepctl.cli.plan import target_option

if TYPE_CHECKING:
    from aepctl.render.formats import Result

UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


class Duration(click.ParamType[float]):
    """`90`, `60s` or `5m`, in seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", str(value).strip())
        if found is None:
            self.fail(f"{value!r} is no duration such as 60s or 5m", param, ctx)
        return float(found[1]) * UNITS[found[2]]


@click.command()
@click.argument("plan", required=False, metavar="[PLAN]")
@output_options
@target_option
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option(
    "--parallelism",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    metavar="N",
    help="How many creates may be under way at once.",
)
@click.option(
    "--lock-timeout",
    type=Duration(),
    default=0.0,
    metavar="TIME",
    help="How long to wait for a locked state, such as 60s. Default: not at all.",
)
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
    help="Up to N creates are meant, even if that is more than max_creates.",
)
@click.pass_obj
def apply(
    environment: str | None,
    plan: str | None,
    output: str,
    writes: tuple[tuple[str, str], ...],
    github: bool,
    max_bytes: int,
    targets: tuple[str, ...],
    auto_approve: bool,
    parallelism: int,
    lock_timeout: float,
    existing: Literal["adopt", "fail", "ignore"],
    yes_create: int | None,
) -> int:
    """Create the audiences that are missing, and record their IDs in the state.

    With PLAN, a file of `aepctl plan --out`, just what was reviewed is done, or nothing: the review
    was the approval, so nothing is asked.
    """
    if plan is not None and (targets or yes_create is not None):
        raise click.UsageError("a saved plan has its own targets and approval")

    outputs = outputs_of(output, writes, github, max_bytes)

    def work() -> "Result":
        from aepctl.apply.stopping import Stop
        from aepctl.cli.conversation import conversation
        from aepctl.cli.signals import stopping_on_signals
        from aepctl.render.formats import Result
        from aepctl.workflow import applying
        from aepctl.workflow.reading import Scope

        stop = Stop()
        person = conversation(output, approved=auto_approve or plan is not None)
        options = applying.ApplyOptions(
            scope=Scope(environment, targets),
            parallelism=parallelism,
            lock_timeout=lock_timeout,
            existing=existing,
            yes_create=yes_create,
            saved=plan,
        )
        with stopping_on_signals(stop), person:
            report = applying.apply(options, person, stop)
        person.finish(report)
        return Result(report, "outcomes", report.exit_code, report.plan_id, report.plan.environment)

    return guarded(outputs, "outcomes", work)
