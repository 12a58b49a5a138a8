"""Keys change all at once: whatever the pairs are, no key is taken before it is free."""

import pytest
from fakes import AT, TARGET, audience
from hypothesis import given
from hypothesis import strategies as st

from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Create, Move
from aepctl.operations.keys import SPARE, moves
from aepctl.state.events import Noted
from aepctl.state.model import Intent, Phase, State
from aepctl.state.reducer import Draft

KEYS = ["a", "b", "c", "d", "e", SPARE, f"{SPARE}-2"]


def known(name: str) -> Known:
    return Known(audience(name), Ids(f"A-{name}"))


def after(state: State, pairs: dict[str, str]) -> State:
    draft = Draft(state)
    for key, step in moves(pairs, state):
        draft.take(Noted(key, step, AT))
    return draft.state()


@st.composite
def renamings(draw: st.DrawFn) -> tuple[set[str], dict[str, str]]:
    """Keys that state has, and pairs that may be done: no new key is one that stays."""
    there = draw(st.sets(st.sampled_from(KEYS), min_size=1))
    old = draw(st.lists(st.sampled_from(sorted(there)), unique=True))
    free = sorted(({*KEYS} - there) | {*old} | {"x", "y"})
    new = draw(st.permutations(free))
    return there, {one: to for one, to in zip(old, new, strict=False) if one != to}


@given(renamings())
def test_the_steps_come_to_the_same_as_all_pairs_at_once(
    case: tuple[set[str], dict[str, str]],
) -> None:
    there, pairs = case
    # Whoever has a new key of these has to go: pairs that were dropped above may stand in the way.
    if any(new in there and new not in pairs for new in pairs.values()):
        return
    state = State("L", 1, TARGET, {key: known(key) for key in there})
    assert after(state, pairs).audiences == {pairs.get(key, key): known(key) for key in there}


def test_what_came_to_nothing_goes_with_its_key_also_around_a_ring() -> None:
    absent = Intent("i-1", "run-1", "a", Create(audience("a")), AT, Phase.ABSENT)
    state = State("L", 1, TARGET, {"a": known("a"), "b": known("b")}, {"i-1": absent})
    moved = after(state, {"a": "b", "b": "a"})
    assert moved.audiences == {"b": known("a"), "a": known("b")}
    assert [one.key for one in moved.intents.values()] == ["b"]


def test_a_long_chain_is_moved_from_its_end() -> None:
    pairs = {f"k{number}": f"k{number + 1}" for number in range(5000)}
    state = State("L", 1, TARGET, {key: known(key) for key in pairs})
    steps = moves(pairs, state)
    assert (steps[0], len(steps)) == (("k5000", Move("k4999")), 5000)


@pytest.mark.parametrize("taken", [SPARE, f"{SPARE}-2"])
def test_the_spare_key_of_a_ring_is_nobodys(taken: str) -> None:
    pairs = {"a": "b", "b": "a"}
    state = State("L", 1, TARGET, {key: known(key) for key in ("a", "b", SPARE, taken)})
    assert after(state, pairs).audiences == {
        "a": known("b"), "b": known("a"), SPARE: known(SPARE), taken: known(taken)
    }  # fmt: skip
