"""docs/state.md, stores.md, drills.md: their sessions are what is printed, on a real Git branch."""

import io
import re
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import QuickClock
from git_world import GitWorld
from projects import Project
from sandbox import create
from shell import Page

from aepctl.cli.main import run
from aepctl.clock import SystemClock
from aepctl.emulator import Behaviour, Emulator
from aepctl.model.audience import Audience
from aepctl.model.steps import Create
from aepctl.operations.context import system_context
from aepctl.project.stores import check_address
from aepctl.state.codec import decode_written
from aepctl.state.encoder import StateEncoder
from aepctl.state.lease import Lease
from aepctl.state.model import Intent, Run

pytestmark = pytest.mark.rig

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = "\n".join((DOCS / f"{name}.md").read_text() for name in ("state", "stores", "drills"))
SESSIONS = dict(re.findall(r"<!-- run: ([a-z ]+) -->\n```text\n(.*?)```", PAGE, re.DOTALL))
UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
PORT = re.compile(r"http://127\.0\.0\.1:\d+")
LOCK = "d47032ed-eb77-451c-b44e-527255b6a3c1"


class Drill:
    """A clone in which the commands of a session are typed."""

    def __init__(self, project: Project, platform: Emulator, world: GitWorld) -> None:
        self.clock: SystemClock = SystemClock()
        self.code = 0
        self.project = project
        self.platform = platform
        self.world = world
        self.at("git:origin")
        self.want("gold")

    def at(self, address: str, **settings: object) -> None:
        self.project.settle_on(self.platform, state=address, **settings)

    def want(self, *keys: str) -> None:
        for key in keys:
            self.project.want(key, file=f"audiences/{key}.yaml")

    def tip(self) -> str:
        return self.world.git("rev-parse", "aepctl-state", cwd=self.world.origin)

    def put(self, data: bytes) -> None:
        store = self.world.open("git:origin")
        before = store.get()
        store.put(data, before and before.version, "by hand")

    @property
    def raw(self) -> bytes:
        document = self.world.open("git:origin").get()
        assert document is not None
        return document.data

    def quietly(self, *lines: str) -> None:
        for line in lines:
            self.shown(line)

    def shown(self, line: str) -> str:
        """What a shell shows after this line."""
        if line == "echo $?":
            return str(self.code)
        line, _, given = line.partition(" <<'END'\n")
        program, *words = shlex.split(line)
        screen = io.StringIO()
        if given:
            line = f"{shlex.quote(sys.executable)} -m {line} <<'END'\n{given}\nEND\n"
        elif program == "aepctl":
            with redirect_stdout(screen), redirect_stderr(screen):
                self.code = run(words, lambda: replace(system_context(), clock=self.clock))
            return screen.getvalue()
        done = subprocess.run(
            line, shell=True, cwd=self.project.root, capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    def take(self, session: str, **names: str) -> None:
        """Type the lines of a session, with these for the names in it."""
        for line, shown in typed(SESSIONS[session]):
            for name, value in names.items():
                line = line.replace(name, value)  # noqa: PLW2901 - as a person would type it
            printed = "\n".join(comparable(self.shown(line)))
            assert Page().shows("\n".join(shown), printed), f"$ {line}\n{printed}"


def typed(session: str) -> Iterator[tuple[str, list[str]]]:
    for one in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        end = "\nEND\n" if one.partition("\n")[0].endswith("<<'END'") else "\n"
        line, _, shown = one.partition(end)
        yield line, comparable(shown)


def comparable(text: str) -> list[str]:
    """The lines without what is new each day."""
    text = PORT.sub("https://platform.adobe.io", text)
    return TIME.sub("TIME", UUID.sub("ID", text)).strip("\n").split("\n")


@pytest.fixture
def drill(
    tmp_path: Path,
    project: Project,
    platform: Callable[..., Emulator],
    monkeypatch: pytest.MonkeyPatch,
) -> Drill:
    world = GitWorld(tmp_path)
    world.clone()
    monkeypatch.chdir(world.project)
    project.root = world.project
    for who in ("AUTHOR", "COMMITTER"):
        world.environ |= {f"GIT_{who}_NAME": "Ada", f"GIT_{who}_EMAIL": "ada@example.org"}
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    return Drill(project, platform(), world)


def test_all_sessions_are_taken_here() -> None:
    taken = set(re.findall(r'take\("([a-z ]+)"', Path(__file__).read_text()))
    assert set(SESSIONS) == taken


def test_setting_up(drill: Drill) -> None:
    drill.take("setting up")


def test_moving(drill: Drill) -> None:
    drill.at("state/prod.json")
    drill.quietly("aepctl state init")
    drill.take("moving")
    drill.at("git:origin")
    assert "1 to create" in drill.shown("aepctl plan")


def test_unlocking(drill: Drill) -> None:
    drill.quietly("aepctl state init")
    since = "2026-11-29T06:41:40.018+00:00"
    holder = {"command": "aepctl apply", "by": "ada", "host": "runner-7", "since": since}
    written = replace(decode_written(drill.raw, "x"), lock=Lease(LOCK, 90.0, holder), write_id="w")
    drill.put(StateEncoder().encode(written).encode())
    drill.take("unlock", **{LOCK: LOCK})
    assert "1 created" in drill.shown("aepctl apply --auto-approve")


def test_other_keys(drill: Drill) -> None:
    drill.at("state/prod.json")
    drill.project.want("loyalty-1", "loyalty-2", file="audiences/gold.yaml")
    drill.quietly("aepctl apply --auto-approve")
    drill.take("other keys")


def forty(drill: Drill) -> None:
    drill.project.want(*(f"loyalty-{number}" for number in range(40)), file="audiences/gold.yaml")


def test_a_store_that_is_unreachable_in_mid_apply(drill: Drill) -> None:
    forty(drill)
    drill.quietly("aepctl state init")
    drill.platform.behaviour = Behaviour(latency=0.02)
    origin = drill.world.origin

    def take_away() -> None:
        while len(drill.platform.audiences) < 8:
            time.sleep(0.01)
        origin.rename(origin.with_name("away.git"))

    drill.clock = QuickClock()
    taking = threading.Thread(target=take_away)
    taking.start()
    drill.take("unreachable")
    taking.join()
    origin.with_name("away.git").rename(origin)
    assert "40 unchanged" in drill.shown("aepctl apply --auto-approve --lock-timeout 3m")


def test_a_runner_that_vanished_with_its_disk(drill: Drill) -> None:
    """What it had done by then: all of its intents in the store, 12 creates, and no outcome."""
    forty(drill)
    drill.quietly("aepctl state init")
    written, at = decode_written(drill.raw, "x"), "2026-11-29T06:44:59.227+00:00"
    intents = {}
    for number in range(40):
        key = f"loyalty-{number}"
        one = Audience(f"Name {key}", "agora", "Tests")
        intents[f"id-{number}"] = Intent(f"id-{number}", "run-1", key, Create(one), at)
        if number > 27:
            create(drill.platform, one.name)
    holder = {"command": "aepctl apply", "by": "ada", "host": "runner-7", "since": at}
    state = replace(written.state, intents=intents, runs=(Run("run-1", at, "aepctl apply"),))
    lost = replace(written, state=state, lock=Lease(LOCK, 90.0, holder), write_id="w")
    drill.put(StateEncoder().encode(lost).encode())
    drill.clock = QuickClock()
    drill.take("vanished")
    assert len(drill.platform.audiences) == 40


def test_a_state_that_was_deleted(drill: Drill) -> None:
    drill.want("silver")
    drill.quietly("aepctl state init", "aepctl apply --auto-approve")
    drill.at("git:origin", lineage=decode_written(drill.raw, "x").state.lineage)
    drill.project.write("backup.json", drill.shown("aepctl state pull"))
    drill.take("deleted")
    assert len(drill.platform.audiences) == 2


def test_a_state_that_was_rolled_back(drill: Drill) -> None:
    drill.quietly("aepctl state init", "aepctl apply --auto-approve")
    before = drill.tip()
    drill.want("silver")
    drill.quietly("aepctl apply --auto-approve", "git fetch -q origin aepctl-state")
    drill.take("rolled back", BEFORE=before)
    assert len(drill.platform.audiences) == 2


def test_two_keys_with_one_id(drill: Drill) -> None:
    drill.want("silver")
    drill.quietly("aepctl state init", "aepctl apply --auto-approve")
    known = decode_written(drill.raw, "x").state.audiences
    ids = [known[key].ids.audience_id for key in ("silver", "gold")]
    drill.put(drill.raw.replace(ids[0].encode(), ids[1].encode()))
    drill.take("two keys")


def test_every_address_on_the_page_is_one(drill: Drill) -> None:
    found = re.findall(r"^(?: *)state: (\S+)", PAGE, re.MULTILINE)
    found += [one for pair in re.findall(r"state migrate (\S+) ([\w:]+)", PAGE) for one in pair]
    assert len(found) > 5
    for address in found:
        check_address(address)
