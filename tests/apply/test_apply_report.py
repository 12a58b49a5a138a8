"""How an apply went, and the exit code that says so."""

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
