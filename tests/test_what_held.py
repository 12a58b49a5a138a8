"""Hostile input that never did harm, each tried on whole commands, so that it stays so.

What is tried elsewhere is not repeated here; the large rounds are in rigs/test_crowds.py.
"""

import gzip
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from fakes import AT, FakeClock, Ids, audience
from projects import ORG, Project
from raw_server import RawServer, Step, answer, connected, http, raw

from aepctl.aep.reader import AudienceReader
from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind, serve
from aepctl.errors import PlatformError, StateError
from aepctl.model.steps import Create
from aepctl.model.target import Target
from aepctl.state.loading import read_state
from aepctl.state.model import Run
from aepctl.state.session import open_session
from aepctl.state.stores.file import FileStore

pytestmark = pytest.mark.rig

Start = Callable[..., Emulator]
TARGET = Target("ORG", "dev", "https://platform.adobe.io")
PROGRAM = [sys.executable, "-m", "aepctl"]
SECRETS = ("hunter2-token", "hunter2-secret")


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    """A platform that the project wants two audiences on."""
    there = platform()
    project.settle_on(there)
    project.want("gold", "silver")
    return there


def names(there: Emulator) -> list[str]:
    return sorted(str(one["name"]) for one in there.audiences)


def crlf(*files: Path) -> None:
    for file in files:
        file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def journal_in(folder: Path) -> Path:
    """A state of two audiences, and the journal of a run that was killed with two more."""
    store = FileStore(str(folder / "s.json"))
    for run in ("run-1", "run-2"):
        given = Run(run, AT, "aepctl apply")
        with open_session(store, TARGET, given, wait=0, clock=FakeClock(), ids=Ids(run)) as session:
            for key in (f"{run}-a", f"{run}-b"):
                session.begin(key, Create(audience(key, "with\nlines and ☂")))
            if run == "run-1":
                session.checkpoint()
    return folder / "s.journal"


class TestFiles:
    def test_lines_may_end_as_on_windows_everywhere(
        self, project: Project, there: Emulator
    ) -> None:
        root = project.root
        crlf(root / "aepctl.yaml", root / "audiences/all.yaml")
        assert project.run("plan", "--out", "plan.json").code == 0
        crlf(root / "plan.json")
        assert project.run("apply", "plan.json").code == 0
        crlf(root / "state/prod.json")
        project.want("gold", "silver", "bronze")
        crlf(root / "audiences/all.yaml")
        assert project.apply().code == 0
        assert names(there) == ["Name bronze", "Name gold", "Name silver"]

    def test_a_journal_whose_lines_end_so_is_read(self, tmp_path: Path) -> None:
        journal = journal_in(tmp_path)
        before = read_state(FileStore(str(tmp_path / "s.json")), TARGET)
        crlf(journal, tmp_path / "s.json")
        assert read_state(FileStore(str(tmp_path / "s.json")), TARGET) == before

    def test_nul_bytes_at_the_end_of_a_journal_are_a_torn_line(self, tmp_path: Path) -> None:
        """What some file systems leave after a power cut."""
        journal = journal_in(tmp_path)
        before = read_state(FileStore(str(tmp_path / "s.json")), TARGET)
        for count in (1, 7, 4096):
            journal.write_bytes(journal.read_bytes() + b"\0" * count)
            assert read_state(FileStore(str(tmp_path / "s.json")), TARGET) == before

    def test_a_journal_that_is_cut_at_any_byte_keeps_what_was_whole(self, tmp_path: Path) -> None:
        journal = journal_in(tmp_path)
        raw_log, store = journal.read_bytes(), FileStore(str(tmp_path / "s.json"))
        ends = [place + 1 for place, byte in enumerate(raw_log) if byte == ord("\n")]
        for size in range(len(raw_log) + 1):
            journal.write_bytes(raw_log[:size])
            begun = max(sum(end <= size for end in ends) - 1, 0)
            assert len(read_state(store, TARGET).intents) == 2 + begun

    @pytest.mark.parametrize("seed", range(4))
    def test_garbage_in_state_and_journal_is_refused_or_read(
        self, tmp_path: Path, seed: int
    ) -> None:
        journal, dice = journal_in(tmp_path), random.Random(seed)
        good = {path: path.read_bytes() for path in (journal, tmp_path / "s.json")}
        store, outcomes = FileStore(str(tmp_path / "s.json")), set()
        for _ in range(300):
            for path, text in good.items():
                path.write_bytes(damaged(text, dice))
            try:
                read_state(store, TARGET)
                outcomes.add("read")
            except StateError:
                outcomes.add("refused")
        assert outcomes == {"read", "refused"}


def damaged(text: bytes, dice: random.Random) -> bytes:
    at, size = dice.randrange(len(text)), dice.randrange(1, 30)
    match dice.randrange(5):
        case 0:
            return text
        case 1:
            return text[:at] + dice.randbytes(size) + text[at + size :]
        case 2:
            return text[:at]
        case 3:
            return text[:at] + text[at + size :]
        case _:
            return text[:at] + text[at - size : at] * 3 + text[at:]


class TestTime:
    @pytest.mark.parametrize("hours", [-1, 1])
    def test_a_clock_that_is_an_hour_off_makes_nothing_twice(
        self, project: Project, there: Emulator, hours: int
    ) -> None:
        there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.DROP_AFTER),))
        assert project.apply().code == 4
        there.behaviour = Behaviour()
        off = datetime.now(UTC) + timedelta(hours=hours)
        text = (project.root / "state/prod.json").read_text()
        state = json.loads(text)
        for intent in state["intents"].values():
            text = text.replace(intent["at"], off.strftime("%Y-%m-%dT%H:%M:%SZ"))
        project.write("state/prod.json", text)
        codes = [project.apply().code for _ in range(4)]
        assert codes[-1] == 0
        assert names(there) == ["Name gold", "Name silver"]


def page(number: int, following: object) -> bytes:
    children = [
        {
            "id": f"id-{number}", "audienceId": f"a-{number}", "name": f"n-{number}",
            "namespace": "agora", "originName": "x", "type": "ExternalSegment",
        }
    ]  # fmt: skip
    paging = {"totalCount": 2, "pageSize": 1, "next": following}
    return http(200, json.dumps({"children": children, "_page": paging}))


def listed(*script: Step) -> list[str]:
    """What a reader finds on a server that plays the script."""
    with RawServer(*script) as server, connected(server.url, timeout=5) as connection:
        reader = AudienceReader(connection, FakeClock(), jitter=lambda: 0.0)
        return [one.audience.name for one in reader.list_all()]


class TestAnswers:
    @pytest.mark.parametrize("status", [401, 429, 500, 502, 503])
    def test_trouble_on_a_later_page_is_asked_again(self, status: int) -> None:
        again = answer(status, "{}", {"Retry-After": "0"})
        one, two = raw(page(1, 1)), raw(page(2, 0))
        if status == 401:  # a given token cannot be renewed, so that is the end of it
            with pytest.raises(PlatformError):
                listed(one, again, two)
        else:
            assert listed(one, again, two) == ["n-1", "n-2"]

    @pytest.mark.parametrize("status", [400, 403, 404])
    def test_a_later_page_that_is_refused_is_no_shorter_list(self, status: int) -> None:
        with pytest.raises(PlatformError):
            listed(raw(page(1, 1)), *[answer(status, "{}")] * 20)

    def test_pages_that_lead_in_a_circle_end(self) -> None:
        with pytest.raises(PlatformError):
            listed(*[raw(page(1, 1))] * 60)

    BODIES: dict[str, bytes] = {  # noqa: RUF012 - a table
        "deep": b"[" * 200_000,
        "deep and closed": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        "bad UTF-8": b'{"name": "\xff\xfe\xed\xa0\x80", "children": "\xc0"}',
        "a long number": b'{"children": ' + b"9" * 10_000 + b"}",
        "NUL bytes": b"\x00" * 1_000,
    }

    @staticmethod
    def _bomb() -> Step:
        packed = gzip.compress(b" " * 300_000_000, 9)
        return answer(200, packed, {"Content-Encoding": "gzip"})

    @pytest.mark.parametrize("body", BODIES)
    def test_a_list_of_nonsense_is_an_error(self, body: str) -> None:
        with pytest.raises(PlatformError):
            listed(*[answer(200, self.BODIES[body])] * 20)

    def test_so_is_a_gzip_bomb(self) -> None:
        with pytest.raises(PlatformError):
            listed(*[self._bomb()] * 8)

    @pytest.mark.parametrize("body", [*BODIES, "gzip bomb"])
    def test_a_create_that_is_answered_so_is_in_doubt(self, body: str) -> None:
        from engine import EndToEnd

        step = self._bomb() if body == "gzip bomb" else answer(200, self.BODIES[body])
        applied = EndToEnd()
        with RawServer(step) as server:
            (outcome,) = applied.apply(server.url, "gold")
        assert (outcome.kind.value, server.creates) == ("unknown", 1)

    HEADERS = (
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 500\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nzz\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n{}",
        b"HTTP/1.1 99999 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: \x00\x01\r\n\r\n{}",
    )

    @pytest.mark.parametrize("head", HEADERS)
    def test_tricks_with_headers_leave_it_in_doubt_and_send_nothing_again(
        self, head: bytes
    ) -> None:
        from engine import EndToEnd

        applied = EndToEnd()
        with RawServer(raw(head)) as server:
            (outcome,) = applied.apply(server.url, "gold")
        assert (outcome.kind.value, server.creates) == ("unknown", 1)


class TestSecrets:
    @pytest.fixture
    def secret(self, project: Project, there: Emulator) -> Project:
        project.setenv("AEP_ACCESS_TOKEN", SECRETS[0])
        project.setenv("AEP_CLIENT_SECRET", SECRETS[1])
        return project

    def test_none_is_in_a_file_or_in_what_is_said(self, secret: Project, there: Emulator) -> None:
        there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.DROP_AFTER, match="gold"),))
        said = secret.run("plan", "--out", "plan.json")
        for words in (["--debug"], ["--debug", "-o", "json"]):
            one = secret.run(words[0], "apply", "--auto-approve", *words[1:])
            said = type(said)(one.code, said.out + one.out, said.err + one.err)

        def stumble(*_: object) -> Any:
            raise ZeroDivisionError

        one = secret.run("--debug", "plan", read_manifests=stumble)
        assert (one.code, "Traceback" in one.err) == (70, True)
        files = [one for one in secret.root.rglob("*") if one.is_file()]
        assert len(files) > 3
        everything = said.out + said.err + one.err + "".join(map(Path.read_text, files))
        assert not any(word in everything for word in SECRETS)

    def test_none_is_asked_for_in_an_option(self) -> None:
        """What stands in a command line, every user of the machine can read."""
        from aepctl.cli.main import cli

        options = {
            name
            for command in [cli, *cli.commands.values()]
            for parameter in command.params
            if isinstance(parameter, click.Option)
            for name in parameter.opts
        }
        assert not [one for one in options if any(w in one for w in ("secret", "key", "password"))]
        assert not [one for one in options if "token" in one]


class TestMachine:
    def test_the_c_locale(self, project: Project, there: Emulator) -> None:
        project.write(
            "audiences/all.yaml",
            "defaults: {namespace: agora, originName: Tests}\naudiences: {gold: {name: Größe ☂}}\n",
        )
        environ = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        words = ["apply", "--auto-approve", "--write", "html:out.html"]
        done = subprocess.run(
            [*PROGRAM, *words], env=environ, capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert names(there) == ["Größe ☂"]
        assert "Größe ☂" in (project.root / "out.html").read_text("utf-8")

    def test_twelve_open_files(self, project: Project, there: Emulator) -> None:
        """It may not be enough for a run; then it says so, and the next one makes nothing twice."""
        words = f"ulimit -n 12 && exec {' '.join(PROGRAM)} apply --auto-approve"
        done = subprocess.run(
            ["bash", "-c", words], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode in {0, 1, 4}, done.stderr
        assert project.apply().code == 0
        assert names(there) == ["Name gold", "Name silver"]

    def test_a_run_that_is_stopped_for_a_while_goes_on(
        self, project: Project, there: Emulator
    ) -> None:
        import signal
        import time

        project.want(*(f"key-{number}" for number in range(30)))
        there.behaviour = Behaviour(latency=0.05)
        process = subprocess.Popen(
            [*PROGRAM, "apply", "--auto-approve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        while not there.audiences and process.poll() is None:
            time.sleep(0.01)
        for _ in range(3):
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.2)
            process.send_signal(signal.SIGCONT)
            time.sleep(0.05)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert len(names(there)) == len(set(names(there))) == len(project.ids()) == 30


def test_three_hundred_connections_to_the_emulator_are_all_answered() -> None:
    request = (
        "GET /data/core/ups/audiences HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t"
        f"\r\nx-api-key: k\r\nx-gw-ims-org-id: {ORG}\r\nx-sandbox-name: dev\r\n\r\n"
    ).encode()
    with serve() as running:
        host, port = running.url.removeprefix("http://").split(":")
        connections = [socket.create_connection((host, int(port))) for _ in range(300)]
        for connection in connections:
            connection.sendall(request)
        answers = {connection.recv(15) for connection in connections}
        for connection in connections:
            connection.close()
    assert answers == {b"HTTP/1.1 200 OK"}
