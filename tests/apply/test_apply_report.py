"""How an apply went, and the exit code that says so."""

import itertools

import pytest
from fakes import TARGET

from aepctl.apply.outcomes import Outcome, Result
from aepctl.apply.report import ApplyReport
from aepctl.plan import Plan, Summary

DECIDING = (Result.CREATED, Result.REFUSED, Result.UNKNOWN)


def report(
    results: tuple[Result, ...] = (),
    *,
    settle: int = 0,
    stopped: str | None = None,
    interrupted: bool = False,
) -> ApplyReport:
    outcomes = tuple(Outcome(f"key-{n}", "create", one) for n, one in enumerate(results))
    plan = Plan("test", TARGET, (), Summary(settle=settle))
    return ApplyReport(plan, outcomes, 0, stopped, interrupted)


COMBINATIONS = [
    (results, settle, stopped, interrupted)
    for n in range(len(DECIDING) + 1)
    for results in itertools.combinations(DECIDING, n)
    for settle in (0, 1)
    for stopped in (None, "the disk is full")
    for interrupted in (False, True)
]


@pytest.mark.parametrize(("results", "settle", "stopped", "interrupted"), COMBINATIONS)
def test_the_worst_wins(
    results: tuple[Result, ...], settle: int, stopped: str | None, interrupted: bool
) -> None:
    if interrupted:
        expected = 130
    elif settle or Result.UNKNOWN in results:
        expected = 4
    elif stopped or Result.REFUSED in results:
        expected = 1
    else:
        expected = 0
    found = report(results, settle=settle, stopped=stopped, interrupted=interrupted)
    assert found.exit_code == expected


def test_the_codes_in_plain_words() -> None:
    assert report().exit_code == 0
    assert report((Result.CREATED,)).exit_code == 0
    assert report((Result.CREATED, Result.REFUSED)).exit_code == 1
    assert report((Result.CREATED,), stopped="the disk is full").exit_code == 1
    assert report((Result.REFUSED, Result.UNKNOWN)).exit_code == 4
    assert report(settle=1).exit_code == 4
    assert report((Result.UNKNOWN,), interrupted=True).exit_code == 130


def test_outcomes_are_counted() -> None:
    found = report((Result.CREATED, Result.REFUSED, Result.CREATED))
    assert [found.count(result) for result in DECIDING] == [2, 1, 0]
