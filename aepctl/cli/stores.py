"""aepctl state init, unlock, pull, push, migrate, history, merge: where state is kept."""

import click

from aepctl.cli.command import Command
from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation, pass_invocation
from aepctl.cli.output import print_result
from aepctl.cli.outputs import Outputs, output_option
from aepctl.cli.state import tell
from aepctl.cli.types import FileName, lock_timeout_option
from aepctl.log import Level, Notice


@click.command(cls=Command)
@pass_invocation
def init(invocation: Invocation) -> int:
    """Make the state where `state:` says, once, and print the line that pins it.

    A store that a team shares is tried first: one that ignores conditional writes is refused.
    """

    def work() -> int:
        from aepctl.operations import stores as operation

        context = invocation.context()
        return tell(operation.init(context, invocation.resolve(context)))

    return run_and_render(Outputs(), work)


@click.command(cls=Command)
@click.argument("lock_id", metavar="ID")
@pass_invocation
def unlock(invocation: Invocation, lock_id: str) -> int:
    """Give back the lock ID of a runner that is gone.

    It need not be done: --lock-timeout takes such a lock over by itself, when its lease has ended.
    """

    def work() -> int:
        from aepctl.operations.unlocking import unlock as operation

        context = invocation.context()
        return tell(operation(context, invocation.resolve(context), lock_id))

    return run_and_render(Outputs(), work)


@click.command(cls=Command)
@pass_invocation
def pull(invocation: Invocation) -> int:
    """Print the state's document."""

    def work() -> int:
        from aepctl.operations import stores as operation

        context = invocation.context()
        print_result(operation.pull(context, invocation.resolve(context)))
        return 0

    return run_and_render(Outputs(), work)


@click.command(cls=Command)
@click.argument("file", type=FileName())
@click.option("--force", is_flag=True, help="Also where that loses IDs or what is open.")
@lock_timeout_option
@pass_invocation
def push(invocation: Invocation, file: str, force: bool, lock_timeout: float) -> int:
    """Replace the state by FILE: of the same lineage, not older, and losing nothing.

    `-` reads standard input. Where the state itself was lost, FILE takes its place.
    """

    def work() -> int:
        from aepctl.operations import stores as operation

        context = invocation.context()
        environment = invocation.resolve(context)
        return tell(operation.push(context, environment, file, force=force, wait=lock_timeout))

    return run_and_render(Outputs(), work)


@click.command(cls=Command)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@lock_timeout_option
@pass_invocation
def migrate(invocation: Invocation, source: str, target: str, lock_timeout: float) -> int:
    """Move the state from the address FROM to the address TO, as `state:` spells them.

    Lineage and serial are kept; it is read back and compared; then the old one is marked as moved.
    """

    def work() -> int:
        from aepctl.operations.migrating import migrate as operation
        from aepctl.project.stores import check_address

        for address in (source, target):
            try:
                check_address(address)
            except ValueError as error:
                raise click.UsageError(f"FROM and TO: {error}") from None
        context = invocation.context()
        environment = invocation.resolve(context)
        return tell(operation(context, environment, source, target, wait=lock_timeout))

    return run_and_render(Outputs(), work)


@click.command(cls=Command, json_list="history")
@output_option
@pass_invocation
def history(invocation: Invocation, output: str) -> int:
    """List what changed the state, the latest first: a Git branch's commits, else its last runs."""

    def work() -> int:
        from aepctl.operations.history import history as operation
        from aepctl.render.history import history_json, history_text

        context = invocation.context()
        environment = invocation.resolve(context)
        found = operation(context, environment)
        if output == "json":
            print_result(history_json(found, environment.name, environment.target))
        else:
            print_result(history_text(found))
        return 0

    return run_and_render(Outputs(output), work)


@click.command(cls=Command)
@click.argument("base")
@click.argument("ours")
@click.argument("theirs")
@pass_invocation
def merge(invocation: Invocation, base: str, ours: str, theirs: str) -> int:
    """Merge three versions of a state file into OURS: Git's merge driver.

    In .gitattributes: state/*.json merge=aepctl. Once in each clone: git config
    merge.aepctl.driver 'aepctl state merge %O %A %B'
    """

    def work() -> int:
        from aepctl.operations.merging import merge_files

        undecided = merge_files(base, ours, theirs).undecided
        for said, cure in undecided:
            invocation.log.fail("error", said, code="state-conflict", next=cure)
        if undecided:
            told = "Both sides stand in the file, between markers; remove these then."
            invocation.log.tell_as(Notice(Level.ERROR, "merge", told), told)
        return 1 if undecided else 0

    return run_and_render(Outputs(), work)
