"""State in PostgreSQL behind PgBouncer, which gives a server's session to each transaction anew."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
from document_contract import NOTE
from postgres_server import OWNER, PASSWORD, PostgresServer, programs, unprivileged
from raw_server import free_port

from aepctl.state.stores.documents import DocumentStore, Overtaken
from aepctl.state.stores.postgres import open_postgres

pytestmark = pytest.mark.rig
SETTINGS = """[databases]
state = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = 1
auth_type = scram-sha-256
auth_file = {users}
"""


@pytest.fixture
def bouncer() -> Iterator[int]:
    """The port of a PgBouncer with one session for all."""
    program, found = shutil.which("pgbouncer"), programs()
    if program is None or found is None:
        pytest.skip("no PgBouncer or no PostgreSQL here")
    folder, port = Path(tempfile.mkdtemp(prefix="aepctl-bouncer-")), free_port()
    folder.chmod(0o755)
    with PostgresServer(found) as server:
        users, settings = folder / "users", folder / "settings"
        users.write_text(f'"{OWNER}" "{PASSWORD}"\n')
        settings.write_text(SETTINGS.format(server=server.port, port=port, users=users))
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [program, settings], user=unprivileged(), stdout=log, stderr=log, cwd="/"
            )
        try:
            yield port
        finally:
            process.terminate()
            process.wait(10)
            shutil.rmtree(folder)


def opened(port: int) -> DocumentStore:
    environ = {**os.environ, "PGUSER": OWNER, "PGPASSWORD": PASSWORD}
    return open_postgres(f"postgresql://127.0.0.1:{port}/state?name=prod", environ)


def test_three_who_share_one_session_lose_nothing_and_leave_nothing_in_it(bouncer: int) -> None:
    _await(bouncer)
    opened(bouncer).prepare()
    opened(bouncer).put(b"0", None, NOTE)

    def work() -> None:
        store, done = opened(bouncer), 0
        while done < 10:
            before = store.get()
            assert before is not None
            with suppress(Overtaken):
                store.put(b"%d" % (int(before.data) + 1), before.version, NOTE)
                done += 1

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = opened(bouncer).get()
    assert found is not None
    assert found.data == b"30"
    with closing(_connected(bouncer)) as connection:
        assert connection.execute("SHOW lock_timeout").fetchall() == [("0",)]
        assert connection.execute("SELECT * FROM pg_prepared_statements").fetchall() == []


def _connected(port: int) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host="127.0.0.1", port=port, dbname="state", user=OWNER, password=PASSWORD
    )


def _await(port: int) -> None:
    for _ in range(250):
        with suppress(psycopg.OperationalError):
            _connected(port).close()
            return
        time.sleep(0.02)
    raise AssertionError("PgBouncer does not answer")
