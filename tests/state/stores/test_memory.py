"""The fake that other tests use keeps the promises of a store too."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from contract import Place, StoreContract
from stores import MemoryStore


class MemoryPlace(Place):
    def __init__(self) -> None:
        self.store = MemoryStore()

    def open(self) -> MemoryStore:
        return self.store

    def tear(self, torn: bytes) -> None:
        self.store.torn = torn

    @contextmanager
    def full(self) -> Iterator[None]:
        self.store.full_at = {"append", "checkpoint"}
        yield
        self.store.full_at = set()


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def place(self) -> MemoryPlace:
        return MemoryPlace()
