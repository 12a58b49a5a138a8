"""The workers: in which order they do things, what stops them, what becomes of their errors."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from engine import Engine, change, creates
from fakes import AT, TARGET, FakeClock, FakeJournal, FakeWriter, audience
from fakes import Ids as Names
from stores import MemoryStore

from aepctl.aep.verdicts import Done, Refused, Unknown, Verdict
from aepctl.apply.executor import HALF, INTERRUPT_GRACE_SECONDS, execute
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.sender import Sender
from aepctl.apply.stopping import StopSignal
from aepctl.errors import AepctlError
from aepctl.model.audience import Deposed, Ids, Known, Observed
from aepctl.model.failure import Failure
from aepctl.model.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    Move,
    Patch,
    Record,
    RemoteStep,
    Step,
)
from aepctl.plan.plan import Action, Change
from aepctl.state.events import Noted
from aepctl.state.loading import read_state
from aepctl.state.model import Run, State
from aepctl.state.session import open_session

NO = Refused(Failure("no"))
KEYS = [f"key-{number}" for number in range(12)]


def created(name: str) -> Verdict:
    return Done(Ids(f"id-{name}"))


class Writer(FakeWriter):
    """Answers every step by a function of the audience's name, and shows one audience."""

    def __init__(
        self, answer: Callable[[str], Verdict] = created, shown: Observed | None = None
    ) -> None:
        super().__init__(shows=[shown])
        self._answer = answer

    def send(self, step: RemoteStep, request_id: str) -> Verdict:
        self.sent.append((step, request_id))
        return self._answer(name_of(step))


def name_of(step: RemoteStep) -> str:
    return step.after.name if isinstance(step, Patch) else step.audience.name


class Writers:
    """Hands out a writer per worker and remembers them."""

    def __init__(
        self, answer: Callable[[str], Verdict] = created, shown: Observed | None = None
    ) -> None:
        self._answer = answer
        self._shown = shown
        self.made: list[Writer] = []

    def __call__(self) -> Writer:
        self.made.append(Writer(self._answer, self._shown))
        return self.made[-1]

    @property
    def sent(self) -> list[str]:
        return [name_of(step) for writer in self.made for step, _ in writer.sent]


def run(
    engine: Engine, connect: Callable[[], Any], keys: list[str] = KEYS, **how: Any
) -> tuple[Outcome, ...]:
    how = {"changes": creates(keys), "sender": engine.sender, "parallelism": 3, **how}
    how = {"on_outcome": lambda outcome: None, **how}
    return execute(connect=connect, **how)


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("apply-")]


def test_every_change_is_created_once_and_told_in_this_thread(engine: Engine) -> None:
    told: list[tuple[str, threading.Thread]] = []
    connect = Writers()
    outcomes = run(
        engine, connect, on_outcome=lambda one: told.append((one.key, threading.current_thread()))
    )
    assert sorted(connect.sent) == sorted(KEYS)
    assert [one.key for one in outcomes] == [key for key, _ in told]
    assert sorted(one.key for one in outcomes) == sorted(KEYS)
    assert {thread for _, thread in told} == {threading.current_thread()}


def test_nothing_to_do_needs_no_worker(engine: Engine) -> None:
    connect = Writers()
    assert run(engine, connect, []) == ()
    assert connect.made == []


@pytest.mark.parametrize(("parallelism", "changes", "expected"), [(3, 12, 3), (8, 2, 2), (1, 5, 1)])
def test_there_are_as_many_workers_as_asked_for_and_needed(
    engine: Engine, parallelism: int, changes: int, expected: int
) -> None:
    connect = Writers()
    run(engine, connect, KEYS[:changes], parallelism=parallelism)
    assert len(connect.made) == expected
    assert all(writer.closed for writer in connect.made)


def test_so_many_requests_are_in_flight_at_once_and_never_more(engine: Engine) -> None:
    together = threading.Barrier(4, timeout=10)
    mutex = threading.Lock()
    flying, most = 0, 0

    def answer(name: str) -> Verdict:
        nonlocal flying, most
        with mutex:
            flying += 1
            most = max(most, flying)
        together.wait()  # breaks, unless four are in flight
        with mutex:
            flying -= 1
        return created(name)

    run(engine, Writers(answer), KEYS, parallelism=4)
    assert most == 4


def test_a_refused_audience_does_not_stop_the_others(engine: Engine) -> None:
    refuse_one = Writers(lambda name: NO if name == KEYS[0] else created(name))
    results = {one.key: one.kind for one in run(engine, refuse_one)}
    assert results == dict.fromkeys(KEYS, OutcomeKind.CREATED) | {KEYS[0]: OutcomeKind.REFUSED}


def test_after_a_stop_nothing_new_is_begun_and_what_flies_is_finished(engine: Engine) -> None:
    def answer(name: str) -> Verdict:
        engine.stop.request("enough")
        return created(name)

    connect = Writers(answer)
    outcomes = run(engine, connect, parallelism=1)
    assert connect.sent == [KEYS[0]]
    assert [(one.key, one.kind) for one in outcomes] == [(KEYS[0], OutcomeKind.CREATED)]


def test_a_stop_before_the_start_leaves_everything_unsent(engine: Engine) -> None:
    engine.stop.request("enough")
    connect = Writers()
    assert run(engine, connect) == ()
    assert connect.sent == []


@pytest.mark.parametrize("note", ["begin", "done"])
def test_a_full_disk_stops_all_workers(note: str) -> None:
    engine, connect = Engine(FakeJournal({note})), Writers()
    outcomes = run(engine, connect, parallelism=1)
    assert len(outcomes) == len(connect.sent) == (0 if note == "begin" else 1)
    assert engine.stop.requested()


# The steps of one key

GOLD, SHINY = audience("gold"), audience("gold", "Shiny")
AURUM = replace(GOLD, namespace="other")
IDS, NEW = Ids("A", "P"), Ids("B", "Q")
KNOWN = State("lineage", 1, TARGET, {"gold": Known(GOLD, IDS)})
THERE = Observed(GOLD, IDS)
ADOPT, PATCH, DELETE = Adopt(Known(GOLD, IDS)), Patch(IDS, GOLD, SHINY), Delete(IDS, GOLD)
REPLACE = (Create(AURUM, replaces=IDS), DELETE)
RESET = Unknown(Failure("reset"))


def known(one: Change) -> Change:
    return replace(one, known=Known(GOLD, IDS))


def outcomes_of(engine: Engine, connect: Writers, *changes: Change) -> list[tuple[str, str]]:
    return [(one.key, one.kind) for one in run(engine, connect, changes=changes)]


def answers(*verdicts: Verdict) -> Callable[[str], Verdict]:
    """One after the other, whatever is asked."""
    script = iter(verdicts)
    return lambda name: next(script)


@pytest.mark.parametrize(
    ("action", "steps", "kind", "words"),
    [
        (Action.CREATE, (Create(AURUM),), "created", ["begin", "done"]),
        (Action.UPDATE, (PATCH,), "updated", ["begin", "done"]),
        (Action.UPDATE, (Record(GOLD), PATCH), "updated", ["note", "begin", "done"]),
        (Action.DELETE, (DELETE,), "deleted", ["begin", "done"]),
        (Action.DELETE, (DELETE, Forget()), "deleted", ["begin", "done", "note"]),
        (Action.REPLACE, REPLACE, "replaced", ["begin", "done"] * 2),
        (Action.ADOPT, (ADOPT, DELETE), "adopted", ["note", "begin", "done"]),
        (Action.RECORD, (Record(SHINY),), "recorded", ["note"]),
        (Action.FORGET, (Forget(retain=True),), "forgotten", ["note"]),
    ],
)
def test_a_change_that_is_done_has_one_outcome_whatever_its_steps(
    action: Action, steps: tuple[Step, ...], kind: str, words: list[str]
) -> None:
    before = State("lineage", 1, TARGET) if action is Action.CREATE else KNOWN
    engine = Engine(FakeJournal(before=before))
    if DELETE in steps and Forget() in steps:  # what it took the place of goes first
        deposed = Known(SHINY, NEW, deposed=Deposed(IDS, GOLD))
        engine = Engine(FakeJournal(before=replace(KNOWN, audiences={"gold": deposed})))
    connect = Writers(lambda name: Done(NEW), THERE)
    changes = [change("gold", *steps, action=action)]
    assert outcomes_of(engine, connect, *changes) == [("gold", kind)]
    assert engine.words == words


def test_its_ids_are_those_of_what_is_there_after_it() -> None:
    def ids_of(action: Action, *steps: Step) -> Ids | None:
        engine = Engine(FakeJournal(before=KNOWN))
        changes = [known(change("gold", *steps, action=action))]
        (outcome,) = run(engine, Writers(lambda name: Done(NEW), THERE), changes=changes)
        return outcome.ids

    assert ids_of(Action.UPDATE, PATCH) == IDS
    assert ids_of(Action.REPLACE, *REPLACE) == NEW
    assert ids_of(Action.DELETE, DELETE) == IDS
    assert ids_of(Action.FORGET, Forget()) == IDS


def test_what_a_key_had_moves_before_it_is_changed() -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    connect = Writers(lambda name: Done(), THERE)
    changes = [known(change("aurum", Move("gold"), PATCH, action=Action.UPDATE))]
    assert outcomes_of(engine, connect, *changes) == [("aurum", "updated")]
    assert engine.journal.state.audiences == {"aurum": Known(SHINY, IDS)}
    assert engine.words == ["note", "begin", "done"]


@pytest.mark.parametrize(("verdict", "kind"), [(NO, "refused"), (RESET, "unknown")])
def test_what_follows_a_step_that_is_not_done_is_left_alone(verdict: Verdict, kind: str) -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    connect = Writers(lambda name: verdict, THERE)
    changes = [known(change("gold", PATCH, Record(GOLD), DELETE, action=Action.UPDATE))]
    (outcome,) = run(engine, connect, changes=changes)
    assert outcome == Outcome("gold", Action.UPDATE, OutcomeKind(kind), IDS, outcome.failure)
    assert connect.sent == ["gold"]
    assert engine.words == ["begin", kind]


@pytest.mark.parametrize(("verdict", "kind"), [(NO, "refused"), (RESET, "unknown")])
def test_a_replace_whose_old_half_stays_is_told_by_that_with_the_new_ones_ids(
    verdict: Verdict, kind: str
) -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    connect = Writers(answers(Done(NEW), verdict), THERE)
    changes = [known(change("gold", *REPLACE, action=Action.REPLACE))]
    (outcome,) = run(engine, connect, changes=changes)
    assert (outcome.kind, outcome.ids) == (kind, NEW)
    deposed = Known(AURUM, NEW, deposed=Deposed(IDS, GOLD))
    assert engine.journal.state.audiences == {"gold": deposed}


def test_a_replace_whose_new_half_is_not_made_deletes_nothing() -> None:
    for verdict in (NO, RESET):
        engine = Engine(FakeJournal(before=KNOWN))
        connect = Writers(lambda name, answer=verdict: answer, THERE)
        changes = [known(change("gold", *REPLACE, action=Action.REPLACE))]
        assert [one.ids for one in run(engine, connect, changes=changes)] == [IDS]
        assert engine.journal.state.audiences == KNOWN.audiences
        assert [type(step) for writer in connect.made for step, _ in writer.sent] == [Create]


def test_a_run_that_stops_between_the_halves_says_that_the_rest_is_left() -> None:
    engine = Engine(FakeJournal(before=KNOWN))

    def answer(name: str) -> Verdict:
        engine.stop.request("enough")
        return Done(NEW)

    changes = [known(change("gold", *REPLACE, action=Action.REPLACE))]
    (outcome,) = run(engine, Writers(answer, THERE), changes=changes)
    assert outcome == Outcome("gold", Action.REPLACE, OutcomeKind.CREATED, NEW, HALF)
    assert engine.words == ["begin", "done"]


def test_what_somebody_edited_meanwhile_waits_and_what_follows_it_too() -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    connect = Writers(lambda name: Done(), Observed(audience("gold", "Odd"), IDS))
    changes = [known(change("gold", PATCH, Record(SHINY), action=Action.UPDATE))]
    (outcome,) = run(engine, connect, changes=changes)
    assert (outcome.kind, outcome.ids) == (OutcomeKind.UNDECIDED, IDS)
    assert (connect.sent, engine.words) == ([], [])


def test_what_follows_a_step_whose_end_could_not_be_noted_is_left_to_the_next_apply() -> None:
    engine = Engine(FakeJournal({"done"}, KNOWN))
    connect = Writers(lambda name: Done(NEW), THERE)
    changes = [known(change("gold", *REPLACE, action=Action.REPLACE))]
    assert outcomes_of(engine, connect, *changes) == [("gold", "created")]
    assert connect.sent == ["gold"]


def test_only_the_last_note_of_a_change_ends_it() -> None:
    """A saved plan counts a key as done by it."""
    engine = Engine(FakeJournal(before=KNOWN))
    changes = [
        change("aurum", Move("gold"), Record(SHINY), action=Action.MOVE),
        change("iron", Adopt(Known(AURUM, NEW)), Patch(NEW, AURUM, AURUM), action=Action.ADOPT),
    ]
    run(engine, Writers(lambda name: Done(), Observed(AURUM, NEW)), changes=changes)
    noted = [(one.key, one.more) for one in engine.journal.events if isinstance(one, Noted)]
    assert noted == [("aurum", True), ("aurum", False), ("iron", True)]


def test_adoptions_come_first_in_the_plans_order_and_in_this_thread(engine: Engine) -> None:
    def adopt(key: str) -> Change:
        return change(key, Adopt(Known(audience(key), Ids(f"id-{key}"))), action=Action.ADOPT)

    told: list[tuple[str, str]] = []
    connect = Writers()

    def tell(outcome: Outcome) -> None:
        if outcome.kind is OutcomeKind.ADOPTED:
            assert connect.made == []
        told.append((outcome.key, outcome.kind))

    changes = [*creates(["a"]), adopt("b"), *creates(["c"]), adopt("d")]
    outcomes = run(engine, connect, changes=changes, on_outcome=tell, parallelism=1)
    assert told == [("b", "adopted"), ("d", "adopted"), ("a", "created"), ("c", "created")]
    assert [(one.key, one.kind) for one in outcomes] == told


def test_many_adoptions_are_noted_together_and_told_when_they_are_durable() -> None:
    store = MemoryStore()
    told: list[list[str]] = []
    changes = [
        change(key, Adopt(Known(audience(key), Ids(f"id-{key}"))), action=Action.ADOPT)
        for key in KEYS
    ]
    run_of = Run("run-1", AT, "aepctl apply")
    with open_session(store, TARGET, run_of, clock=FakeClock(), ids=Names()) as session:
        session.begin("first", Create(GOLD))  # the log is there
        store.calls.clear()
        engine = Engine()
        sender = replace(engine.sender, journal=session)
        execute(
            changes,
            sender,
            Writers(),
            parallelism=1,
            on_outcome=lambda outcome: told.append(sorted(read_state(store, TARGET).audiences)),
        )
        assert store.calls.count("append") == 1
    assert told == [sorted(KEYS)] * len(KEYS)


def test_what_touches_state_only_needs_no_connection() -> None:
    engine, connect = Engine(FakeJournal(before=KNOWN)), Writers()
    changes = [change("aurum", Move("gold"), Record(SHINY), action=Action.MOVE), change("gold")]
    assert outcomes_of(engine, connect, *changes) == [("aurum", "moved")]
    assert connect.made == []
    assert engine.journal.state.audiences == {"aurum": Known(SHINY, IDS)}


def test_an_adoption_that_cannot_be_noted_is_told_and_nothing_is_sent() -> None:
    engine, connect = Engine(FakeJournal({"note"})), Writers()
    changes = [change("gold", ADOPT, action=Action.ADOPT), *creates(["silver"])]
    assert outcomes_of(engine, connect, *changes) == [("gold", "adopted")]
    assert connect.sent == []
    assert engine.stop.reason == "the state cannot be written (No space left on device)"


# Errors that nobody expected


def test_a_workers_unexpected_error_stops_the_run_when_the_others_have_finished(
    engine: Engine,
) -> None:
    both_in = threading.Barrier(2, timeout=10)
    told: list[tuple[str, str]] = []

    def answer(name: str) -> Verdict:
        both_in.wait()
        if name == KEYS[0]:
            raise ZeroDivisionError
        StopSignal.wait(engine.stop, 10)
        return created(name)

    connect = Writers(answer)
    outcomes = run(
        engine, connect, parallelism=2, on_outcome=lambda one: told.append((one.key, one.kind))
    )
    assert told == [(one.key, one.kind) for one in outcomes]
    assert sorted(told) == [(KEYS[0], "unknown"), (KEYS[1], "created")]
    assert sorted(connect.sent) == KEYS[:2]
    assert engine.stop.reason == "an unexpected error"
    assert isinstance(engine.stop.error, ZeroDivisionError)
    assert all(writer.closed for writer in connect.made)
    (unknown,) = (one for one in outcomes if one.kind is OutcomeKind.UNKNOWN)
    assert unknown.failure == Failure(
        "an unexpected error (ZeroDivisionError): it may have been sent, so the next apply looks "
        "first"
    )
    assert [one.key for one in engine.journal.state.intents.values()] == [KEYS[0]]


@pytest.mark.parametrize("error", [MemoryError, SystemExit, AssertionError, UnicodeError])
def test_whatever_ends_a_worker_is_kept_and_not_raised(
    engine: Engine, error: type[BaseException]
) -> None:
    def answer(name: str) -> Verdict:
        raise error

    outcomes = run(engine, Writers(answer), parallelism=1)
    assert [(one.key, one.kind) for one in outcomes] == [(KEYS[0], "unknown")]
    assert isinstance(engine.stop.error, error)


def test_a_connection_that_cannot_be_made_stops_the_run(engine: Engine) -> None:
    def connect() -> Writer:
        raise ZeroDivisionError

    assert run(engine, connect) == ()
    assert isinstance(engine.stop.error, ZeroDivisionError)


def test_what_a_worker_is_refused_is_the_reason_and_no_bug(engine: Engine) -> None:
    def connect() -> Writer:
        raise AepctlError("SSL_CERT_FILE names nothing")

    assert run(engine, connect) == ()
    assert (engine.stop.reason, engine.stop.error) == ("SSL_CERT_FILE names nothing", None)


def allow_threads(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """So many workers can be started, and no more."""
    start, left = threading.Thread.start, iter(range(count))

    def limited(self: threading.Thread) -> None:
        if self.name.startswith("apply-") and next(left, None) is None:
            raise RuntimeError("can't start new thread")
        start(self)

    monkeypatch.setattr(threading.Thread, "start", limited)


def test_where_no_worker_can_be_started_nothing_is_sent(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_threads(monkeypatch, 0)
    connect = Writers()
    assert run(engine, connect) == ()
    assert connect.sent == []
    assert (
        engine.stop.reason
        == "this system starts no worker (can't start new thread; see `ulimit -u`)"
    )
    assert engine.stop.error is None


def test_where_few_workers_can_be_started_they_do_the_work_of_all(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_threads(monkeypatch, 2)
    connect = Writers()
    assert len(run(engine, connect, parallelism=8)) == len(KEYS)
    assert len(connect.made) == 2
    assert not engine.stop.requested()


def test_where_an_outcome_cannot_be_told_nothing_new_is_begun(engine: Engine) -> None:
    """A closed pipe must not leave workers creating behind the back of a run that has ended."""
    told: list[str] = []

    def tell(outcome: Outcome) -> None:
        told.append(outcome.key)
        raise BrokenPipeError

    def answer(name: str) -> Verdict:
        if name != KEYS[0]:
            StopSignal.wait(engine.stop, 10)
        return created(name)

    connect = Writers(answer)
    outcomes = run(engine, connect, parallelism=1, on_outcome=tell)
    assert [one.key for one in outcomes] == told == connect.sent
    assert len(told) <= 2
    assert isinstance(engine.stop.error, BrokenPipeError)
    assert engine.stop.reason == "an outcome could not be told"


# The grace period


class HastyClock(FakeClock):
    """Each look at it costs the whole grace period."""

    def monotonic(self) -> float:
        self.seconds += INTERRUPT_GRACE_SECONDS
        return self.seconds


def hasty(engine: Engine) -> Sender:
    return replace(engine.sender, clock=HastyClock())


def test_after_an_interrupt_what_flies_gets_some_time_and_no_more(engine: Engine) -> None:
    land = threading.Event()

    def answer(name: str) -> Verdict:
        engine.stop.interrupt("SIGTERM")
        land.wait(10)
        return created(name)

    connect = Writers(answer)
    outcomes = run(engine, connect, sender=hasty(engine), parallelism=1)
    assert outcomes == ()
    assert [intent.key for intent in engine.journal.state.intents.values()] == [KEYS[0]]
    land.set()
    for worker in workers():
        worker.join(10)
    assert connect.sent == [KEYS[0]]


def test_what_lands_within_that_time_is_told(engine: Engine) -> None:
    def answer(name: str) -> Verdict:
        engine.stop.interrupt("SIGTERM")
        return created(name)

    outcomes = run(engine, Writers(answer), parallelism=1)
    assert [one.kind for one in outcomes] == [OutcomeKind.CREATED]


def test_a_stop_that_is_no_interrupt_waits_for_what_flies(engine: Engine) -> None:
    def answer(name: str) -> Verdict:
        engine.stop.request("the disk is full")
        threading.Event().wait(0.2)  # the main thread looks around every 0.1 s
        return created(name)

    assert len(run(engine, Writers(answer), sender=hasty(engine), parallelism=1)) == 1


def test_the_grace_period_is_shorter_than_that_of_ci_systems() -> None:
    assert INTERRUPT_GRACE_SECONDS == 6.0
