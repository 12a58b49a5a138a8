"""The document of a command that ended before its own work began: by then nobody has given one.

A wrong option, a folder that is not there: what was asked for is found in the words themselves.
"""

from collections.abc import Sequence

import click

from aepctl.cli.command import Command
from aepctl.cli.formats import expected
from aepctl.cli.invocation import Invocation
from aepctl.cli.output import machine_format, print_result
from aepctl.cli.outputs import DOCUMENTS

OUTPUT = click.Option(["-o", "--output"], type=click.Choice(DOCUMENTS))
"""No group has it, but who writes it before the command has asked for a document."""
UNKNOWN = click.Command("unknown", params=[OUTPUT])
"""What no command was found for may have done so as well."""


def give_document(root: click.Group, error: BaseException, invocation: Invocation) -> None:
    """Print why there is no result, where the words ask for a document and have got none."""
    if invocation.answered:
        return
    output, json_list = _asked(root, invocation.words)
    if output is None:
        return
    from aepctl.render.formats import of_error, render

    machine_format()
    about = invocation.about()
    print_result(render(output, of_error(expected(error), json_list, *about)))


def _asked(root: click.Group, words: Sequence[str]) -> tuple[str | None, str | None]:
    """The format of the document that is asked for, if any, and the name of its list."""
    command, left = _found(root, list(words))
    given, _, _ = _parsed(command, left)
    offered = (one.type for one in command.params if one.name == "output")
    formats = [name for one in offered if isinstance(one, click.Choice) for name in one.choices]
    output = str(given.get("output"))
    if output not in formats or output == "text":
        return None, None
    return output, command.list_of(given) if isinstance(command, Command) else None


def _found(root: click.Group, words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that is called, and the words that are left for it, wherever they stand."""
    command: click.Command = root
    while isinstance(command, click.Group):
        given, words, _ = _parsed(command, words)
        asked = ["--output", str(given["output"])] if "output" in given else []
        at = next((at for at, word in enumerate(words) if word in command.commands), None)
        if at is None:
            return UNKNOWN, [*asked, *words]
        command, words = command.commands[words[at]], [*asked, *words[:at], *words[at + 1 :]]
    return command, words


def _parsed(
    command: click.Command, words: list[str]
) -> tuple[dict[str, object], list[str], list[click.Parameter]]:
    """As click reads them, but no value is judged, and nothing that is wrong ends it."""
    options = [one for one in command.params if isinstance(one, click.Option)]
    flags = {name for one in options if one.is_flag for name in one.opts}
    # A flag that is given a value would end it: what is behind that flag counts as well.
    bare = [begun if (begun := word.partition("=")[0]) in flags else word for word in words]
    context = click.Context(command, resilient_parsing=True, ignore_unknown_options=True)
    context.allow_interspersed_args = command.allow_interspersed_args
    parser = command.make_parser(context)
    if isinstance(command, click.Group):
        OUTPUT.add_to_parser(parser, context)
    return parser.parse_args(bare)
