"""aepctl state: what is open, and deciding about it."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Group
from aepctl.cli.completers import open_key
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.late import LateCommands
from aepctl.cli.output import print_result
from aepctl.cli.outputs import Outputs, output_option, output_options
from aepctl.cli.types import AudienceId, FileName, lock_timeout_option

if TYPE_CHECKING:
    from aepctl.operations.state import Decided
    from aepctl.render.formats import Result


COMMANDS = LateCommands(
    {
        "list": "keys:list_keys",
        "show": "keys:show",
        "mv": "keys:move",
        "rm": "keys:remove",
        "init": "stores:init",
        "unlock": "stores:unlock",
        "pull": "stores:pull",
        "push": "stores:push",
        "migrate": "stores:migrate",
        "history": "stores:history",
        "merge": "stores:merge",
    }
)


@click.group(cls=Group, commands=COMMANDS)
def state() -> None:
    """Look at the state, and decide what only a person can decide."""


@state.command(json_list="intents")
@output_option
@pass_invocation
def intents(invocation: Invocation, output: str) -> int:
    """List steps whose outcome is not known, why, and what happens next."""

    def work() -> "Result":
        from aepctl.cli.paper import print_view
        from aepctl.operations import state as operation
        from aepctl.render.formats import of_intents

        context = invocation.context()
        environment = invocation.resolve(context)
        found = operation.intents(context, environment)
        result = of_intents(found, environment.program, environment.name)
        if output == "text":
            print_view(result)
        return result

    return run_and_render(Outputs(output), work)


@state.command(json_list="findings")
@output_options
@pass_invocation
def verify(
    invocation: Invocation,
    outputs: Outputs,
) -> int:
    """Compare state, intents and platform; exit 1 where something does not fit. Writes nothing."""

    def work() -> "Result":
        from aepctl.cli.paper import print_view
        from aepctl.operations.verify import verify as operation
        from aepctl.render.formats import of_verified

        context = invocation.context()
        environment = invocation.resolve(context)
        found = operation(context, environment)
        result = of_verified(found, environment.name, environment.target)
        if outputs.as_text:
            print_view(result)
        return result

    return run_and_render(outputs, work)


@state.command()
@click.argument("key", shell_complete=open_key)
@click.option("--adopt", type=AudienceId(), metavar="ID", help="Record this audienceId for KEY.")
@click.option("--recreate", is_flag=True, help="Create it, whatever the platform has.")
@click.option("--abandon", is_flag=True, help="Forget the attempt; the next apply looks again.")
@click.option(
    "--no-check", is_flag=True, help="With --adopt: do not look for the ID on the platform."
)
@lock_timeout_option
@pass_invocation
def resolve(
    invocation: Invocation,
    key: str,
    adopt: str | None,
    recreate: bool,
    abandon: bool,
    no_check: bool,
    lock_timeout: float,
) -> int:
    """Decide about KEY: its create has no known outcome, or the platform has it several times."""
    if (adopt is not None) + recreate + abandon != 1:
        raise click.UsageError("choose exactly one of --adopt ID, --recreate and --abandon")
    if no_check and adopt is None:
        raise click.UsageError("--no-check is for --adopt ID")

    def work() -> int:
        from aepctl.operations import state as operation

        context = invocation.context()
        environment = invocation.resolve(context)
        if adopt is not None:
            from aepctl.operations.adopting import adopt as decide

            check = not no_check
            decided = decide(context, environment, key, adopt, check=check, wait=lock_timeout)
            return tell(decided)
        if recreate:
            return tell(operation.recreate(context, environment, key, wait=lock_timeout))
        return tell(operation.abandon(context, environment, key, wait=lock_timeout))

    return run_and_render(Outputs(), work)


@state.command()
@click.argument("file", type=FileName())
@lock_timeout_option
@pass_invocation
def recover(invocation: Invocation, file: str, lock_timeout: float) -> int:
    """Take the IDs that an apply could only print, or a rescued journal, into the state.

    FILE holds what it printed on standard error; `-` reads standard input.
    """

    def work() -> int:
        from aepctl.operations import state as operation
        from aepctl.operations.given import name_of

        context = invocation.context()
        environment = invocation.resolve(context)
        text = operation.rescued_text(file)
        return tell(operation.recover(context, environment, text, name_of(file), wait=lock_timeout))

    return run_and_render(Outputs(), work)


def tell(decided: "Decided") -> int:
    """Print what was done and what happens next."""
    from aepctl.render.display import display

    then = f"Next: {display(decided.next)}.\n" if decided.next else ""
    each = "".join(f"  {display(one)}\n" for one in decided.each)
    end = ":" if each else "."
    print_result(f"{display(decided.done)}{end}\n{each}{then}", kept=True)
    return 0
