"""State in a shared store: intents are in it before their requests leave, whatever happens."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest
from fakes import AT, TARGET, Ids, QuickClock, audience
from memory_documents import MemoryDocuments, MemoryServer
from waiting import wait_for

from aepctl.clock import Clock, SystemClock
from aepctl.errors import Overtaken, SafetyRefusal, StateError, StateLocked, StateNotWritten
from aepctl.model.audience import Ids as AudienceIds
from aepctl.model.audience import Known
from aepctl.model.steps import Adopt, Create, Forget, Move, RemoteStep
from aepctl.state import pace
from aepctl.state.codec import decode_written
from aepctl.state.encoder import StateEncoder
from aepctl.state.events import Contradiction, Ending
from aepctl.state.frames import read_frames
from aepctl.state.hurry import Hurry
from aepctl.state.lease import Lease
from aepctl.state.model import Run, State
from aepctl.state.session import StateSession, open_session
from aepctl.state.shared_document import SharedDocument
from aepctl.state.shared_opening import give_back
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.documents import Document, unwritten
from aepctl.state.written import Written

OLD = State("L", 1, TARGET, {"old": Known(audience("Old"), AudienceIds("A-old"))})
THEIRS = Lease("theirs", 60.0, {"command": "aepctl apply", "host": "runner-8"})


class Place:
    """A server, a folder on this machine, and stores as runners open them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "rescue"
        self.server = MemoryServer()
        self.answers = threading.Event()
        self.answers.set()
        data = StateEncoder().encode(Written(OLD)).encode()
        MemoryDocuments(self.server).put(data, None, "made")

    def store(self, *, lease: float = 60.0, slow: float = 0.0, pause: float = 0.0) -> SharedStore:
        documents = Slow(self.server, slow, self.answers)
        documents.pause_seconds = pause
        return SharedStore(documents, self.folder, "prod", lease_seconds=lease)

    def session(
        self,
        name: str = "run-1",
        *,
        wait: float = 0.0,
        clock: Clock | None = None,
        **how: float,
    ) -> AbstractContextManager[StateSession]:
        """`clock`: else one that waits for nobody, so that a lock is taken over in no time."""
        run, clock = Run(name, AT, "aepctl apply", by="ada"), clock or QuickClock()
        return open_session(self.store(**how), TARGET, run, wait=wait, clock=clock, ids=Ids(name))

    @property
    def there(self) -> Written:
        assert self.server.document is not None
        return decode_written(self.server.document.data, "document")

    def write(self, written: Written) -> None:
        """Somebody else, who has the current version, writes this."""
        assert self.server.document is not None
        data = StateEncoder().encode(written).encode()
        MemoryDocuments(self.server).put(data, self.server.document.version, "theirs")

    @property
    def left(self) -> list[str]:
        return sorted(one.name for one in self.folder.iterdir()) if self.folder.exists() else []


class Hanging(MemoryDocuments):
    """From `hangs` on, no call has an answer until the test is over."""

    def __init__(self, server: MemoryServer) -> None:
        super().__init__(server)
        self.hangs, self.over = threading.Event(), threading.Event()

    def get(self) -> Document | None:
        self._wait()
        return super().get()

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        self._wait()
        return super().put(data, expected, note)

    def _wait(self) -> None:
        if self.hangs.is_set():
            assert self.over.wait(60)


class Slow(MemoryDocuments):
    """Each write takes its time, and until the server answers."""

    def __init__(self, server: MemoryServer, seconds: float, answers: threading.Event) -> None:
        super().__init__(server)
        self._seconds = seconds
        self._answers = answers

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        time.sleep(self._seconds)
        assert self._answers.wait(20)
        if self._server.broken:
            raise ZeroDivisionError
        return super().put(data, expected, note)


class Still(SystemClock):
    """The lease does not end, and what may wait for more waits for ever."""

    def running(self) -> float:
        return 100.0


@pytest.fixture
def hanging(place: "Place") -> Iterator[Hanging]:
    documents = Hanging(place.server)
    yield documents
    documents.over.set()


def long_ago() -> float:
    """The interrupt was so long ago that a store has only its last second."""
    return time.monotonic() - 60


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def create(name: str) -> Create:
    return Create(audience(name))


class Vanished(BaseException):
    """The runner is gone, without a last word: the session's own code sees nothing of it."""


def vanish(session: StateSession) -> None:
    """Stop its thread, as the end of a process does: the lock and what is open stay."""
    session.release()


# What is in the store, and when


def test_an_intent_is_in_the_store_when_it_is_returned(place: Place) -> None:
    with place.session() as one:
        intent = one.begin("gold", create("gold"))
        assert place.there.state.intents == {intent.id: intent}
        one.end(intent, Ending.DONE, ids=AudienceIds("A-gold"))
        assert one.owner("A-gold") == "gold"
        one.checkpoint()
    assert set(place.there.state.audiences) == {"gold", "old"}
    assert place.there.state.intents == {}


@pytest.mark.timeout(20)
def test_what_a_worker_waits_for_is_written_at_once_and_an_outcome_waits_for_more(
    place: Place,
) -> None:
    steps = [(key, create(key)) for key in ("gold", "silver")]
    with place.session(clock=Still()) as one:
        one.reserve(steps, workers=1)
        intents = [one.begin(*step) for step in (*steps, ("bronze", create("bronze")))]
        assert set(place.there.state.intents) == {intent.id for intent in intents}
        for intent in intents:
            one.end(intent, Ending.DONE, ids=AudienceIds(f"A-{intent.key}"))
        assert place.left == ["prod@run-1.journal"]
        assert set(place.there.state.audiences) == {"old"}
        one.checkpoint()
    assert set(place.there.state.audiences) == {"bronze", "gold", "old", "silver"}


def test_while_it_works_it_has_the_lock_and_its_last_write_gives_it_back(place: Place) -> None:
    with place.session() as one:
        held = place.there.lock
        assert held is not None
        assert (held.holder["command"], held.holder["by"]) == ("aepctl apply", "ada")
        with pytest.raises(StateLocked), place.session("run-2"):
            raise AssertionError("two have the lock")
        one.begin("gold", create("gold"))
        before = len(place.server.history)
        one.checkpoint()
        assert place.there.lock is None
    assert len(place.server.history) == before + 1


def test_what_it_did_is_in_the_history_of_the_state_and_of_the_store(place: Place) -> None:
    with place.session() as one:
        one.end(one.begin("gold", create("gold")), Ending.DONE, ids=AudienceIds("A-gold"))
        one.checkpoint()
    (run,) = place.there.state.runs
    assert (run.id, run.by) == ("run-1", "ada")
    assert place.server.history[1:] == [
        "apply: begun\n", "apply: 1 open\n\nrun run-1\n", "apply: 1 new\n\nrun run-1\n",
    ]  # fmt: skip


def test_an_error_that_ends_the_run_leaves_what_was_done_and_no_lock(place: Place) -> None:
    with suppress(ZeroDivisionError), place.session() as one:
        one.end(one.begin("gold", create("gold")), Ending.DONE, ids=AudienceIds("A-gold"))
        raise ZeroDivisionError
    assert "gold" in place.there.state.audiences
    assert place.there.lock is None


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An outcome may be on this machine alone for a moment only."""
    monkeypatch.setattr(pace, "FLUSH_SECONDS", 0.05)


@pytest.mark.usefixtures("soon")
def test_outcomes_are_on_this_machine_at_once_and_in_the_store_soon(place: Place) -> None:
    with place.session() as one:
        one.end(one.begin("gold", create("gold")), Ending.DONE, ids=AudienceIds("A-gold"))
        assert place.left == ["prod@run-1.journal"]
        assert wait_for(lambda: "gold" in place.there.state.audiences)
        assert wait_for(lambda: place.left == [])


def test_where_this_machine_keeps_nothing_an_outcome_waits_for_the_store(place: Place) -> None:
    place.folder.parent.mkdir(exist_ok=True)
    place.folder.touch()  # where the folder should be
    with place.session() as one:
        one.end(one.begin("gold", create("gold")), Ending.DONE, ids=AudienceIds("A-gold"))
        assert "gold" in place.there.state.audiences


def test_a_second_intent_of_a_key_is_refused_as_in_a_file(place: Place) -> None:
    with place.session() as one:
        one.begin("gold", create("gold"))
        with pytest.raises(Contradiction):
            one.begin("gold", create("gold"))


def test_events_of_a_recovery_happen_all_or_none(place: Place) -> None:
    from aepctl.state.events import Noted

    known = Known(audience("new"), AudienceIds("A-new"))
    clash = Known(audience("clash"), AudienceIds("A-old"))
    with place.session() as one:
        with pytest.raises(Contradiction):
            one.record(Noted("new", Adopt(known), AT), Noted("clash", Adopt(clash), AT))
        assert set(one.state.audiences) == {"old"}
        one.record(Noted("new", Adopt(known), AT))
        one.checkpoint()
    assert set(place.there.state.audiences) == {"new", "old"}


# Intents ahead of those who ask


def work(session: StateSession, steps: list[tuple[str, RemoteStep]], workers: int) -> None:
    waiting, errors = iter(steps), []
    turn = threading.Lock()

    def one() -> None:
        try:
            while True:
                with turn:
                    mine = next(waiting, None)
                if mine is None:
                    return
                intent = session.begin(*mine)
                time.sleep(0.01)
                session.end(intent, Ending.DONE, ids=AudienceIds(f"A-{mine[0]}"))
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_many_workers_need_few_writes(place: Place) -> None:
    steps: list[tuple[str, RemoteStep]] = [(f"k{n}", create(f"n{n}")) for n in range(200)]
    with place.session(slow=0.02) as one:
        one.reserve(steps, workers=8)
        work(one, steps, 8)
        one.checkpoint()
    assert len(place.there.state.audiences) == 201
    assert place.there.state.intents == {}
    assert len(place.server.history) < 60


def test_a_store_that_wants_pauses_gets_all_intents_at_once(place: Place) -> None:
    steps: list[tuple[str, RemoteStep]] = [(f"k{n}", create(f"n{n}")) for n in range(300)]
    with place.session(pause=600.0) as one:
        one.reserve(steps, workers=8)
        work(one, steps, 8)
        assert len(place.server.history) == 3
        one.checkpoint()
    assert len(place.server.history) == 4
    assert len(place.there.state.audiences) == 301


def test_intents_that_nobody_asked_for_are_gone_at_the_end(place: Place) -> None:
    steps: list[tuple[str, RemoteStep]] = [(f"k{n}", create(f"n{n}")) for n in range(20)]
    with place.session() as one:
        one.reserve(steps, workers=2)
        taken = one.begin(*steps[0])
        assert len(place.there.state.intents) > 1
        one.checkpoint()
    assert list(place.there.state.intents.values()) == [taken]


def test_another_step_than_the_reserved_one_gets_an_intent_of_its_own(place: Place) -> None:
    with place.session() as one:
        one.reserve([("gold", create("gold"))], workers=1)
        intent = one.begin("gold", create("other"))
        assert intent.step == create("other")
        assert list(one.state.intents.values()) == [intent]


# The lease


def test_the_lease_is_renewed_while_nothing_happens(place: Place) -> None:
    with place.session(lease=1.0) as one:
        first = place.there.write_id
        assert wait_for(lambda: place.there.write_id != first)
        one.check()


def test_without_a_renewal_nothing_may_be_sent_until_there_is_one(place: Place) -> None:
    clock = QuickClock()
    with place.session(clock=clock) as one:
        place.answers.clear()
        clock.sleep(31)
        told: list[str] = []

        def ask() -> None:
            one.check()
            told.append("may send")

        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(0.1)
        assert told == []
        place.answers.set()
        asking.join(30)
        assert told == ["may send"]


def test_a_store_too_slow_for_the_lease_ends_the_run_with_words(place: Place) -> None:
    with place.session(lease=0.1, slow=0.06) as one:
        with pytest.raises(StateNotWritten) as caught:
            one.begin("gold", create("gold"))
        assert "more than half of lock_lease_seconds" in caught.value.reason
        with pytest.raises(StateNotWritten):
            one.check()
        one.checkpoint()
    assert place.there.state.intents == {}  # nothing was sent for it
    assert place.there.lock is None


def test_without_a_thread_there_is_no_lock(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(StateError) as caught, place.session():
        raise AssertionError("it went on")
    assert "starts no thread to renew the lock with" in caught.value.message
    assert place.there.lock is None


def test_an_engine_that_breaks_as_nobody_expected_loses_nothing(place: Place) -> None:
    with suppress(Overtaken), place.session() as one:
        intent = one.begin("gold", create("gold"))
        place.server.broken = True
        one.end(intent, Ending.DONE, ids=AudienceIds("A-gold"))
        with pytest.raises(StateNotWritten) as caught:
            one.checkpoint()
        assert caught.value.reason == "an unexpected error (ZeroDivisionError)"
        rescue = one.rescue()
        assert rescue is not None
        assert "A-gold" in read_frames(rescue).texts[0]
        place.server.broken = False
        one.checkpoint()
    assert "gold" in place.there.state.audiences


def test_renewals_alone_are_no_parts_of_a_run(place: Place) -> None:
    with place.session(lease=1.0) as one:
        first = place.there.write_id
        assert wait_for(lambda: place.there.write_id != first)
        one.begin("gold", create("gold"))
        assert [run.part for run in place.there.state.runs] == [1]
        one.checkpoint()


def test_whoever_lost_the_lock_sends_and_writes_nothing_more(place: Place) -> None:
    with suppress(Overtaken), place.session() as one:
        intent = one.begin("gold", create("gold"))
        one.begin("silver", create("silver"))
        place.write(Written(place.there.state, THEIRS, "x"))
        with pytest.raises(StateNotWritten) as caught:
            one.begin("bronze", create("bronze"))
        assert "somebody else has written it meanwhile: `aepctl apply` on runner-8" in (
            caught.value.reason
        )
        with pytest.raises(StateNotWritten):
            one.check()
        with pytest.raises(StateNotWritten):
            one.end(intent, Ending.DONE, ids=AudienceIds("A-gold"))
        rescue = one.rescue()
        assert rescue is not None
        assert "A-gold" in read_frames(rescue).texts[0]
        with pytest.raises(StateNotWritten):
            one.checkpoint()
        raise Overtaken("it ends", "it ends")
    assert place.there.lock == THEIRS
    assert "gold" not in place.there.state.audiences


def test_a_store_that_is_back_at_the_end_gets_everything(place: Place) -> None:
    with place.session() as one:
        intent = one.begin("gold", create("gold"))
        one.end(intent, Ending.DONE, ids=AudienceIds("A-gold"))
        one._failure = unwritten("memory:test", "nobody answered")  # type: ignore[attr-defined]
        with pytest.raises(StateNotWritten):
            one.check()
        one.checkpoint()
    assert "gold" in place.there.state.audiences


# A runner that vanishes


@pytest.mark.usefixtures("soon")
def test_the_next_run_finds_what_was_open_and_the_ids_on_this_machine(place: Place) -> None:
    with suppress(Vanished), place.session() as one:
        gold, silver = one.begin("gold", create("gold")), one.begin("silver", create("silver"))
        place.server.down = True  # what came of it does not reach the store any more
        one.end(gold, Ending.DONE, ids=AudienceIds("A-gold"))
        vanish(one)
        place.server.down = False
        raise Vanished
    assert set(place.there.state.intents) == {gold.id, silver.id}
    assert place.left == ["prod@run-1.journal"]
    with place.session("run-2", wait=120) as two:
        assert two.owner("A-gold") == "gold"
        assert set(two.state.intents) == {silver.id}
        assert wait_for(lambda: "gold" in place.there.state.audiences)
        two.checkpoint()
    assert place.left == []


def test_on_a_new_disk_it_finds_what_was_open(place: Place, tmp_path: Path) -> None:
    with suppress(Vanished), place.session() as one:
        gold = one.begin("gold", create("gold"))
        vanish(one)
        raise Vanished
    place.folder = tmp_path / "new" / "rescue"
    with place.session("run-2", wait=120) as two:
        assert set(two.state.intents) == {gold.id}


def left_with(place: Place, *created: str) -> None:
    """A run that was killed; only this machine knows that it created these."""
    with suppress(Vanished), place.session() as one:
        begun = [one.begin(key, create(key)) for key in ("gold", "silver")]
        place.server.down = True
        for intent in begun:
            if intent.key in created:
                one.end(intent, Ending.DONE, ids=AudienceIds(f"A-{intent.key}"))
        vanish(one)
        place.server.down = False
        raise Vanished


def test_what_others_have_left_open_is_ended_by_what_this_machine_knows(place: Place) -> None:
    left_with(place, "gold")
    mine, place.folder = place.folder, place.folder.with_name("theirs")
    with place.session("run-2", wait=120) as two:
        two.note("other", Adopt(Known(audience("Other"), AudienceIds("A-other"))))
        two.checkpoint()
    place.folder = mine
    with place.session("run-3") as three:
        assert three.owner("A-gold") == "gold"
        three.checkpoint()
    assert place.left == []


def test_what_others_have_settled_and_forgotten_does_not_come_back(place: Place) -> None:
    left_with(place, "gold")
    mine, place.folder = place.folder, place.folder.with_name("theirs")
    with place.session("run-2", wait=120) as two:
        for intent in list(two.state.intents.values()):
            two.end(intent, Ending.DONE, ids=AudienceIds(f"A-{intent.key}"))
        two.checkpoint()
    with place.session("run-3") as three:
        three.note("gold", Forget())
        three.checkpoint()
    place.folder = mine
    with pytest.raises(SafetyRefusal) as caught, place.session("run-4"):
        raise AssertionError("it went on")
    assert "has left an outcome of `gold`" in caught.value.message
    assert caught.value.hint is not None
    assert "`aepctl state recover prod@run-1.journal`" in caught.value.hint
    assert "gold" not in place.there.state.audiences
    assert place.there.lock is None
    assert place.left == ["prod@run-1.journal"]


def test_another_environments_file_is_left_alone(place: Place) -> None:
    place.folder.mkdir(parents=True)
    (place.folder / "stage@run-9.journal").write_text("not ours to read")
    with place.session() as one:
        one.checkpoint()
    assert place.left == ["stage@run-9.journal"]


def test_a_file_that_does_not_fit_is_named_and_nothing_is_done(place: Place) -> None:
    place.folder.mkdir(parents=True)
    (place.folder / "prod@run-9.journal").write_text("what is this\n")
    with pytest.raises(StateError) as caught, place.session():
        raise AssertionError("it went on")
    assert "prod@run-9.journal" in caught.value.message
    assert place.there.lock is None


def test_a_late_worker_notes_nothing_any_more(place: Place) -> None:
    with place.session() as one:
        intent = one.begin("gold", create("gold"))
        one.checkpoint()
    for late in (
        lambda: one.begin("silver", create("silver")),
        lambda: one.end(intent, Ending.UNKNOWN),
        one.check,
    ):
        with pytest.raises(StateNotWritten) as caught:
            late()
        assert caught.value.reason == "the state is no longer held"
    assert set(place.there.state.intents) == {intent.id}


def test_steps_that_belong_together_are_in_the_store_by_one_write(place: Place) -> None:
    with place.session() as one:
        before = len(place.server.history)
        one.note_all([("spare", Move("old")), ("new", Move("spare"))])
        assert len(place.server.history) == before + 1
    assert set(place.there.state.audiences) == {"new"}
    assert place.there.lock is None


# Somebody interrupts it while the store does not answer


def test_whoever_interrupts_it_is_told_what_the_store_does_not_have(
    place: Place, hanging: Hanging
) -> None:
    since: list[float] = []
    store, run = SharedStore(hanging, place.folder, "prod"), Run("run-1", AT, "aepctl apply")
    with open_session(
        store, TARGET, run, clock=SystemClock(), interrupted=lambda: since[0] if since else None
    ) as one:
        intent = one.begin("gold", create("gold"))
        hanging.hangs.set()
        one.end(intent, Ending.DONE, ids=AudienceIds("A-gold"))
        since.append(long_ago())
        with pytest.raises(StateNotWritten) as caught:
            one.checkpoint()
        rescue = one.rescue()
    assert caught.value.reason == "no answer within 3 s of the interrupt"
    (rescued,) = read_frames(str(rescue)).texts
    assert "A-gold" in rescued
    assert "A-old" not in rescued  # that the store has it was seen
    assert place.left == ["prod@run-1.journal"]


def test_whoever_waits_for_an_intent_begins_nothing_when_it_is_interrupted(
    place: Place, hanging: Hanging
) -> None:
    since: list[float] = []
    store, run = SharedStore(hanging, place.folder, "prod"), Run("run-1", AT, "aepctl apply")
    errors: list[Exception] = []

    def ask() -> None:
        try:
            one.begin("gold", create("gold"))
        except StateNotWritten as error:
            errors.append(error)

    with open_session(
        store, TARGET, run, clock=SystemClock(), interrupted=lambda: since[0] if since else None
    ) as one:
        hanging.hangs.set()
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(0.3)
        assert asking.is_alive()
        since.append(long_ago())
        asking.join(30)
        assert len(errors) == 1
        assert one.state.intents == {}
        hanging.over.set()


def test_a_lock_that_cannot_be_given_back_does_not_keep_whoever_interrupts_it(
    place: Place, hanging: Hanging
) -> None:
    store = SharedStore(hanging, place.folder, "prod")
    document = SharedDocument(store, TARGET, SystemClock(), Ids("run-1"))
    document.lock({"command": "aepctl apply"}, wait=0)
    hanging.hangs.set()
    give_back(document, Hurry(long_ago), KeyboardInterrupt, ZeroDivisionError(), None)
    assert place.there.lock is not None
