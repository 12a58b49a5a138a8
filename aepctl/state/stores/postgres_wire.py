"""One statement on a connection of its own, within its time. The only user of psycopg.

In autocommit, without prepared statements and without anything kept in a session: so it works
through PgBouncer, and a broken connection is met only by what was just sent.
"""

import os
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, LiteralString, TypeAlias

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from aepctl.project.redaction import Redaction
from aepctl.state.stores.postgres import PostgresAddress
from aepctl.state.stores.postgres_errors import Failure, of_connecting, of_statement

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 20.0
"""Together the 30 s that a call may take."""
MAX_TEXT = 300
LIMITS = {
    "connect_timeout": str(CONNECT_SECONDS),
    "client_encoding": "utf8",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": str(int(STATEMENT_SECONDS * 1000)),
}

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


class Failed(Exception):
    """A statement ended with this."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.why)
        self.failure = failure


class Statements:
    """Runs statements, one at a time, each on a new connection.

    `role`: who the server takes us for, once it has let us in.
    """

    def __init__(
        self, address: PostgresAddress, environ: Mapping[str, str], seconds: float
    ) -> None:
        self._address = address
        self._seconds = seconds
        self._parameters = _parameters(address, environ)
        self._redaction = Redaction()
        self._redaction.add(self._parameters.get("password", ""))
        self.role = "ROLE"

    def run(
        self, statement: LiteralString, values: Sequence[object], *, harmless: Sequence[str] = ()
    ) -> list[tuple[Any, ...]]:
        """One statement, which is one transaction; no rows where the error is a harmless one.

        Raises Failed.
        """
        with self._connected() as connection, _bounded(connection, self._seconds) as late:
            query = sql.SQL(statement).format(
                table=sql.Identifier(self._address.schema, self._address.table),
                schema=sql.Identifier(self._address.schema),
            )
            known = connection.info.parameter_status("server_encoding") == "UTF8"
            values = [_storable(one, "utf-8" if known else "ascii") for one in values]
            try:
                with connection.cursor(binary=True) as cursor:
                    cursor.execute(query, values)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.Error as error:
                if error.sqlstate in harmless:
                    return []
                raise Failed(self._failure(error, late=late.is_set())) from None

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            connection = psycopg.connect(
                make_conninfo("", **self._parameters), autocommit=True, prepare_threshold=None
            )
        except psycopg.Error as error:
            text = self._text(error).removeprefix("connection failed: ")
            raise Failed(of_connecting(text)) from None
        with closing(connection):
            self.role = connection.info.user
            yield connection

    def _failure(self, error: psycopg.Error, *, late: bool) -> Failure:
        if late:
            return Failure(f"no answer in {self._seconds:.0f} s", certain=False)
        if error.sqlstate is not None:
            return of_statement(error.sqlstate, self._text(error), self._address, self.role)
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return Failure(
            f"the connection was lost: {self._text(error)}", certain=not lost, passing=lost
        )

    def _text(self, error: psycopg.Error) -> str:
        """In one line. The server's details are left out: they repeat what was sent."""
        text = error.diag.message_primary or str(error)
        shown = " ".join(self._redaction.text(text).split())
        return "".join(one if one.isprintable() else " " for one in shown[:MAX_TEXT])


def _parameters(address: PostgresAddress, environ: Mapping[str, str]) -> dict[str, str]:
    """What libpq is told. What it takes from variables by itself, it takes from `environ`.

    Where a service is named, its file comes before the variables, and libpq reads both.
    """
    parameters = {"application_name": "aepctl", "gssencmode": "disable"}
    if "service" not in address.parameters and not environ.get("PGSERVICE"):
        for option in psycopg.pq.Conninfo.get_defaults():
            if option.envvar and environ.get(option.envvar.decode()):
                parameters[option.keyword.decode()] = environ[option.envvar.decode()]
    return {**parameters, **address.parameters, **LIMITS}


def _storable(value: object, encoding: str) -> object:
    """Text that this server's encoding has, without the character that PostgreSQL cannot keep."""
    if not isinstance(value, str):
        return value
    return value.encode(encoding, "backslashreplace").decode(encoding).replace("\0", "")


@contextmanager
def _bounded(connection: Connection, seconds: float) -> Iterator[threading.Event]:
    """Cuts the connection after its time: a statement has no deadline on this side otherwise.

    The event tells that this was the cause of what failed.
    """
    late = threading.Event()
    try:
        handle = socket.socket(fileno=os.dup(connection.fileno()))
    except OSError as error:
        raise Failed(Failure(f"no connection: {error.strerror}")) from None

    def cut() -> None:
        late.set()
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    try:
        _start(timer)
        yield late
    finally:
        timer.cancel()
        handle.close()


def _start(timer: threading.Timer) -> None:
    try:
        timer.start()
    except RuntimeError:
        raise Failed(Failure("this machine has no thread left")) from None
