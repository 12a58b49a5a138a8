"""One row of a table, replaced by one statement that compares and swaps."""

import secrets
from collections.abc import Mapping

from aepctl.errors import StateError
from aepctl.state.stores.documents import (
    STORE_ACCESS,
    TOO_LARGE,
    Document,
    maybe_written,
    overtaken,
    unreadable,
    unwritten,
)
from aepctl.state.stores.postgres import PostgresAddress
from aepctl.state.stores.postgres_errors import (
    A_COPY,
    NAME_PRIMARY,
    THERE_BY_NOW,
    Failure,
    of_table,
)
from aepctl.state.stores.postgres_wire import STATEMENT_SECONDS, Failed, Statements

LOCK_SECONDS = 10
"""How long the server waits for a row that somebody holds: less than we do, so that it is told."""
MAX_BYTES = 256 * 1024 * 1024

BOUND = """(SELECT set_config('lock_timeout', %s, true) AS waits,
    CASE current_setting('synchronous_commit') WHEN 'off'
        THEN set_config('synchronous_commit', 'on', true) ELSE 'kept' END AS lasts) AS bound"""
"""For this one transaction: it does not wait for ever, and is on disk when it is acknowledged."""
HELD = "bound.waits IS NOT NULL AND bound.lasts IS NOT NULL"
GET = """SELECT pg_is_in_recovery(), d.name IS NOT NULL, d.version, octet_length(d.document),
    CASE WHEN octet_length(d.document) <= %s THEN d.document END
    FROM (VALUES (1)) AS one LEFT JOIN {table} AS d ON d.name = %s"""
REPLACE = f"""UPDATE {{table}} AS d SET version = %s, document = %s, note = %s, updated_at = now()
    FROM {BOUND} WHERE d.name = %s AND d.version = %s AND {HELD} RETURNING d.version"""  # noqa: S608
CREATE = f"""INSERT INTO {{table}} (version, document, note, name, updated_at)
    SELECT %s, %s, %s, %s, now() FROM {BOUND} WHERE {HELD}
    ON CONFLICT (name) DO NOTHING RETURNING version"""  # noqa: S608
THERE = "SELECT to_regnamespace(%s) IS NOT NULL, to_regclass(%s) IS NOT NULL"
RIGHTS = "SELECT has_table_privilege(%s, 'INSERT') AND has_table_privilege(%s, 'UPDATE')"
MAKE_SCHEMA = "CREATE SCHEMA IF NOT EXISTS {schema}"
MAKE_TABLE = """CREATE TABLE IF NOT EXISTS {table} (name text PRIMARY KEY, version text NOT NULL,
    document bytea NOT NULL, updated_at timestamptz NOT NULL, note text NOT NULL)"""


class PostgresDocuments:
    """The document in the row of this name."""

    pause_seconds = 0.0

    def __init__(
        self,
        address: PostgresAddress,
        environ: Mapping[str, str],
        seconds: float = STATEMENT_SECONDS,
    ) -> None:
        self._address = address
        self._statements = Statements(address, environ, seconds)

    @property
    def where(self) -> str:
        return self._address.where

    def get(self) -> Document | None:
        try:
            rows = self._statements.run(GET, [MAX_BYTES, self._address.name])
        except Failed as failed:
            raise self._unread(failed.failure) from None
        copy, there, version, size, data = rows[0]
        if copy:
            raise unreadable(self.where, A_COPY, hint=NAME_PRIMARY)
        if not there:
            return None
        if rows[1:]:
            raise self._unread(of_table("several rows have this name", self._address))
        if isinstance(size, int) and size > MAX_BYTES:
            raise unreadable(
                self.where, f"it has {size} bytes, more than {MAX_BYTES}", code=TOO_LARGE
            )
        if not isinstance(version, str) or not isinstance(data, bytes | memoryview):
            raise self._unread(of_table("its columns have other types", self._address))
        return Document(bytes(data), version)

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        if len(data) > MAX_BYTES:
            raise unwritten(
                self.where, f"it has {len(data)} bytes, more than {MAX_BYTES}", code=TOO_LARGE
            )
        version, name, wait = secrets.token_hex(16), self._address.name, f"{LOCK_SECONDS}s"
        row = [version, data, note]
        try:
            if expected is None:
                written = self._statements.run(CREATE, [*row, name, wait])
            else:
                written = self._statements.run(REPLACE, [*row, wait, name, expected])
        except Failed as failed:
            failure = failed.failure
            if failure.certain:
                raise unwritten(
                    self.where, failure.why, hint=failure.hint, code=failure.code
                ) from None
            raise maybe_written(self.where, failure.why) from None
        if not written:
            raise overtaken(self.where)
        return version

    def prepare(self) -> None:
        """Make schema and table where they are not there, and see that the rights suffice."""
        run, address = self._statements.run, self._address
        schema, table = address.schema, f"{address.schema}.{address.table}"
        making = False
        try:
            [(has_schema, has_table)] = run(THERE, [schema, table])
            making = not has_table
            if not has_schema:
                run(MAKE_SCHEMA, [], harmless=THERE_BY_NOW)
            if not has_table:
                run(MAKE_TABLE, [], harmless=THERE_BY_NOW)
            [(may_write,)] = run(RIGHTS, [table, table])
        except Failed as failed:
            made = f"let the owner of the database run: {address.definition(self._statements.role)}"
            failure = failed.failure
            hint = made if making else failure.hint
            raise self._unprepared(failure.why, hint, failure.code) from None
        role = self._statements.role
        if not may_write:
            hint = f"let the owner of the table run: {address.grants(role)}"
            said = f"{role} may not write the table {table}"
            raise self._unprepared(said, hint, STORE_ACCESS)
        self.get()

    def _unread(self, failure: Failure) -> StateError:
        return unreadable(
            self.where,
            failure.why,
            hint=failure.hint,
            passing=failure.passing,
            code=failure.code,
        )

    def _unprepared(self, why: str, hint: str | None, code: str | None) -> StateError:
        said = f"{self.where}: cannot be prepared: {why}"
        return StateError(said, hint=hint, code=code or "state-not-written")
