"""aepctl state list and show: what the state knows."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.formats import Outputs, output_option, run_and_render
from aepctl.cli.invocation import Command, Invocation, pass_invocation
from aepctl.cli.output import print_result

if TYPE_CHECKING:
    from aepctl.render.known import Knowledge


@click.command("list", cls=Command)
@click.argument("patterns", nargs=-1, metavar="[PATTERN]…")
@output_option
@pass_invocation
def list_keys(invocation: Invocation, patterns: tuple[str, ...], output: str) -> int:
    """List the keys that the state knows, with their IDs and what is open for them.

    PATTERN is a key, or a pattern such as 'loyalty-*'. Neither lock nor network is needed.
    """

    def work() -> int:
        from aepctl.operations.knowing import listing

        context = invocation.context()
        return _print("list", output, listing(context, invocation.resolve(context), patterns))

    return run_and_render(Outputs(output), "audiences", work)


@click.command(cls=Command)
@click.argument("key")
@output_option
@pass_invocation
def show(invocation: Invocation, key: str, output: str) -> int:
    """Show all that the state has for KEY. Neither lock nor network is needed."""

    def work() -> int:
        from aepctl.operations.knowing import showing

        context = invocation.context()
        return _print("show", output, showing(context, invocation.resolve(context), key))

    return run_and_render(Outputs(output), "intents", work)


def _print(what: str, output: str, knowledge: "Knowledge") -> int:
    if output == "json":
        from aepctl.render.known_json import list_json, show_json

        print_result(list_json(knowledge) if what == "list" else show_json(knowledge))
    else:
        from aepctl.render.known import list_text, show_text

        print_result(list_text(knowledge) if what == "list" else show_text(knowledge))
    return 0


commands = (list_keys, show)
