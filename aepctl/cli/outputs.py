"""`-o`, `--write` and what goes with them: where a command's result goes, and in which formats."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import click

from aepctl.cli.outfiles import OutFile, OutFiles
from aepctl.cli.types import FILES, FormatPath

DOCUMENTS = ("text", "json", "markdown", "html")
NEED_ID = frozenset({"markdown", "html", "github"})


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a command's result goes, and in which formats; `files` are those that it goes to."""

    output: str = "text"
    writes: tuple[tuple[str, str], ...] = ()
    max_bytes: int = 60_000
    files: OutFiles = field(default_factory=OutFiles, compare=False)

    @property
    def as_text(self) -> bool:
        """Whether standard output gets text, which the work of a command prints itself."""
        return self.output == "text"

    @property
    def need_plan_id(self) -> bool:
        return bool({self.output, *(name for name, _ in self.writes)} & NEED_ID)

    @property
    def full_report(self) -> str | None:
        """A file that has all of what Markdown may have to leave out."""
        kept = dict(reversed(self.writes))
        return next((kept[name] for name in ("html", "text", "json") if name in kept), None)

    def beside(
        self, *, out: str | None = None, reads: str | None = None, plans: Sequence[str] = ()
    ) -> "Outputs":
        """The same, beside `--out` and the saved plan that is read.

        `plans`: the environments of which `--out`, then a folder, gets a plan each.
        """
        files = replace(
            self.files,
            out=None if out is None or plans else OutFile("--out", out),
            reads=() if reads is None else (reads,),
            plans=tuple((name, OutFile("--out", f"{out}/{name}.json")) for name in plans),
            folder=out if plans else None,
        )
        return replace(self, files=files)


output_option = click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the result on standard output.",
)


_OPTIONS = (
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
        help=f"Write the result to a file as well: {', '.join(FILES)}; or `github:`. Repeatable.",
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


def output_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options of a command whose result has every format; it gets them as `outputs`."""

    @functools.wraps(command)
    def with_outputs(
        *args: Any,
        output: str,
        writes: tuple[tuple[str, str], ...],
        github: bool,
        max_bytes: int,
        **others: Any,
    ) -> int:
        outputs = _outputs(output, writes, max_bytes, github=github)
        return command(*args, outputs=outputs, **others)

    return functools.reduce(lambda given, option: option(given), reversed(_OPTIONS), with_outputs)


def _outputs(
    output: str, writes: tuple[tuple[str, str], ...], max_bytes: int, *, github: bool
) -> Outputs:
    if len({*writes}) < len(writes):
        raise click.UsageError("one --write is given twice")
    every = tuple(dict.fromkeys((*writes, *((("github", ""),) if github else ()))))
    files = tuple((name, OutFile(f"--write {name}:", path)) for name, path in writes if path)
    return Outputs(output, every, max_bytes, OutFiles(writes=files))
