"""What lists may still show: audiences as they were before they were changed or deleted.

Kept in a table of its own, which files of before do not have: whoever does not know it misses
nothing. Guarded by the store's lock.
"""

import json
import sqlite3
from collections import deque
from typing import NamedTuple

from aepctl.emulator.answers import as_json
from aepctl.emulator.documents import Document, is_document

SCHEMA = """
CREATE TABLE IF NOT EXISTS past (time INTEGER NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL)
"""

Place = tuple[str, str]  # organisation and sandbox


class Version(NamedTuple):
    """An audience, and when it ceased to be so, in milliseconds."""

    time: int
    document: Document


class NotAnAudienceError(Exception):
    """A row that the emulator cannot have written."""


class Past:
    """Versions that lists may still show, oldest first."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        rows = connection.execute("SELECT rowid, time, id, document FROM past ORDER BY time, rowid")
        self._versions = deque(_version(*row) for row in rows)

    def keep(self, document: Document, time: int, *, forget_before: int) -> None:
        """Keep what it was until this time, and forget what no list can show any more."""
        row = (time, document["id"], as_json(document).decode())
        self._connection.execute("INSERT INTO past VALUES (?, ?, ?)", row)
        self._versions.append(Version(time, document))
        if self._versions[0].time < forget_before:
            self._connection.execute("DELETE FROM past WHERE time < ?", (forget_before,))
            while self._versions and self._versions[0].time < forget_before:
                self._versions.popleft()

    def of(self, place: Place) -> list[Version]:
        return [one for one in self._versions if place_of(one.document) == place]


def _version(position: int, time: object, identifier: object, text: object) -> Version:
    where = f"row {position} of the table `past`"
    if not isinstance(time, int):
        raise NotAnAudienceError(f"{where} has no time")
    return Version(time, read_document(identifier, text, where))


def read_document(identifier: object, text: object, where: str) -> Document:
    """The document in a row. Raises NotAnAudienceError."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        found = None
    if not is_document(found) or found["id"] != identifier:
        raise NotAnAudienceError(f"{where} is no audience")
    return found


def place_of(document: Document) -> Place:
    """Whose audience it is: the organisation, and the name of the sandbox."""
    return document["imsOrgId"], document["sandbox"]["sandboxName"]
