"""Who is answered, and which database is opened: nobody and nothing that is not this emulator's."""

import json
import os
import socket
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from emulator_client import CREATE, CREATE_HEADERS, HEADERS, SAMPLE

import aepctl.emulator
from aepctl.emulator import Emulator, serve
from aepctl.emulator.documents import OWN_NUMBERS, OWN_TEXTS
from aepctl.errors import EmulatorError


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with serve() as running:
        yield running


def status(emulator: Emulator, host: str | None, path: str = "/data/core/ups/audiences") -> int:
    """Of a list that is asked for under this `Host`."""
    lines = [f"{name}: {value}" for name, value in HEADERS.items()]
    lines += [] if host is None else [f"Host: {host}"]
    request = "\r\n".join([f"GET {path} HTTP/1.{int(host is not None)}", *lines, "", ""])
    address = emulator.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1]))) as connection:
        connection.sendall(request.encode())
        return int(connection.recv(100).split()[1])


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8765", "localhost.", "127.0.0.1", "127.0.0.1:1", "127.1.2.3", "[::1]",
     "[::1]:8765"],
)  # fmt: skip
def test_names_of_this_machine_are_answered(emulator: Emulator, host: str) -> None:
    assert status(emulator, host) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.evil.example", "",
     "0.0.0.0", "192.168.0.1", "[::]", "[fe80::1]", "evil.localhost", "localhost@evil", "[::1",
     None],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/data/core/ups/audiences", "/ims/token/v3", "/nowhere"])
def test_every_other_name_is_refused(emulator: Emulator, host: str | None, path: str) -> None:
    assert status(emulator, host, path) == 421
    assert emulator.requests == []


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """One with an audience in it."""
    import httpx

    with serve(db=tmp_path / "db.sqlite3") as running:
        url = f"{running.url}/core/ais/audiences"
        made = httpx.post(url, params=CREATE, headers=CREATE_HEADERS, json=SAMPLE)
        assert made.is_success
    return tmp_path / "db.sqlite3"


def rewrite(database: Path, document: object) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("UPDATE audience SET document = ?", (document,))
    connection.close()


def document_of(database: Path) -> dict[str, object]:
    connection = sqlite3.connect(database)
    ((text,),) = connection.execute("SELECT document FROM audience")
    connection.close()
    found: dict[str, object] = json.loads(text)
    return found


FAULTS = {
    "no JSON": "{", "nothing": "", "a list": "[]", "null": "null", "a number": 7, "bytes": b"{}",
    "deep": "[" * 100_000, "an empty object": "{}",
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_is_no_audience_is_one_clear_error(database: Path, fault: str) -> None:
    rewrite(database, FAULTS[fault])
    with pytest.raises(EmulatorError) as raised:
        serve(db=database)
    said = f"{database}: row 1 of the table `audience` is no audience"
    assert raised.value.message == said
    assert "--db" in str(raised.value.hint)


@pytest.mark.parametrize("field", [*OWN_TEXTS, *OWN_NUMBERS, "sandbox", "description"])
@pytest.mark.parametrize("value", [None, [], True, {"sandboxName": 1}])
def test_so_is_one_whose_fields_are_odd(database: Path, field: str, value: object) -> None:
    rewrite(database, json.dumps({**document_of(database), field: value}))
    with pytest.raises(EmulatorError, match="row 1 of the table `audience` is no audience"):
        serve(db=database)


def test_so_is_one_under_another_id(database: Path) -> None:
    rewrite(database, json.dumps({**document_of(database), "id": "another"}))
    with pytest.raises(EmulatorError, match="row 1 of the table"):
        serve(db=database)


@pytest.mark.parametrize(
    ("row", "why"), [((0, "x", "{}"), "is no audience"), (("x", "x", "{}"), "has no time")]
)
def test_so_is_what_an_audience_never_was(
    database: Path, row: tuple[object, ...], why: str
) -> None:
    with sqlite3.connect(database) as opened:
        opened.execute("INSERT INTO past VALUES (?, ?, ?)", row)
    opened.close()
    with pytest.raises(EmulatorError, match=f"row 1 of the table `past` {why}"):
        serve(db=database)


def test_what_the_emulator_wrote_is_read_again(database: Path) -> None:
    with serve(db=database) as running:
        assert [one["name"] for one in running.audiences] == ["Sample"]


@pytest.mark.parametrize("kind", ["fifo", "device", "text"])
def test_a_file_that_is_no_database_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    """The device is one of our own: what goes wrong here must not go wrong for the machine."""
    path = tmp_path / "db"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        if os.geteuid() != 0:
            pytest.skip("only root can make a device")
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    else:
        path.write_text("state\n" * 1000)
    with pytest.raises(EmulatorError, match="cannot open the emulator's database"):
        aepctl.emulator.serve(db=path)
    assert [one.name for one in tmp_path.iterdir()] == ["db"]
