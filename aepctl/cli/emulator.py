"""`aepctl emulator serve`: the embedded platform, in the foreground."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aepctl.apply.stopping import StopSignal
from aepctl.cli.command import Group
from aepctl.cli.invocation import Invocation
from aepctl.cli.output import print_result
from aepctl.gitignore import ignore_own
from aepctl.log import Level, Notice

if TYPE_CHECKING:
    from aepctl.emulator import Behaviour, Fault

HINT = """\
settings for aepctl.yaml:
environments:
  trial:
    org: 1BD6382559DF0C130A49422D@AdobeOrg
    sandbox: dev
    ais_url: {url}/core/ais
    ups_url: {url}/data/core/ups
    ims_url: {url}
    settle_seconds: {lag:g}
and in the environment:
    {credentials}"""
ANY_TOKEN = "export AEP_ACCESS_TOKEN=test-token AEP_API_KEY=test-key"  # noqa: S105 - any text will do
ISSUED_TOKEN = "export AEP_CLIENT_ID=test-key AEP_CLIENT_SECRET=test-secret"  # noqa: S105 - likewise


@click.group(cls=Group)
def emulator() -> None:
    """The embedded platform: try everything without an account."""


@emulator.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: a free one."
)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".aepctl/emulator.sqlite3"),
    show_default=True,
    help="Where audiences are kept; its folder is made.",
)
@click.option("--latency", type=click.FloatRange(min=0), default=0.0, help="Seconds per answer.")
@click.option(
    "--revision",
    type=click.Choice(["1", "3"]),
    default="1",
    show_default=True,
    help="Revision of the create call; 3 honours an audienceId that the client gives.",
)
@click.option(
    "--list-lag",
    type=click.FloatRange(min=0),
    default=0.0,
    help="Seconds until a new audience can be read.",
)
@click.option(
    "--update-lag",
    type=click.FloatRange(min=0),
    default=0.0,
    help="Seconds that lists go on showing an audience as it was before a change.",
)
@click.option(
    "--delete-lag",
    type=click.FloatRange(min=0),
    default=0.0,
    help="Seconds that lists go on showing a deleted audience.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND[=RATE][@NAME-PART]",
    help="What goes wrong, how often (0 to 1), for which names. Repeatable. A KIND by itself "
    "happens to creates; patch-KIND, delete-KIND, get-KIND, bulk-get-KIND, list-KIND, "
    "sandboxes-KIND and rights-KIND to others.",
)
@click.option("--retry-after", metavar="VALUE", help="The Retry-After header of faults.")
@click.option("--seed", type=int, default=0, show_default=True, help="Makes rates repeatable.")
@click.option(
    "--token-ttl",
    type=click.IntRange(min=0),
    default=86399,
    show_default=True,
    help="Seconds that an issued token lives.",
)
@click.option("--strict-tokens", is_flag=True, help="Accept only tokens issued here.")
@click.option("--forbid-list", is_flag=True, help="Credentials may create, but not list.")
@click.option("--forbid-write", is_flag=True, help="Credentials may only read.")
@click.option(
    "--sandbox",
    "sandboxes",
    multiple=True,
    metavar="NAME",
    help="There is this sandbox, and no other that is not named. Repeatable. Default: all.",
)
@click.option(
    "--spelling",
    default="sent",
    show_default=True,
    help="How names are kept: sent, trimmed, upper, lower, decomposed, kinds, replaced or ascii.",
)
@click.option("--unique", is_flag=True, help="A name that exists in any spelling is refused (409).")
@click.option(
    "--lifecycle",
    default="published",
    show_default=True,
    help="The state of what is created: draft, published, inactive, archived or deleted.",
)
@click.option(
    "--hide-inactive", is_flag=True, help="Lists show inactive audiences only where asked for them."
)
@click.option(
    "--statuses",
    default="guide",
    show_default=True,
    help="How changes are answered: with 200 (guide) or 201 (openapi). Adobe's documents differ.",
)
@click.option(
    "--max-length",
    type=click.IntRange(min=1),
    help="Longer names and descriptions are refused. Adobe documents no limit.",
)
def serve(*, host: str, port: int, db: Path, **settings: Any) -> None:
    """Serve the platform on this machine until interrupted.

    Prints one line with the address as soon as it accepts connections.
    """
    from aepctl.emulator import serve as start

    _check_free(db)
    behaviour = _behaviour(**settings)
    stop = StopSignal()
    _stopped_by_signals(stop)
    _make_folder(db)
    with start(db=db, host=host, port=port, behaviour=behaviour) as running:
        print_result(f"emulator listening on {running.url}\n", kept=True)
        credentials = ISSUED_TOKEN if behaviour.strict_tokens else ANY_TOKEN
        hint = HINT.format(url=running.url, lag=behaviour.list_lag, credentials=credentials)
        notice = Notice(Level.INFO, "settings", "settings for aepctl.yaml", {"text": hint})
        click.get_current_context().ensure_object(Invocation).log.tell_as(notice, hint)
        while not stop.wait(3600):
            pass


def _behaviour(
    *, faults: tuple[str, ...], retry_after: str | None, revision: str, **settings: Any
) -> "Behaviour":
    from aepctl.emulator import Behaviour

    chosen = tuple(_fault(text, retry_after) for text in faults)
    try:
        return Behaviour(faults=chosen, revision=int(revision), **settings)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _fault(text: str, retry_after: str | None) -> "Fault":
    from aepctl.emulator import Fault
    from aepctl.emulator.faults import SPELLED

    switch, _, match = text.partition("@")
    named, given, rate = switch.partition("=")
    if named not in SPELLED:
        raise click.BadParameter(
            f"{named!r} is no kind of fault. The kinds are: {', '.join(SPELLED)}.",
            param_hint="--fault",
        )
    operation, kind = SPELLED[named]
    try:
        chance = float(rate) if given else 1.0
        return Fault(kind=kind, on=operation, rate=chance, match=match, retry_after=retry_after)
    except ValueError as error:
        raise click.BadParameter(f"{text!r}: {error}", param_hint="--fault") from error


def _check_free(db: Path) -> None:
    """Raise UsageError where the database would take the place of what a project reads."""
    import os

    from aepctl.cli.outfiles import check_expanded
    from aepctl.project.reads import EMULATORS, reads_here

    check_expanded(str(db))
    what = reads_here(os.environ, None, (), allow_outside=True).why_not(str(db))
    if what not in {None, EMULATORS}:
        raise click.BadParameter(f"{db} is {what}. Choose another file.", param_hint="--db")


def _make_folder(db: Path) -> None:
    try:
        db.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.BadParameter(
            f"cannot make the folder {db.parent}: {error.strerror}", param_hint="--db"
        ) from error
    ignore_own(db.parent)


def _stopped_by_signals(stop: StopSignal) -> None:
    """SIGINT too, even where a shell started us in the background ignoring it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.request("told to"))
