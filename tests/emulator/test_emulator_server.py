"""Starting, stopping, and what is kept in between."""

import logging
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from emulator_client import CREATE, CREATE_HEADERS, SAMPLE, Client, Start

from aepctl.emulator import Behaviour, Fault, FaultKind, serve
from aepctl.errors import EmulatorError


def test_stopping_is_quick_whatever_is_under_way(start: Start) -> None:
    client = start(Fault(kind=FaultKind.HANG_AFTER, match="hang"), latency=0)
    client.listed()  # leaves a connection open
    threads = [threading.Thread(target=broken_create, args=(client.emulator.url, "hang"))]
    threads[0].start()
    while not client.emulator.audiences:
        time.sleep(0.001)
    client.emulator.behaviour = Behaviour(latency=60)
    threads.append(threading.Thread(target=broken_create, args=(client.emulator.url, "slow")))
    threads[1].start()
    while len(client.emulator.audiences) < 2:
        time.sleep(0.001)
    began = time.monotonic()
    client.emulator.stop()
    assert time.monotonic() - began < 60
    for thread in threads:
        thread.join()
    assert not [one for one in threading.enumerate() if one.name == "aepctl-emulator"]


def broken_create(url: str, name: str) -> None:
    wanted = {**SAMPLE, "name": name}
    url = f"{url}/core/ais/audiences"
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        httpx.post(
            url, params=CREATE, headers=CREATE_HEADERS, json=wanted, trust_env=False, timeout=10
        )


def test_stop_can_be_called_again_and_frees_the_port() -> None:
    emulator = serve()
    port = int(emulator.url.rpartition(":")[2])
    emulator.stop()
    emulator.stop()
    with serve(port=port) as again:
        assert again.url == emulator.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(emulator.url, trust_env=False)


def test_audiences_survive_a_restart_with_everything_that_happened_to_them(
    start: Start, tmp_path: Path
) -> None:
    first = start(db=tmp_path / "emulator.sqlite3")
    kept, changed, deleted = (first.created(name=name) for name in ("kept", "old", "deleted"))
    change = [{"op": "add", "path": "/name", "value": "new"}]
    first.call("PATCH", f"{first.ups}/{changed['id']}", json=change)
    first.call("DELETE", f"{first.ups}/{deleted['id']}")
    before = first.emulator.audiences
    first.emulator.stop()
    second = start(db=tmp_path / "emulator.sqlite3")
    assert second.emulator.audiences == before
    assert second.names() == ["new", "kept"]
    assert second.call("GET", f"{second.ups}/{kept['id']}").json() == kept


def test_a_file_of_before_there_were_lags_is_read(start: Start, tmp_path: Path) -> None:
    first = start(db=tmp_path / "db")
    first.create(name="Gold")
    first.emulator.stop()
    with closing(sqlite3.connect(tmp_path / "db")) as older:
        older.execute("DROP TABLE past")
    second = start(db=tmp_path / "db", delete_lag=60)
    second.call("DELETE", f"{second.ups}/{second.emulator.audiences[0]['id']}")
    assert second.names() == ["Gold"]


def test_client_given_ids_stay_taken_after_a_restart(start: Start, tmp_path: Path) -> None:
    first = start(db=tmp_path / "db", revision=3)
    first.create(audienceId="mine")
    first.emulator.stop()
    assert start(db=tmp_path / "db", revision=3).create(audienceId="mine").status_code == 409


def test_an_answered_create_is_already_in_the_file(start: Start, tmp_path: Path) -> None:
    client = start(db=tmp_path / "db")
    client.create(name="Gold")
    for file in tmp_path.iterdir():  # what a crash at this moment would leave
        shutil.copy(file, file.with_name(file.name.replace("db", "copy")))
    assert [one["name"] for one in start(db=tmp_path / "copy").emulator.audiences] == ["Gold"]


@pytest.mark.rig  # it waits for a second
def test_one_database_serves_one_emulator(start: Start, tmp_path: Path) -> None:
    start(db=tmp_path / "db")
    with pytest.raises(EmulatorError, match="locked"):
        serve(db=tmp_path / "db")


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sqlite3"
    theirs = sqlite3.connect(path)
    theirs.execute("CREATE TABLE precious (x)")
    theirs.close()
    content = path.read_bytes()
    with pytest.raises(EmulatorError, match="not the emulator's"):
        serve(db=path)
    assert path.read_bytes() == content


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "db"
    serve(db=path).stop()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 2")
    newer.close()
    with pytest.raises(EmulatorError, match="format 2"):
        serve(db=path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but something that somebody wrote" * 100)
    with pytest.raises(EmulatorError, match="not a database"):
        serve(db=path)


def test_a_database_needs_its_folder(tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match="unable to open"):
        serve(db=tmp_path / "missing" / "db")


def test_a_taken_port_is_reported(client: Client) -> None:
    port = int(client.emulator.url.rpartition(":")[2])
    with pytest.raises(EmulatorError, match=f"port {port}") as raised:
        serve(port=port)
    assert raised.value.hint


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "", "::"])
def test_only_this_machine_is_served(host: str) -> None:
    with pytest.raises(EmulatorError, match="this machine only"):
        serve(host=host)


def test_localhost_is_a_loopback_address() -> None:
    with serve(host="localhost") as emulator:
        assert emulator.url.startswith("http://127.0.0.1:")


def test_addresses_of_version_6_are_served_where_the_machine_has_them() -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("no IPv6 here")
    with serve(host="::1") as emulator:
        assert emulator.url.startswith("http://[::1]:")
        assert httpx.get(emulator.url, trust_env=False).status_code == 404


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_package_does_not_import_the_server() -> None:
    code = "import sys; from aepctl.emulator import Behaviour, Fault, serve; print(*sys.modules)"
    assert not {"starlette", "uvicorn", "asyncio"} & set(run(code).split())


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_server_installed_it_says_what_to_install(missing: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None
from aepctl.emulator import serve
from aepctl.errors import EmulatorError
try:
    serve()
except EmulatorError as error:
    print(error.message, "|", error.hint)
"""
    assert missing in run(code).lower()
    assert run(code).endswith("pip install 'aepctl[emulator]'")


def test_a_server_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    async def startup(self: uvicorn.Server, sockets: Any = None) -> None:
        self.should_exit = True

    monkeypatch.setattr(uvicorn.Server, "startup", startup)
    with pytest.raises(EmulatorError, match="did not start"):
        serve()


def test_a_bug_of_the_emulator_is_shown_and_does_not_pass_for_a_fault(
    start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    db = tmp_path / "audiences.sqlite3"
    serve(db=db).stop()
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON audience "
            "BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        )
    with caplog.at_level(logging.ERROR, "aepctl.emulator"):
        answer = start(db=db).create()
    assert (answer.status_code, answer.text) == (500, "the emulator failed; see its standard error")
    assert "disk is full" in caplog.text


def test_a_client_that_leaves_before_its_body_is_complete_makes_no_noise(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    host, _, port = client.emulator.url.rpartition("//")[2].partition(":")
    head = b"POST /core/ais/audiences HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head)
        client.listed()  # by now the server has begun to read
    client.listed()
    assert client.emulator.audiences == []
    assert caplog.text == ""


def test_connections_are_kept_alive(client: Client) -> None:
    with httpx.Client(trust_env=False) as http:
        for _ in range(3):
            http.get(client.emulator.url)
        pool = http._transport._pool
        assert len(pool.connections) == 1


def test_small_answers_are_not_held_back(client: Client) -> None:
    client.listed()
    times = [time.monotonic()]
    for _ in range(20):
        client.listed()
        times.append(time.monotonic())
    quickest = min(after - before for before, after in pairwise(times))
    assert quickest < 0.04  # as long each would take if head and body waited for each other


def test_where_its_thread_cannot_be_started_that_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def no_thread(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    with pytest.raises(EmulatorError) as caught:
        serve(db=tmp_path / "emulator.sqlite3")
    assert caught.value.message == "the emulator's server did not start (can't start new thread)"
    assert caught.value.hint == "allow this user more processes and threads (`ulimit -u`)"
