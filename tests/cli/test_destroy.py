"""destroy: all that an environment knows goes, and nothing that is protected or somebody else's."""

import json
from collections.abc import Callable

import pytest
from lives import GOLD, Life
from projects import Project

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind, Operation

Start = Callable[..., Emulator]
PROTECTED = f"{GOLD[:-1]}, lifecycle: {{prevent_destroy: true}}}}"
ALL = ["a", "b", "c", "gold"]


@pytest.fixture
def life(project: Project, platform: Start) -> Life:
    life = Life(project, platform(revision=3))
    project.settle_on(life.there)
    life.want(GOLD)
    assert project.apply("--fresh").code == 0
    return life


def keys(life: Life) -> list[str]:
    return sorted(life.project.ids())


class TestAsking:
    """Who runs it types the environment's name, or gives it beforehand."""

    def test_it_shows_what_goes_and_deletes_it_after_the_name(self, life: Life) -> None:
        result = life.project.run("destroy", typed="prod\n")
        assert result.code == 0
        assert "4 to delete" in result.out
        assert "Enter the environment's name" in result.err
        assert result.out.endswith("Destroy for prod: 4 deleted.\n")
        assert (life.there.audiences, keys(life)) == ([], [])
        assert life.project.state()["runs"][-1]["command"] == "aepctl destroy"

    @pytest.mark.parametrize("typed", ["yes\n", "dev\n", "\n", ""])
    def test_anything_else_deletes_nothing(self, life: Life, typed: str) -> None:
        result = life.project.run("destroy", typed=typed)
        assert (result.code, len(life.there.audiences)) == (1, 4)
        assert "not approved: nothing was sent" in result.err

    def test_without_a_terminal_the_name_is_needed(self, life: Life) -> None:
        result = life.project.run("destroy")
        assert (result.code, len(life.there.audiences)) == (3, 4)
        assert "then use --auto-approve prod" in result.err

    def test_a_name_given_beforehand_is_that_of_the_environment(self, life: Life) -> None:
        result = life.project.run("destroy", "--auto-approve", "dev")
        assert (result.code, len(life.there.audiences)) == (3, 4)
        assert "names `dev`, but the environment is `prod`" in result.err
        assert life.project.run("destroy", "--auto-approve").code == 64
        assert life.project.run("destroy", "--auto-approve", "prod").code == 0

    def test_limits_are_for_what_nobody_typed_a_name_for(self, life: Life) -> None:
        life.project.settle_on(life.there, max_deletes=0)
        assert life.project.run("destroy", "--auto-approve", "prod").code == 0

    def test_a_second_time_there_is_nothing_to_do(self, life: Life) -> None:
        life.project.run("destroy", "--auto-approve", "prod")
        again = life.project.run("destroy", "--auto-approve", "prod")
        assert (again.code, again.err) == (0, "")
        assert "Nothing to do." in again.out

    def test_only_what_a_target_names(self, life: Life) -> None:
        assert life.project.run("destroy", "--auto-approve", "prod", "--target", "g*").code == 0
        assert keys(life) == ["a", "b", "c"]
        assert life.project.run("destroy", "--auto-approve", "prod", "--target", "x").code == 1

    @pytest.mark.parametrize("folder", [True, False])
    def test_it_needs_no_manifests_and_is_named_where_there_are_none(
        self, life: Life, folder: bool
    ) -> None:
        """Git keeps no empty folder."""
        (life.project.root / "audiences" / "all.yaml").unlink()
        if not folder:
            (life.project.root / "audiences").rmdir()
        result = life.project.apply()
        assert (result.code, len(life.there.audiences)) == (1, 4)
        assert "; if all is to end: `aepctl destroy`" in result.err
        assert life.project.run("destroy", "--auto-approve", "prod").code == 0
        assert life.there.audiences == []

    def test_its_document_is_that_of_an_apply(self, life: Life) -> None:
        report = life.project.run("destroy", "--auto-approve", "prod", "-o", "json").json
        assert report["summary"]["deleted"] == 4
        assert {one["outcome"] for one in report["outcomes"]} == {"deleted"}


class TestProtected:
    """What is protected stays, and so does all that was asked to go with it."""

    def test_a_protected_environment_is_left(self, life: Life) -> None:
        life.project.settle_on(life.there, protected="true")
        result = life.project.run("destroy", "--auto-approve", "prod")
        assert (result.code, len(life.there.audiences)) == (3, 4)
        assert "the environment `prod` is protected" in result.err

    def test_all_that_prevent_destroy_protects_are_named(self, life: Life) -> None:
        """By state, by the manifests, and by the manifests under another key."""
        life.want(PROTECTED)
        assert life.project.apply().code == 0
        life.want()
        life.project.edit(
            "audiences/all.yaml", "a: {name: A}", "z: {name: A, lifecycle: {prevent_destroy: true}}"
        )
        with (life.project.root / "audiences/all.yaml").open("a") as file:
            file.write("moved:\n  - {from: a, to: z}\n")
        asked = len(life.there.requests)
        result = life.project.run("destroy", "--auto-approve", "prod")
        assert result.code == 3
        assert "protects 2 audiences that are to be deleted: a, gold; nothing" in result.err
        assert "`prevent_destroy: false` in the manifest of each, `aepctl apply`" in result.err
        assert len(life.there.requests) == asked

    def test_others_can_be_chosen(self, life: Life) -> None:
        life.want(PROTECTED)
        assert life.project.run("destroy", "--auto-approve", "prod", "--target", "a").code == 0
        assert keys(life) == ["b", "c", "gold"]

    def test_what_was_retained_stays_and_is_told(self, life: Life) -> None:
        life.want()
        assert life.project.apply().code == 0
        result = life.project.run("destroy", "--auto-approve", "prod")
        assert "Stays on the platform: retained when it was removed: `gold`" in result.out
        assert (keys(life), life.names) == (["gold"], ["Gold"])


class TestWhatIsOpen:
    """Whatever earlier runs left open is settled first, and goes as well."""

    def test_what_a_lost_answer_made_is_found_and_deleted(self, life: Life) -> None:
        life.want(GOLD, "lost: {name: Lost}")
        life.once(FaultKind.DROP_AFTER, Operation.CREATE, times=1)
        assert life.project.apply().code == 4
        life.well()
        assert "lost" not in keys(life)
        result = life.project.run("destroy", "--auto-approve", "prod")
        assert result.code == 0
        assert (life.there.audiences, life.project.state().get("intents")) == ([], None)

    def test_what_is_not_listed_yet_is_looked_for_by_the_next_run(self, life: Life) -> None:
        life.want(GOLD, "lost: {name: Lost}")
        lost = Fault(kind=FaultKind.DROP_AFTER, match="Lost", times=1)
        life.there.behaviour = Behaviour(revision=3, faults=(lost,), list_lag=3600)
        assert life.project.apply().code == 4
        lost_only = ("destroy", "--auto-approve", "prod", "--target", "lost")
        result = life.project.run(*lost_only)
        assert result.code == 4
        assert "run this once more: it looks again, and deletes what it finds" in result.out
        assert "run `aepctl destroy --target lost` again" in result.out
        life.well()
        assert life.project.run(*lost_only).code == 0
        assert life.names == ["Gold"]

    def test_a_delete_without_an_answer_is_finished_by_the_next_run(self, life: Life) -> None:
        life.once(FaultKind.DROP_AFTER, Operation.DELETE, match="Gold", times=1)
        assert life.project.run("destroy", "--auto-approve", "prod").code == 4
        life.well()
        assert life.project.run("destroy", "--auto-approve", "prod").code == 0
        assert (keys(life), life.there.audiences) == ([], [])

    def test_the_old_half_of_a_replace_goes_too(self, life: Life) -> None:
        replaced = ", originName: Other, lifecycle: {on_immutable_change: replace}}"
        life.want(GOLD[:-1] + replaced)
        life.once(FaultKind.REFUSE, Operation.DELETE, times=1)
        assert life.project.apply().code == 1
        life.well()
        assert life.names == ["Gold", "Gold"]
        result = life.project.run("destroy", "--auto-approve", "prod")
        assert result.code == 0
        assert "whose place it took" in result.out
        assert life.there.audiences == []

    def test_what_somebody_edited_is_left_unless_that_is_meant(self, life: Life) -> None:
        life.edit("Gold", description="Edited")
        result = life.project.run("destroy", "--auto-approve", "prod")
        assert (result.code, life.names) == (3, ["Gold"])
        assert keys(life) == ["gold"]
        assert "destroy --overwrite --target gold`\n" in result.out  # and its block is there
        assert life.project.run("destroy", "--auto-approve", "prod", "--overwrite").code == 0
        assert life.names == []


class TestElsewhere:
    """An ID that another environment has is not deleted."""

    @pytest.fixture
    def both(self, life: Life) -> Life:
        """Another environment, whose state was once copied from this one's."""
        state = life.project.state()
        state["target"]["sandbox"] = "dev"
        state["audiences"] = {"mine": state["audiences"]["gold"]}
        life.project.write("state/dev.json", json.dumps(state))
        settings = life.project.root / "aepctl.yaml"
        text = settings.read_text()
        dev = text.replace("prod:", "dev:").replace("sandbox: prod", "sandbox: dev")
        text = f"default_environment: prod\n{text}{dev.removeprefix('environments:')}"
        settings.write_text(text)
        return life

    @pytest.mark.parametrize(
        "words", [("destroy", "--auto-approve", "prod"), ("apply", "--auto-approve")]
    )
    def test_it_is_named_and_nothing_is_sent(self, both: Life, words: tuple[str, ...]) -> None:
        both.want(rest="removed:\n  - {key: gold, delete: true}\n")
        result = both.project.run(*words)
        assert (result.code, len(both.there.audiences)) == (3, 4)
        assert "is `mine` in the environment `dev` (state/dev.json)" in result.err
        assert "(`aepctl --env dev state rm mine`)" in result.err
        assert both.project.run("--env", "dev", "state", "rm", "mine").code == 0
        assert both.project.run(*words).code == 0
        assert "Gold" not in both.names

    def test_the_old_half_of_a_replace_counts(self, both: Life) -> None:
        replaced = ", originName: Other, lifecycle: {on_immutable_change: replace}}"
        both.want(GOLD[:-1] + replaced)
        assert both.project.apply().code == 3
        assert both.names == ["Gold"]

    def test_one_id_that_was_given_in_two_sandboxes_is_that_of_two(self, both: Life) -> None:
        both.project.edit("state/dev.json", '"id": "', '"id": "other-')
        assert both.project.run("destroy", "--auto-approve", "prod").code == 0

    def test_a_state_that_cannot_be_read_is_told(self, both: Life) -> None:
        both.project.write("state/dev.json", "{")
        result = both.project.run("destroy", "--auto-approve", "prod")
        assert (result.code, both.there.audiences) == (0, [])
        assert "warning: the state of `dev` cannot be read now" in result.err


class TestDependents:
    """What others depend on is not deleted, and those are named where the platform names them."""

    @pytest.mark.parametrize("replaces", [False, True])
    def test_they_are_named_before_anything_is_sent(self, life: Life, replaces: bool) -> None:
        life.edit("Gold", dependents=["segment-7"])
        more = ", originName: Other, lifecycle: {on_immutable_change: replace}}"
        life.want(
            *([GOLD[:-1] + more] if replaces else []),
            rest="" if replaces else "removed:\n  - {key: gold, delete: true}\n",
        )
        result = life.project.apply()
        assert (result.code, life.names) == (3, ["Gold"])
        assert "other audiences depend on it: segment-7. Delete or change those" in result.out

    def test_where_nothing_names_them_the_refusal_says_so(self, life: Life) -> None:
        life.once(FaultKind.DEPENDENTS, Operation.DELETE, match="Gold")
        result = life.project.run("destroy", "--auto-approve", "prod")
        assert (result.code, life.names) == (1, ["Gold"])
        assert "other audiences depend on it, and the platform does not say which" in result.out
