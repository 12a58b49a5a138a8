"""What `-o` and `--write` give: whole documents on every outcome, errors included."""

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aepctl.cli.invocation import Invocation
from aepctl.cli.outfiles import OutFile, OutFiles
from aepctl.cli.output import machine_format, print_result, unwritten
from aepctl.cli.rescued import print_rescued_by
from aepctl.cli.signals import stopping_on_signals
from aepctl.cli.status import StatusLog, is_json
from aepctl.cli.types import FILES, FormatPath
from aepctl.errors import AepctlError, InternalError, Interrupted, InvalidInput
from aepctl.files import real_path
from aepctl.log import Level, Notice
from aepctl.project.pasteable import make_pasteable

if TYPE_CHECKING:
    from aepctl.render.formats import Limits, Result

DOCUMENTS = ("text", "json", "markdown", "html")
FILE_UNWRITABLE = "file-unwritable"
NEED_ID = frozenset({"markdown", "html", "github"})
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a command's result goes, and in which formats; `files` are those that it goes to."""

    output: str = "text"
    writes: tuple[tuple[str, str], ...] = ()
    max_bytes: int = 60_000
    files: OutFiles = field(default_factory=OutFiles, compare=False)

    @property
    def need_plan_id(self) -> bool:
        return bool({self.output, *(name for name, _ in self.writes)} & NEED_ID)

    @property
    def full_report(self) -> str | None:
        """A file that has all of what Markdown may have to leave out."""
        kept = dict(reversed(self.writes))
        return next((kept[name] for name in ("html", "text", "json") if name in kept), None)


output_option = click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the result on standard output.",
)


def output_options(command: Command) -> Command:
    """The options of a command whose result has every format."""
    options = (
        click.option(
            "-o",
            "--output",
            type=click.Choice(DOCUMENTS),
            default="text",
            show_default=True,
            help="Format of the result on standard output.",
        ),
        click.option(
            "--write",
            "writes",
            type=FormatPath(),
            multiple=True,
            metavar="FORMAT:PATH",
            help=f"Write the result to a file as well: {', '.join(FILES)}; or `github:`. "
            "Repeatable.",
        ),
        click.option(
            "--github",
            is_flag=True,
            help="As `--write github:`: annotations, step summary and outputs of GitHub Actions.",
        ),
        click.option(
            "--max-bytes",
            type=click.IntRange(min=600),
            default=60_000,
            show_default=True,
            metavar="N",
            help="The most that Markdown may take, such as a comment's limit.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def outputs_of(
    output: str,
    writes: tuple[tuple[str, str], ...],
    github: bool,
    max_bytes: int,
    *,
    out: str | None = None,
    reads: str | None = None,
    plans: Sequence[str] = (),
) -> Outputs:
    """What the options of `output_options` ask for, `--out`, and the saved plan that is read.

    `plans`: the environments of which `--out`, then a folder, gets a plan each.
    """
    every = tuple(dict.fromkeys((*writes, *((("github", ""),) if github else ()))))
    if len({*writes}) < len(writes):
        raise click.UsageError("one --write is given twice")
    files = OutFiles(
        None if out is None or plans else OutFile("--out", out),
        tuple((name, OutFile(f"--write {name}:", path)) for name, path in writes if path),
        () if reads is None else (reads,),
        tuple((name, OutFile("--out", f"{out}/{name}.json")) for name in plans),
        folder=out if plans else None,
    )
    return Outputs(output, every, max_bytes, files)


def run_and_render(
    outputs: Outputs, json_list: str | None, work: Callable[[], "Result | int"]
) -> int:
    """Do the work of a command and give its result in every format asked for; its exit code.

    An error becomes words on standard error, and a whole document in the other formats; then it is
    raised again. `json_list` names the list that a JSON document would hold. In text the work
    itself prints its result.
    """
    if outputs.output != "text":
        machine_format()
    invocation = click.get_current_context().ensure_object(Invocation)
    _check(outputs.files, invocation)
    with contextlib.closing(outputs.files):
        return _run(outputs, json_list, work, invocation)


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
            _give(outputs, of_error(_expected(error), json_list, *about), invocation.log)
        if isinstance(error, KeyboardInterrupt) and is_json():
            raise click.Abort from error  # else click writes an empty line, which is no JSON
        raise
    if isinstance(result, int):
        return result
    given = _give(outputs, result, invocation.log)
    return result.exit_code if given else result.exit_code or 1


def _give(outputs: Outputs, result: "Result", log: StatusLog) -> bool:
    """Write the result wherever it is wanted; whether all of it went there."""
    from aepctl.render.formats import Limits, render

    limits = Limits(outputs.max_bytes, outputs.full_report)
    prefix = repository_prefix()
    if outputs.output != "text":
        print_result(render(outputs.output, result, limits))
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


def _expected(error: BaseException) -> AepctlError:
    """The error as one of ours: a bug and an interrupt have documents as well."""
    if isinstance(error, AepctlError):
        return error
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return Interrupted("interrupted")
    return InternalError(
        f"internal error: {type(error).__name__}",
        hint="this is a bug in aepctl: report it with the output of `aepctl --debug …`",
    )
