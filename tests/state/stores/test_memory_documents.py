"""The engine that other tests use keeps the contract as well."""

from contextlib import AbstractContextManager

import pytest
from document_contract import DocumentStoreContract, Shared
from memory_documents import MemoryDocuments, MemoryServer, losing_the_answer
from shared_contract import SharedStateContract

from aepctl.state.stores.documents import DocumentStore, unreadable, unwritten


class Missing(MemoryDocuments):
    """Its surroundings are not there."""

    def get(self) -> None:
        raise unreadable(self.where, "there is no such memory", hint="make it")

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        raise unwritten(self.where, "there is no such memory", hint="make it")


class SharedMemory(Shared):
    def __init__(self) -> None:
        self.server = MemoryServer()

    def open(self) -> DocumentStore:
        return MemoryDocuments(self.server)

    def missing(self) -> DocumentStore:
        return Missing(self.server)

    def forbidden(self) -> DocumentStore | None:
        return None

    def unreachable(self) -> DocumentStore:
        return MemoryDocuments(MemoryServer(down=True))

    def losing_the_answer(self) -> AbstractContextManager[DocumentStore]:
        return losing_the_answer(self.server)

    def secret(self) -> str | None:
        return None


class TestMemory(DocumentStoreContract, SharedStateContract):
    @pytest.fixture
    def shared(self) -> Shared:
        return SharedMemory()
