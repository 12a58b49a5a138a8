"""Intents are begun ahead: enough that nobody waits, and no more."""

import pytest
from fakes import AT, audience

from aepctl.model.steps import Create, RemoteStep
from aepctl.state.events import Contradiction
from aepctl.state.model import Intent
from aepctl.state.reserved import MOST_AHEAD, Reserved

NOW = 1000.0


class Begun:
    """Begins intents; those of keys that are `taken` contradict the state."""

    def __init__(self, *taken: str) -> None:
        self.keys: list[str] = []
        self._taken = taken

    def __call__(self, key: str, step: RemoteStep) -> tuple[Intent, int]:
        if key in self._taken:
            raise Contradiction(f"`{key}` has an intent")
        self.keys.append(key)
        return Intent(f"i-{key}", "run-1", key, step, AT), len(self.keys)


def intent(key: str) -> Intent:
    return Intent(f"i-{key}", "run-1", key, Create(audience(key)), AT)


def keys(count: int) -> list[str]:
    return [f"k{number}" for number in range(count)]


def reserved(count: int, workers: int = 2, now: float = NOW) -> Reserved:
    one = Reserved()
    one.add([(key, Create(audience(key))) for key in keys(count)], workers, now)
    return one


def test_two_for_each_worker_are_begun_in_the_order_in_which_they_will_be_asked_for() -> None:
    one, begun = reserved(9, workers=3), Begun()
    assert one.top_up(begun, NOW, 0.0, 0.0) is True
    assert begun.keys == keys(6)


def test_whoever_asks_gets_the_one_of_its_key_once_and_its_number() -> None:
    one = reserved(9)
    one.top_up(Begun(), NOW, 0.0, 0.0)
    assert one.take("k1") == (intent("k1"), 2)
    assert one.take("k1") is None
    assert one.take("k8") is None  # not begun yet


def test_no_more_are_begun_while_more_than_half_are_left() -> None:
    one, begun = reserved(9), Begun()
    one.top_up(begun, NOW, 0.0, 0.0)
    one.take("k0")
    assert one.top_up(begun, NOW, 0.0, 0.0) is False
    one.take("k1")
    assert one.top_up(begun, NOW, 0.0, 0.0) is True
    assert begun.keys == keys(6)


def test_with_those_that_are_asked_for_while_two_writes_are_under_way() -> None:
    """Two a second were asked for, and a write takes a second and a half: six more than four."""
    one, begun = reserved(99), Begun()
    for key in keys(8):
        one.take(key)
    one.top_up(begun, NOW + 4, 1.5, 0.0)
    assert len(begun.keys) == 2 * 2 + 6


def test_part_of_one_is_one_more() -> None:
    one, begun = reserved(99), Begun()
    one.take("k0")
    one.top_up(begun, NOW + 10, 1.0, 0.0)
    assert len(begun.keys) == 5


def test_the_rate_is_that_of_these_steps() -> None:
    one, begun = reserved(99), Begun()
    for key in keys(9):
        one.take(key)
    one.add([], 4, NOW + 10)
    one.take("k0")
    one.top_up(begun, NOW + 11, 1.0, 0.0)
    assert len(begun.keys) == 2 * 4 + 2


def test_before_any_time_has_passed_nothing_is_known_of_a_rate() -> None:
    one, begun = reserved(99), Begun()
    one.take("k0")
    one.top_up(begun, NOW, 9.0, 0.0)
    assert len(begun.keys) == 4


@pytest.mark.parametrize("clock", [0.0, -5000.0])
def test_the_clock_may_have_begun_at_any_time(clock: float) -> None:
    one, begun = reserved(99, now=clock), Begun()
    one.take("k0")
    one.top_up(begun, clock + 0.5, 1.0, 0.0)
    assert len(begun.keys) == 4 + 4


def test_an_engine_that_wants_pauses_is_given_all_at_once() -> None:
    one, begun = reserved(MOST_AHEAD + 9), Begun()
    one.top_up(begun, NOW, 0.0, 1.0)
    assert begun.keys == keys(MOST_AHEAD)


def test_there_is_a_most_for_the_others_as_well() -> None:
    one, begun = reserved(MOST_AHEAD + 9), Begun()
    one.take("k0")
    one.top_up(begun, NOW + 0.001, 60.0, 0.0)
    assert len(begun.keys) == MOST_AHEAD


def test_one_that_contradicts_the_state_is_told_to_whoever_asks_for_it() -> None:
    one, begun = reserved(5), Begun("k0", "k2")
    assert one.top_up(begun, NOW, 0.0, 0.0) is True
    assert begun.keys == ["k1", "k3", "k4"]
    assert one.take("k0") is None


def test_where_none_was_begun_that_is_said() -> None:
    one = reserved(1)
    assert one.top_up(Begun("k0"), NOW, 0.0, 0.0) is False
    assert Reserved().top_up(Begun(), NOW, 0.0, 0.0) is False


def test_a_run_without_steps_begins_none_and_goes_on_with_those_that_are_added() -> None:
    one, begun = Reserved(), Begun()
    assert one.take("k0") is None
    one.add([("k0", Create(audience("k0")))], 1, NOW)
    one.add([("k1", Create(audience("k1")))], 1, NOW)
    one.top_up(begun, NOW, 0.0, 0.0)
    assert begun.keys == ["k0", "k1"]


def test_in_the_end_those_are_left_that_nobody_asked_for() -> None:
    one, begun = reserved(9), Begun()
    one.top_up(begun, NOW, 0.0, 0.0)
    one.take("k1")
    assert one.clear() == [intent("k0"), intent("k2"), intent("k3")]
    assert one.clear() == []
    assert one.top_up(begun, NOW, 0.0, 0.0) is False
