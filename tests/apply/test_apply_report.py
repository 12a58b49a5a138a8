"""How an apply went, and the exit code that says so."""

import itertools

import pytest
from fakes import TARGET

from aepctl.apply.outcomes import Outcome, Result
from aepctl.apply.report import ApplyReport
from aepctl.plan import Plan, Summary

RESULTS = tuple(Result)


def report(
    results: tuple[Result, ...] = (),
    *,
    decision: bool = False,
    stopped: str | None = None,
    interrupted: bool = False,
) -> ApplyReport:
    """A report with these outcomes, and one more that needs a person's decision."""
    outcomes = [Outcome(f"key-{n}", "create", one) for n, one in enumerate(results)]
    if decision:
        outcomes.append(Outcome("several", "settle", Result.UNKNOWN, decision=True))
    plan = Plan("test", TARGET, (), Summary())
    return ApplyReport(plan, tuple(outcomes), 0, stopped, interrupted)


COMBINATIONS = [
    (results, decision, stopped, interrupted)
    for n in range(len(RESULTS) + 1)
    for results in itertools.combinations(RESULTS, n)
    for decision in (False, True)
    for stopped in (None, "the disk is full")
    for interrupted in (False, True)
]


@pytest.mark.parametrize(("results", "decision", "stopped", "interrupted"), COMBINATIONS)
def test_the_worst_wins(
    results: tuple[Result, ...], decision: bool, stopped: str | None, interrupted: bool
) -> None:
    if interrupted:
        expected = 130
    elif Result.UNKNOWN in results:
        expected = 4
    elif decision:
        expected = 3
    elif stopped or Result.REFUSED in results:
        expected = 1
    else:
        expected = 0
    found = report(results, decision=decision, stopped=stopped, interrupted=interrupted)
    assert found.exit_code == expected


def test_the_codes_in_plain_words() -> None:
    assert report().exit_code == 0
    assert report((Result.CREATED, Result.ADOPTED)).exit_code == 0
    assert report((Result.CREATED, Result.REFUSED)).exit_code == 1
    assert report((Result.CREATED,), stopped="the disk is full").exit_code == 1
    assert report((Result.REFUSED, Result.UNKNOWN)).exit_code == 4
    assert report((Result.CREATED,), decision=True).exit_code == 3
    assert report((Result.UNKNOWN,), decision=True).exit_code == 4
    assert report((Result.UNKNOWN,), interrupted=True).exit_code == 130


def test_outcomes_are_counted() -> None:
    found = report((Result.CREATED, Result.REFUSED, Result.CREATED))
    counts = {result: found.count(result) for result in RESULTS}
    assert counts == {
        Result.CREATED: 2,
        Result.ADOPTED: 0,
        Result.REFUSED: 1,
        Result.UNKNOWN: 0,
    }
