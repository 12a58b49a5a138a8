"""An HTTP state server of the tests, in both dialects, strict or lax, with troubles on demand."""

import base64
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

USER, SECRET = "test-user", "test-token-of-the-state"
PLAIN, GITLAB = "/states/prod", "/api/v4/projects/group%2Fproject/terraform/state/prod"
LOCK_FIELDS = ("ID", "Operation", "Info", "Who", "Version", "Created", "Path")


class Trouble(Enum):
    """What happens to one call, in place of what should."""

    CUT_BEFORE = auto()
    CUT_AFTER = auto()
    ERROR_BEFORE = auto()
    ERROR_AFTER = auto()
    HANG_BEFORE = auto()
    HANG_AFTER = auto()
    REDIRECT = auto()
    PAGE = auto()
    TRUNCATED = auto()
    OVERSIZED = auto()
    TRICKLE = auto()


class Lax(Enum):
    """What a server that cannot be trusted does."""

    LOCKS_TWICE = auto()
    WRITES_UNDER_ANY_ID = auto()
    WRITES_WHEN_UNLOCKED = auto()
    WRITES_WHAT_IT_REFUSES = auto()
    KEEPS_THE_LOCK = auto()


@dataclass
class Answer:
    status: int
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class StateServer:
    """`troubles`: for each kind of call (lock, get, post, unlock, delete), in this order."""

    gitlab: bool = False
    document: bytes | None = None
    holder: dict[str, str] | None = None
    serials: set[int] = field(default_factory=set)
    known: bool = False
    troubles: dict[str, list[Trouble]] = field(default_factory=dict)
    lax: frozenset[Lax] = frozenset()
    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    mutex: threading.RLock = field(default_factory=threading.RLock)
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def path(self) -> str:
        return GITLAB if self.gitlab else PLAIN

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def lock_id(self) -> str | None:
        return self.holder["ID"] if self.holder else None

    def handle(self, kind: str, lock_id: str, body: bytes) -> Answer:
        """What a right server does."""
        with self.mutex:
            if kind in self.answers:
                return self.answers[kind]
            return {"lock": self._lock, "unlock": self._unlock, "get": self._get,
                    "post": self._post, "delete": self._delete}[kind](lock_id, body)  # fmt: skip

    def _get(self, lock_id: str, body: bytes) -> Answer:
        if self.document is not None:
            return Answer(200, self.document)
        if self.gitlab and self.known:
            return Answer(204)
        return Answer(404, {"message": "404 Not found"} if self.gitlab else b"")

    def _lock(self, lock_id: str, body: bytes) -> Answer:
        info = json.loads(body)
        missing = [one for one in LOCK_FIELDS if one not in info]
        if self.gitlab and missing:
            return Answer(400, {"error": f"{missing[0]} is missing"})
        self.known = True
        if self.holder is not None and Lax.LOCKS_TWICE not in self.lax:
            if self.gitlab:
                # the words of who asks, with the holder's ID, name and time
                theirs = {one: self.holder[one] for one in ("ID", "Who", "Created")}
                return Answer(409, {**info, **theirs})
            return Answer(423 if info["ID"] == self.lock_id() else 409, self.holder)
        self.holder = info
        return Answer(200, info)

    def _unlock(self, lock_id: str, body: bytes) -> Answer:
        if not lock_id:
            self.holder = None  # to GitLab, the order to break any lock
            return Answer(200)
        if Lax.KEEPS_THE_LOCK in self.lax:
            return Answer(400)
        if self.lock_id() != lock_id:
            return Answer(409, b"" if self.gitlab else self.holder or {"ID": ""})
        self.holder = None
        return Answer(200)

    def _post(self, lock_id: str, body: bytes) -> Answer:
        open_to_any = Lax.WRITES_UNDER_ANY_ID in self.lax or (
            Lax.WRITES_WHEN_UNLOCKED in self.lax and self.holder is None
        )
        if self.lock_id() != lock_id and not open_to_any:
            if Lax.WRITES_WHAT_IT_REFUSES in self.lax:
                self.document = body
            if self.gitlab:
                return Answer(500, {"message": "500 Internal Server Error"})
            return Answer(409, self.holder or b"")
        if self.gitlab:
            serial = json.loads(body).get("serial")
            if not isinstance(serial, int):
                return Answer(422, {"message": "No serial in payload"})
            if serial in self.serials:
                return Answer(422, {"message": "PG::UniqueViolation: duplicate key value"})
            self.serials.add(serial)
        self.document = body
        return Answer(200)

    def _delete(self, lock_id: str, body: bytes) -> Answer:
        self.document = None
        return Answer(200)


class _Handler(BaseHTTPRequestHandler):
    state: StateServer

    def handle_one_request(self) -> None:
        with suppress(OSError):  # a client that went away
            super().handle_one_request()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        return

    def _kind(self, path: str) -> str | None:
        state, method = self.state, self.command
        if state.gitlab and path == f"{state.path}/lock":
            return {"POST": "lock", "DELETE": "unlock"}.get(method)
        return method.lower() if path == state.path else None

    def _serve(self) -> None:
        state = self.state
        size = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(size)
        if len(body) < size:  # the client is gone
            return
        parts = urlsplit(self.path)
        lock_id = parse_qs(parts.query).get("ID", [""])[0]
        kind = self._kind(parts.path)
        pair = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {pair}":
            self._answer(Answer(401, {"message": f"401 Unauthorized {self.headers.items()}"}))
            return
        if kind is None:
            absent = {"message": "404 Project Not Found"}
            self._answer(Answer(404, absent if state.gitlab else b"<html>nothing here</html>"))
            return
        with state.mutex:
            state.calls.append((kind, lock_id))
            trouble = (state.troubles.get(kind) or [None]).pop(0)  # type: ignore[list-item]
        md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
        if self.headers.get("Content-MD5", md5) != md5:
            self._answer(Answer(400, b"the body is another"))
            return
        self._with(trouble, kind, lock_id, body)

    do_GET = do_POST = do_LOCK = do_UNLOCK = do_DELETE = _serve  # noqa: N815 - their names there

    def _with(self, trouble: Trouble | None, kind: str, lock_id: str, body: bytes) -> None:
        if trouble in {Trouble.CUT_BEFORE, Trouble.HANG_BEFORE}:
            self._vanish(wait=trouble is Trouble.HANG_BEFORE)
        elif trouble is Trouble.ERROR_BEFORE:
            self._answer(Answer(503, b"<html>busy</html>"))
        elif trouble is Trouble.REDIRECT:
            to = "https://user:test-token@login.example.com/in?token=test-token"
            self._answer(Answer(302, b"", {"Location": to}))
        elif trouble is Trouble.PAGE:
            self._answer(Answer(200, b"<!doctype html><title>Log in</title>"))
        else:
            answer = self.state.handle(kind, lock_id, body)
            if trouble in {Trouble.CUT_AFTER, Trouble.HANG_AFTER}:
                self._vanish(wait=trouble is Trouble.HANG_AFTER)
            elif trouble is Trouble.ERROR_AFTER:
                self._answer(Answer(502))
            else:
                self._answer(answer, trouble)

    def _answer(self, answer: Answer, trouble: Trouble | None = None) -> None:
        data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        size = 2**40 if trouble is Trouble.OVERSIZED else len(data)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        if trouble is Trouble.TRUNCATED:
            data = data[: len(data) // 2]
        if trouble is Trouble.TRICKLE:
            for position in range(len(data)):
                self.wfile.write(data[position : position + 1])
                if self.state.over.wait(0.05):
                    return
        self.wfile.write(data)
        while trouble is Trouble.OVERSIZED:
            self.wfile.write(b" " * 65536)

    def _vanish(self, *, wait: bool) -> None:
        if wait:
            self.state.over.wait(30)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


@contextmanager
def serving(state: StateServer) -> Iterator[StateServer]:
    """The server at work, on a port of its own."""
    handler = type("Handler", (_Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = False
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
