"""Saved plans over the whole life of audiences: what was reviewed, and nothing else, once."""

import json
from collections.abc import Callable

import pytest
from lives import GOLD, Life
from projects import Project

from aepctl.emulator import Emulator, FaultKind, Operation

Start = Callable[..., Emulator]
NEW = GOLD.replace("Old", "New")
OTHER = f"{GOLD[:-1]}, originName: Other, lifecycle: {{on_immutable_change: replace}}}}"


@pytest.fixture
def life(project: Project, platform: Start) -> Life:
    life = Life(project, platform(revision=3))
    project.settle_on(life.there, on_removal="delete")
    life.want(GOLD)
    assert project.apply("--fresh").code == 0
    return life


class TestMadeWithALook:
    """What only a look at the platform showed is done, and not taken for done already."""

    def test_an_edit_is_written_over_where_the_review_saw_it(self, life: Life) -> None:
        life.edit("Gold", description="Edited")
        life.save("--refresh", "--overwrite")
        assert "1 to update" in life.project.run("plan", "--check", "plan.json").out
        life.apply_saved()
        assert life.description("Gold") == "Old"
        assert life.ended()

    def test_what_somebody_edited_again_since_is_not(self, life: Life) -> None:
        life.edit("Gold", description="Edited")
        life.save("--refresh", "--overwrite")
        life.edit("Gold", description="Edited again")
        said = life.apply_saved(3).err
        assert "plan --out plan.json --refresh --overwrite`" in said
        assert life.description("Gold") == "Edited again"

    def test_what_is_gone_is_made_anew_once(self, life: Life) -> None:
        life.delete("Gold")
        life.save("--refresh")
        life.apply_saved()
        assert life.names == ["Gold"]
        assert life.ended()
        assert life.names == ["Gold"]

    def test_what_the_platform_has_by_itself_is_recorded(self, life: Life) -> None:
        life.edit("Gold", description="New")
        life.want(NEW)
        life.save("--refresh")
        life.apply_saved()
        assert life.project.state()["audiences"]["gold"]["description"] == "New"
        assert life.ended()


class TestOthersMeanwhile:
    """What happens between the review and the apply."""

    def test_an_edit_is_never_overwritten(self, life: Life) -> None:
        life.want(NEW)
        life.save()
        life.edit("Gold", description="Edited")
        said = life.apply_saved(3).err
        assert "somebody edited it on the platform" in said
        assert "`aepctl plan --out plan.json --refresh`" in said
        assert life.description("Gold") == "Edited"

    def test_an_edit_that_is_what_was_reviewed_is_recorded(self, life: Life) -> None:
        life.want(NEW)
        life.save()
        life.edit("Gold", description="New")
        assert "recorded  gold" in life.apply_saved().out
        assert life.ended()

    def test_a_reviewed_delete_whose_block_came_back_is_refused(self, life: Life) -> None:
        life.want()
        life.save()
        life.want(GOLD)
        assert "gold: the manifests want it again" in life.apply_saved(3).err
        assert life.names == ["Gold"]

    def test_what_was_edited_is_not_deleted(self, life: Life) -> None:
        life.want()
        life.save()
        life.edit("Gold", description="Edited")
        assert "somebody edited it" in life.apply_saved(3).err
        assert life.names == ["Gold"]

    def test_a_delete_of_what_is_gone_succeeds(self, life: Life) -> None:
        life.want()
        life.save()
        life.delete("Gold")
        life.apply_saved()
        assert "gold" not in life.project.ids()
        assert life.ended()

    def test_merges_of_others_are_left_alone(self, life: Life) -> None:
        life.want(NEW)
        life.save()
        life.want(NEW, "later: {name: Later}")
        assert "to create, not in the saved plan" in life.apply_saved().out
        assert life.names == ["Gold"]


class TestInterrupted:
    """Whatever was begun is finished by applying the same plan again."""

    @pytest.mark.parametrize("kind", [FaultKind.ERROR_BEFORE, FaultKind.DROP_AFTER])
    def test_between_the_halves_of_a_replace(self, life: Life, kind: FaultKind) -> None:
        old = life.project.ids()["gold"]
        life.want(OTHER)
        life.save()
        life.once(kind, Operation.DELETE, times=1)
        assert "run `aepctl apply plan.json` again" in life.apply_saved(4).out
        life.well()
        life.apply_saved()
        assert life.names == ["Gold"]
        assert life.project.ids()["gold"] != old
        assert life.ended()

    @pytest.mark.parametrize("kind", [FaultKind.REFUSE, FaultKind.ERROR_BEFORE])
    def test_between_what_state_alone_is_told_and_a_patch(
        self, life: Life, kind: FaultKind
    ) -> None:
        life.want(
            "gilt: {name: Gold, description: New, lifecycle: {prevent_destroy: true}}",
            rest="moved:\n  - {from: gold, to: gilt}\n",
        )
        life.save()
        life.once(kind, Operation.PATCH, times=1)
        life.apply_saved(4 if kind is FaultKind.ERROR_BEFORE else 1)
        assert "gilt" in life.project.ids()
        life.well()
        assert "updated  gilt" in life.apply_saved().out
        assert life.description("Gold") == "New"
        assert life.ended()

    def test_between_forgetting_what_is_gone_and_making_it_anew(self, life: Life) -> None:
        life.delete("Gold")
        life.save("--refresh")
        life.once(FaultKind.REFUSE, Operation.CREATE, times=1)
        life.apply_saved(1)
        assert "gold" not in life.project.ids()
        life.well()
        life.apply_saved()
        assert life.names == ["Gold"]

    def test_after_some_of_the_deletes(self, life: Life) -> None:
        life.want("gold: {name: Gold, description: Old}", "silver: {name: Silver}")
        assert life.project.apply().code == 0
        life.want()
        life.save()
        life.once(FaultKind.ERROR_BEFORE, Operation.DELETE, match="Silver", times=1)
        life.apply_saved(4)
        assert life.names == ["Silver"]
        life.well()
        life.apply_saved()
        assert life.names == []
        assert life.ended()


def test_an_adopt_by_its_manifest_is_reviewed_with_its_id(life: Life) -> None:
    """The ID that the review saw is the one that is adopted, or nothing is."""
    gold = life.project.ids()["gold"]
    assert life.project.run("state", "rm", "gold").code == 0
    life.want(f"{GOLD[:-1]}, audienceId: {gold}}}")
    life.save()
    saved = json.loads((life.project.root / "plan.json").read_text())
    assert [one["audienceId"] for one in saved["changes"]] == [gold]
    life.want(f"{GOLD[:-1]}, audienceId: another}}")
    assert f"audienceId was {gold}, is now another" in life.apply_saved(3).err
    life.want(f"{GOLD[:-1]}, audienceId: {gold}}}")
    life.apply_saved()
    assert life.project.ids()["gold"] == gold
    assert life.ended()


def test_a_protected_environment_and_its_limits_are_covered_by_the_review(life: Life) -> None:
    life.project.settle_on(life.there, on_removal="delete", max_deletes=0, protected="true")
    life.want()
    assert "is protected" in life.project.apply().err
    life.save()
    saved = json.loads((life.project.root / "plan.json").read_text())
    assert saved["limits"]["exceeded"] == ["max_deletes"]
    life.apply_saved()
    assert life.names == []
