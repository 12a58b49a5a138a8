"""Places where a state can be: files, and shared ones in memory, which can fail at any call."""

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fakes import Crash, FakeClock, FaultyDisk
from memory_documents import MemoryDocuments, MemoryServer
from projects import Project, Result

from aepctl.emulator import Emulator
from aepctl.project.environment import Environment
from aepctl.project.stores import scheme_of
from aepctl.state.codec import decode_written
from aepctl.state.encoder import StateEncoder
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.disk import Disk
from aepctl.state.stores.documents import Document
from aepctl.state.stores.file import FileStore
from aepctl.state.written import Written

ONE, TWO = "s3://bucket/one.json", "s3://bucket/two.json"
FILE = "state/prod.json"


class GoneError(Exception):
    """Of a thread whose process is gone: only the main one takes the process with it."""


@dataclass
class Calls:
    """Counts calls to shared places, and ends the process at the `at`-th: before it, or after.

    No later one is answered, whichever thread makes it.
    """

    at: int | None = None
    done: bool = False
    count: int = 0

    @property
    def over(self) -> bool:
        """Whether the process has ended."""
        return self.at is not None and self.count >= self.at

    def __call__(self, call: Callable[[], Any]) -> Any:
        self.count += 1
        if not self.over:
            return call()
        if self.count == self.at and self.done:
            call()
        raise Crash if threading.current_thread() is threading.main_thread() else GoneError


class CountedDocuments(MemoryDocuments):
    """A shared place whose calls are counted.

    `heedless`: it ignores every condition; `forgetful`: of a state that moves in it keeps
    another one.
    """

    def __init__(
        self, server: MemoryServer, calls: Calls, where: str, *, heedless: bool, forgetful: bool
    ) -> None:
        super().__init__(server, where=where)
        self.forgetful = forgetful
        self.calls = calls
        self.heedless = heedless

    def get(self) -> Document | None:
        found: Document | None = self.calls(super().get)
        return found

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        def write() -> str:
            now = self._server.document
            asked = now.version if now and self.heedless else expected
            kept = data
            if self.forgetful and note.startswith("state migrate: here"):
                kept = data.replace(b'"serial": ', b'"serial": 1')
            return super(CountedDocuments, self).put(kept, asked, note)

        return str(self.calls(write))


@dataclass
class Places:
    """A project, and the places that its states may be in."""

    project: Project
    platform: Emulator
    servers: dict[str, MemoryServer] = field(default_factory=lambda: defaultdict(MemoryServer))
    calls: Calls = field(default_factory=Calls)
    disk: Disk = field(default_factory=Disk)
    heedless: bool = False
    forgetful: bool = False

    def use(self, state: str, **settings: object) -> None:
        """What `state:` says from here on."""
        self.project.settle_on(self.platform, state=state, **settings)

    def open(self, environment: Environment) -> FileStore | SharedStore:
        address = environment.state
        if scheme_of(address) is None:
            return FileStore(address, lineage=environment.lineage, disk=self.disk)
        documents = CountedDocuments(
            self.servers[address],
            self.calls,
            address,
            heedless=self.heedless,
            forgetful=self.forgetful,
        )
        return SharedStore(
            documents,
            Path(".aepctl", "rescue"),
            environment.name,
            lineage=environment.lineage,
            program=environment.program,
        )

    def run(self, *words: str, **world: Any) -> Result:
        return self.project.run(*words, open_store=self.open, **world)

    def state(self, *words: str) -> Result:
        """A `state` command, by a clock on which waiting takes no time."""
        return self.run("state", *words, clock=FakeClock())

    def apply(self) -> Result:
        return self.run("apply", "--auto-approve", "--fresh")

    def raw(self, address: str) -> bytes | None:
        if scheme_of(address) is None:
            path = self.project.root / address
            return path.read_bytes() if path.exists() else None
        document = self.servers[address].document
        return None if document is None else document.data

    def at(self, address: str) -> Written:
        raw = self.raw(address)
        assert raw is not None
        return decode_written(raw, address)

    def ids(self, address: str) -> dict[str, str]:
        return {key: one.ids.audience_id for key, one in self.at(address).state.audiences.items()}

    def change(self, address: str, **changes: Any) -> None:
        """Somebody else writes the document of a shared place."""
        server = self.servers[address]
        data = StateEncoder().encode(replace(self.at(address), **changes)).encode()
        version = server.document.version if server.document else None
        MemoryDocuments(server).put(data, version, "theirs")

    def killed(self, *words: str, at: int, done: bool, on_disk: bool = False) -> bool:
        """Run a state command whose process is killed at its `at`-th call; whether it was."""
        if on_disk:
            self.disk = FaultyDisk(
                Disk(), at, error=Crash, lasting=True, done="all" if done else "none"
            )
        else:
            self.calls = Calls(at, done)
        try:
            self.state(*words)
        except Crash:
            return True
        else:  # the thread that writes a shared place is not the one that runs the command
            return self.calls.over
        finally:
            self.calls, self.disk = Calls(), Disk()
