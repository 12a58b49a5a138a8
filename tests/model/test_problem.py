"""A problem is a value; InvalidInput carries all of them, in order."""

import pytest

from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.problem import Origin, Problem


def problem(file: str, line: int, column: int, message: str = "") -> Problem:
    return Problem(Origin(file, line, column), "rule", message)


def test_problems_stand_in_the_order_of_files_lines_and_columns() -> None:
    ordered = (
        problem("a.yaml", 0, 0),
        problem("a.yaml", 2, 9),
        problem("a.yaml", 10, 1, "first said"),
        problem("a.yaml", 10, 1, "also said"),
        problem("b.yaml", 1, 1),
    )
    shuffled = (ordered[4], ordered[2], ordered[1], ordered[3], ordered[0])
    assert InvalidInput(shuffled).problems == ordered


@pytest.mark.parametrize(("count", "what"), [(1, "1 problem"), (2, "2 problems")])
def test_it_counts_them(count: int, what: str) -> None:
    error = InvalidInput(problem("a.yaml", line, 1) for line in range(count))
    assert isinstance(error, AepctlError)
    assert (error.message, str(error), error.exit_code) == (what, what, 1)


def test_a_problem_needs_neither_hint_nor_source() -> None:
    assert problem("a.yaml", 1, 1).hint is None
    assert problem("a.yaml", 1, 1).source is None
