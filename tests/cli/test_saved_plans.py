"""Saved plans: reviewed, applied once, and only while they hold."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from projects import Project

from aepctl.emulator import Emulator

Start = Callable[..., Emulator]


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    there = platform()
    project.settle_on(there)
    project.want("gold", "silver")
    return there


def refused(project: Project) -> str:
    """Why apply refuses plan.json; the check gives the same answer."""
    check = project.run("plan", "--check", "plan.json")
    result = project.run("apply", "plan.json")
    assert (check.code, result.code) == (3, 3)
    assert check.err == result.err
    return result.err


def test_a_saved_plan_is_applied_without_asking(project: Project, there: Emulator) -> None:
    assert project.run("plan", "--out", "plan.json").code == 0
    assert project.run("plan", "--check", "plan.json").code == 0
    assert project.run("apply", "plan.json").code == 0
    assert len(there.audiences) == 2
    assert len(project.state()["plans"]) == 1


def test_it_is_the_same_file_for_the_same_plan_and_holds_no_secret(
    project: Project, there: Emulator
) -> None:
    project.run("plan", "--out", "plan.json")
    first = (project.root / "plan.json").read_text()
    project.run("plan", "--out", "plan.json")
    assert (project.root / "plan.json").read_text() == first
    assert "test-token" not in first
    assert json.loads(first)["summary"]["create"] == 2


def test_a_second_apply_of_it_is_refused(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "plan.json")
    project.run("apply", "plan.json")
    assert "was already applied (plan " in refused(project)
    assert len(there.audiences) == 2


def test_other_manifests_make_it_stale(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "plan.json")
    project.want("gold", "bronze")
    said = refused(project)
    assert "the manifests ask for something else" in said
    assert "other changes for bronze, silver" in said
    assert there.audiences == []


def test_moving_an_audience_in_its_file_does_not(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "plan.json")
    text = (project.root / "audiences/all.yaml").read_text()
    project.write("audiences/all.yaml", f"# a comment\n{text}")
    assert project.run("plan", "--check", "plan.json").code == 0


def test_another_state_makes_it_stale(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "plan.json")
    project.apply("--target", "gold")
    said = refused(project)
    assert "state serial was 0, is now 1" in said
    assert "state lineage was none, is now " in said


def test_another_target_makes_it_stale(project: Project, there: Emulator, platform: Start) -> None:
    project.run("plan", "--out", "plan.json")
    project.edit("aepctl.yaml", "sandbox: prod", "sandbox: other")
    assert "sandbox was prod, is now other" in refused(project)


def test_its_targets_are_its_own(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "plan.json", "--target", "gold")
    assert project.run("apply", "plan.json", "--target", "silver").code == 64
    assert project.run("apply", "plan.json").code == 0
    assert [one["name"] for one in there.audiences] == ["Name gold"]


def test_more_than_max_creates_was_approved_by_the_review(
    project: Project, there: Emulator
) -> None:
    project.settle_on(there, max_creates=1)
    project.run("plan", "--out", "plan.json")
    assert project.run("apply", "plan.json").code == 0


def test_it_gives_no_authority_when_somebody_changes_it(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "plan.json")
    data = json.loads((project.root / "plan.json").read_text())
    data["state"]["serial"] = 7
    project.write("plan.json", json.dumps(data))
    assert "was changed after it was saved" in refused(project)


@pytest.mark.parametrize(
    "edit",
    [
        lambda data: data.update(changes=[]),
        lambda data: data["changes"].pop(),
        lambda data: data["changes"][0].update(key="another"),
        lambda data: data["changes"][0]["after"].update(name="Another"),
        lambda data: data["changes"][0]["source"].update(file="elsewhere.yaml"),
        lambda data: data["summary"].update(create=0),
        lambda data: data.pop("summary"),
        lambda data: data.update(note="approved"),
    ],
)
def test_what_people_read_of_it_is_bound_as_well(
    project: Project, there: Emulator, edit: Callable[[dict[str, Any]], object]
) -> None:
    project.run("plan", "--out", "plan.json")
    data = json.loads((project.root / "plan.json").read_text())
    edit(data)
    project.write("plan.json", json.dumps(data))
    assert "was changed after it was saved" in refused(project)
    assert there.audiences == []


def test_what_stands_in_it_twice_is_not_read_in_one_way_and_shown_in_another(
    project: Project, there: Emulator
) -> None:
    project.run("plan", "--out", "plan.json")
    text = (project.root / "plan.json").read_text()
    project.write("plan.json", text.replace("{", '{"changes": [],', 1))
    result = project.run("apply", "plan.json")
    assert result.code == 1
    assert "is not a plan saved by aepctl: a name stands in it twice" in result.err


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8-sig", "a byte order mark"), ("utf-16", "it is in UTF-16"), ("utf-16-be", "UTF-16"),
     ("utf-32-le", "UTF-32")],
)  # fmt: skip
def test_another_encoding_is_told_by_its_name(
    project: Project, there: Emulator, encoding: str, said: str
) -> None:
    project.run("plan", "--out", "plan.json")
    text = (project.root / "plan.json").read_text()
    (project.root / "plan.json").write_bytes(text.encode(encoding))
    result = project.run("apply", "plan.json")
    assert result.code == 1
    assert "plan.json is not a plan saved by aepctl: it " in result.err
    assert said in result.err


def test_a_merge_conflict_in_it_is_told_at_its_line(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "plan.json")
    first, rest = (project.root / "plan.json").read_text().split("\n", 1)
    project.write("plan.json", f"{first}\n<<<<<<< HEAD\n=======\n>>>>>>> other\n{rest}")
    assert "plan.json:2 is not a plan saved by aepctl: Git left a merge conflict here" in (
        project.run("apply", "plan.json").err
    )


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 1}', '{"format": "1.1"}', "\x00"]
)
def test_what_is_no_saved_plan_is_told(project: Project, there: Emulator, text: str) -> None:
    project.write("plan.json", text)
    result = project.run("apply", "plan.json")
    assert result.code == 1
    assert "plan.json is not a plan saved by aepctl" in result.err


def test_a_newer_format_and_a_missing_file_are_told(project: Project, there: Emulator) -> None:
    project.write("plan.json", '{"format": "2.0"}')
    assert (
        "has the format 2.0, but this version of aepctl reads 1.1"
        in project.run("apply", "plan.json").err
    )
    assert "cannot be read" in project.run("apply", "nowhere.json").err
    assert "cannot be written" in project.run("plan", "--out", "no/where.json").err


def test_the_environment_comes_from_the_plan(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "plan.json")
    assert project.run("--env", "other", "apply", "plan.json").code == 3
    assert project.run("--env", "prod", "apply", "plan.json").code == 0


def test_nothing_to_do_does_not_use_it_up(project: Project, there: Emulator) -> None:
    project.apply()
    project.run("plan", "--out", "plan.json")
    assert project.run("apply", "plan.json").code == 0
    assert project.run("apply", "plan.json").code == 0
    assert "plans" not in project.state()


def test_an_open_intent_is_part_of_the_plan(
    project: Project, there: Emulator, platform: Start
) -> None:
    from aepctl.emulator import Behaviour, Fault, FaultKind

    there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.DROP_AFTER, match="gold"),))
    project.apply()
    there.behaviour = Behaviour()
    project.run("plan", "--out", "plan.json")
    assert project.run("apply", "plan.json").code == 0
    assert sorted(str(one["name"]) for one in there.audiences) == ["Name gold", "Name silver"]
