"""What PostgreSQL's errors mean: written for certain not, or perhaps; and what a person can do.

Source of the codes: PostgreSQL's manual, appendix A. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aepctl.state.stores.documents import STORE_ACCESS
from aepctl.state.stores.postgres import PostgresAddress

UNSURE = ("08", "40003", "57P", "58", "F0", "XX")
"""The server, or what stands before it, gave up in between: it may have been committed before."""
NO_TABLE = ("42P01", "3F000")
OTHER_TABLE = ("42703", "42804", "42883")
THERE_BY_NOW = ("42P07", "42P06", "23505", "42710")
"""Somebody else has made it at the same moment."""
A_COPY = "this server is a copy (a standby), which can only be read and may be behind"
NAME_PRIMARY = "let the address name the primary server"


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed, in words; `certain`: nothing was written. `passing`: not for long, perhaps."""

    why: str
    hint: str | None = None
    certain: bool = True
    passing: bool = False
    code: str | None = None


def of_statement(code: str, text: str, address: PostgresAddress, role: str) -> Failure:
    """The server has answered with an error."""
    if code.startswith(UNSURE):
        return Failure(f"the server gave up: {text}", certain=False, passing=True)
    table = f"{address.schema}.{address.table}"
    if code in NO_TABLE:
        made = address.definition(role)
        return Failure(
            f"there is no table {table}",
            f"`aepctl state init` makes it, where {role} may; or let the owner of the database "
            f"run: {made}",
        )
    if code in OTHER_TABLE:
        return of_table(text, address)
    if code == "42501":
        return Failure(
            f"{role} may not: {text}",
            f"let the owner of the table run: {address.grants(role)}",
            code=STORE_ACCESS,
        )
    return Failure(*_PLAIN.get(code, (text, None)))


def of_table(text: str, address: PostgresAddress) -> Failure:
    """The table is not as we make it."""
    return Failure(
        f"{address.schema}.{address.table} is a table for something else ({text})",
        "name another with `&table=…`",
    )


_PLAIN: Mapping[str, tuple[str, str | None]] = {
    "25006": (A_COPY, NAME_PRIMARY),
    "40001": ("somebody else was writing at the same moment", "run it again"),
    "40P01": ("somebody else was writing at the same moment", "run it again"),
    "55P03": (
        "somebody else holds the row and does not let it go",
        "look for an open transaction: SELECT pid, query FROM pg_stat_activity",
    ),
    "57014": ("the server ended the statement: it took too long", "run it again"),
    "53100": ("the server's disk is full", "make room there"),
}

_CONNECTING: tuple[tuple[str, str], ...] = (
    ("password authentication failed", "check the user, and PGPASSWORD or ~/.pgpass"),
    ("no password supplied", "give the password in PGPASSWORD or in ~/.pgpass"),
    ("no pg_hba.conf entry", "the server lets this user not in from here; ask who runs it"),
    ("SSL", "see `&sslmode=` and `&sslrootcert=`; `sslmode=verify-full` is the safe one"),
    ("certificate", "see `&sslrootcert=`, PGSSLCERT and PGSSLKEY"),
    ('database "', "check the database in the address"),
    ('role "', "check the user in the address, or PGUSER"),
    ("could not translate host", "check the host in the address"),
    ("service", "check PGSERVICEFILE and the service's name"),
)


def of_connecting(text: str) -> Failure:
    """No connection was made, so nothing was sent."""
    if "too many" in text:  # of a role, a database or the server: some will end
        wait = "wait until others are done, or let who runs the server raise the limit"
        return Failure(f"no connection: {text}", wait, passing=True)
    hint = next((hint for words, hint in _CONNECTING if words in text), None)
    other = "check the host and the port, and that the server runs"
    passing = hint is None and "timeout expired" not in text
    code = STORE_ACCESS if "password" in text or "pg_hba" in text else None
    return Failure(f"no connection: {text}", hint or other, passing=passing, code=code)
