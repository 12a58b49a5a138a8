"""State in a row of PostgreSQL: `postgresql://host/db?name=prod`. What an address may say.

The library is needed, and loaded, only where such a store is opened.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from aepctl.errors import AepctlError
from aepctl.project.urls import is_loopback
from aepctl.state.stores.documents import DocumentStore

FORM = "postgresql://HOST/DATABASE?name=prod"
OPTIONS = ("name", "schema", "table", "sslmode", "sslrootcert", "service")
PASSED_ON = ("sslmode", "sslrootcert", "service")
"""Options that libpq knows by the same name."""
SSL_MODES = ("verify-full", "verify-ca", "require", "prefer", "allow", "disable")
IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
HOST = re.compile(r"[A-Za-z0-9_.:-]*")
PLAIN = re.compile(r"[\w.$ -]{1,63}")
CREDENTIALS = "give the password in PGPASSWORD or in ~/.pgpass, never in the address"


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """Where the row is. `parameters`: what libpq is to be told, without credentials."""

    name: str
    schema: str
    table: str
    where: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def definition(self, role: str = "ROLE") -> str:
        """What makes the table, and all that whoever uses it has to be allowed."""
        target = f"{self.schema}.{self.table}"
        return (
            f"CREATE SCHEMA IF NOT EXISTS {self.schema}; "
            f"CREATE TABLE IF NOT EXISTS {target} (name text PRIMARY KEY, version text NOT NULL, "
            "document bytea NOT NULL, updated_at timestamptz NOT NULL, note text NOT NULL); "
            f"{self.grants(role)}"
        )

    def grants(self, role: str) -> str:
        """All that a role needs to use the table."""
        who = role
        if role != "ROLE" and not IDENTIFIER.fullmatch(role):
            who = '"' + role.replace('"', '""') + '"'
        return (
            f"GRANT USAGE ON SCHEMA {self.schema} TO {who}; "
            f"GRANT SELECT, INSERT, UPDATE ON {self.schema}.{self.table} TO {who};"
        )


def open_postgres(address: str, environ: Mapping[str, str]) -> DocumentStore:
    """The store at this address. Raises AepctlError: a wrong address, or no psycopg."""
    parsed = parse_postgres(address, environ)
    try:
        from aepctl.state.stores.postgres_documents import PostgresDocuments  # noqa: PLC0415
    except ImportError as error:
        raise AepctlError(
            f"{parsed.where}: the package psycopg cannot be loaded ({type(error).__name__})",
            hint="pip install 'aepctl[postgres]'",
            code="not-installed",
        ) from error
    return PostgresDocuments(parsed, environ)


def parse_postgres(address: str, environ: Mapping[str, str]) -> PostgresAddress:
    """What the address says. Raises AepctlError that repeats neither it nor an option's value."""
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise _wrong("it is no URL that can be read") from None
    if parts.password is not None:
        raise AepctlError(
            "the address of the state holds a password", hint=CREDENTIALS, code="secret-in-address"
        )
    database = unquote(parts.path.removeprefix("/"))
    options = _options(parts.query)
    if not address.isprintable():
        raise _wrong("it holds characters that cannot be seen")
    _check(parts, host, database, options)
    at = f"[{host}]" if ":" in host else host
    at += "" if port is None else f":{port}"
    said = {
        "host": host,
        "port": "" if port is None else str(port),
        "user": unquote(parts.username or ""),
        "dbname": database,
        **{name: options.get(name, "") for name in PASSED_ON},
    }
    parameters = {name: value for name, value in said.items() if value}
    if _is_far(host or environ.get("PGHOST", "")) and not _is_chosen(parameters, environ):
        # libpq's own default goes on in plain text where somebody in between asks for that
        known = parameters.get("sslrootcert") or environ.get("PGSSLROOTCERT")
        parameters["sslmode"] = "verify-full" if known else "require"
    return PostgresAddress(
        name=options["name"],
        schema=options.get("schema", "public"),
        table=options.get("table", "aepctl_state"),
        where=f"postgresql://{at}/{database}?name={options['name']}",
        parameters=parameters,
    )


def _is_far(host: str) -> bool:
    return bool(host) and not host.startswith("/") and not is_loopback(host)


def _is_chosen(parameters: Mapping[str, str], environ: Mapping[str, str]) -> bool:
    """Whether a person has said how safe the connection is to be."""
    said = {"sslmode", "service"} & parameters.keys()
    return bool(said or environ.get("PGSSLMODE") or environ.get("PGSERVICE"))


def _check(parts: SplitResult, host: str, database: str, options: Mapping[str, str]) -> None:
    if parts.scheme not in {"postgresql", "postgres"} or parts.fragment:
        raise _wrong("it is no URL of that form")
    if not HOST.fullmatch(host):
        raise _wrong("one host is expected")
    if not PLAIN.fullmatch(database) and (database or "service" not in options):
        raise _wrong("one database is expected behind the host")
    if parts.username is not None and not PLAIN.fullmatch(unquote(parts.username)):
        raise _wrong("the user's name cannot be one")


def _options(query: str) -> dict[str, str]:
    given = parse_qsl(query, keep_blank_values=True)
    options = dict(given)
    unknown = [name for name, _ in given if name not in OPTIONS]
    if unknown:
        shown = f" `{unknown[0]}`" if IDENTIFIER.fullmatch(unknown[0]) and "=" in query else ""
        raise _wrong(f"unknown option{shown}; there are {', '.join(OPTIONS)}")
    if len(options) < len(given):
        raise _wrong("an option is given twice")
    for option in ("schema", "table"):
        if option in options and not IDENTIFIER.fullmatch(options[option]):
            raise _wrong(f"`{option}` takes small letters, digits and `_`")
    if options.get("sslmode", "require") not in SSL_MODES:
        raise _wrong(f"`sslmode` is one of {', '.join(SSL_MODES)}")
    if not NAME.fullmatch(options.get("name", "")):
        raise _wrong("`name` is missing, or holds other than letters, digits and `._-`")
    return options


def _wrong(why: str) -> AepctlError:
    return AepctlError(
        f"the address of the state in PostgreSQL cannot be used: {why}",
        hint=f"write {FORM}; {CREDENTIALS}",
        code="state-address",
    )
