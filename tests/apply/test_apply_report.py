"""How an apply went, and the exit code that says so."""

import pytest
from fakes import TARGET

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.plan.plan import Action, Plan

CREATED, ADOPTED, UPDATED, DELETED = (
    OutcomeKind.CREATED, OutcomeKind.ADOPTED, OutcomeKind.UPDATED, OutcomeKind.DELETED
)  # fmt: skip
REFUSED, UNDECIDED, UNKNOWN = OutcomeKind.REFUSED, OutcomeKind.UNDECIDED, OutcomeKind.UNKNOWN


def report(
    *kinds: OutcomeKind, stopped: str | None = None, interrupted: bool = False
) -> ApplyReport:
    outcomes = tuple(Outcome(f"key-{n}", Action.CREATE, one) for n, one in enumerate(kinds))
    return ApplyReport(Plan("test", TARGET, ()), outcomes, 0, stopped, interrupted)


def test_all_done_is_0() -> None:
    assert report().exit_code == 0
    assert report(CREATED, ADOPTED, UPDATED, DELETED).exit_code == 0


def test_a_refusal_or_a_stop_is_1() -> None:
    assert report(CREATED, REFUSED).exit_code == 1
    assert report(CREATED, stopped="the disk is full").exit_code == 1


def test_a_decision_is_3_and_worse_than_a_refusal() -> None:
    assert report(CREATED, UNDECIDED).exit_code == 3
    assert report(REFUSED, UNDECIDED, stopped="the disk is full").exit_code == 3


def test_unknown_is_4_and_worse_than_a_decision() -> None:
    assert report(CREATED, UNKNOWN).exit_code == 4
    assert report(REFUSED, UNDECIDED, UNKNOWN, stopped="the disk is full").exit_code == 4


def test_an_interrupt_is_130_and_worst_of_all() -> None:
    assert report(interrupted=True).exit_code == 130
    assert report(REFUSED, UNDECIDED, UNKNOWN, stopped="s", interrupted=True).exit_code == 130


def test_outcomes_are_counted() -> None:
    counts = report(CREATED, REFUSED, CREATED).counts()
    assert {kind: counts[kind] for kind in OutcomeKind} == {
        **dict.fromkeys(OutcomeKind, 0), CREATED: 2, REFUSED: 1
    }  # fmt: skip


@pytest.mark.parametrize("kind", OutcomeKind)
def test_a_kind_is_done_where_its_exit_code_is_0(kind: OutcomeKind) -> None:
    assert kind.done is (report(kind).exit_code == 0)
