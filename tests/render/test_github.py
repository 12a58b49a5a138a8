"""What GitHub Actions takes: annotations within its limits, and outputs that cannot be forged."""

from dataclasses import replace

import pytest
from goldens import Golden
from hypothesis import given
from hypothesis import strategies as st
from review_samples import (
    LOYALTY,
    NASTY,
    PLAN,
    PROBLEMS,
    REPORT,
    few,
    plan_of,
    plans,
    problems,
    reports,
    statuses,
    texts,
)

from aepctl.apply.outcomes import OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.problem import Origin, Problem
from aepctl.plan.plan import Action, Plan
from aepctl.render.display import UNSAFE
from aepctl.render.github import SUMMARY_BYTES, annotations, output_block, outputs
from aepctl.render.report import view_of_report
from aepctl.render.validated import view_of_validation
from aepctl.render.view import view_of_error, view_of_plan, view_of_problems


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What the runner reads: command, properties, message (ActionCommand.cs)."""
    found = []
    for line in text.splitlines():
        kind, _, rest = line.removeprefix("::").partition(" ")
        told, _, message = rest.partition("::")
        properties = dict(one.split("=", 1) for one in told.split(","))
        found.append((kind, properties, message))
    return found


def read_outputs(block: str) -> dict[str, str]:
    """What the runner reads from $GITHUB_OUTPUT."""
    lines = iter(block.removesuffix("\n").split("\n"))
    found = {}
    for line in lines:
        name, _, delimiter = line.partition("<<")
        value = []
        while (following := next(lines)) != delimiter:
            value.append(following)
        found[name] = "\n".join(value)
    return found


def problem(number: int, rule: str = "text") -> Problem:
    return Problem(Origin(LOYALTY, number, 1), rule, "too long")


def of(*some: Problem) -> str:
    return annotations(view_of_problems(some))


def test_problems(golden: Golden) -> None:
    golden(
        "render/problems.annotations.txt", annotations(view_of_problems(PROBLEMS), root="marketing")
    )


def test_what_hides_other_problems_comes_first() -> None:
    found = commands(of(problem(1), problem(2), problem(3, "syntax")))
    assert [properties["line"] for _, properties, _ in found] == ["3", "1", "2"]


def test_no_more_than_github_shows_and_how_many_there_are() -> None:
    found = commands(of(*(problem(n) for n in range(1, 14))))
    assert [kind for kind, _, _ in found] == ["error"] * 10 + ["warning"]
    assert found[-1][2] == "and 3 more problems, in the log and the summary"
    assert len(commands(of(*(problem(n) for n in range(1, 11))))) == 10


def test_no_problem_is_no_line() -> None:
    assert of() == ""


def test_a_problem_of_a_whole_file_names_no_line() -> None:
    (found,) = commands(of(Problem(Origin("a.yaml", 0, 0), "empty", "no audiences")))
    assert found == ("error", {"file": "a.yaml", "title": "aepctl%3A empty"}, "no audiences")


def test_what_came_of_an_apply_unknown_first(golden: Golden) -> None:
    golden("render/apply.annotations.txt", annotations(view_of_report(REPORT)))


def test_ids_that_no_disk_took_come_first() -> None:
    found = commands(annotations(view_of_report(replace(REPORT, rescue="{}")), limit=2))
    assert "state recover" in found[0][2]
    assert len(found) == 3
    assert found[2][2].startswith("and 2 more outcomes")


def test_a_run_that_failed() -> None:
    error = AepctlError("the state is locked\nby ci", hint="wait")
    assert (
        annotations(view_of_error(error))
        == "::error title=aepctl%3A failed::the state is locked\\nby ci%0Await\n"
    )
    assert annotations(view_of_error(InvalidInput(PROBLEMS))) == of(*PROBLEMS)


@given(problems, texts)
def test_no_text_forges_a_command_or_a_property(some: list[Problem], root: str) -> None:
    text = annotations(view_of_problems(some), limit=100, root=root)
    assert not UNSAFE.search(text.replace("\n", ""))
    assert "##[" not in text
    found = commands(text)
    assert [kind for kind, _, _ in found] == ["error"] * len(some)
    assert all(set(told) <= {"file", "line", "col", "title"} for _, told, _ in found)


@few
@given(reports())
def test_every_unknown_refused_and_undecided_outcome_is_told(report: ApplyReport) -> None:
    found = commands(annotations(view_of_report(report), limit=1000))
    titles = [told["title"] for _, told, _ in found]
    bad = (OutcomeKind.UNKNOWN, OutcomeKind.REFUSED, OutcomeKind.UNDECIDED)
    for kind in bad:
        assert titles.count(f"aepctl%3A {kind}") == report.counts()[kind]
    assert len(titles) == sum(report.counts()[kind] for kind in bad) + (report.rescue is not None)


def test_the_outputs_of_a_plan(golden: Golden) -> None:
    golden(
        "render/plan.outputs.txt", output_block(outputs(view_of_plan(PLAN, "3f9a2c"), 0), "END7")
    )


def test_the_outputs_of_an_apply(golden: Golden) -> None:
    golden(
        "render/apply.outputs.txt",
        output_block(outputs(view_of_report(REPORT), REPORT.exit_code), "END7"),
    )


def test_a_plan_without_changes_says_so() -> None:
    assert outputs(view_of_plan(plan_of(unchanged=3)), 0)["changes"] == "false"


@few
@given(plans())
def test_the_outputs_count_what_the_plan_counts(plan: Plan) -> None:
    told = outputs(view_of_plan(plan), 2)
    counts = statuses(plan)
    assert (told["changes"] == "true") == bool(plan.changes)
    for action in Action:
        output = action if action is Action.DRIFT else f"to_{action}"
        assert int(told[output]) == counts[action]
    assert int(told["unchanged"]) == plan.unchanged
    assert told["exit_code"] == "2"


@few
@given(reports())
def test_the_outputs_count_what_the_report_counts(report: ApplyReport) -> None:
    told = outputs(view_of_report(report), report.exit_code)
    for kind in OutcomeKind:
        assert int(told[kind.value]) == report.counts()[kind]
    assert int(told["not_started"]) == report.not_started
    assert int(told["exit_code"]) == report.exit_code
    assert told["plan_id"] == (report.plan_id or "")


def test_without_a_plan_the_exit_code_is_all_there_is_to_ask_for() -> None:
    for view in (view_of_error(AepctlError("no")), view_of_validation(3)):
        assert outputs(view, 1) == {"exit_code": "1"}


@given(st.dictionaries(st.sampled_from(["plan_id", "environment"]), texts))
def test_outputs_come_back_as_they_were(pairs: dict[str, str]) -> None:
    block = output_block(pairs, "D" * 32)
    assert (read_outputs(block) if pairs else {}) == pairs


@pytest.mark.parametrize("value", ["a\nEND\nadmin<<X", "END", "xENDx"])
def test_a_delimiter_that_occurs_in_a_value_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="occurs in the value of plan_id"):
        output_block({"plan_id": value}, "END")


@pytest.mark.parametrize("delimiter", ["", "A B", "A\n", *NASTY[:4]])
def test_a_delimiter_is_one_word(delimiter: str) -> None:
    with pytest.raises(ValueError, match="is no delimiter"):
        output_block({"plan_id": "x"}, delimiter)


def test_a_name_cannot_hold_a_value() -> None:
    with pytest.raises(ValueError, match="is no name"):
        output_block({"a<<b": "x"}, "END")


def test_the_summary_stays_below_githubs_limit() -> None:
    assert SUMMARY_BYTES < 1024 * 1024


def test_a_file_that_is_reached_by_way_of_another_folder_is_named_from_the_repository() -> None:
    problem = Problem(Origin("../shared/audiences/a.yaml", 3, 1), "rule", "message")
    told = annotations(view_of_problems([problem]), root="teams/crm")
    assert told.startswith("::error file=teams/shared/audiences/a.yaml,line=3,")
