"""aepctl init."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Command
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.outfiles import check_expanded
from aepctl.cli.output import print_result
from aepctl.cli.outputs import Outputs
from aepctl.cli.types import FolderName

if TYPE_CHECKING:
    from aepctl.render.started import Ci


@click.command(cls=Command)
@click.argument("folder", type=FolderName(), default=".", metavar="[DIR]")
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab"]),
    help="A pipeline as well: a plan in each pull request, an apply after the merge. Its "
    "environment `prod` keeps its state on a branch of the repository (git:origin).",
)
@pass_invocation
def init(invocation: Invocation, folder: str, ci: "Ci | None") -> int:
    """Make a new project in DIR, or here, that runs as it is.

    It has settings, with an environment on the embedded emulator, a sample, and what Git and
    editors need. What is there already is left as it is.
    """
    check_expanded(folder)

    def work() -> int:
        from dataclasses import replace
        from pathlib import Path

        from aepctl.files import real_path
        from aepctl.operations.starting import start
        from aepctl.project.paths import Boundary
        from aepctl.render.started import started_text

        elsewhere = Path(Boundary.here().root) != real_path(folder)
        there = [str(Path(*invocation.folders, folder))] if elsewhere else invocation.folders
        program = replace(invocation, folders=there).program
        started = start(Path(folder), ci, program)
        print_result(started_text(started, program), kept=True)
        return 0

    return run_and_render(Outputs(), work)
