"""aepctl list and show: everything that is known of all keys, or of one."""

import sys
from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Command
from aepctl.cli.completers import any_key
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.output import print_result
from aepctl.cli.outputs import Outputs, output_option
from aepctl.log import Level, Notice

if TYPE_CHECKING:
    from aepctl.render.listed import Listed


@click.command("list", cls=Command, json_list="audiences")
@click.argument("patterns", nargs=-1, metavar="[PATTERN]…", shell_complete=any_key)
@click.option(
    "--all-environments", is_flag=True, help="In every environment: a row for each that has a key."
)
@output_option
@pass_invocation
def list_(
    invocation: Invocation, patterns: tuple[str, ...], all_environments: bool, output: str
) -> int:
    """List all keys with their names, IDs, and how they stand.

    PATTERN is a key, or a pattern. The platform is not asked, and no lock is taken.

    \b
    known             in the manifests and in the state
    not created yet   in the manifests alone
    no longer wanted  in the state alone
    retained          likewise, but left on the platform on purpose
    in doubt          a step of it has no known outcome: see `state intents`

    What a plan would do stands beside it. `state list` shows the state alone, and needs no
    manifests.
    """
    if all_environments and invocation.environment is not None:
        raise click.UsageError("--all-environments cannot be combined with --env")

    def work() -> int:
        listed = _listed(invocation, patterns, all_environments=all_environments)
        if output == "json":
            from aepctl.render.listed_json import listed_json

            print_result(listed_json(listed))
        else:
            from aepctl.cli.paper import terminal_width
            from aepctl.render.listed import listed_text

            print_result(listed_text(listed, terminal_width(sys.stdout)))
        _tell_missing(invocation, listed)
        _tell_errors(invocation, listed)
        return listed.exit_code

    return run_and_render(Outputs(output), work)


def _listed(
    invocation: Invocation, patterns: tuple[str, ...], *, all_environments: bool
) -> "Listed":
    from aepctl.operations.listing import everywhere, listing

    context = invocation.context()
    if not all_environments:
        return listing(context, invocation.resolve(context), patterns)
    from aepctl.project.load import load_project

    project = load_project(context.environ, allow_outside=invocation.allow_outside)
    return everywhere(context, project, patterns, invocation.program)


def _tell_missing(invocation: Invocation, listed: "Listed") -> None:
    """Where there is no state, what stands there as not created yet may be known elsewhere."""
    from aepctl.render.alerts import NO_STATE, no_state_text

    for one in listed.environments if listed.keys else ():
        if one.no_state is not None:
            said = f"{NO_STATE} in {one.name}: {no_state_text(one.no_state)}"
            invocation.log.tell(Notice(Level.INFO, "no-state", said, {"environment": one.name}))


def _tell_errors(invocation: Invocation, listed: "Listed") -> None:
    from aepctl.cli.everywhere import tell_failed
    from aepctl.errors import InvalidInput

    for one in listed.environments:
        if isinstance(one.error, InvalidInput):
            invocation.log.tell_problems(one.error.problems)
        if one.error is not None:
            tell_failed(invocation, {one.name: one.error})


@click.command(cls=Command, json_list="intents")
@click.argument("key", shell_complete=any_key)
@click.option("--refresh", is_flag=True, help="Look at the platform as well, and show what it has.")
@output_option
@pass_invocation
def show(invocation: Invocation, key: str, refresh: bool, output: str) -> int:
    """Show everything known of KEY, on all sides.

    What is wanted, with the place of each field, what the state knows, what is open, and what a
    plan would do. Neither lock nor network is needed, except with --refresh, which reads the
    platform.
    """

    def work() -> int:
        from aepctl.operations.showing import show as operation

        context = invocation.context()
        shown = operation(context, invocation.resolve(context), key, refresh=refresh)
        if output == "json":
            from aepctl.render.shown_json import shown_json

            print_result(shown_json(shown))
        else:
            from aepctl.cli.paper import paper
            from aepctl.render.shown import shown_text

            print_result(shown_text(shown, paper()))
        return 0

    return run_and_render(Outputs(output), work)
