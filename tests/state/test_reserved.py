"""How many intents are made durable ahead: enough that nobody waits, and not many more."""

from itertools import count

import pytest
from fakes import AT, audience

from aepctl.model.steps import Create, RemoteStep
from aepctl.state.events import Contradiction
from aepctl.state.model import Intent
from aepctl.state.pace import Pace
from aepctl.state.reserved import GROWTH, MOST_MORE, Reserved

WORKERS = 8
QUICK = Pace(90.0, 0.0, confirmed=0.0, last_write=0.0, write_seconds=0.1)


class Queue:
    """Steps that are reserved, and how many were begun in each go."""

    def __init__(self, steps: int = 10_000, *, unfit: frozenset[str] = frozenset()) -> None:
        self.reserved = Reserved()
        self.begun: list[str] = []
        self._numbers = count(1)
        self._unfit = unfit
        keys = (f"k{number}" for number in range(steps))
        self.reserved.add([(key, Create(audience(key))) for key in keys], WORKERS, now=100.0)

    def begin(self, key: str, step: RemoteStep) -> tuple[Intent, int]:
        if key in self._unfit:
            raise Contradiction(key)
        self.begun.append(key)
        return Intent(key, "run", key, step, AT), next(self._numbers)

    def go(self, now: float = 100.0, *, pace: Pace = QUICK, short: bool = False) -> int:
        before = len(self.begun)
        self.reserved.top_up(self.begin, now, pace, short=short)
        return len(self.begun) - before

    def ask(self, times: int) -> None:
        for key in self.begun[:times]:
            assert self.reserved.take(key) is not None
        del self.begun[:times]


def test_at_first_there_are_two_for_each_worker() -> None:
    assert Queue().go() == 2 * WORKERS


def test_more_are_begun_when_half_are_used_and_for_as_long_as_a_write_takes() -> None:
    queue = Queue()
    queue.go()
    queue.ask(WORKERS - 3)
    assert queue.go(101.0) == 0
    queue.ask(3)
    queue.reserved._asked = 100  # in the first second
    assert queue.go(101.0) == WORKERS + 2 * 100 * QUICK.write_seconds


def test_where_somebody_waits_there_are_more_each_time_up_to_a_bound() -> None:
    queue = Queue()
    assert queue.go(short=True) == 2 * WORKERS
    for _ in range(20):
        queue.ask(len(queue.begun))
        queue.reserved._asked = 0
        last = queue.go(101.0, short=True)
        assert last >= 2 * WORKERS
    assert last == 2 * WORKERS * MOST_MORE
    assert GROWTH > 1


def test_an_engine_that_wants_pauses_is_given_all() -> None:
    slow = Pace(90.0, 15.0, confirmed=0.0, last_write=0.0)
    assert Queue(300).go(pace=slow) == 300


def test_what_cannot_be_begun_is_told_to_whoever_asks_for_it() -> None:
    queue = Queue(3, unfit=frozenset({"k1"}))
    assert queue.go() == 2
    assert queue.reserved.take("k1") is None


@pytest.mark.parametrize("asked", [0, 2])
def test_in_the_end_those_are_told_that_nobody_asked_for(asked: int) -> None:
    queue = Queue(5)
    queue.go()
    left = queue.begun[asked:]
    queue.ask(asked)
    assert [one.key for one in queue.reserved.clear()] == left
    assert queue.go() == 0
