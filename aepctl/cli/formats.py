"""What `-o` gives: one document on standard output, whole on every outcome, errors included."""

from collections.abc import Callable

import click

from aepctl.cli.output import colour, machine_format, note, say
from aepctl.errors import AepctlError

output_option = click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the result on standard output.",
)


def guarded(output: str, empty: str, work: Callable[[], int]) -> int:
    """Do the work of a command; an expected error becomes words, and a document in JSON.

    `empty` names the list that the document would hold.
    """
    if output == "json":
        machine_format()
    try:
        return work()
    except BaseException as error:
        if output == "json":
            _document(error, empty)
        _problems(error)
        raise


def _document(error: BaseException, empty: str) -> None:
    from aepctl.render.plan_json import error_json

    if not isinstance(error, AepctlError):
        interrupted = isinstance(error, KeyboardInterrupt | click.Abort)
        said = "interrupted" if interrupted else f"a bug in aepctl: {type(error).__name__}"
        expected = AepctlError(said)
        expected.exit_code = 130 if interrupted else 70
        error = expected
    say(error_json(error, empty))


def _problems(error: BaseException) -> None:
    if hasattr(error, "problems"):
        from aepctl.render.display import Paint
        from aepctl.render.problems import problems_text

        note(problems_text(error.problems, Paint(on=colour(error=True))))
