"""The command group, and the last line of defence: every error becomes words and an exit code."""

import contextlib
import traceback
from collections.abc import Sequence

import click

from aepctl import __version__
from aepctl.cli.apply import apply
from aepctl.cli.emulator import emulator
from aepctl.cli.output import note, prepare_streams, unwritten
from aepctl.cli.plan import plan
from aepctl.cli.schema import schema
from aepctl.cli.state import state
from aepctl.cli.validate import validate
from aepctl.errors import AepctlError

FAILED = 1
USAGE = 64
BUG = 70
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="aepctl", message="%(prog)s %(version)s")
@click.option("--chdir", metavar="DIR", help="Work in DIR instead of the current folder.")
@click.option("--env", "environment", metavar="NAME", help="The environment of aepctl.yaml to use.")
@click.option("--no-color", is_flag=True, help="No colours, even on a terminal.")
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
@click.pass_context
def cli(
    context: click.Context,
    chdir: str | None,
    environment: str | None,
    no_color: bool,  # noqa: ARG001 - read by cli.output.colour
    debug: bool,  # noqa: ARG001 - read by run
) -> None:
    """Declarative external audiences for Adobe Experience Platform: never twice, never lost.

    YAML in audiences/ says which audiences shall exist; `plan` says what differs from the state;
    `apply` creates what is missing and records the IDs.
    """
    context.obj = environment
    if chdir is not None:
        try:
            context.with_resource(contextlib.chdir(chdir))
        except OSError as error:
            raise AepctlError(f"--chdir {chdir}: {error.strerror}") from error


for command in (validate, plan, apply, state, schema, emulator):
    cli.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code."""
    prepare_streams()
    try:
        code = cli.main(list(arguments), prog_name="aepctl", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE if isinstance(error, click.UsageError) else error.exit_code
    except (click.Abort, KeyboardInterrupt):
        note("interrupted")
        return INTERRUPTED
    except AepctlError as error:
        return _tell(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _bug(error, arguments)
    code = code if isinstance(code, int) else 0
    if reason := unwritten():
        note(f"error: standard output could not be written ({reason}): what it shows is not all")
        return code or FAILED
    return code


def _tell(error: AepctlError) -> int:
    from aepctl.render.display import display

    note(f"error: {display(error.what)}")
    if error.next:
        note(f"  {display(error.next)}")
    return error.exit_code


def _bug(error: Exception, arguments: Sequence[str]) -> int:
    import platform

    if "--debug" in arguments:
        note("".join(traceback.format_exception(error)).rstrip())
    frame = traceback.extract_tb(error.__traceback__)[-1]
    note(f"bug: {type(error).__name__} in {frame.name}, line {frame.lineno} of {frame.filename}")
    note(
        "  This is a mistake in aepctl, not in your files. What was recorded stays recorded.\n"
        f"  Please report it with the command, aepctl {__version__}, Python "
        f"{platform.python_version()} and the output of `aepctl --debug …` (look it over first)."
    )
    return BUG
