"""Code Quality: one issue a problem, whose fingerprint outlives edits elsewhere in the file."""

import json
import re
from dataclasses import replace
from posixpath import normpath
from typing import Any

from goldens import Golden
from hypothesis import given
from review_samples import LOYALTY, PROBLEMS, problems

from aepctl.model.problem import Origin, Problem
from aepctl.render.codequality import render
from aepctl.render.display import COMMAND
from aepctl.render.view import view_of_problems


def issues(*some: Problem, root: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(view_of_problems(some), root=root))
    return found


def fingerprints(*some: Problem) -> list[str]:
    return [issue["fingerprint"] for issue in issues(*some)]


def moved(problem: Problem, lines: int) -> Problem:
    origin = problem.origin
    message = re.sub(r"line (\d+)", lambda at: f"line {int(at[1]) + lines}", problem.message)
    return replace(problem, origin=replace(origin, line=origin.line + lines), message=message)


def test_problems(golden: Golden) -> None:
    golden("render/problems.codequality.json", render(view_of_problems(PROBLEMS)))


def test_no_problem_is_an_empty_list() -> None:
    assert render(view_of_problems([])) == "[\n]\n"


def test_paths_start_at_the_repository() -> None:
    problem = Problem(Origin("./a.yaml", 1, 1), "text", "too long")
    assert issues(problem)[0]["location"]["path"] == "a.yaml"
    assert issues(problem, root="./team/x/")[0]["location"]["path"] == "team/x/a.yaml"


def test_equal_problems_are_told_apart() -> None:
    assert len(set(fingerprints(*PROBLEMS))) == len(PROBLEMS)


def test_an_edit_above_changes_no_fingerprint() -> None:
    assert fingerprints(*PROBLEMS) == fingerprints(*(moved(one, 7) for one in PROBLEMS))


def test_another_file_rule_or_message_changes_the_fingerprint() -> None:
    one = Problem(Origin(LOYALTY, 1, 1), "text", "too long")
    others = (
        replace(one, origin=Origin("b.yaml", 1, 1)),
        replace(one, rule="key"),
        replace(one, message="too short"),
    )
    assert len(set(fingerprints(one, *others))) == 4


@given(problems)
def test_any_problems_are_one_issue_each(some: list[Problem]) -> None:
    found = issues(*some)
    text = render(view_of_problems(some))
    assert text.isascii()
    assert not COMMAND.search(text)
    ordered = sorted(some, key=lambda problem: problem.origin)
    assert [one["location"]["path"] for one in found] == [normpath(p.origin.file) for p in ordered]
    assert len({issue["fingerprint"] for issue in found}) == len(some)
    for issue in found:
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] >= 1
        assert not issue["location"]["path"].startswith("./")
        assert re.fullmatch("[0-9a-f]{40}", issue["fingerprint"])
