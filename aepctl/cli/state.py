"""aepctl state: what is open, and deciding about it."""

from typing import TYPE_CHECKING, TextIO

import click

from aepctl.cli.formats import Outputs, guarded, output_option
from aepctl.cli.output import colour, say

if TYPE_CHECKING:
    from aepctl.workflow.deciding import Decided


@click.group()
def state() -> None:
    """Look at the state, and decide what only a person can decide."""


@state.command()
@output_option
@click.pass_obj
def intents(environment: str | None, output: str) -> int:
    """List creates whose outcome is not known, why, and what happens next."""

    def work() -> int:
        from aepctl.render.display import Paint
        from aepctl.render.intents import intents_json, intents_text
        from aepctl.workflow import deciding

        found = deciding.intents(environment)
        say(intents_json(found) if output == "json" else intents_text(found, Paint(on=colour())))
        return 0

    return guarded(Outputs(output), "intents", work)


@state.command()
@click.argument("key")
@click.option("--adopt", metavar="ID", help="It is the audience with this audienceId.")
@click.option("--recreate", is_flag=True, help="Create it, whatever the platform has.")
@click.option("--abandon", is_flag=True, help="Forget the attempt; look again in the next apply.")
@click.pass_obj
def resolve(
    environment: str | None, key: str, adopt: str | None, recreate: bool, abandon: bool
) -> int:
    """Decide about KEY: its create has no known outcome, or the platform has it several times."""
    if (adopt is not None) + recreate + abandon != 1:
        raise click.UsageError("give one of --adopt ID, --recreate and --abandon")

    def work() -> int:
        from aepctl.workflow import deciding

        if adopt is not None:
            return _tell(deciding.adopt(environment, key, adopt))
        if recreate:
            return _tell(deciding.recreate(environment, key))
        return _tell(deciding.abandon(environment, key))

    return guarded(Outputs(), "", work)


@state.command()
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"))
@click.pass_obj
def recover(environment: str | None, file: TextIO) -> int:
    """Take the IDs that an apply could only print, or a rescued journal, into the state.

    FILE holds what it printed on standard error; `-` reads standard input.
    """

    def work() -> int:
        from aepctl.workflow import deciding

        return _tell(deciding.recover(environment, file.read(), file.name))

    return guarded(Outputs(), "", work)


@state.command("mv")
@click.argument("old")
@click.argument("new")
@click.pass_obj
def move(environment: str | None, old: str, new: str) -> int:
    """Give the audience of key OLD the key NEW, after a rename in the manifests."""

    def work() -> int:
        from aepctl.workflow import deciding

        return _tell(deciding.move(environment, old, new))

    return guarded(Outputs(), "", work)


def _tell(decided: "Decided") -> int:
    from aepctl.render.display import display

    say(f"{display(decided.done)}.\nNext: {display(decided.next)}.\n")
    return 0
