"""aepctl state list, show, mv, rm: what the state knows, and under which keys."""

from typing import TYPE_CHECKING

import click

from aepctl.cli.command import Command
from aepctl.cli.completers import known_key, moved_key, state_key
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.output import print_result
from aepctl.cli.outputs import Outputs, output_option
from aepctl.cli.state import tell
from aepctl.cli.types import FileName, Key, dry_run_option, lock_timeout_option

if TYPE_CHECKING:
    from aepctl.operations.keys import KeysChanged
    from aepctl.project.environment import Environment
    from aepctl.render.known import Knowledge


@click.command("list", cls=Command, json_list="audiences")
@click.argument("patterns", nargs=-1, metavar="[PATTERN]…", shell_complete=state_key)
@output_option
@pass_invocation
def list_keys(invocation: Invocation, patterns: tuple[str, ...], output: str) -> int:
    """List the keys that the state knows, with their IDs and what is open for them.

    PATTERN is a key, or a pattern. Neither lock nor network is needed, nor manifests: `list` has
    what they want as well.
    """

    def work() -> int:
        from aepctl.operations.knowing import listing

        context = invocation.context()
        return _print("list", output, listing(context, invocation.resolve(context), patterns))

    return run_and_render(Outputs(output), work)


@click.command(cls=Command, json_list="intents")
@click.argument("key", shell_complete=state_key)
@output_option
@pass_invocation
def show(invocation: Invocation, key: str, output: str) -> int:
    """Show all that the state has for KEY. Neither lock nor network is needed."""

    def work() -> int:
        from aepctl.operations.knowing import showing

        context = invocation.context()
        return _print("show", output, showing(context, invocation.resolve(context), key))

    return run_and_render(Outputs(output), work)


def _print(what: str, output: str, knowledge: "Knowledge") -> int:
    if output == "json":
        from aepctl.render.known_json import list_json, show_json

        print_result(list_json(knowledge) if what == "list" else show_json(knowledge))
    else:
        from aepctl.render.known import list_text, show_text

        print_result(list_text(knowledge) if what == "list" else show_text(knowledge))
    return 0


@click.command("mv", cls=Command, json_list="moved")
@click.argument("keys", nargs=-1, metavar="[OLD NEW]…", shell_complete=moved_key)
@click.option(
    "--from-file",
    type=FileName(),
    metavar="FILE",
    help="Take the keys from FILE: the lines of a `moved:` block, or `OLD NEW` lines; `-` reads "
    "standard input.",
)
@dry_run_option
@lock_timeout_option
@output_option
@pass_invocation
def move(
    invocation: Invocation,
    keys: tuple[str, ...],
    from_file: str | None,
    dry_run: bool,
    lock_timeout: float,
    output: str,
) -> int:
    """Give the audience of key OLD the key NEW, after a rename in the manifests.

    Several are moved all at once, or none: `a b b a` exchanges two keys.
    """
    if bool(keys) is (from_file is not None):
        raise click.UsageError("give OLD and NEW, or --from-file FILE")
    if len(keys) % 2:
        raise click.UsageError(f"each OLD needs its NEW; {keys[-1]!r} has none")
    for new in keys[1::2]:
        Key().convert(new, None, click.get_current_context())

    def work() -> int:
        from aepctl.operations import keys as operation
        from aepctl.operations.keytroubles import Renaming

        renamings = tuple(map(Renaming, keys[::2], keys[1::2]))
        if from_file is not None:
            from aepctl.operations.movesfile import read_moves

            renamings = read_moves(from_file)
        context = invocation.context()
        environment = invocation.resolve(context)
        changed = operation.move(
            context, environment, renamings, wait=lock_timeout, dry_run=dry_run
        )
        return _changed("moved", output, environment, changed)

    return run_and_render(Outputs(output), work)


@click.command("rm", cls=Command, json_list="forgotten")
@click.argument("keys", nargs=-1, required=True, metavar="KEY…", shell_complete=known_key)
@dry_run_option
@lock_timeout_option
@output_option
@pass_invocation
def remove(
    invocation: Invocation,
    keys: tuple[str, ...],
    dry_run: bool,
    lock_timeout: float,
    output: str,
) -> int:
    """Forget what the state has for each KEY: for all, or for none.

    They stay on the platform, which is not asked, and may be adopted again.
    """

    def work() -> int:
        from aepctl.operations import keys as operation

        context = invocation.context()
        environment = invocation.resolve(context)
        changed = operation.forget(context, environment, keys, wait=lock_timeout, dry_run=dry_run)
        return _changed("forgotten", output, environment, changed)

    return run_and_render(Outputs(output), work)


def _changed(done: str, output: str, environment: "Environment", changed: "KeysChanged") -> int:
    if output == "text":
        return tell(changed.decided)
    from aepctl.render.keys_json import keys_json

    name, target, dry_run = environment.name, environment.target, changed.dry_run
    print_result(keys_json(done, changed.rows, name, target, dry_run=dry_run), kept=True)
    return 0
