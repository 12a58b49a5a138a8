"""A command's work, and its result in every format: whole documents on every outcome."""

import contextlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Command
from aepctl.cli.invocation import Invocation
from aepctl.cli.outfiles import OutFiles
from aepctl.cli.output import machine_format, print_result, unwritten
from aepctl.cli.outputs import Outputs
from aepctl.cli.rescued import print_rescued_by
from aepctl.cli.signals import stopping_on_signals
from aepctl.cli.status import StatusLog, is_json
from aepctl.errors import AepctlError, InternalError, Interrupted, InvalidInput, UsageError
from aepctl.files import real_path
from aepctl.log import Level, Notice
from aepctl.project.pasteable import make_pasteable

if TYPE_CHECKING:
    from aepctl.render.formats import Limits, Result

FILE_UNWRITABLE = "file-unwritable"


def run_and_render(outputs: Outputs, work: Callable[[], "Result | int"]) -> int:
    """Do the work of a command and give its result in every format asked for; its exit code.

    An error becomes words on standard error, and a whole document in the other formats; then it is
    raised again. In text the work itself prints its result.
    """
    if not outputs.as_text:
        machine_format()
    context = click.get_current_context()
    invocation = context.ensure_object(Invocation)
    _check(outputs.files, invocation)
    command = context.command
    json_list = command.list_of(context.params) if isinstance(command, Command) else None
    with contextlib.closing(outputs.files):
        return _run(outputs, json_list, work, invocation)


def run_steps(outputs: Outputs, work: Callable[[], "Result"]) -> int:
    """As `run_and_render`, for what is done in steps: a bug is told when all is recorded."""
    code = run_and_render(outputs, work)
    error = click.get_current_context().ensure_object(Invocation).stop.error
    if error is not None:
        raise error
    return code


def _check(files: OutFiles, invocation: Invocation) -> None:
    """Raise UsageError for a file that the project reads, or that is named twice."""
    files.check_words()
    if files.every:
        from aepctl.project.reads import reads_here

        outside = invocation.allow_outside
        reads = reads_here(os.environ, invocation.environment, files.reads, allow_outside=outside)
        files.check(reads.why_not)


def _run(
    outputs: Outputs,
    json_list: str | None,
    work: Callable[[], "Result | int"],
    invocation: Invocation,
) -> int:
    try:
        with stopping_on_signals(invocation.stop):
            outputs.files.open()
            result = work()
    except BaseException as error:
        if isinstance(error, AepctlError):
            make_pasteable(error, invocation.own_program)
        if isinstance(error, InvalidInput):
            invocation.log.tell_problems(error.problems)
        print_rescued_by(error, invocation)
        if outputs != Outputs():
            from aepctl.render.formats import of_error

            about = invocation.about()
            _give(outputs, of_error(expected(error), json_list, *about), invocation)
        if isinstance(error, KeyboardInterrupt) and is_json():
            raise click.Abort from error  # else click writes an empty line, which is no JSON
        raise
    if isinstance(result, int):
        return result
    given = _give(outputs, result, invocation)
    return result.exit_code if given else result.exit_code or 1


def _give(outputs: Outputs, result: "Result", invocation: Invocation) -> bool:
    """Write the result wherever it is wanted; whether all of it went there."""
    from aepctl.render.formats import Limits, render

    limits = Limits(outputs.max_bytes, outputs.full_report)
    prefix, log = repository_prefix(), invocation.log
    if not outputs.as_text:
        text = render(outputs.output, result, limits)
        invocation.answered = True
        print_result(text)
        if result.happened and unwritten():
            notice = Notice(Level.ERROR, "result", "what standard output could not take")
            log.tell_as(notice, render("text", result).rstrip())
    all_written = True
    for name, file in outputs.files.writable():
        try:
            file.write(render(name, result, limits, root=prefix))
        except OSError as error:
            said = f"{file} cannot be written: {error.strerror}"
            log.fail("error", said, code=FILE_UNWRITABLE)
            all_written = False
    return _give_github(outputs, result, limits, prefix, log) and all_written


def _give_github(
    outputs: Outputs, result: "Result", limits: "Limits", prefix: str, log: StatusLog
) -> bool:
    if ("github", "") not in outputs.writes:
        return True
    from aepctl.cli.github import write_github

    try:
        write_github(result, limits, prefix)
    except OSError as error:
        said = f"--write github: cannot be written: {error.strerror}"
        log.fail("error", said, code=FILE_UNWRITABLE)
        return False
    return True


def repository_prefix() -> str:
    """The way from the repository to this folder: reports name files from the repository."""
    repository = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR")
    if not repository:
        return ""
    try:
        here, top = real_path("."), real_path(repository)
    except OSError:  # the folder is gone meanwhile, and what was done is told all the same
        return ""
    prefix = here.relative_to(top).as_posix() if here.is_relative_to(top) else "."
    return "" if prefix == "." else prefix


def said_of(error: click.ClickException) -> str:
    """What it says, in a sentence that acts on nothing, whatever was given on the command line."""
    from aepctl.render.display import display

    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return "no command was named"  # its message is the whole help
    # the end of a line stands before each of the words to choose from
    return display(error.format_message().replace("\n\t", " "))


def expected(error: BaseException) -> AepctlError:
    """The error as one of ours: a slip, a bug and an interrupt have documents as well."""
    if isinstance(error, AepctlError):
        return error
    if isinstance(error, click.UsageError):
        path = "aepctl" if error.ctx is None else error.ctx.command_path
        return UsageError(said_of(error), hint=f"`{path} --help`")
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return Interrupted("interrupted")
    return InternalError(
        f"internal error: {type(error).__name__}",
        hint="this is a bug in aepctl: report it with the output of `aepctl --debug …`",
    )
