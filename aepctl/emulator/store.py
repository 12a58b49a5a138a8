"""Where audiences are kept: in memory for reading, in SQLite so that they outlive the process.

The database is opened exclusively, because a second emulator on the same file would not see what
the first one creates. A file that is not ours is refused before anything is written to it.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Self

from aepctl.emulator.answers import as_json
from aepctl.emulator.checks import Caller
from aepctl.emulator.documents import Document, is_document
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
# In a table of its own, which files of before do not have: whoever does not know it misses nothing.
DELETED = """
CREATE TABLE IF NOT EXISTS deleted (
    id TEXT PRIMARY KEY, time INTEGER NOT NULL, document TEXT NOT NULL
)
"""

Place = tuple[str, str]  # organisation and sandbox


class Store:
    """All audiences. Safe to use from several threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._by_place: dict[Place, dict[str, Document]] = {}
        self._audience_ids: set[tuple[Place, str]] = set()
        rows = connection.execute("SELECT position, id, document FROM audience ORDER BY position")
        for position, identifier, text in rows:
            self._remember(_document(position, identifier, text))
        self._deleted: list[tuple[int, Document]] = []
        rows = connection.execute("SELECT rowid, time, id, document FROM deleted ORDER BY time")
        for position, time, identifier, text in rows:
            self._deleted.append((int(time), _document(position, identifier, text, "deleted")))

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
            ) from error
        except NotAnAudienceError as error:
            raise EmulatorError(
                f"{path}: {error}",
                hint="remove that row, or choose another file with --db",
            ) from error

    def add(self, document: Document, *, unique: bool = False) -> bool:
        """False where the organisation and sandbox have this `audienceId` already.

        `unique`: or this name, namespace and originName, in whatever spelling.
        """
        with self._lock:
            place = _place(document)
            if (place, document["audienceId"]) in self._audience_ids:
                return False
            if unique and self._is_there(document):
                return False
            row = (document["id"], as_json(document).decode())
            self._connection.execute("INSERT INTO audience (id, document) VALUES (?, ?)", row)
            self._remember(document)
            return True

    def replace(self, document: Document, *, unique: bool = False) -> bool:
        """False where `unique` and another one of its place has this name already."""
        with self._lock:
            if unique and self._is_there(document):
                return False
            row = (as_json(document).decode(), document["id"])
            self._connection.execute("UPDATE audience SET document = ? WHERE id = ?", row)
            self._remember(document)
            return True

    def remove(self, document: Document, time: int | None, *, forget_before: int) -> None:
        """`time`: in milliseconds, for `deleted`; None keeps nothing of it."""
        with self._lock, self._transaction() as connection:
            connection.execute("DELETE FROM audience WHERE id = ?", (document["id"],))
            connection.execute("DELETE FROM deleted WHERE time < ?", (forget_before,))
            if time is not None:
                row = (document["id"], time, as_json(document).decode())
                connection.execute("INSERT INTO deleted VALUES (?, ?, ?)", row)
            place = _place(document)
            del self._by_place[place][document["id"]]
            self._audience_ids.discard((place, document["audienceId"]))
            self._deleted = [one for one in self._deleted if one[0] >= forget_before]
            if time is not None:
                self._deleted.append((time, document))

    def deleted(self, caller: Caller, after: float) -> list[Document]:
        """Those of this caller that were deleted later than this, as they were."""
        place = (caller.org, caller.sandbox)
        with self._lock:
            return [one for time, one in self._deleted if time > after and _place(one) == place]

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

    def _is_there(self, document: Document) -> bool:
        """Whether another one has its name, namespace and originName, in whatever spelling."""
        others = self._by_place.get(_place(document), {}).values()
        return any(same(document, one) for one in others if one["id"] != document["id"])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _remember(self, document: Document) -> None:
        place = _place(document)
        self._by_place.setdefault(place, {})[document["id"]] = document
        self._audience_ids.add((place, document["audienceId"]))


class NotAnAudienceError(Exception):
    """A row that the emulator cannot have written."""


def _document(position: int, identifier: object, text: object, table: str = "audience") -> Document:
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        found = None
    if not is_document(found) or found["id"] != identifier:
        raise NotAnAudienceError(f"row {position} of the table `{table}` is no audience")
    return found


def _place(document: Document) -> Place:
    return document["imsOrgId"], document["sandbox"]["sandboxName"]


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
    connection.execute(DELETED)
    connection.execute("COMMIT")


def _is_new(connection: sqlite3.Connection) -> bool:
    tables = _number(connection, "SELECT count(*) FROM sqlite_master")
    return not (tables or _number(connection, "PRAGMA application_id"))


def _check_ours(connection: sqlite3.Connection, path: Path | None) -> None:
    choose = "choose another file with --db"
    if _number(connection, "PRAGMA application_id") != APPLICATION_ID:
        raise EmulatorError(f"{path} is a database, but not the emulator's", hint=choose)
    if (found := _number(connection, "PRAGMA user_version")) != FORMAT:
        raise EmulatorError(
            f"{path} has format {found} of the emulator's database; this version reads {FORMAT}",
            hint=choose,
        )


def _number(connection: sqlite3.Connection, question: str) -> int:
    with closing(connection.execute(question)) as cursor:
        return int(cursor.fetchone()[0])
