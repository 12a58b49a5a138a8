"""A small Google Cloud Storage of the tests: GET and PUT of the XML API, with generations."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import unquote


@dataclass
class GoogleObjects:
    """What is kept, by path. `honours`: conditions are checked; else every PUT goes through."""

    honours: bool = True
    buckets: frozenset[str] = frozenset({"states", "forbidden"})
    objects: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    generations: Iterator[int] = field(default_factory=lambda: count(1_700_000_000_000_001))
    mutex: threading.Lock = field(default_factory=threading.Lock)

    def get(self, path: str) -> tuple[bytes, int] | str:
        """The object and its generation, or the code of an error."""
        with self.mutex:
            return self._refused(path) or self.objects.get(path) or "NoSuchKey"

    def put(self, path: str, data: bytes | None, condition: str | None) -> int | str:
        """The new generation, or the code of an error."""
        if data is None:
            return "IncompleteBody"
        with self.mutex:
            refused = self._refused(path)
            if refused is not None:
                return refused
            _, now = self.objects.get(path, (b"", 0))
            if self.honours and condition is not None and int(condition) != now:
                return "PreconditionFailed"
            self.objects[path] = (data, next(self.generations))
            return self.objects[path][1]

    def _refused(self, path: str) -> str | None:
        bucket = path.split("/")[1]
        if bucket not in self.buckets:
            return "NoSuchBucket"
        return "AccessDenied" if bucket == "forbidden" else None


STATUS = {
    "IncompleteBody": 400,
    "NoSuchKey": 404,
    "NoSuchBucket": 404,
    "AccessDenied": 403,
    "PreconditionFailed": 412,
}


def _whole(request: BaseHTTPRequestHandler) -> bytes | None:
    """The body; None where the client went away before its end."""
    size = int(request.headers["Content-Length"])
    data = request.rfile.read(size)
    return data if len(data) == size else None


def _handler(objects: GoogleObjects) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = objects.get(self._path())
            if isinstance(found, str):
                self._fail(found)
            else:
                self._answer(200, found[0], found[1])

        def do_PUT(self) -> None:
            data = _whole(self)
            written = objects.put(
                self._path(), data, self.headers.get("x-goog-if-generation-match")
            )
            if isinstance(written, str):
                self._fail(written)
            else:
                self._answer(200, b"", written)

        def _path(self) -> str:
            objects.requests.append(f"{self.command} {self.path}")
            return unquote(self.path)

        def _fail(self, code: str) -> None:
            text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"
            self._answer(STATUS[code], text.encode(), 0)

        def _answer(self, status: int, body: bytes, generation: int) -> None:
            self.send_response(status)
            if generation:
                self.send_header("ETag", f'"{generation:x}"')
                self.send_header("x-goog-generation", str(generation))
                self.send_header("Last-Modified", "Sat, 28 Nov 2026 10:00:00 GMT")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def google_server(objects: GoogleObjects) -> Iterator[str]:
    """Its URL, as long as it runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(objects))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
