"""Plans, reports and intents as people read them: data/plans/*.txt."""

import re
from dataclasses import replace

import pytest
from goldens import Golden
from hypothesis import given
from plans import CREATED, EVIL, EVIL_INTENT, INTENTS, PLANS, PROGRAM, REPORTS
from review_samples import PROBLEMS, few
from review_samples import plans as any_plan
from review_samples import reports as any_report

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.target import Target
from aepctl.plan.plan import Action, Plan
from aepctl.render.display import UNSAFE, Paint
from aepctl.render.intents import view_of_intents
from aepctl.render.report import view_of_report
from aepctl.render.text import outcome_line, plan_text, render, report_summary
from aepctl.render.validated import view_of_validation
from aepctl.render.view import (
    view_of_error,
    view_of_plan,
    view_of_problems,
)
from aepctl.render.words import WORDS

SYMBOLS = "|".join(re.escape(WORDS[action].symbol) for action in Action)
PLAIN, COLOURED = Paint(on=False), Paint(on=True)


def without_colours(text: str) -> str:
    return re.sub("\x1b\\[[0-9;]+m", "", text)


def as_it_happens(report: ApplyReport, paint: Paint) -> str:
    """All that a run writes about its outcomes."""
    lines = [f"{outcome_line(outcome, paint)}\n" for outcome in report.outcomes]
    return "".join([*lines, report_summary(report, paint, PROGRAM)])


def assert_harmless(text: str) -> None:
    assert not UNSAFE.search(text.replace("\n", ""))
    assert "##[" not in text
    assert not re.search(r"^\s*::", text, re.MULTILINE)


@pytest.mark.parametrize("name", PLANS)
def test_a_plan(name: str, golden: Golden) -> None:
    golden(f"plans/{name}.txt", plan_text(PLANS[name], PLAIN))


def test_thousands_are_counted_as_everywhere_else() -> None:
    told = plan_text(replace(PLANS["unchanged"], unchanged=4_001), PLAIN)
    assert told.endswith(" 4,001 unchanged.\nNothing to do.\n")


def test_a_plan_in_colours(golden: Golden) -> None:
    golden("plans/everything-in-colours.txt", plan_text(PLANS["everything"], COLOURED))


@pytest.mark.parametrize("name", PLANS)
def test_colours_do_not_change_the_text_of_a_plan(name: str) -> None:
    assert without_colours(plan_text(PLANS[name], COLOURED)) == plan_text(PLANS[name], PLAIN)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report(name: str, golden: Golden) -> None:
    golden(f"plans/report-{name}.txt", as_it_happens(REPORTS[name], PLAIN))


def test_a_report_in_colours(golden: Golden) -> None:
    golden("plans/report-mixed-in-colours.txt", as_it_happens(REPORTS["mixed"], COLOURED))


@pytest.mark.parametrize("name", REPORTS)
def test_colours_do_not_change_the_text_of_a_report(name: str) -> None:
    report = REPORTS[name]
    assert without_colours(as_it_happens(report, COLOURED)) == as_it_happens(report, PLAIN)


@pytest.mark.parametrize("kind", OutcomeKind)
def test_the_outcome_is_named_first_and_the_key_after_two_blanks(kind: OutcomeKind) -> None:
    line = outcome_line(Outcome("gold", Action.CREATE, kind), PLAIN)
    assert line == f"{kind.value:<7}  gold"


def test_where_nothing_was_done_nothing_is_said() -> None:
    assert report_summary(REPORTS["nothing"], PLAIN) == ""


def test_what_is_to_be_run_next_is_said_where_something_is_left() -> None:
    assert report_summary(REPORTS["mixed"], PLAIN, PROGRAM).endswith(
        "\nNext: run `aepctl --env prod apply` again; it first checks what became of these.\n"
    )
    assert "Next: decide" in report_summary(REPORTS["decision"], PLAIN, PROGRAM)
    assert "Next" not in report_summary(REPORTS["created"], PLAIN, PROGRAM)


def test_a_whole_report_is_its_plan_its_outcomes_and_its_summary() -> None:
    report = REPORTS["mixed"]
    plan = plan_text(report.plan, PLAIN)
    (created, refused, unknown) = (outcome_line(one, PLAIN) for one in report.outcomes[:3])
    text = render(view_of_report(report, PROGRAM))
    assert text.startswith(f"{plan}\n")
    for line in (created, refused, unknown):
        assert f"\n{line}\n" in text
    assert text.endswith(report_summary(report, PLAIN, PROGRAM))


def test_intents(golden: Golden) -> None:
    golden("plans/intents.txt", render(view_of_intents(INTENTS, PROGRAM)))


def test_no_intent_is_said_too() -> None:
    assert render(view_of_intents([])) == "No open intents.\n"


def test_sound_manifests() -> None:
    assert render(view_of_validation(1)) == "1 audience, no problems.\n"
    assert render(view_of_validation(12)) == "12 audiences, no problems.\n"


def test_a_run_that_failed() -> None:
    error = AepctlError("the state is\x1b locked", hint="wait")
    assert render(view_of_error(error)) == "error: the state is\\x1b locked [failed]\n  wait\n"
    assert render(view_of_error(AepctlError("no"))) == "error: no [failed]\n"


def test_problems_alone_and_as_the_reason_of_a_failure() -> None:
    problems = render(view_of_problems(PROBLEMS))
    assert problems.count("\n") == 7
    assert problems.startswith("audiences/loyalty.yaml:4:11: not valid YAML")
    assert (
        render(view_of_error(InvalidInput(PROBLEMS)))
        == f"{problems}error: 4 problems [invalid-input]\n"
    )


def test_nothing_hostile_comes_through() -> None:
    target = Target("\x1b[2J", "##[error]", "\u202e")
    made = replace(PLANS["hostile"], environment="\x07", target=target, targets=("\x9b*",))
    assert_harmless(plan_text(made, PLAIN))
    assert_harmless(render(view_of_report(REPORTS["hostile"], "\x1b")))
    assert_harmless(render(view_of_intents([EVIL_INTENT], "\x1b")))
    assert outcome_line(EVIL, PLAIN).isprintable()


@few
@given(any_plan())
def test_any_plan_is_harmless_and_says_each_of_its_keys(plan: Plan) -> None:
    text = plan_text(plan, PLAIN)
    assert_harmless(text)
    heads = re.findall(f"^(?:{SYMBOLS}) ", text.rpartition("\nPlan for ")[0], re.MULTILINE)
    assert len(heads) == len(plan.changes)


@few
@given(any_report())
def test_any_report_is_harmless(report: ApplyReport) -> None:
    assert_harmless(render(view_of_report(report, PROGRAM)))


def test_the_same_line_tells_an_outcome_live_and_in_the_whole_report() -> None:
    line = outcome_line(CREATED, PLAIN)
    assert line == "created  loyalty-gold  8b2b7b1c-audience"
    assert f"\n{line}\n" in render(view_of_report(REPORTS["created"]))


def test_a_plan_without_a_target_of_its_own_needs_no_place() -> None:
    view = replace(view_of_plan(PLANS["unchanged"]), target=None)
    assert render(view) == "Plan for prod: 2 unchanged.\nNothing to do.\n"
