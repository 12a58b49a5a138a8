"""aepctl fmt."""

import sys
from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Command
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.outfiles import check_expanded
from aepctl.cli.output import machine_format, print_result
from aepctl.cli.outputs import Outputs, output_option
from aepctl.cli.types import FileName
from aepctl.errors import AepctlError, InvalidInput
from aepctl.log import Level, Notice

if TYPE_CHECKING:
    from aepctl.operations.fmt import Fmt

STREAM = "-"
STDIN = 0
STREAM_NAME = "standard input"


@click.command(cls=Command, json_list="files")
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; name what is not formatted, and exit with 1 if there is any.",
)
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.argument("files", nargs=-1, type=FileName(), metavar="[FILE]...")
@output_option
@pass_invocation
def fmt(
    invocation: Invocation, /, check: bool, diff: bool, files: tuple[str, ...], output: str
) -> int:
    """Format all manifests and aepctl.yaml, or these files and folders; `-` reads a manifest from
    standard input and writes it to standard output.

    Comments and blank lines stay, and nothing changes its meaning, which is proven before a file is
    written. Files with problems are left as they are.
    """
    for one in files:
        check_expanded(one)
    if STREAM in files and len(files) > 1:
        raise click.UsageError("`-` is standard input, and cannot be formatted with files.")
    if output == "json" and (diff or (STREAM in files and not check)):
        raise click.UsageError("standard output is for one thing: `-o json`, or the text")

    def work() -> int:
        if STREAM in files and output == "text":
            return _stream(invocation, check=check, diff=diff)
        writes = not check and not diff
        done = _formatted(invocation, files, writes=writes)
        if output == "json":
            return _give(invocation, done, writes=writes)
        if diff:
            print_result(_diff(done))
        _tell(invocation, done, files, check=check, diff=diff)
        return _ended(invocation, done, check=check)

    return run_and_render(Outputs(output), work)


def _formatted(invocation: Invocation, files: tuple[str, ...], *, writes: bool) -> "Fmt":
    from aepctl.operations.fmt import fmt as operation
    from aepctl.operations.fmt import fmt_text

    if STREAM in files:
        return fmt_text(STREAM_NAME, _standard_input())
    outside = invocation.allow_outside
    return operation(invocation.context(), files, writes=writes, allow_outside=outside)


def _give(invocation: Invocation, done: "Fmt", *, writes: bool) -> int:
    """The document, with what is wrong beside what is not formatted; the exit code."""
    from aepctl.render.fmt_json import fmt_json

    error, problems = done.error, tuple(done.problems)
    if isinstance(error, InvalidInput):
        problems = error.problems
    named = [one.file for one in done.changed]
    print_result(fmt_json(named, done.same, done.broken, problems, error, writes=writes))
    invocation.log.tell_problems(problems)
    if error is None:
        return 1 if named and not writes else 0
    invocation.log.fail("error", error.message, code=error.code, next=error.hint)
    return error.exit_code


def _standard_input() -> bytes:
    from aepctl.files import read_stream
    from aepctl.manifests.files import MAX_BYTES

    try:
        return read_stream(STDIN, most=MAX_BYTES)
    except OSError as error:
        raise AepctlError(
            f"{STREAM_NAME} cannot be read: {error.strerror}",
            hint="give a file instead",
            code="file-unreadable",
        ) from error


def _stream(invocation: Invocation, *, check: bool, diff: bool) -> int:
    from aepctl.operations.fmt import fmt_text

    raw = _standard_input()
    done = fmt_text(STREAM_NAME, raw)
    machine_format()
    if diff:
        print_result(_diff(done))
    elif not check and not done.problems and not done.bugs:
        print_result((done.changed[0].after if done.changed else raw).decode())
    if check:
        _tell(invocation, done, (STREAM,), check=check, diff=diff)
    return _ended(invocation, done, check=check)


def _ended(invocation: Invocation, done: "Fmt", *, check: bool) -> int:
    """The exit code. Raises InternalError, and InvalidInput for files with problems."""
    error = done.error
    if error is None:
        return 1 if check and done.changed else 0
    if done.bugs:
        invocation.log.tell_problems(done.problems)
    for one in done.bugs[:-1]:
        invocation.log.fail("error", one.message, code=one.code)
    raise error


def _tell(
    invocation: Invocation, done: "Fmt", files: tuple[str, ...], *, check: bool, diff: bool
) -> None:
    """Name each file, and sum up. A diff is alone on standard output, so that `patch` takes it."""
    from aepctl.render.display import display
    from aepctl.wording import command, files_of

    not_yet = check or diff
    word = "not formatted" if not_yet else "formatted"
    lines = [f"{word} {display(one.file)}\n" for one in done.changed if check or not diff]
    left = "left as it is" if done.same == 1 else "left as they are"
    parts = [
        f"{files_of(len(done.changed))} {word}",
        f"{done.same} {'formatted' if not_yet else left}",
    ]
    if done.broken:
        parts.append(f"{done.broken} with problems")
    total = f"{', '.join(parts)}."
    if diff:
        notice = Notice(Level.INFO, "formatted", total, {"changed": len(done.changed)})
        invocation.log.tell_as(notice, "".join(lines) + total)
    else:
        print_result(f"{''.join(lines)}{total}\n")
    if not_yet and done.changed and STREAM not in files:
        hint = invocation.pasteable(f"Next: `{command('aepctl', 'fmt', *files)}`")
        invocation.log.tell_as(Notice(Level.INFO, "next", hint), hint)


def _diff(done: "Fmt") -> str:
    from aepctl.cli.paper import paper
    from aepctl.render.diff import diff_text

    on_terminal = sys.stdout.isatty()
    return "".join(
        diff_text(one.file, one.before.decode(), one.after.decode(), paper(), plain=on_terminal)
        for one in done.changed
    )
