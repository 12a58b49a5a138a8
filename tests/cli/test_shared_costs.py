"""What commands cost that need nothing of a shared store, or only to read it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from memory_documents import MemoryDocuments, MemoryServer
from projects import Project

from aepctl.emulator import Emulator
from aepctl.project.environment import Environment
from aepctl.state.encoder import StateEncoder
from aepctl.state.model import State
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.documents import Document
from aepctl.state.written import Written

LIBRARIES = {"boto3", "httpx", "obstore", "psycopg", "pydantic"}
COMMAND = f"""
import sys
from aepctl.cli.main import run
code = run(sys.argv[1:])
print()
print(code, *sorted({LIBRARIES!r} & sys.modules.keys()))
"""


class Counted(MemoryDocuments):
    """Notes each call."""

    calls: list[str]

    def get(self) -> Document | None:
        self.calls.append("get")
        return super().get()

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        self.calls.append("put")
        return super().put(data, expected, note)


@pytest.mark.parametrize("words", [("plan",), ("plan", "--out", "plan.json"), ("state", "intents")])
def test_what_only_looks_at_state_reads_it_once(
    project: Project, platform: Callable[..., Emulator], words: tuple[str, ...]
) -> None:
    calls: list[str] = []

    def open_store(environment: Environment) -> SharedStore:
        server = MemoryServer()
        data = StateEncoder().encode(Written(State("L", 1, environment.target))).encode()
        MemoryDocuments(server).put(data, None, "made")
        documents = Counted(server)
        documents.calls = calls
        return SharedStore(documents, Path(".aepctl", "rescue"), environment.name)

    project.settle_on(platform())
    project.want("gold")
    assert project.run(*words, open_store=open_store).code == 0
    assert calls == ["get"]


@pytest.mark.parametrize("words", [("validate",), ("plan",)])
def test_what_needs_no_network_loads_no_library_for_it(
    project: Project, platform: Callable[..., Emulator], words: tuple[str, ...]
) -> None:
    """Nor pydantic, which only what is unusual in the files needs, those of state included."""
    project.settle_on(platform())
    project.want("gold")
    assert project.run("apply", "--auto-approve").code == 0
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words],
        cwd=project.root,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0", done.stdout + done.stderr
