"""A store in memory, which can be full, and be left by a process that is killed."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from aepctl.errors import StateLocked, StateNotWritten
from aepctl.state.stores.base import HeldStore, Stored


@dataclass
class MemoryStore:
    """Keeps the promises of stores/base.py. `full_at` has the calls that cannot be done.

    `append`: nothing of it is done. `checkpoint`: nothing. `drop`: the document is replaced, but
    the log is still there. `torn` is what a killed process left behind the log. `calls` has what
    was done.
    """

    where: str = "state/local.json"
    log_name: str = "state/local.journal"
    lineage: str | None = None
    document: bytes | None = None
    log: bytes | None = None
    torn: bytes = b""
    full_at: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    holder: Mapping[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> Stored:
        log = self.log
        return Stored(self.document, log)

    def held_by(self) -> str | None:
        return f"`{self.holder['command']}`" if self.lock.locked() else None

    @contextmanager
    def hold(self, holder: Mapping[str, str], *, wait: float) -> Iterator[HeldStore]:
        if not self.lock.acquire(timeout=wait) if wait > 0 else not self.lock.acquire(False):
            raise StateLocked(f"{self.where} is locked by `{self.holder['command']}`")
        self.holder = holder
        held = _HeldMemory(self)
        try:
            yield held
        finally:
            held.released = True
            self.lock.release()

    def check(self, call: str) -> None:
        if call in self.full_at:
            reason = "No space left on device"
            raise StateNotWritten(f"{self.where}: cannot be written: {reason}", reason)
        self.calls.append(call)


@dataclass
class _HeldMemory:
    store: MemoryStore
    released: bool = False

    def read(self) -> Stored:
        self.check()
        return self.store.read()

    def append(self, lines: bytes) -> None:
        self.check()
        self.store.check("append")
        self.store.torn = b""
        self.store.log = (self.store.log or b"") + lines

    def checkpoint(self, document: bytes | None) -> None:
        self.check()
        self.store.check("checkpoint")
        if document is not None:
            self.store.document = document
        self.store.check("drop")
        self.store.log, self.store.torn = None, b""

    def check(self) -> None:
        if self.released:
            reason = "its lock was given back"
            raise StateNotWritten(f"{self.store.where}: cannot be written: {reason}", reason)
