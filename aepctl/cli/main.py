"""The command group, and the last line of defence: every error becomes words and an exit code."""

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from aepctl import __version__
from aepctl.cli.command import Group
from aepctl.cli.completion import VARIABLE, offer
from aepctl.cli.formats import said_of
from aepctl.cli.invocation import Invocation
from aepctl.cli.late import LateCommands
from aepctl.cli.output import prepare_streams, unwritten
from aepctl.cli.status import StatusLog, check_form, is_json
from aepctl.errors import AepctlError, InternalError, Interrupted, InvalidInput
from aepctl.log import Fact, Level, Notice
from aepctl.project.pasteable import make_pasteable
from aepctl.wording import coded

if TYPE_CHECKING:
    from aepctl.operations.context import Context

FAILED = AepctlError.exit_code
USAGE = 64


COMMANDS = LateCommands(
    {
        "init": "init:init",
        "validate": "validate:validate",
        "fmt": "fmt:fmt",
        "plan": "plan:plan",
        "apply": "apply:apply",
        "drift": "drift:drift",
        "refresh": "refresh:refresh",
        "destroy": "destroy:destroy",
        "export": "export:export",
        "import": "importing:import_",
        "doctor": "doctor:doctor",
        "list": "listing:list_",
        "show": "listing:show",
        "state": "state:state",
        "explain": "explain:explain",
        "schema": "schema:schema",
        "completion": "completion:completion",
        "emulator": "emulator:emulator",
    }
)


@click.group(
    cls=Group,
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="aepctl", message="%(prog)s %(version)s")
@click.option("--no-color", is_flag=True, help="No colours, even on a terminal.")
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
def cli(
    no_color: bool,
    debug: bool,
) -> None:
    """Declarative external audiences for Adobe Experience Platform: never twice, never lost.

    YAML in audiences/ says which audiences shall exist; `plan` says what differs from the state;
    `apply` makes it so, and records the IDs.
    """


def run(arguments: Sequence[str], make_context: "Callable[[], Context] | None" = None) -> int:
    """Run one command line; its exit code. `make_context` gives another world than the real one."""
    prepare_streams()
    if asked := os.environ.get(VARIABLE):
        return offer(cli, asked)
    plain = "--no-color" in arguments
    invocation = Invocation(make_context=make_context, plain=plain, words=tuple(arguments))
    code = _code(arguments, invocation)
    if reason := unwritten():
        invocation.log.fail(
            "error",
            f"standard output could not be written ({reason})",
            code="file-unwritable",
            next="what was done stays done; let it lead to where it can be written, and look again",
        )
        return code or FAILED
    return code


def _code(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run it; every error has been told when its exit code is here."""
    try:
        check_form()
        code = cli.main(list(arguments), prog_name="aepctl", standalone_mode=False, obj=invocation)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last line of defence
        return _failed(error, arguments, invocation)
    return code if isinstance(code, int) else 0


def _failed(
    error: Exception | KeyboardInterrupt, arguments: Sequence[str], invocation: Invocation
) -> int:
    """Tell it, in a document too where one is asked for and there is none yet."""
    from aepctl.cli.early import give_document

    if isinstance(error, AepctlError):
        make_pasteable(error, invocation.own_program)
    give_document(cli, error, invocation)
    log = invocation.log
    match error:
        case click.ClickException():
            return _usage(error, log)
        case click.Abort() | KeyboardInterrupt():
            code = Interrupted.exit_code
            told: dict[str, Fact] = {"code": Interrupted.code, "exitCode": code, "next": None}
            log.tell_as(Notice(Level.ERROR, "interrupted", "interrupted", told), "interrupted")
            return code
        case AepctlError():
            return _tell(error, log)
    return _bug(error, arguments, log)


def _usage(error: click.ClickException, log: StatusLog) -> int:
    """As click shows it, with its code; the help alone where no command was named."""
    said = said_of(error)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        text = error.format_message()
    elif (context := getattr(error, "ctx", None)) is not None:
        where = f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n\n"
        text = f"{where}Error: {coded(said, 'usage')}"
    else:
        text = f"Error: {coded(said, 'usage')}"
    log.tell_as(Notice(Level.ERROR, "usage", said, {"code": "usage", "exitCode": USAGE}), text)
    return USAGE if isinstance(error, click.UsageError) else error.exit_code


def _tell(error: AepctlError, log: StatusLog) -> int:
    fields: dict[str, Fact] = {"code": error.code, "exitCode": error.exit_code}
    log.fail("error", error.message, **fields, next=error.hint)
    if sys.stderr.isatty() and not is_json() and not isinstance(error, Interrupted):
        problems = error.problems if isinstance(error, InvalidInput) else ()
        code = problems[0].rule if problems else error.code
        told = f"  more: `aepctl explain {code}`"
        log.tell_as(Notice(Level.INFO, "next", told.strip()), told)
    return error.exit_code


def _bug(error: Exception, arguments: Sequence[str], log: StatusLog) -> int:
    import platform

    trace = "".join(traceback.format_exception(error)).rstrip()
    shown = "--debug" in arguments
    frame = traceback.extract_tb(error.__traceback__)[-1]
    said = (
        f"internal error: {type(error).__name__} in {frame.name}, "
        f"line {frame.lineno} of {frame.filename} [bug]"
    )
    advice = (
        "  This is a bug in aepctl, not in your files. What was recorded stays recorded.\n"
        f"  Please report it with the command, aepctl {__version__}, Python "
        f"{platform.python_version()} and the output of `aepctl --debug …` (look it over first)."
    )
    fields: dict[str, Fact] = {"code": InternalError.code, "exitCode": InternalError.exit_code}
    fields["trace"] = trace if shown else None
    text = f"{trace}\n{said}\n{advice}" if shown else f"{said}\n{advice}"
    log.tell_as(Notice(Level.ERROR, "error", said, fields), text)
    return InternalError.exit_code
