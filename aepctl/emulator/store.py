"""Where audiences are kept: in memory for reading, in SQLite so that they outlive the process.

The database is opened exclusively, because a second emulator on the same file would not see what
the first one creates. A file that is not ours is refused before anything is written to it.
"""

import sqlite3
import threading
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple, Self

from aepctl.emulator.answers import as_json
from aepctl.emulator.checks import Caller
from aepctl.emulator.documents import Document
from aepctl.emulator.past import SCHEMA as PAST
from aepctl.emulator.past import NotAnAudienceError, Past, Place, Version, place_of, read_document
from aepctl.emulator.spellings import same
from aepctl.errors import EmulatorError
from aepctl.files import check_regular

APPLICATION_ID = 0x61657063  # "aepc", in the file's header
FORMAT = 1
SCHEMA = """
CREATE TABLE audience (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL
)
"""


class Lag(NamedTuple):
    """Lists go on showing what was, from now on. In milliseconds."""

    now: int
    forget_before: int


class Store:
    """All audiences. Safe to use from several threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._by_place: dict[Place, dict[str, Document]] = {}
        self._audience_ids: set[tuple[Place, str]] = set()
        rows = connection.execute("SELECT position, id, document FROM audience ORDER BY position")
        for position, identifier, text in rows:
            where = f"row {position} of the table `audience`"
            self._remember(read_document(identifier, text, where))
        self._past = Past(connection)

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """The audiences in this file; None: in memory. Raises EmulatorError."""
        try:
            if path is not None:  # SQLite would write to a device, and a journal beside it
                check_regular(path)
            with ExitStack() as unless_opened:
                connection = _connect(path)
                unless_opened.callback(connection.close)
                opened = cls(connection)
                unless_opened.pop_all()
                return opened
        except (sqlite3.Error, OSError) as error:
            said = error.strerror if isinstance(error, OSError) else error
            raise EmulatorError(
                f"cannot open the emulator's database {path}: {said}",
                hint="end the emulator that uses it, or choose another file with --db",
                code="emulator-database",
            ) from error
        except NotAnAudienceError as error:
            raise EmulatorError(
                f"{path}: {error}",
                hint="remove that row, or choose another file with --db",
                code="emulator-database",
            ) from error

    def add(self, document: Document, *, unique: bool = False) -> bool:
        """False where the organisation and sandbox have this `audienceId` already.

        `unique`: or this name, namespace and originName, in whatever spelling.
        """
        with self._lock:
            place = place_of(document)
            if (place, document["audienceId"]) in self._audience_ids:
                return False
            if unique and self._is_there(document):
                return False
            row = (document["id"], as_json(document).decode())
            self._connection.execute("INSERT INTO audience (id, document) VALUES (?, ?)", row)
            self._remember(document)
            return True

    def replace(self, document: Document, lag: Lag | None = None, *, unique: bool = False) -> bool:
        """False where `unique` and another one of its place has this name already."""
        with self._lock, self._connection as connection:
            connection.execute("BEGIN")
            if unique and self._is_there(document):
                return False
            row = (as_json(document).decode(), document["id"])
            connection.execute("UPDATE audience SET document = ? WHERE id = ?", row)
            self._keep(self._by_place[place_of(document)][document["id"]], lag)
            self._remember(document)
            return True

    def remove(self, document: Document, lag: Lag | None = None) -> None:
        with self._lock, self._connection as connection:
            connection.execute("BEGIN")
            connection.execute("DELETE FROM audience WHERE id = ?", (document["id"],))
            self._keep(document, lag)
            place = place_of(document)
            del self._by_place[place][document["id"]]
            self._audience_ids.discard((place, document["audienceId"]))

    def past(self, caller: Caller) -> list[Version]:
        """What this caller's audiences were before they were changed or deleted, oldest first."""
        with self._lock:
            return self._past.of((caller.org, caller.sandbox))

    def find(self, caller: Caller, identifier: str) -> Document | None:
        with self._lock:
            return self._by_place.get((caller.org, caller.sandbox), {}).get(identifier)

    def within(self, caller: Caller) -> tuple[Document, ...]:
        """The audiences that this caller can see, oldest first."""
        with self._lock:
            return tuple(self._by_place.get((caller.org, caller.sandbox), {}).values())

    def everything(self) -> list[Document]:
        with self._lock:
            return [dict(one) for place in self._by_place.values() for one in place.values()]

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _keep(self, document: Document, lag: Lag | None) -> None:
        if lag is not None:
            self._past.keep(document, lag.now, forget_before=lag.forget_before)

    def _is_there(self, document: Document) -> bool:
        """Whether another one has its name, namespace and originName, in whatever spelling."""
        others = self._by_place.get(place_of(document), {}).values()
        return any(same(document, one) for one in others if one["id"] != document["id"])

    def _remember(self, document: Document) -> None:
        place = place_of(document)
        self._by_place.setdefault(place, {})[document["id"]] = document
        self._audience_ids.add((place, document["audienceId"]))


def _connect(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(
        ":memory:" if path is None else path,
        timeout=1,
        isolation_level=None,  # every statement commits by itself
        check_same_thread=False,  # opened and closed by the caller, used by the server's thread
    )
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    if not _is_new(connection):
        _check_ours(connection, path)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN EXCLUSIVE")  # takes the lock now, and finds out if others hold it
    if _is_new(connection):
        connection.execute(SCHEMA)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute(PAST)
    connection.execute("COMMIT")


def _is_new(connection: sqlite3.Connection) -> bool:
    tables = _number(connection, "SELECT count(*) FROM sqlite_master")
    return not (tables or _number(connection, "PRAGMA application_id"))


def _check_ours(connection: sqlite3.Connection, path: Path | None) -> None:
    choose = "choose another file with --db"
    if _number(connection, "PRAGMA application_id") != APPLICATION_ID:
        raise EmulatorError(
            f"{path} is a database, but not the emulator's", hint=choose, code="emulator-database"
        )
    if (found := _number(connection, "PRAGMA user_version")) != FORMAT:
        raise EmulatorError(
            f"{path} has format {found} of the emulator's database; this version reads {FORMAT}",
            hint=choose,
            code="emulator-database",
        )


def _number(connection: sqlite3.Connection, question: str) -> int:
    with closing(connection.execute(question)) as cursor:
        return int(cursor.fetchone()[0])
