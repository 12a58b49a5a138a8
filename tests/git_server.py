"""A Git server on loopback: bare repositories over smart HTTP, with passwords and troubles."""

import base64
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

WRITER = "runner:test-token"
READER = "reader:test-token-reads"


class GitServer(ThreadingHTTPServer):
    """`fault`: what is done to requests of the kind `at`.

    Kinds: `fetch`, `push` (the pack) and `greet` (what comes before a pack, or a fetch). Faults: a
    status such as `403`, `hang`, `cut` (before anything is done), `cut-after`, `500-after`, `half`
    (of the answer), `html`, `empty`, `trickle`, `elsewhere` (a page to log in); `cut-once-after` is
    over then, and after `gone-after` nobody listens any more.
    """

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.fault, self.at = "", "push"
        self.seen: list[str] = []
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is gone is what some tests are about."""


@contextmanager
def git_server(root: Path) -> Iterator[GitServer]:
    with GitServer(root) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.stopping.set()
        server.shutdown()
        thread.join()


Reply = tuple[int, bytes, *tuple[tuple[str, str], ...]]


def basic(user: str) -> str:
    """What a client sends; actions/checkout has it in `http.extraHeader`."""
    return "Authorization: Basic " + base64.b64encode(user.encode()).decode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: GitServer
    timeout = 30
    kinds: ClassVar[dict[str, str]] = {"git-receive-pack": "push", "git-upload-pack": "fetch"}

    def log_message(self, *args: object) -> None: ...

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self._body())

    def _serve(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        kind = self.kinds.get(path.rpartition("/")[2], "greet")
        self.server.seen.append(f"{self.command} {path}?{query}")
        user = self.headers.get("Authorization", "").partition(" ")[2]
        user = base64.b64decode(user).decode(errors="replace")
        writing = "git-receive-pack" in self.path
        if len(self.headers.get_all("Authorization", [])) > 1:  # GitHub does not like it either
            self._answer(400, b"Duplicate header\n", ("Content-Type", "text/plain"))
        elif user not in {WRITER, READER}:
            self._answer(401, b"", ("WWW-Authenticate", 'Basic realm="git"'))
        elif writing and user != WRITER:
            self._answer(403, b"You may not do that.\n", ("Content-Type", "text/plain"))
        elif self.server.fault and self.server.at == kind:
            self._trouble(self.server.fault, path, query, body)
        else:
            self._answer(*self._backend(path, query, body))

    def _trouble(self, fault: str, path: str, query: str, body: bytes) -> None:
        pages = {
            "html": (200, b"<html>Log in</html>", ("Content-Type", "text/html")),
            "empty": (200, b""),
            "elsewhere": (302, b"", ("Location", "/login?from=here")),
        }
        if path == "/login":
            self._answer(*pages["html"])
        elif fault in pages:
            self._answer(*pages[fault])
        elif fault.isdigit():
            self._answer(int(fault), b"trouble\n", ("Content-Type", "text/plain"))
        elif fault == "hang":
            self.server.stopping.wait(20)
        elif fault in {"half", "trickle"}:
            self._partly(fault, *self._backend(path, query, body))
        elif fault.endswith("-after"):
            self._lose(fault, *self._backend(path, query, body))
        self.close_connection = True

    def _lose(self, fault: str, *_reply: object) -> None:
        if fault.startswith("gone"):
            self.server.socket.shutdown(socket.SHUT_RDWR)
        elif fault.startswith("500"):
            self._answer(500, b"")
        elif fault == "cut-once-after":
            self.server.fault = ""

    def _partly(self, fault: str, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self._head(status, len(body), headers)
        self.wfile.write(body[: len(body) // 2])
        while fault == "trickle" and not self.server.stopping.is_set():
            time.sleep(0.2)

    def _backend(
        self, path: str, query: str, body: bytes
    ) -> tuple[int, bytes, *tuple[tuple[str, str], ...]]:
        environ = {
            "PATH": "/usr/bin:/bin", "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)), "REMOTE_USER": "runner",
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "HOME": str(self.server.root),
        }  # fmt: skip
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=environ, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [line.partition(": ") for line in head.decode().split("\r\n")]
        status = next((int(value[:3]) for name, _, value in headers if name == "Status"), 200)
        return status, content, *((name, value) for name, _, value in headers if name != "Status")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self._head(status, len(body), headers)
        self.wfile.write(body)

    def _head(self, status: int, size: int, headers: tuple[tuple[str, str], ...]) -> None:
        self.send_response(status)
        for name, value in headers:
            if name:
                self.send_header(name, value)
        self.send_header("Content-Length", str(size))
        with suppress(OSError):
            self.end_headers()
