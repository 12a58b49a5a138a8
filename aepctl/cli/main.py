"""The command group, and the last line of defence: every error becomes words and an exit code."""

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from aepctl import __version__
from aepctl.cli.apply import apply
from aepctl.cli.command import Group
from aepctl.cli.completion import VARIABLE, completion, offer
from aepctl.cli.destroy import destroy
from aepctl.cli.doctor import doctor
from aepctl.cli.drift import drift
from aepctl.cli.emulator import emulator
from aepctl.cli.explain import explain
from aepctl.cli.export import export
from aepctl.cli.fmt import fmt
from aepctl.cli.formats import said_of
from aepctl.cli.importing import import_
from aepctl.cli.init import init
from aepctl.cli.invocation import Invocation
from aepctl.cli.keys import commands as key_commands
from aepctl.cli.listing import list_, show
from aepctl.cli.output import prepare_streams, unwritten
from aepctl.cli.plan import plan
from aepctl.cli.refresh import refresh
from aepctl.cli.schema import schema
from aepctl.cli.state import state
from aepctl.cli.status import StatusLog, check_form, is_json
from aepctl.cli.stores import commands as store_commands
from aepctl.cli.validate import validate
from aepctl.errors import AepctlError, InternalError, Interrupted, InvalidInput
from aepctl.log import Fact, Level, Notice
from aepctl.project.pasteable import make_pasteable
from aepctl.wording import coded

if TYPE_CHECKING:
    from aepctl.operations.context import Context

FAILED = AepctlError.exit_code
USAGE = 64


@click.group(
    cls=Group,
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


for command in (
    init,
    validate,
    fmt,
    plan,
    apply,
    drift,
    refresh,
    destroy,
    export,
    import_,
    doctor,
    list_,
    show,
    state,
    explain,
    schema,
    completion,
    emulator,
):
    cli.add_command(command)
for command in (*key_commands, *store_commands):
    state.add_command(command)


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
