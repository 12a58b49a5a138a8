"""Waiting longer and longer, and not all at the same moment."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aepctl.backoff import backoff_seconds


def test_the_pause_doubles_up_to_its_limit() -> None:
    pauses = [backoff_seconds(n, first=1.0, limit=30.0, jitter=lambda: 1.0) for n in range(8)]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


@pytest.mark.parametrize(("dice", "seconds"), [(0.0, 2.0), (0.5, 3.0), (1.0, 4.0)])
def test_jitter_takes_up_to_half_of_it_away(dice: float, seconds: float) -> None:
    assert backoff_seconds(2, first=1.0, limit=30.0, jitter=lambda: dice) == seconds


@settings(derandomize=True, deadline=None)
@given(st.integers(0, 100), st.floats(0.01, 10), st.floats(10, 300))
def test_by_itself_it_stays_within_its_bounds(attempt: int, first: float, limit: float) -> None:
    assert first / 2 <= backoff_seconds(attempt, first=first, limit=limit) <= limit
