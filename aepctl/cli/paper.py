"""What text is put on: how wide a terminal is, whether it has colours, what is folded on it."""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

import click

from aepctl.cli.invocation import Invocation
from aepctl.cli.output import colour, print_result
from aepctl.render.display import Paint

if TYPE_CHECKING:
    from aepctl.render.formats import Result

DUMB = frozenset({"", "dumb"})
"""The values of TERM where no escape is understood."""
OFF = frozenset({"0", "false"})


def paper(*, error: bool = False, plain: bool = False, folds: str = "") -> Paint:
    """What text is put on that goes to standard output, or to standard error.

    `plain`: without colours, wherever it goes.
    `folds`: how all is seen of a long list, which a terminal does not show as a whole.
    """
    stream = sys.stderr if error else sys.stdout
    context = click.get_current_context(silent=True)
    invocation = None if context is None else context.find_object(Invocation)
    return Paint(
        on=not plain and colour(error=error),
        width=terminal_width(stream),
        verbose=invocation is not None and invocation.verbose,
        folds=folds if stream.isatty() else "",
    )


def print_view(result: "Result", *, kept: bool = False) -> None:
    """Print a result as text. `kept`: see `print_result`."""
    from aepctl.render.text import render

    print_result(render(result.view(), paper()), kept=kept)


def wants_colour(environ: Mapping[str, str], *, terminal: bool) -> bool:
    """What the variables say that programs agree on: NO_COLOR first, then what forces colours.

    FORCE_COLOR decides either way. Else a terminal has colours, unless it is dumb.
    """
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR")
    if forced:
        return forced not in OFF
    if environ.get("CLICOLOR_FORCE", "0") not in {"", *OFF}:
        return True
    return terminal and environ.get("CLICOLOR") != "0" and environ.get("TERM", "") not in DUMB


def terminal_width(stream: TextIO) -> int | None:
    """How many cells a line of a terminal has, COLUMNS before all; None: it is no terminal."""
    if not stream.isatty():
        return None
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None
