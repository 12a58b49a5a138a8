"""A store that ignores conditions is found out before anything counts."""

import pytest
from google_server import GoogleObjects, google_server
from memory_documents import MemoryDocuments, MemoryServer

from aepctl.errors import StateError
from aepctl.state.stores.documents import Document, MaybeWritten, Overtaken
from aepctl.state.stores.objects import open_objects
from aepctl.state.stores.probe import NOTE, is_probe, probe

PROGRAM = "aepctl --env prod"
PLACE = "gs://states/aepctl/prod.json"


class Ignoring(MemoryDocuments):
    """Takes every write of the kind that it does not check."""

    def __init__(self, server: MemoryServer, *, first: bool, later: bool) -> None:
        super().__init__(server)
        self._memory = server
        self._ignores = {True: first, False: later}

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        now = self._memory.document.version if self._memory.document else None
        return super().put(data, now if self._ignores[expected is None] else expected, note)


def test_a_store_that_honours_conditions_holds_a_document_that_does_not_count() -> None:
    server = MemoryServer()
    found = probe(MemoryDocuments(server), PROGRAM)
    assert found == server.document
    assert is_probe(found.data)
    MemoryDocuments(server).put(b"{}\n", found.version, "state init")


@pytest.mark.parametrize(
    ("first", "later", "told"),
    [
        (True, True, "a write that was to be the first went through"),
        (True, False, "a write that was to be the first went through"),
        (False, True, "a write upon a version that had been replaced went through"),
    ],
)
def test_one_that_ignores_a_condition_is_refused(first: bool, later: bool, told: str) -> None:
    store = Ignoring(MemoryServer(), first=first, later=later)
    with pytest.raises(StateError, match=told) as caught:
        probe(store, PROGRAM)
    assert "state is not safe there" in caught.value.message


@pytest.mark.parametrize("honours", [True, False])
def test_a_server_of_objects_is_probed(honours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aepctl.state.stores.probe.LONGEST_PAUSE_SECONDS", 0)
    with google_server(GoogleObjects(honours=honours)) as url:
        store = open_objects(PLACE, {"STORAGE_EMULATOR_HOST": url}, seconds=5)
        if honours:
            assert probe(store, PROGRAM) == store.get()
        else:
            with pytest.raises(StateError, match="state is not safe there"):
                probe(store, PROGRAM)


def test_a_document_that_is_there_is_not_touched() -> None:
    server = MemoryServer(Document(b'{"format": 1}\n', "v0"))
    with pytest.raises(StateError, match="there is a document already") as caught:
        probe(MemoryDocuments(server), PROGRAM)
    assert caught.value.hint == "`aepctl --env prod state verify` looks through it"
    assert server.document == Document(b'{"format": 1}\n', "v0")
    assert server.history == []


def test_one_that_was_cut_short_is_gone_on_with() -> None:
    """At every call: the next one ends the same way."""
    for lost in range(1, 3):
        server = MemoryServer()
        store = MemoryDocuments(server)
        store.lose_answers = lost
        for _ in range(lost):
            with pytest.raises(MaybeWritten):
                probe(store, PROGRAM)
        assert is_probe(probe(store, PROGRAM).data)


def test_somebody_else_at_work_is_told() -> None:
    server = MemoryServer()

    class Disturbed(MemoryDocuments):
        def put(self, data: bytes, expected: str | None, note: str) -> str:
            version = super().put(data, expected, note)
            MemoryDocuments(server).put(b'{"theirs": 1}\n', version, "")
            return version

    with pytest.raises(Overtaken):
        probe(Disturbed(server), PROGRAM)
    assert server.document is not None
    assert server.document.data == b'{"theirs": 1}\n'


def test_a_store_that_reads_what_was_is_refused() -> None:
    class Late(MemoryDocuments):
        seen: Document | None = None

        def get(self) -> Document | None:
            before, self.seen = self.seen, super().get()
            return before

    with pytest.raises(StateError, match="what was written last is not what is read"):
        probe(Late(MemoryServer()), PROGRAM)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"format": 1}',
        b"\xff",
        b'"aepctl-probe"',
        pytest.param(b"[" * 99_999, id="nested"),
    ],
)
def test_other_documents_are_no_probe(data: bytes) -> None:
    assert not is_probe(data)


def test_the_note_says_what_the_writes_are() -> None:
    server = MemoryServer()
    probe(MemoryDocuments(server), PROGRAM)
    assert set(server.history) == {NOTE}
