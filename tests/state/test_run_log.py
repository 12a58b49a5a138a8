"""The log of a run, and the document that it is folded into."""

from collections.abc import Iterator

import pytest
from fakes import AT, TARGET, Ids, audience
from stores import MemoryStore

from aepctl.errors import StateNotWritten
from aepctl.model.audience import Ids as AudienceIds
from aepctl.model.audience import Known
from aepctl.model.steps import Adopt
from aepctl.state.encoder import encode_state
from aepctl.state.events import Event, Noted
from aepctl.state.journal_codec import read_journal
from aepctl.state.model import Run, State
from aepctl.state.run_log import RunLog
from aepctl.state.stores.base import HeldStore

RUN = Run("run-1", AT, "aepctl apply")
STATE = State("L", 3, TARGET, {"old": Known(audience("old"), AudienceIds("A-old"))})
GOLD, SILVER, BRONZE, TIN = (
    Noted(key, Adopt(Known(audience(key), AudienceIds(f"A-{key}"))), AT, RUN.id)
    for key in ("gold", "silver", "bronze", "tin")
)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(document=encode_state(STATE).encode())


@pytest.fixture
def held(store: MemoryStore) -> Iterator[HeldStore]:
    with store.hold({"command": "apply"}, wait=0) as held:
        yield held


@pytest.fixture
def log(store: MemoryStore, held: HeldStore) -> RunLog:
    return RunLog(held, store.where, STATE, RUN, Ids("lineage"))


def lines(store: MemoryStore) -> list[Event]:
    """The events in the store, which are of this run from `serial` on."""
    journal = read_journal(store.log or b"", store.log_name)
    assert journal is not None
    assert (journal.lineage, journal.serial, journal.target) == ("L", 3, TARGET)
    return [event for _, event in journal.events]


def test_it_begins_with_the_first_line_and_ends_with_the_document(
    store: MemoryStore, log: RunLog
) -> None:
    assert log.begun is False
    log.append()
    assert (log.begun, lines(store)) == (True, [])
    log.write(STATE)
    assert (log.begun, store.log, log.run.part) == (False, None, RUN.part + 1)


def test_what_is_pending_is_made_durable_before_what_is_new(
    store: MemoryStore, log: RunLog
) -> None:
    log.pending += [(GOLD, None), (SILVER, None)]
    log.append(BRONZE, TIN)
    assert lines(store) == [GOLD, SILVER, BRONZE, TIN]
    assert log.pending == []


def test_where_the_document_stays_it_is_what_it_was(store: MemoryStore, log: RunLog) -> None:
    before = store.document
    log.append(GOLD)
    log.write(None)
    assert (store.document, store.log, log.saved) == (before, None, STATE)


def test_once_a_document_could_not_be_written_each_line_fails_as_that_did(
    store: MemoryStore, log: RunLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: bytes | None) -> None:
        raise StateNotWritten("it is full", "full", hint="free some space")

    monkeypatch.setattr(log._held, "checkpoint", full)
    with pytest.raises(StateNotWritten):
        log.write(STATE)
    assert log.failed
    with pytest.raises(StateNotWritten) as caught:
        log.append(GOLD)
    error = caught.value
    assert (error.message, error.reason, error.hint) == ("it is full", "full", "free some space")
    assert store.log is None
