"""aepctl doctor."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Command
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.output import colour, print_result
from aepctl.cli.outputs import Outputs, output_option

if TYPE_CHECKING:
    from aepctl.model.checkup import Check
    from aepctl.render.formats import Result


@click.command(cls=Command, json_list="environments")
@output_option
@click.option("--all-environments", is_flag=True, help="Every environment of aepctl.yaml.")
@pass_invocation
def doctor(invocation: Invocation, output: str, all_environments: bool) -> int:
    """Check all that a command needs, one line each, with what to do; exit 1 where any fails.

    Settings, manifests, credentials, proxy, certificates, names, connections, clock, token,
    organisation, sandbox, rights, addresses and state. Only reads: nothing is made or locked.
    """
    if all_environments and invocation.environment is not None:
        raise click.UsageError("--all-environments and --env: choose one of them")

    def work() -> "Result":

        from aepctl.operations.doctor import diagnose
        from aepctl.render.diagnosed import check_text, of_diagnosis, summary_text
        from aepctl.render.display import Paint, display

        paint = Paint(on=colour())
        shown: list[str | None] = []

        def tell(name: str | None, check: "Check") -> None:
            if output != "text":
                return
            if name not in shown:
                shown.append(name)
                space = "" if len(shown) == 1 else "\n"
                print_result(f"{space}{paint(display(name or 'no environment'), 'bold')}\n")
            print_result(check_text(check, paint))

        found = diagnose(
            invocation.context(),
            invocation.environment,
            tell,
            program=invocation.program,
            allow_outside=invocation.allow_outside,
            every=all_environments,
        )
        if output == "text":
            print_result(summary_text(found))
        return of_diagnosis(found)

    return run_and_render(Outputs(output), work)
