"""What state means over any shared engine: what cannot be gone on with, and runs that end anywhere.

The half of the contract that is above the engines, asked of each of them unchanged.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from document_contract import NOTE, Shared
from fakes import AT, TARGET, Crash, Ids, QuickClock, audience

from aepctl.errors import StateError, StateNotWritten
from aepctl.model.audience import Ids as AudienceIds
from aepctl.model.audience import Known
from aepctl.model.steps import Create
from aepctl.state.encoder import StateEncoder
from aepctl.state.events import Ending
from aepctl.state.model import Run, State
from aepctl.state.session import StateSession, open_session
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.documents import Document, DocumentStore
from aepctl.state.written import Written

OLD = State("L", 1, TARGET, {"old": Known(audience("Old"), AudienceIds("A-old"))})
GOOD = StateEncoder().encode(Written(OLD)).encode()
UNUSABLE = {
    "empty": (b"", "not valid JSON"),
    "cut short": (GOOD[: len(GOOD) // 2], "not valid JSON"),
    "no state at all": (b'{"version": 4}\n', "not a state file"),
    "not UTF-8": (GOOD.replace(b"Old", b"\xff"), "not UTF-8"),
    "of a newer format": (GOOD.replace(b'"format": "1.', b'"format": "9.'), "a newer aepctl"),
    "of another lineage": (GOOD.replace(b'"L"', b'"other"'), "lineage"),
    "of another target": (GOOD.replace(b'"sandbox": "', b'"sandbox": "x'), "sandbox"),
}
STEP = 1 if int(os.environ.get("AEPCTL_RIG_ROUNDS", "1")) > 1 else 2
"""A short round tries every other call: those between are killed after they are done."""
T = TypeVar("T")


class Dying(DocumentStore):
    """An engine that answers until its process ends, at one call: before or after it is done."""

    pause_seconds = 0.0

    def __init__(self, store: DocumentStore, at: int, *, done: bool) -> None:
        self._store = store
        self._at = at
        self._done = done
        self.calls = 0

    @property
    def where(self) -> str:
        return self._store.where

    def get(self) -> Document | None:
        return self._call(self._store.get)

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        return self._call(lambda: self._store.put(data, expected, note))

    def prepare(self) -> None:
        self._call(self._store.prepare)

    def _call(self, work: Callable[[], T]) -> T:
        self.calls += 1
        if self.calls < self._at:
            return work()
        if self.calls == self._at and self._done:
            work()
        raise Crash


class Interrupted(Dying):
    """Somebody asks for the end at one call, which is answered all the same."""

    since: float | None = None

    def _call(self, work: Callable[[], T]) -> T:
        self.calls += 1
        if self.calls == self._at:
            self.since = time.monotonic()
        return work()


class Runner:
    """One that begins a create, and knows how far it came."""

    def __init__(self) -> None:
        self.begun = self.ended = False

    def work(self, session: AbstractContextManager[StateSession]) -> None:
        with session as one:
            intent = one.begin("gold", Create(audience("Gold")))
            self.begun = True
            one.end(intent, Ending.DONE, ids=AudienceIds("A-gold"))
            one.checkpoint()
            self.ended = True


class SharedStateContract:
    """A subclass gives the fixture `shared`, as for DocumentStoreContract."""

    @pytest.mark.rig
    def test_what_cannot_be_gone_on_with_is_an_error_that_changes_nothing(
        self, shared: Shared, tmp_path: Path
    ) -> None:
        store, version = shared.open(), None
        for what, (data, said) in UNUSABLE.items():
            if not data and store.where.startswith("http"):
                continue  # such a server has no document without a text
            version = store.put(data, version, NOTE)
            with pytest.raises(StateError) as caught:
                state_of(store, tmp_path).read(TARGET)
            assert said in caught.value.message, what
            assert caught.value.hint, what
            with pytest.raises(StateError), session(store, tmp_path):
                pass
            found = store.get()
            assert found is not None
            assert (found.data, found.version) == (data, version)

    @pytest.mark.rig
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    @pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
    def test_killed_at_any_call_nothing_is_lost(
        self, shared: Shared, tmp_path: Path, done: bool
    ) -> None:
        """On another machine, at once: what had begun is open, what had ended is known."""
        at = 1 if done else 0
        while True:
            at += STEP
            put_back(shared.open())
            one, runner = Dying(shared.open(), at, done=done), Runner()
            with suppress(Crash, StateError, StateNotWritten):
                runner.work(session(one, tmp_path / f"first-{at}"))
            self.check(runner, shared, tmp_path / f"other-{at}", wait=600)
            if one.calls < at:
                break
        assert at > 3

    @pytest.mark.rig
    def test_interrupted_at_any_call_nothing_is_lost_and_the_lock_is_given_back(
        self, shared: Shared, tmp_path: Path
    ) -> None:
        at = 0
        while True:
            at += STEP
            put_back(shared.open())
            one, runner = Interrupted(shared.open(), at, done=True), Runner()
            with suppress(StateNotWritten):
                runner.work(session(one, tmp_path / f"first-{at}", lambda one=one: one.since))
            self.check(runner, shared, tmp_path / f"other-{at}", wait=0)
            if one.calls < at:
                break
        assert at > 3

    def check(self, runner: Runner, shared: Shared, folder: Path, *, wait: float) -> None:
        """What the next runner finds, on a machine of its own."""
        with session(shared.open(), folder, wait=wait) as next_one:
            state = next_one.state
            opened = {intent.key for intent in state.intents.values()}
            assert "old" in state.audiences
            if runner.begun:
                assert "gold" in {*opened, *state.audiences}
            if runner.ended:
                assert state.audiences["gold"].ids == AudienceIds("A-gold")


def state_of(store: DocumentStore, folder: Path) -> SharedStore:
    return SharedStore(store, folder, "prod", lineage="L", sleep=lambda _: None)


@contextmanager
def session(
    store: DocumentStore,
    folder: Path,
    interrupted: Callable[[], float | None] = lambda: None,
    *,
    wait: float = 0.0,
) -> Iterator[StateSession]:
    """A run by a clock that waits for nobody, so that a lock is taken over in no time."""
    run = Run(folder.name, AT, "aepctl apply")
    shared = state_of(store, folder)
    with open_session(
        shared,
        TARGET,
        run,
        wait=wait,
        clock=QuickClock(),
        ids=Ids(folder.name),
        interrupted=interrupted,
    ) as opened:
        yield opened


def put_back(store: DocumentStore) -> None:
    """The state before anybody ran."""
    found = store.get()
    store.put(replaced(found), None if found is None else found.version, NOTE)


def replaced(found: Document | None) -> bytes:
    """The good document, with a serial that has grown: some engines want that."""
    serial = 1 if found is None else serial_of(found.data) + 1
    return StateEncoder().encode(Written(replace(OLD, serial=serial))).encode()


def serial_of(data: bytes) -> int:
    _, _, rest = data.partition(b'"serial": ')
    return int(rest.partition(b",")[0])
