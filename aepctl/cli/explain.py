"""aepctl explain."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Command
from aepctl.cli.formats import run_and_render
from aepctl.cli.output import colour, print_result
from aepctl.cli.outputs import Outputs, output_option

if TYPE_CHECKING:
    from aepctl.render.catalogue import Explanation

WIDEST = 100
"""Longer lines are hard to read."""


def _offered(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    from aepctl.render.catalogue import catalogue

    return [code for code in catalogue() if code.startswith(begun)]


@click.command(cls=Command, json_list="codes")
@click.argument("code", required=False, shell_complete=_offered)
@output_option
def explain(code: str | None, output: str) -> int:
    """What an error's CODE means: cause, example and cure. Without one, list all codes.

    The code stands in brackets behind the message. CODE may also be the number of an exit code, or
    the word of an outcome, such as `unknown`.
    """

    def work() -> int:
        import shutil

        from aepctl.render.catalogue import catalogue
        from aepctl.render.display import Paint
        from aepctl.render.explained import codes_json, codes_text, explanation_text

        every = tuple(catalogue().values()) if code is None else (_found(code),)
        width, paint = min(shutil.get_terminal_size().columns, WIDEST), Paint(on=colour())
        if output == "json":
            print_result(codes_json(every))
        elif code is None:
            print_result(codes_text(every, width, paint))
        else:
            print_result(explanation_text(every[0], width, paint))
        return 0

    return run_and_render(Outputs(output), work)


def _found(code: str) -> "Explanation":
    from difflib import get_close_matches

    from aepctl.errors import AepctlError
    from aepctl.render.catalogue import catalogue, find

    found = find(code)
    if found is None:
        close = get_close_matches(code.lower(), catalogue(), n=1)
        hint = f"did you mean `{close[0]}`?" if close else "`aepctl explain` lists all codes"
        raise AepctlError(f"no code `{code}`", hint=hint, code="no-such-code")
    return found
