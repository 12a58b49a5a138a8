"""Outcomes as people read them: data/plans/report-*.txt."""

import re

import pytest
from goldens import Golden
from plans import EVIL, REPORTS

from aepctl.apply.outcomes import Outcome, Result
from aepctl.apply.report import ApplyReport
from aepctl.render.display import Paint
from aepctl.render.outcome_text import COLOURS, outcome_text, report_text

PLAIN = Paint(on=False)


def whole(report: ApplyReport, paint: Paint) -> str:
    """All that a run writes about its outcomes."""
    lines = [f"{outcome_text(outcome, paint)}\n" for outcome in report.outcomes]
    return "".join([*lines, report_text(report, paint)])


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_as_text(name: str, golden: Golden) -> None:
    golden(f"plans/report-{name}.txt", whole(REPORTS[name], PLAIN))


def test_a_report_in_colours(golden: Golden) -> None:
    golden("plans/report-mixed-in-colours.txt", whole(REPORTS["mixed"], Paint(on=True)))


@pytest.mark.parametrize("name", REPORTS)
def test_colours_do_not_change_the_text(name: str) -> None:
    coloured = whole(REPORTS[name], Paint(on=True))
    assert re.sub("\x1b\\[[0-9;]+m", "", coloured) == whole(REPORTS[name], PLAIN)


@pytest.mark.parametrize("result", Result)
def test_every_result_has_a_colour_and_is_named_first(result: Result) -> None:
    assert result in COLOURS
    assert outcome_text(Outcome("gold", "create", result), PLAIN).startswith(result.value)


def test_where_nothing_was_done_nothing_is_said() -> None:
    assert report_text(REPORTS["nothing"], PLAIN) == ""


def test_an_outcome_is_one_harmless_line() -> None:
    line = outcome_text(EVIL, PLAIN)
    assert line.isprintable()
    assert "##[" not in line
