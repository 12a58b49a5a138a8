"""aepctl fmt."""

import sys
from typing import TYPE_CHECKING

import click

from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Command, Invocation, pass_invocation
from aepctl.cli.outfiles import check_expanded
from aepctl.cli.output import machine_format, print_result
from aepctl.cli.outputs import Outputs
from aepctl.cli.types import FileName
from aepctl.errors import AepctlError, InvalidInput
from aepctl.log import Level, Notice

if TYPE_CHECKING:
    from aepctl.operations.fmt import Fmt

STREAM = "-"
STDIN = 0
STREAM_NAME = "standard input"


@click.command(cls=Command)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; name what is not formatted, and exit with 1 if there is any.",
)
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.argument("files", nargs=-1, type=FileName(), metavar="[FILE]...")
@pass_invocation
def fmt(invocation: Invocation, /, check: bool, diff: bool, files: tuple[str, ...]) -> int:
    """Format all manifests and aepctl.yaml, or these files and folders; `-` reads a manifest from
    standard input and writes it to standard output.

    Comments and blank lines stay, and nothing changes its meaning, which is proven before a file is
    written. Files with problems are left as they are.
    """
    for one in files:
        check_expanded(one)
    if STREAM in files and len(files) > 1:
        raise click.UsageError("`-` is standard input, and cannot be formatted with files.")

    def work() -> int:
        from aepctl.operations.fmt import fmt as operation

        if STREAM in files:
            return _stream(invocation, check=check, diff=diff)
        writes = not check and not diff
        outside = invocation.allow_outside
        done = operation(invocation.context(), files, writes=writes, allow_outside=outside)
        if diff:
            print_result(_diff(done))
        _tell(invocation, done, files, check=check, diff=diff)
        return _ended(invocation, done, check=check)

    return run_and_render(Outputs(), None, work)


def _stream(invocation: Invocation, *, check: bool, diff: bool) -> int:
    from aepctl.files import read_stream
    from aepctl.manifests.files import MAX_BYTES
    from aepctl.operations.fmt import fmt_text

    try:
        raw = read_stream(STDIN, most=MAX_BYTES)
    except OSError as error:
        raise AepctlError(
            f"{STREAM_NAME} cannot be read: {error.strerror}",
            hint="give a file instead",
            code="file-unreadable",
        ) from error
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
    if not done.bugs:
        if done.problems:
            raise InvalidInput(done.problems)
        return 1 if check and done.changed else 0
    invocation.log.tell_problems(done.problems)
    *others, last = done.bugs
    for one in others:
        invocation.log.fail("error", one.message, code=one.code)
    raise last


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
    broken = len({one.origin.file for one in done.problems}) + len(done.bugs)
    if broken:
        parts.append(f"{broken} with problems")
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
