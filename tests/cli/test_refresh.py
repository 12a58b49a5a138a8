"""aepctl refresh: what the platform has goes into state, after it was shown; nothing is sent."""

from collections.abc import Callable
from typing import Any

import pytest
from fakes import QuickClock
from projects import Project, tree
from sandbox import delete, edit, of

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind
from aepctl.emulator.faults import Operation

Start = Callable[..., Emulator]


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    """A platform on which gold and silver were created; the state does not know its own ids."""
    there = platform()
    project.settle_on(there)
    project.want("gold", "silver")
    assert project.apply("--fresh").code == 0
    return there


def known(project: Project) -> Any:
    return project.state()["audiences"]


def test_it_records_edited_texts_and_the_platforms_own_ids(
    project: Project, there: Emulator
) -> None:
    edit(there, "Name gold", description="edited")
    asked = len(there.requests)
    result = project.run("refresh", "--auto-approve")
    assert (result.code, result.err) == (0, "")
    assert "    description  (none) -> edited\n" in result.out
    assert "the platform's own `id` of it was not known" in result.out
    assert result.out.endswith("Refresh for prod: 2 recorded.\n")
    assert known(project)["gold"]["description"] == "edited"
    assert known(project)["silver"]["id"] == of(there, "Name silver")["id"]
    assert {one.method for one in there.requests[asked:]} == {"GET"}
    assert project.state()["runs"][-1]["command"] == "aepctl refresh"


def test_after_it_a_plan_compares_the_manifests_with_what_is_there(
    project: Project, there: Emulator
) -> None:
    edit(there, "Name gold", description="edited")
    assert project.run("plan").out.endswith("Nothing to do.\n")
    project.run("refresh", "--auto-approve")
    assert "    description  edited -> (none)\n" in project.run("plan").out
    assert project.apply().code == 0
    assert not of(there, "Name gold").get("description")


def test_what_is_gone_is_forgotten_and_made_anew_by_the_next_apply(
    project: Project, there: Emulator
) -> None:
    project.run("refresh", "--auto-approve")
    before = project.ids()
    delete(there, "Name gold")
    result = project.run("refresh", "--auto-approve")
    assert result.code == 0
    assert "gone from the platform; still wanted, so the next apply makes it anew" in result.out
    assert "stays on the platform" not in result.out
    assert sorted(known(project)) == ["silver"]
    assert project.apply("--fresh").code == 0
    assert project.ids()["gold"] != before["gold"]


class Ends(QuickClock):
    """While it is slept the platform comes to show what it did not show yet."""

    def __init__(self, there: Emulator) -> None:
        super().__init__()
        self.there = there

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.there.behaviour = Behaviour(revision=3)


def test_what_was_made_a_moment_ago_and_does_not_show_yet_is_not_forgotten(
    project: Project, platform: Start
) -> None:
    """The next apply would make it a second time."""
    there = platform(revision=3)
    project.settle_on(there)
    project.want("gold")
    assert project.apply("--fresh").code == 0
    before = project.state()["audiences"]
    there.behaviour = Behaviour(revision=3, list_lag=600.0)
    result = project.run("refresh", "--auto-approve", clock=Ends(there))
    assert (result.code, known(project)) == (0, before)
    assert result.out.endswith("Nothing to do.\n")


def test_what_is_only_not_listed_is_left_and_told(project: Project, there: Emulator) -> None:
    delete(there, "Name gold")
    result = project.run("refresh", "--auto-approve")
    assert result.code == 0
    assert "Not listed: `gold`: the platform's list lacks them, which proves nothing." in result.out
    assert project.run("plan", "--refresh", "-o", "json").json["notListed"] == ["gold"]
    assert sorted(known(project)) == ["gold", "silver"]


def test_what_is_in_doubt_is_left_alone_and_told(project: Project, there: Emulator) -> None:
    """An update that may have been done. To settle it may be to send it again."""
    project.edit("audiences/all.yaml", "{name: Name gold}", "{name: Name gold, description: ours}")
    there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.DROP_BEFORE, on=Operation.PATCH),))
    assert project.apply().code == 4
    there.behaviour = Behaviour()
    edit(there, "Name gold", description="edited")
    result = project.run("refresh", "--auto-approve")
    assert result.code == 0
    assert "1 to settle" in result.out
    assert "1 in doubt" in project.run("drift", "--target", "gold").out
    assert "description" not in known(project)["gold"]


def test_it_asks_first(project: Project, there: Emulator) -> None:
    edit(there, "Name gold", description="edited")
    before = tree(project.root / "state")
    nobody = project.run("refresh")
    assert (nobody.code, "use --auto-approve" in nobody.err) == (3, True)
    no = project.run("refresh", typed="no\n")
    assert (no.code, "Record 2 in prod, sandbox prod? Enter 'yes'" in no.err) == (1, True)
    assert tree(project.root / "state") == before
    assert project.run("refresh", typed="yes\n").code == 0
    assert known(project)["gold"]["description"] == "edited"


def test_with_nothing_new_nothing_is_asked_or_written(project: Project, there: Emulator) -> None:
    project.run("refresh", "--auto-approve")
    before = tree(project.root / "state")
    result = project.run("refresh")
    assert (result.code, result.err) == (0, "")
    assert "2 unchanged.\nNothing to do." in result.out
    assert tree(project.root / "state") == before


def test_only_the_targets(project: Project, there: Emulator) -> None:
    assert project.run("refresh", "--target", "g*", "--auto-approve").code == 0
    assert ["id" in known(project)[key] for key in ("gold", "silver")] == [True, False]
    assert project.run("refresh", "--target", "x", "--auto-approve").code == 1


def test_as_json_it_is_the_document_of_an_apply(project: Project, there: Emulator) -> None:
    document = project.run("refresh", "--auto-approve", "-o", "json").json
    assert [(one["key"], one["outcome"]) for one in document["outcomes"]] == [
        ("gold", "recorded"), ("silver", "recorded"),
    ]  # fmt: skip
    there.behaviour = Behaviour(forbid_list=True)
    failed = project.run("refresh", "--auto-approve", "-o", "json")
    assert (failed.code, failed.json["outcomes"]) == (3, [])
