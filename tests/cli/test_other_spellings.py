"""A platform that keeps other spellings than it was sent, or is unique without regard to them."""

from collections.abc import Callable

import pytest
from projects import Project

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind

pytestmark = pytest.mark.rig

Start = Callable[..., Emulator]
KEPT = ["upper", "lower", "decomposed", "kinds"]
LOST = Fault(kind=FaultKind.DROP_AFTER, times=1)


def want(project: Project, name: str = "Größe Gold") -> None:
    project.write(
        "audiences/all.yaml",
        "defaults: {namespace: agora, originName: Custom_Upload}\n"
        f"audiences:\n  gold: {{name: {name}}}\n",
    )


def the_id(there: Emulator) -> str:
    (one,) = there.audiences
    return str(one["audienceId"])


@pytest.mark.parametrize("spelling", KEPT)
def test_after_a_lost_answer_it_is_a_decision_and_never_made_twice(
    project: Project, platform: Start, spelling: str
) -> None:
    there = platform(LOST, spelling=spelling)
    project.settle_on(there)
    want(project)
    assert project.apply("--fresh").code == 4
    codes = [project.apply().code for _ in range(3)]
    assert set(codes) <= {3, 4}
    result = project.apply()
    assert result.code == 3
    only = the_id(there)
    assert f"`aepctl state resolve gold --adopt {only}`" in result.out
    assert project.run("state", "resolve", "gold", "--adopt", only).code == 0
    for _ in range(2):
        assert "Nothing to do" in project.apply().out
    assert the_id(there) == only


@pytest.mark.parametrize("spelling", KEPT)
def test_after_a_lost_state_likewise(project: Project, platform: Start, spelling: str) -> None:
    there = platform(spelling=spelling)
    project.settle_on(there)
    want(project)
    assert project.apply("--fresh").code == 0
    only = the_id(there)
    (project.root / "state/prod.json").unlink()
    result = project.apply()
    assert result.code == 3
    assert "the platform has it in another spelling: " in result.out
    assert project.run("state", "resolve", "gold", "--adopt", only).code == 0
    assert "Nothing to do" in project.apply().out
    gold, (kept,) = project.state()["audiences"]["gold"], there.audiences
    assert [gold[one] for one in ("name", "originName")] == [
        kept[one] for one in ("name", "originName")
    ]
    asked = {"name": "Größe Gold", "namespace": "agora", "originName": "Custom_Upload"}
    assert gold["sent"] == asked


@pytest.mark.parametrize("spelling", KEPT)
def test_a_state_that_is_whole_is_clean_whatever_the_platform_keeps(
    project: Project, platform: Start, spelling: str
) -> None:
    there = platform(spelling=spelling)
    project.settle_on(there)
    want(project)
    assert project.apply("--fresh").code == 0
    assert "Nothing to do" in project.apply().out


@pytest.mark.parametrize("spelling", KEPT)
def test_what_it_keeps_is_remembered_where_a_read_shows_it(
    project: Project, platform: Start, spelling: str
) -> None:
    there = platform(spelling=spelling)
    project.settle_on(there)
    want(project)
    assert project.apply("--fresh").code == 0
    (kept,) = there.audiences
    first = project.state()["audiences"]["gold"]
    assert first["name"] == kept["name"] or "sent" not in first  # as the answer had it
    project.want("silver", file="audiences/more.yaml")  # it is looked for, and gold is seen
    assert project.apply().code == 0
    gold = project.state()["audiences"]["gold"]
    fields = ("name", "namespace", "originName", "audienceId")
    assert [gold[one] for one in fields] == [kept[one] for one in fields]
    assert gold["sent"]["name"] == "Größe Gold"
    before = (project.root / "state/prod.json").read_bytes()
    for _ in range(2):
        assert "Nothing to do" in project.apply().out
    assert (project.root / "state/prod.json").read_bytes() == before
    want(project, "Bronze")  # another edit is shown as one
    assert "~ gold" in project.run("plan").out


def test_one_that_loses_letters_is_made_once_and_somebody_decides(
    project: Project, platform: Start
) -> None:
    """No look by the name finds it; that the answer had an ID says that it is there."""
    there = platform(spelling="ascii")
    project.settle_on(there, settle_seconds=0)
    want(project)
    assert project.apply("--fresh").code == 4
    for _ in range(3):
        result = project.apply()
        assert result.code == 3
        only = the_id(there)
        assert f"answered with the audienceId {only}, but the name 'Gre Gold'" in result.out
    refused = project.run("state", "resolve", "gold", "--adopt", only)
    assert (refused.code, "--no-check" in refused.err) == (3, True)
    assert project.run("state", "resolve", "gold", "--adopt", only, "--no-check").code == 0
    assert "Nothing to do" in project.apply().out
    assert project.ids() == {"gold": the_id(there)}


def test_where_existing_ones_are_ignored_a_lost_state_is_told(
    project: Project, platform: Start
) -> None:
    there = platform(spelling="upper")
    project.settle_on(there)
    want(project)
    assert project.apply("--fresh").code == 0
    (project.root / "state/prod.json").unlink()
    result = project.apply("--existing", "ignore")
    assert result.code == 3
    assert "the state is empty, but the platform already has 1 of the 1 audiences" in result.err


def test_an_id_of_our_own_is_adopted_in_any_spelling(project: Project, platform: Start) -> None:
    there = platform(spelling="upper", revision=3)
    project.settle_on(there, audience_ids="client")
    want(project)
    assert project.apply("--fresh").code == 0
    (project.root / "state/prod.json").unlink()
    assert project.apply("--fresh").code == 0
    assert project.ids() == {"gold": the_id(there)}
    assert "Nothing to do" in project.apply().out


class TestAPlatformThatIsUnique:
    """It has Gold, and answers 409 for gold."""

    @pytest.fixture
    def there(self, project: Project, platform: Start) -> Emulator:
        there = platform(unique=True)
        project.settle_on(there)
        want(project, "Gold")
        assert project.apply("--fresh").code == 0
        (project.root / "state/prod.json").unlink()
        there.behaviour = Behaviour(unique=True, forbid_list=True)
        want(project, "gold")
        return there

    def test_it_is_posted_once_and_then_a_person_decides(
        self, project: Project, there: Emulator
    ) -> None:
        ignoring = ("--existing", "ignore", "--yes-create", "1")
        assert project.apply(*ignoring).code == 4
        there.behaviour = Behaviour(unique=True)
        before = sum(one.method == "POST" for one in there.requests)
        for _ in range(4):
            result = project.apply()
            assert result.code in {3, 4}
        assert result.code == 3
        only = the_id(there)
        assert f"'Gold' ({only})" in result.out
        assert f"`aepctl state resolve gold --adopt {only}`" in result.out
        assert project.apply(*ignoring).code == 3
        assert sum(one.method == "POST" for one in there.requests) == before
        assert project.run("state", "resolve", "gold", "--adopt", only).code == 0
        assert "Nothing to do" in project.apply().out

    def test_what_nobody_finds_is_not_posted_again_either(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(Fault(kind=FaultKind.CONFLICT))
        project.settle_on(there)
        want(project, "gold")
        for expected in ({4}, {3, 4}, {3}, {3}):
            result = project.apply("--fresh")
            assert result.code in expected
        assert "the platform says " in result.out
        assert "`aepctl state resolve gold --recreate`" in result.out
        assert sum(one.method == "POST" for one in there.requests) == 1
        there.behaviour = Behaviour()
        assert project.run("state", "resolve", "gold", "--recreate").code == 0
        assert project.apply().code == 0
        assert project.ids() == {"gold": the_id(there)}


@pytest.mark.parametrize("revision", [1, 3])
@pytest.mark.parametrize("spelling", KEPT)
def test_how_it_keeps_what_was_created_is_no_edit(
    project: Project, platform: Start, spelling: str, revision: int
) -> None:
    """Whether the answer says it, or the first look shows it."""
    there = platform(spelling=spelling, revision=revision)
    project.settle_on(there, on_removal="delete")
    want(project)
    assert project.apply("--fresh").code == 0
    assert project.run("drift").code == 0
    assert project.run("plan", "--refresh", "--detailed-exitcode").code == 0
    project.write("audiences/all.yaml", "audiences: {}\nremoved: [{key: gold, delete: true}]")
    assert project.apply("--yes-delete", "1").code == 0
    assert there.audiences == []


def test_nor_does_a_refresh_take_it_for_one(project: Project, platform: Start) -> None:
    there = platform(spelling="upper")
    project.settle_on(there)
    want(project)
    assert project.apply("--fresh").code == 0
    assert project.run("refresh", "--auto-approve").code == 0
    assert project.run("drift").code == 0
    want(project, "Gr\u00f6\u00dfe Silber")
    assert project.apply().code == 0
