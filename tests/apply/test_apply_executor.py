"""The workers: how many, what stops them, and what becomes of their errors."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from engine import Engine, creates
from fakes import FakeClock, FakeCreator, FakeJournal

from aepctl.aep.replies import Answer, Reply
from aepctl.apply.attempts import Attempts
from aepctl.apply.executor import PATIENCE, execute
from aepctl.apply.outcomes import Outcome, Result
from aepctl.audience import Audience

CREATED = Answer(200, b'{"name": "any", "audienceId": "A"}')
KEYS = [f"key-{number}" for number in range(12)]


class Creator(FakeCreator):
    """Answers every create by a function of the audience's name."""

    def __init__(self, answer: Callable[[str], Reply] = lambda name: CREATED) -> None:
        super().__init__()
        self._answer = answer

    def create(self, audience: Audience, request_id: str, audience_id: str | None = None) -> Reply:
        self.sent.append((audience.name, request_id))
        return self._answer(audience.name)


class Creators:
    """Hands out a creator per worker and remembers them."""

    def __init__(self, answer: Callable[[str], Reply] = lambda name: CREATED) -> None:
        self._answer = answer
        self.made: list[Creator] = []

    def __call__(self) -> Creator:
        self.made.append(Creator(self._answer))
        return self.made[-1]

    @property
    def sent(self) -> list[str]:
        return [name for creator in self.made for name, _ in creator.sent]


def run(
    engine: Engine, connect: Callable[[], Any], keys: list[str] = KEYS, **how: Any
) -> tuple[Outcome, ...]:
    how = {"attempts": engine.attempts, "parallelism": 3, "tell": lambda outcome: None, **how}
    return execute(creates(keys), connect=connect, **how)


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("create-")]


def test_every_change_is_created_once_and_told_in_this_thread(engine: Engine) -> None:
    told: list[tuple[str, threading.Thread]] = []
    connect = Creators()
    outcomes = run(
        engine, connect, tell=lambda one: told.append((one.key, threading.current_thread()))
    )
    assert sorted(connect.sent) == sorted(KEYS)
    assert [one.key for one in outcomes] == [key for key, _ in told]
    assert sorted(one.key for one in outcomes) == sorted(KEYS)
    assert {thread for _, thread in told} == {threading.current_thread()}


def test_nothing_to_do_needs_no_worker(engine: Engine) -> None:
    connect = Creators()
    assert run(engine, connect, []) == ()
    assert connect.made == []


@pytest.mark.parametrize(("parallelism", "changes", "expected"), [(3, 12, 3), (8, 2, 2), (1, 5, 1)])
def test_there_are_as_many_workers_as_asked_for_and_needed(
    engine: Engine, parallelism: int, changes: int, expected: int
) -> None:
    connect = Creators()
    run(engine, connect, KEYS[:changes], parallelism=parallelism)
    assert len(connect.made) == expected
    assert all(creator.closed for creator in connect.made)


def test_so_many_requests_are_in_flight_at_once_and_never_more(engine: Engine) -> None:
    together = threading.Barrier(4, timeout=10)
    mutex = threading.Lock()
    flying, most = 0, 0

    def answer(name: str) -> Reply:
        nonlocal flying, most
        with mutex:
            flying += 1
            most = max(most, flying)
        together.wait()  # breaks, unless four are in flight
        with mutex:
            flying -= 1
        return CREATED

    run(engine, Creators(answer), KEYS, parallelism=4)
    assert most == 4


def test_a_refused_audience_does_not_stop_the_others(engine: Engine) -> None:
    refuse_one = Creators(lambda name: Answer(400) if name == KEYS[0] else CREATED)
    results = {one.key: one.result for one in run(engine, refuse_one)}
    assert results == dict.fromkeys(KEYS, Result.CREATED) | {KEYS[0]: Result.REFUSED}


def test_after_a_stop_nothing_new_is_begun_and_what_flies_is_finished(engine: Engine) -> None:
    def answer(name: str) -> Reply:
        engine.stop.request("enough")
        return CREATED

    connect = Creators(answer)
    outcomes = run(engine, connect, parallelism=1)
    assert connect.sent == [KEYS[0]]
    assert [(one.key, one.result) for one in outcomes] == [(KEYS[0], Result.CREATED)]


def test_a_stop_before_the_start_leaves_everything_unsent(engine: Engine) -> None:
    engine.stop.request("enough")
    connect = Creators()
    assert run(engine, connect) == ()
    assert connect.sent == []


@pytest.mark.parametrize("note", ["begin", "created"])
def test_a_full_disk_stops_all_workers(note: str) -> None:
    engine, connect = Engine(FakeJournal({note})), Creators()
    outcomes = run(engine, connect, parallelism=1)
    assert len(outcomes) == len(connect.sent) == (0 if note == "begin" else 1)
    assert engine.stop.requested()


# Errors that nobody expected


def test_a_workers_unexpected_error_surfaces_after_the_others_have_finished(
    engine: Engine,
) -> None:
    both_in = threading.Barrier(2, timeout=10)
    told: list[str] = []

    def answer(name: str) -> Reply:
        both_in.wait()
        if name == KEYS[0]:
            raise ZeroDivisionError
        engine.stop._event.wait(10)
        return CREATED

    connect = Creators(answer)
    with pytest.raises(ZeroDivisionError):
        run(engine, connect, parallelism=2, tell=lambda one: told.append(one.key))
    assert told == [KEYS[1]]
    assert sorted(connect.sent) == KEYS[:2]
    assert engine.stop.reason == "an unexpected error"
    assert all(creator.closed for creator in connect.made)


def test_a_connection_that_cannot_be_made_surfaces(engine: Engine) -> None:
    def connect() -> Creator:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(engine, connect)


def test_where_an_outcome_cannot_be_told_nothing_new_is_begun(engine: Engine) -> None:
    """A closed pipe must not leave workers creating behind the back of a run that has ended."""
    told: list[str] = []

    def tell(outcome: Outcome) -> None:
        told.append(outcome.key)
        raise BrokenPipeError

    def answer(name: str) -> Reply:
        if name != KEYS[0]:
            engine.stop._event.wait(10)
        return CREATED

    connect = Creators(answer)
    with pytest.raises(BrokenPipeError):
        run(engine, connect, parallelism=1, tell=tell)
    for worker in workers():
        worker.join(10)
    assert told == connect.sent
    assert len(told) <= 2


# Patience


class HastyClock(FakeClock):
    """Each look at it costs all patience."""

    def monotonic(self) -> float:
        self.seconds += PATIENCE
        return self.seconds


def hasty(engine: Engine) -> Attempts:
    return replace(engine.attempts, clock=HastyClock())


def test_after_an_interrupt_what_flies_gets_some_time_and_no_more(engine: Engine) -> None:
    land = threading.Event()

    def answer(name: str) -> Reply:
        engine.stop.interrupt("SIGTERM")
        land.wait(10)
        return CREATED

    connect = Creators(answer)
    outcomes = run(engine, connect, attempts=hasty(engine), parallelism=1)
    assert outcomes == ()
    assert isinstance(engine.journal, FakeJournal)
    assert [intent.key for intent in engine.journal.open.values()] == [KEYS[0]]
    land.set()
    for worker in workers():
        worker.join(10)
    assert connect.sent == [KEYS[0]]


def test_what_lands_within_that_time_is_told(engine: Engine) -> None:
    def answer(name: str) -> Reply:
        engine.stop.interrupt("SIGTERM")
        return CREATED

    outcomes = run(engine, Creators(answer), parallelism=1)
    assert [one.result for one in outcomes] == [Result.CREATED]


def test_a_stop_that_is_no_interrupt_waits_for_what_flies(engine: Engine) -> None:
    def answer(name: str) -> Reply:
        engine.stop.request("the disk is full")
        threading.Event().wait(0.2)  # the main thread looks around every 0.1 s
        return CREATED

    assert len(run(engine, Creators(answer), attempts=hasty(engine), parallelism=1)) == 1


def test_patience_is_shorter_than_that_of_ci_systems() -> None:
    assert PATIENCE == 6.0
