"""Saved plans: bound to their effects. What was reviewed is done once, or nothing is sent."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from projects import ORG, Project

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind, Operation

Start = Callable[..., Emulator]


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    there = platform()
    project.settle_on(there)
    project.want("gold", "silver")
    return there


def names(platform: Emulator) -> list[str]:
    """What exists on the platform."""
    return sorted(str(one["name"]) for one in platform.audiences)


def delete(platform: Emulator, audience_id: str) -> None:
    """Somebody deletes it there."""
    (one,) = (one for one in platform.audiences if one["audienceId"] == audience_id)
    url = f"{platform.url}/data/core/ups/audiences/{one['id']}"
    head = {"Authorization": "Bearer x", "x-api-key": "k", "x-gw-ims-org-id": ORG}
    httpx.delete(url, headers={**head, "x-sandbox-name": "prod"}).raise_for_status()


def save(project: Project, *words: str) -> None:
    assert project.run("plan", "--out", "plan.json", *words).code == 0


def done(project: Project, *words: str) -> str:
    """What apply of plan.json says, which is that there is nothing to do; it asks nobody."""
    check = project.run("plan", "--check", "plan.json")
    there = project.state()
    result = project.run("apply", "plan.json", *words, open_platform=no_platform)
    assert (check.code, result.code) == (0, 0)
    assert project.state() == there
    return result.out


def no_platform(*_: object) -> Any:
    raise AssertionError("the platform was asked")


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


def test_a_second_apply_of_it_finds_all_done(project: Project, there: Emulator) -> None:
    save(project)
    project.run("apply", "plan.json")
    said = done(project)
    assert "2 done already." in said
    assert "All changes of this plan are done: it can do nothing more." in said
    assert len(there.audiences) == 2


def test_once_done_it_does_nothing_more_whatever_befalls_what_it_made(
    project: Project, there: Emulator
) -> None:
    save(project)
    project.run("apply", "plan.json")
    for key, audience_id in project.ids().items():
        delete(there, audience_id)
        assert project.run("state", "rm", key).code == 0
    assert project.state()["audiences"] == {}
    assert "2 done already." in done(project)
    project.want("silver")
    assert "2 done already." in done(project)
    assert names(there) == []
    assert project.run("plan", "-o", "json").json["summary"]["create"] == 1


def test_merges_of_others_in_between_do_not_make_it_stale(
    project: Project, there: Emulator
) -> None:
    save(project)
    project.want("other", file="audiences/others.yaml")
    project.apply("--target", "other")
    project.want("other", "later", file="audiences/others.yaml")
    check = project.run("plan", "--check", "plan.json")
    result = project.run("apply", "plan.json")
    assert (check.code, result.code) == (0, 0)
    for said in (check.out, result.out):
        assert "| later  audiences/others.yaml:4\n    to create, not in the saved plan" in said
        assert "1 left alone" in said
    assert names(there) == ["Name gold", "Name other", "Name silver"]


def test_two_plans_side_by_side_are_both_applied(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "one.json", "--target", "gold")
    project.run("plan", "--out", "two.json", "--target", "silver")
    assert project.run("apply", "two.json").code == 0
    assert project.run("apply", "one.json").code == 0
    assert names(there) == ["Name gold", "Name silver"]
    assert len(project.state()["plans"]) == 2


def test_another_wish_for_one_of_its_keys_is_named_and_nothing_is_sent(
    project: Project, there: Emulator
) -> None:
    save(project)
    project.want("silver", namespace="crm")
    said = refused(project)
    assert (
        "plan.json no longer holds for 2 of its 2 changes [plan-out-of-date]\n"
        "  - gold: the manifests no longer want it\n"
        "  - silver: namespace was 'agora', is now 'crm'\n"
    ) in said
    assert "nothing of it was sent; create a new plan with " in said
    assert there.requests == []


def test_what_others_made_as_it_was_reviewed_is_done(project: Project, there: Emulator) -> None:
    save(project)
    project.apply("--target", "gold")
    result = project.run("apply", "plan.json")
    assert result.code == 0
    assert "1 created, 1 done already." in result.out
    assert names(there) == ["Name gold", "Name silver"]
    assert "2 done already." in done(project)


def test_what_others_made_otherwise_is_refused(project: Project, there: Emulator) -> None:
    save(project)
    project.want("gold", "silver", namespace="crm")
    project.apply("--target", "gold")
    project.want("gold", "silver")
    assert "- gold: it is known now, as " in refused(project)
    assert names(there) == ["Name gold"]


def test_what_is_on_the_platform_by_now_is_recorded_instead_of_created(
    project: Project, there: Emulator
) -> None:
    save(project)
    project.run("--env", "prod", "apply", "--auto-approve", "--target", "gold")
    assert project.run("state", "rm", "gold").code == 0
    result = project.run("apply", "plan.json")
    assert result.code == 0
    assert "1 adopted, 1 created." in result.out
    assert names(there) == ["Name gold", "Name silver"]


def test_what_was_renamed_since_is_done_if_it_was_done_by_this_plan(
    project: Project, there: Emulator
) -> None:
    save(project)
    project.run("apply", "plan.json")
    assert project.run("state", "mv", "gold", "aurum").code == 0
    assert "2 done already." in done(project)


def test_what_was_renamed_before_is_named(project: Project, there: Emulator) -> None:
    save(project)
    project.apply("--target", "gold")
    assert project.run("state", "mv", "gold", "aurum").code == 0
    said = refused(project)
    assert "- gold: `gold` has the same name, namespace and originName as `aurum`" in said


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE])
def test_one_that_ended_with_an_unknown_outcome_is_finished_by_running_it_again(
    project: Project, there: Emulator, kind: FaultKind
) -> None:
    save(project)
    there.behaviour = Behaviour(faults=(Fault(kind=kind, match="gold"),))
    assert project.run("apply", "plan.json").code == 4
    there.behaviour = Behaviour()
    codes = [project.run("apply", "plan.json").code for _ in range(2)]
    assert codes == ([0, 0] if kind is FaultKind.DROP_AFTER else [4, 0])
    assert "2 done already." in done(project)
    assert names(there) == ["Name gold", "Name silver"]


def test_what_was_refused_may_be_tried_again(project: Project, there: Emulator) -> None:
    save(project)
    there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.REFUSE, match="gold"),))
    assert project.run("apply", "plan.json").code == 1
    (used,) = project.state()["plans"].values()
    assert used["left"] == ["gold"]
    there.behaviour = Behaviour()
    assert project.run("apply", "plan.json").code == 0
    assert project.state()["plans"][plan_id(project)] == {"serial": 1}
    assert names(there) == ["Name gold", "Name silver"]


def test_a_change_that_was_refused_is_left_to_do_though_its_platform_id_was_noted(
    project: Project, there: Emulator
) -> None:
    project.apply("--fresh")
    project.edit("audiences/all.yaml", "Name gold", "New name")
    save(project)
    refuse = Fault(kind=FaultKind.REFUSE, on=Operation.PATCH)
    there.behaviour = Behaviour(faults=(refuse,))
    assert project.run("apply", "plan.json").code == 1
    there.behaviour = Behaviour()
    assert project.run("apply", "plan.json").code == 0
    assert names(there) == ["Name silver", "New name"]
    assert "All changes of this plan are done" in done(project)


def test_what_it_made_before_it_was_interrupted_it_does_not_make_again(
    project: Project, there: Emulator
) -> None:
    save(project)
    there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.REFUSE, match="gold"),))
    assert project.run("apply", "plan.json").code == 1
    there.behaviour = Behaviour()
    delete(there, project.ids()["silver"])
    assert project.run("state", "rm", "silver").code == 0
    result = project.run("apply", "plan.json")
    assert "1 created, 1 done already, 1 left alone." in result.out
    assert names(there) == ["Name gold"]


def test_a_lost_state_is_told(project: Project, there: Emulator) -> None:
    project.apply("--target", "gold")
    save(project)
    (project.root / "state/prod.json").unlink()
    assert "plan.json does not fit: state lineage was " in refused(project)
    assert names(there) == ["Name gold"]


def test_a_state_that_was_rolled_back_is_told(project: Project, there: Emulator) -> None:
    project.apply("--target", "gold")
    older = (project.root / "state/prod.json").read_text()
    project.want("gold", "silver", "bronze")
    project.apply("--target", "silver")
    save(project)
    project.write("state/prod.json", older)
    assert "state serial was 2, is now 1: an older copy took its place" in refused(project)


def test_one_from_before_the_first_state_is_for_the_one_that_began_since(
    project: Project, there: Emulator
) -> None:
    save(project, "--target", "gold")
    project.apply("--target", "silver")
    assert project.run("apply", "plan.json").code == 0
    assert names(there) == ["Name gold", "Name silver"]


def plan_id(project: Project) -> str:
    text = (project.root / "plan.json").read_text()
    return str(json.loads(text)["plan"])


def test_moving_an_audience_in_its_file_does_not(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "plan.json")
    text = (project.root / "audiences/all.yaml").read_text()
    project.write("audiences/all.yaml", f"# a comment\n{text}")
    assert project.run("plan", "--check", "plan.json").code == 0


def test_another_target_makes_it_stale(project: Project, there: Emulator, platform: Start) -> None:
    project.run("plan", "--out", "plan.json")
    project.edit("aepctl.yaml", "sandbox: prod", "sandbox: other")
    assert "sandbox was prod, is now other" in refused(project)


def test_its_targets_are_its_own(project: Project, there: Emulator) -> None:
    project.run("plan", "--out", "plan.json", "--target", "gold")
    assert project.run("apply", "plan.json", "--target", "silver").code == 64
    assert project.run("apply", "plan.json").code == 0
    assert [one["name"] for one in there.audiences] == ["Name gold"]


def test_more_than_max_creates_is_shown_in_the_review_and_so_approved_by_it(
    project: Project, there: Emulator
) -> None:
    project.settle_on(there, max_creates=1)
    shown = project.run("plan", "--out", "plan.json").out
    assert "Limit: 2 audiences would be created, more than max_creates (1)" in shown
    saved = json.loads((project.root / "plan.json").read_text())
    assert saved["limits"] == {"max_creates": 1, "max_deletes": 0, "exceeded": ["max_creates"]}
    assert project.apply().code == 3
    project.want("gold", "silver", "bronze")
    assert project.run("apply", "plan.json").code == 0
    assert names(there) == ["Name gold", "Name silver"]
    assert "left" not in json.dumps(project.state()["plans"])


def test_within_max_creates_no_limit_is_told(project: Project, there: Emulator) -> None:
    project.settle_on(there, max_creates=2)
    assert "Limit" not in project.run("plan", "--out", "plan.json").out
    saved = json.loads((project.root / "plan.json").read_text())
    assert saved["limits"] == {"max_creates": 2, "max_deletes": 0, "exceeded": []}


def test_which_aepctl_made_it_is_told_and_another_may_apply_it(
    project: Project, there: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as another:
        another.setattr("aepctl.operations.plan.__version__", "0.0.1")
        save(project)
    assert json.loads((project.root / "plan.json").read_text())["version"] == "0.0.1"
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
    "text", ["", "{", "[]", "{}", '{"format": 1}', '{"format": "2.1"}', "\x00"]
)
def test_what_is_no_saved_plan_is_told(project: Project, there: Emulator, text: str) -> None:
    project.write("plan.json", text)
    result = project.run("apply", "plan.json")
    assert result.code == 1
    assert "plan.json is not a plan saved by aepctl" in result.err


def test_another_format_and_a_missing_file_are_told(project: Project, there: Emulator) -> None:
    for other in ("1.1", "2.0", "3.0"):
        project.write("plan.json", f'{{"format": "{other}"}}')
        said = project.run("apply", "plan.json").err
        assert f"has the format {other}, but this version of aepctl reads 2.1" in said
        assert "create a new plan with `aepctl plan --out plan.json`" in said
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
    there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.DROP_AFTER, match="gold"),))
    project.apply()
    there.behaviour = Behaviour()
    project.run("plan", "--out", "plan.json")
    assert project.run("apply", "plan.json").code == 0
    assert sorted(str(one["name"]) for one in there.audiences) == ["Name gold", "Name silver"]
