"""aepctl state resolve where what is open is no new audience: a replace, a change, a delete."""

from collections.abc import Callable

import pytest
from lives import GOLD, Life
from projects import Project, Result

from aepctl.emulator import Emulator, FaultKind, Operation

Start = Callable[..., Emulator]
OTHER = f"{GOLD[:-1]}, originName: Other, lifecycle: {{on_immutable_change: replace}}}}"


@pytest.fixture
def life(project: Project, platform: Start) -> Life:
    life = Life(project, platform(revision=3))
    project.settle_on(life.there, on_removal="delete")
    life.want(GOLD)
    assert project.apply("--fresh").code == 0
    return life


def resolve(life: Life, *words: str) -> Result:
    return life.project.run("state", "resolve", "gold", *words)


def goes_on(life: Life) -> dict[str, str]:
    """Whatever was decided, an apply brings it about: one Gold, which is known. Its ID."""
    life.well()
    assert life.project.apply().code == 0
    assert life.names == ["Gold"]
    gold = next(one for one in life.there.audiences if one["name"] == "Gold")
    assert life.project.ids()["gold"] == gold["audienceId"]
    assert "0 to" not in life.project.run("plan").out
    return {str(one): str(text) for one, text in gold.items()}


class TestReplace:
    """Whether the new one was made nobody knows; the old one is there."""

    @pytest.fixture
    def new(self, life: Life) -> str:
        """The ID of the new one, which an answer that was lost had."""
        life.want(OTHER)
        life.once(FaultKind.DROP_AFTER, Operation.CREATE, times=1)
        assert life.project.apply().code == 4
        old = life.project.ids()["gold"]
        golds = [str(one["audienceId"]) for one in life.there.audiences if one["name"] == "Gold"]
        return next(one for one in golds if one != old)

    def test_the_new_one_can_be_adopted(self, life: Life, new: str) -> None:
        result = resolve(life, "--adopt", new)
        assert result.code == 0
        assert "what it took the place of is still there; the next apply deletes that" in result.out
        assert goes_on(life)["audienceId"] == new

    def test_the_old_one_is_not_it(self, life: Life, new: str) -> None:
        old = life.project.ids()["gold"]
        result = resolve(life, "--adopt", old)
        assert result.code == 3
        assert f"`gold` has the audienceId {old}; what is open is the create of the" in result.err
        assert goes_on(life)["audienceId"] == new

    def test_another_can_be_made_if_it_never_arrived(self, life: Life, new: str) -> None:
        life.delete_by_id(new)
        result = resolve(life, "--recreate")
        assert result.code == 0
        assert "will be created whatever the platform has" in result.out
        assert goes_on(life)["originName"] == "Other"

    def test_it_can_be_forgotten_and_is_looked_for(self, life: Life, new: str) -> None:
        result = resolve(life, "--abandon")
        assert "what is found takes the place, else it is created" in result.out
        assert goes_on(life)["audienceId"] == new


@pytest.mark.parametrize(
    ("operation", "entry"),
    [
        (Operation.PATCH, GOLD.replace("Old", "New")),
        (Operation.DELETE, None),
    ],
)
def test_a_change_and_a_delete_need_no_decision(
    life: Life, operation: Operation, entry: str | None
) -> None:
    life.want(*([entry] if entry else []))
    life.once(FaultKind.DROP_BEFORE, operation, times=1)
    assert life.project.apply().code == 4
    gold, what = life.project.ids()["gold"], "change" if entry else "delete"
    said = life.project.run("state", "intents").out
    assert "Next: run `aepctl apply`, which reads what became of `gold`." in said
    recreate = resolve(life, "--recreate")
    assert recreate.code == 3
    assert f"is a {what} of {gold}, not a create" in recreate.err
    adopt = resolve(life, "--adopt", gold)
    assert (adopt.code, "the next apply reads and settles" in adopt.out) == (0, True)
    assert life.project.state()["intents"]
    assert "the next apply reads" in resolve(life, "--abandon").out
    assert "intents" not in life.project.state() or not life.project.state()["intents"]
    life.well()
    assert life.project.apply().code == 0
    assert life.names == (["Gold"] if entry else [])
    assert entry is None or life.description("Gold") == "New"
