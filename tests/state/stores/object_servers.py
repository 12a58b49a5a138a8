"""The servers of objects that tests start, what they cut off, and the contract's view of them."""

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from document_contract import Shared
from raw_server import RawServer, Step, Wire, free_port

from aepctl.state.stores.documents import DocumentStore
from aepctl.state.stores.objects import open_objects

SCRIPT = Path(__file__).with_name("s3_server.py")


@dataclass(frozen=True)
class Server:
    """One that runs. `query` ends an address; the variables, by who. `{url}` stands for its URL."""

    scheme: str
    url: str
    query: str
    runner: Mapping[str, str]
    nobody: Mapping[str, str] | None = None
    secret: str | None = None


@dataclass
class SharedObjects(Shared):
    """One object in it, for one test."""

    server: Server
    key: str = field(default_factory=lambda: f"aepctl/{uuid4()}/prod.json")

    def at(
        self,
        *,
        bucket: str = "states",
        url: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> DocumentStore:
        """Another bucket, another server, other variables; all else as usual."""
        shown = self.server.url if url is None else url
        given = self.server.runner if environ is None else environ
        query = self.server.query.replace("{url}", shown)
        return open_objects(
            f"{self.server.scheme}://{bucket}/{self.key}{query}",
            {name: value.replace("{url}", shown) for name, value in given.items()},
            seconds=5,
        )

    def open(self) -> DocumentStore:
        return self.at()

    def missing(self) -> DocumentStore:
        return self.at(bucket="not-there")

    def forbidden(self) -> DocumentStore | None:
        if self.server.nobody is None:
            return self.at(bucket="forbidden")
        return self.at(environ=self.server.nobody)

    def unreachable(self) -> DocumentStore:
        return self.at(url=f"http://127.0.0.1:{free_port()}")

    def losing_the_answer(self) -> AbstractContextManager[DocumentStore]:
        return self.behind(committed_unheard(self.server.url))

    @contextmanager
    def behind(self, *script: Step) -> Iterator[DocumentStore]:
        """One that reaches this script in place of the server."""
        with RawServer(*script) as server:
            yield self.at(url=server.url + urlsplit(self.server.url).path)

    def secret(self) -> str | None:
        return self.server.secret


def committed_unheard(url: str, answer: bytes = b"") -> Step:
    """Pass the request on, wait until the server has answered, and answer so in its place."""
    port = urlsplit(url).port

    def step(wire: Wire) -> None:
        request = wire.receive()
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as server:
            server.sendall(f"{request.line}\r\n{head}\r\n".encode() + request.body)
            said = b""
            while b"\r\n" not in said:
                said += server.recv(65536)
        assert b" 20" in said.splitlines()[0], said
        wire.send(answer)

    return step


@contextmanager
def s3_server() -> Iterator[Server]:
    """moto's; skips where it is not installed."""
    for name in ("moto", "flask", "flask_cors"):
        pytest.importorskip(name, reason="moto's S3 server is in the dev extra")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with subprocess.Popen(
        [sys.executable, str(SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        runner, nobody = told["keys"]["runner"], told["keys"]["nobody"]
        secret = runner["AWS_SECRET_ACCESS_KEY"]
        yield Server("s3", told["url"], "?region=us-east-1&endpoint={url}", runner, nobody, secret)


ACCOUNT, ACCOUNT_KEY = "testaccount", base64.b64encode(b"test-token of the account").decode()


@contextmanager
def azurite(folder: Path) -> Iterator[Server]:
    """Azurite; skips where there is none."""
    command = os.environ.get("AEPCTL_AZURITE") or shutil.which("azurite")
    if command is None:
        pytest.skip("no Azurite here (npm install -g azurite, or its path in AEPCTL_AZURITE)")
    ports = [word for service in ("blob", "queue", "table") for word in (f"--{service}Port", "0")]
    log = folder / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [command, "--inMemoryPersistence", "--skipApiVersionCheck", *ports],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=os.environ | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{ACCOUNT_KEY}"},
        ) as process,
    ):
        try:
            url = f"{_listening(process, log)}/{ACCOUNT}"
            _make_container(f"{url}/states")
            query = f"?account={ACCOUNT}&endpoint={{url}}"
            wrong = base64.b64encode(b"test-other-key").decode()
            keys = [{"AZURE_STORAGE_ACCOUNT_KEY": key} for key in (ACCOUNT_KEY, wrong)]
            yield Server("az", url, query, keys[0], keys[1], ACCOUNT_KEY)
        finally:
            process.terminate()


def _listening(process: subprocess.Popen[bytes], log: Path) -> str:
    """Its URL, as soon as it says so."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        said = log.read_text()
        found = re.search(r"Blob service .*success.* (http://\S+)\n", said)
        if found is not None:
            return found[1]
        assert process.poll() is None, said
        time.sleep(0.02)
    raise AssertionError(f"Azurite does not start: {log.read_text()}")


def _make_container(url: str) -> None:
    """By hand: obstore makes none."""
    headers = {
        "x-ms-date": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "x-ms-version": "2021-08-06",
    }
    lines = "\n".join(f"{name}:{value}" for name, value in sorted(headers.items()))
    path = f"/{ACCOUNT}{urlsplit(url).path}\nrestype:container"
    text = "PUT" + "\n" * 12 + f"{lines}\n{path}"
    digest = hmac.new(base64.b64decode(ACCOUNT_KEY), text.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    request = urllib.request.Request(f"{url}?restype=container", method="PUT", headers=headers)
    with urllib.request.urlopen(request):
        pass
