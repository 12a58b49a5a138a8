"""A shared engine in memory, with the troubles that real ones have."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Lock

from aepctl.state.stores.documents import (
    Document,
    DocumentStore,
    maybe_written,
    overtaken,
    unreadable,
    unwritten,
)


@dataclass
class MemoryServer:
    """Where the document is. `down`: nobody answers. `history`: each write's note.

    `broken`: engines fail as nobody expects.
    """

    document: Document | None = None
    down: bool = False
    broken: bool = False
    history: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    mutex: Lock = field(default_factory=Lock)


class MemoryDocuments:
    """One runner's view of it. `lose_answers`: so many of the next writes are committed unheard."""

    def __init__(self, server: MemoryServer, *, where: str = "memory:test") -> None:
        self._server = server
        self._where = where
        self.lose_answers = 0
        self.pause_seconds = 0.0

    @property
    def where(self) -> str:
        return self._where

    def get(self) -> Document | None:
        if self._server.down:
            raise unreadable(self._where, "nobody answers")
        return self._server.document

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        server = self._server
        if server.down:
            raise unwritten(self._where, "nobody answers")
        with server.mutex:
            now = server.document.version if server.document else None
            if now != expected:
                raise overtaken(self._where)
            server.document = Document(data, f"v{next(server.numbers)}")
            server.history.append(note)
        if self.lose_answers:
            self.lose_answers -= 1
            raise maybe_written(self._where, "the connection broke")
        return server.document.version

    def prepare(self) -> None:
        return


@contextmanager
def losing_the_answer(server: MemoryServer) -> Iterator[DocumentStore]:
    """A store whose next write is committed, but its answer is lost."""
    store = MemoryDocuments(server)
    store.lose_answers = 1
    yield store
