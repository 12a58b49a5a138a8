"""State on a Git branch: the contract over `file://` and ssh, and what only this engine has."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from document_contract import NOTE, DocumentStoreContract, Shared
from git_world import GitWorld

from aepctl.errors import AepctlError, StateError, StateNotWritten
from aepctl.state.stores.documents import DocumentStore, MaybeWritten, Overtaken
from aepctl.state.stores.git import GitDocuments

SSH = "git:ssh://git@git.example{path}"


@pytest.fixture
def world(tmp_path: Path) -> GitWorld:
    return GitWorld(tmp_path)


class SharedBranch(Shared):
    def __init__(self, world: GitWorld, address: str) -> None:
        self.world = world
        self.address = address

    def open(self) -> GitDocuments:
        return self.world.open(self.address.format(path=self.world.origin))

    def missing(self) -> DocumentStore:
        return self.world.open(self.address.format(path=self.world.root / "none.git"))

    def forbidden(self) -> DocumentStore | None:
        return self.world.open(SSH.format(path=self.world.origin), FAKE_SSH="publickey")

    def unreachable(self) -> DocumentStore:
        return self.world.open(SSH.format(path=self.world.origin), FAKE_SSH="refused")

    @contextmanager
    def losing_the_answer(self) -> Iterator[DocumentStore]:
        yield self.world.open(SSH.format(path=self.world.origin), FAKE_SSH="lose-answer")

    def secret(self) -> None:
        return None


class TestFile(DocumentStoreContract):
    @pytest.fixture
    def shared(self, world: GitWorld) -> SharedBranch:
        return SharedBranch(world, "git:file://{path}")


@pytest.mark.rig
class TestSsh(DocumentStoreContract):
    @pytest.fixture
    def shared(self, world: GitWorld) -> SharedBranch:
        return SharedBranch(world, SSH)


def put(store: DocumentStore, data: bytes) -> str:
    """Replace what is there, as one who has just read it."""
    found = store.get()
    return store.put(data, found.version if found else None, NOTE)
