"""What the address of a state in PostgreSQL may say, and what the server's errors mean."""

from itertools import repeat

import pytest

from aepctl.errors import AepctlError
from aepctl.state.stores.postgres import open_postgres, parse_postgres
from aepctl.state.stores.postgres_errors import of_connecting, of_statement

ADDRESS = parse_postgres("postgresql://aepctl@db.example.com/state?name=prod", {})


@pytest.mark.parametrize(
    ("address", "where", "parameters"),
    [
        (
            "postgresql://aepctl@db.example.com:5433/state?name=prod&sslmode=verify-full",
            "postgresql://db.example.com:5433/state?name=prod",
            {"host": "db.example.com", "port": "5433", "user": "aepctl", "dbname": "state",
             "sslmode": "verify-full"},
        ),
        (
            "postgres://[::1]/state?name=prod",
            "postgresql://[::1]/state?name=prod",
            {"host": "::1", "dbname": "state"},
        ),
        (
            "postgresql:///state?name=eu.prod-1&service=team",
            "postgresql:///state?name=eu.prod-1",
            {"dbname": "state", "service": "team"},
        ),
        (
            "postgresql:///?name=prod&service=team",
            "postgresql:///?name=prod",
            {"service": "team"},
        ),
    ],
)  # fmt: skip
def test_an_address_says_where(address: str, where: str, parameters: dict[str, str]) -> None:
    parsed = parse_postgres(address, {})
    assert parsed.where == where
    assert parsed.parameters == parameters
    assert (parsed.schema, parsed.table) == ("public", "aepctl_state")


@pytest.mark.parametrize(
    ("host", "environ", "mode"),
    [
        ("db.example.com", {}, "require"),
        ("db.example.com", {"PGSSLROOTCERT": "/etc/ca.pem"}, "verify-full"),
        ("db.example.com", {"PGSSLMODE": "verify-full"}, None),
        ("db.example.com", {"PGSERVICE": "team"}, None),
        ("127.0.0.1", {}, None),
        ("localhost", {}, None),
        ("", {}, None),
        ("", {"PGHOST": "/var/run/postgresql"}, None),
        ("", {"PGHOST": "db.example.com"}, "require"),
    ],
)
def test_a_connection_that_leaves_the_machine_is_encrypted_unless_somebody_says_how(
    host: str, environ: dict[str, str], mode: str | None
) -> None:
    parsed = parse_postgres(f"postgresql://{host}/state?name=prod", environ)
    assert parsed.parameters.get("sslmode") == mode


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://h/db", "`name` is missing"),
        ("postgresql://h/db?name=", "`name` is missing"),
        ("postgresql://h/db?name=a/b", "`name` is missing, or holds other"),
        ("postgresql://h/?name=prod", "one database is expected"),
        ("postgresql://h?name=prod", "one database is expected"),
        ("postgresql://h/a/b?name=prod", "one database is expected"),
        ("postgresql://h,i/db?name=prod", "one host is expected"),
        ("postgresql://h:x/db?name=prod", "no URL that can be read"),
        ("postgresql://[::1/db?name=prod", "no URL that can be read"),
        ("postgresql://h/db?name=prod#part", "no URL of that form"),
        ("mysql://h/db?name=prod", "no URL of that form"),
        ("postgresql://h/db?name=prod&colour=red", "unknown option `colour`"),
        ("postgresql://h/db?name=prod&name=dev", "given twice"),
        ("postgresql://h/db?name=prod&table=Robert'); DROP", "`table` takes small letters"),
        ("postgresql://h/db?name=prod&schema=", "`schema` takes small letters"),
        ("postgresql://a\nb@h/db?name=prod", "cannot be seen"),
        ("postgresql://h/db?name=prod&sslmode=very", "`sslmode` is one of verify-full"),
        ("postgresql://%00@h/db?name=prod", "the user's name"),
    ],
)
def test_another_address_is_refused(address: str, said: str) -> None:
    with pytest.raises(AepctlError) as caught:
        parse_postgres(address, {})
    assert said in caught.value.message
    assert "postgresql://HOST/DATABASE?name=prod" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://user:test-token@h/db?name=prod",
        "postgresql://user:test-token/x@h/db?name=prod",
        "postgresql://user:test-token#x@h/db?name=prod",
        "postgresql://user:test-token?x@h/db?name=prod",
        "postgresql://user:@h/db?name=prod",
        "postgresql://h/db?name=prod&password=test-token",
        "postgresql://h/db?name=prod&test-token",
        "postgresql://h/db?name=prod&sslmode=test-token",
        "postgresql://test-token,x/db?name=prod",
        "postgresql://h/db?name=%7Etest-token",
    ],
)
def test_what_may_be_a_password_is_never_repeated(address: str) -> None:
    with pytest.raises(AepctlError) as caught:
        parse_postgres(address, {})
    error: BaseException | None = caught.value
    while error is not None:
        assert "test-token" not in f"{error} {error!r} {getattr(error, 'hint', '')}"
        error = error.__cause__
    assert "PGPASSWORD" in (caught.value.hint or "")


def test_without_its_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("documents", "wire"):
        monkeypatch.delitem(
            __import__("sys").modules, f"aepctl.state.stores.postgres_{name}", raising=False
        )
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(AepctlError, match="psycopg") as caught:
        open_postgres("postgresql://127.0.0.1/db?name=prod", {})
    assert caught.value.hint == "pip install 'aepctl[postgres]'"


CERTAIN = ("25006", "28P01", "3D000", "3F000", "40001", "40P01", "42501", "42P01", "53100",
           "53200", "53300", "55P03", "57014", "22021", "54000", "0A000", "23514")  # fmt: skip
UNSURE = ("08006", "08003", "08P01", "40003", "57P01", "57P02", "57P05", "58030", "XX000",
          "XX001", "F0000")  # fmt: skip


@pytest.mark.parametrize(
    ("code", "certain"), [*zip(CERTAIN, repeat(True)), *zip(UNSURE, repeat(False))]
)
def test_an_error_of_the_server_says_whether_it_may_have_been_written(
    code: str, certain: bool
) -> None:
    assert of_statement(code, "words", ADDRESS, "aepctl").certain == certain


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("42P01", "GRANT SELECT, INSERT, UPDATE ON public.aepctl_state TO aepctl;"),
        ("3F000", "CREATE SCHEMA IF NOT EXISTS public;"),
        ("42501", "GRANT USAGE ON SCHEMA public TO aepctl;"),
        ("42703", "&table="),
        ("25006", "primary"),
        ("55P03", "pg_stat_activity"),
        ("53100", "room"),
    ],
)
def test_what_a_person_can_do_is_said(code: str, hint: str) -> None:
    assert hint in (of_statement(code, "words", ADDRESS, "aepctl").hint or "")


def test_a_role_with_an_odd_name_is_quoted_in_what_can_be_pasted() -> None:
    assert ADDRESS.grants("team-a").count('TO "team-a";') == 2
    assert ADDRESS.grants('a"b').count('TO "a""b";') == 2


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('FATAL: password authentication failed for user "x"', "PGPASSWORD"),
        ("fe_sendauth: no password supplied", "PGPASSWORD"),
        ('FATAL: no pg_hba.conf entry for host "1.2.3.4"', "ask who runs it"),
        ("server does not support SSL, but SSL was required", "sslmode"),
        ('FATAL: database "x" does not exist', "database in the address"),
        ('FATAL: role "x" does not exist', "user in the address"),
        ("could not translate host name", "host in the address"),
        ('definition of service "x" not found', "PGSERVICEFILE"),
        ('FATAL: too many connections for role "x"', "wait until others are done"),
        ("Connection refused", "that the server runs"),
    ],
)
def test_who_cannot_connect_is_told_what_to_look_at(text: str, hint: str) -> None:
    failure = of_connecting(text)
    assert failure.certain
    assert hint in (failure.hint or "")
    assert failure.passing is ("too many" in text or "refused" in text)
