"""aepctl state resolve and rm: what a person decides is checked before it counts."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from projects import ORG, Project, Result

from aepctl.aep.writer import CREATE_ACCEPT
from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind

Start = Callable[..., Emulator]
HEADERS = {
    "Authorization": "Bearer test-token",
    "x-api-key": "test-key",
    "x-gw-ims-org-id": ORG,
    "x-sandbox-name": "prod",
}


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    """A platform with silver, which is known; whether gold was created nobody knows."""
    there = platform(Fault(kind=FaultKind.DROP_BEFORE, match="gold"))
    project.settle_on(there)
    project.want("gold", "silver")
    assert project.apply("--fresh").code == 4
    there.behaviour = Behaviour()
    return there


def make(there: Emulator, sandbox: str = "prod", **fields: str) -> str:
    """Somebody creates this: its audienceId."""
    answer = httpx.post(
        f"{there.url}/core/ais/audiences?createAudienceMetaOnly=true",
        headers={**HEADERS, "x-sandbox-name": sandbox, "Accept": CREATE_ACCEPT},
        json={"name": "Name gold", "namespace": "agora", "originName": "Tests", **fields},
    )
    return str(answer.raise_for_status().json()["audienceId"])


def adopt(project: Project, audience_id: str, *more: str, key: str = "gold") -> Result:
    return project.run("state", "resolve", key, "--adopt", audience_id, *more)


@pytest.mark.parametrize(
    ("audience_id", "said"),
    [
        ("", "'' is empty: is a variable not set?"),
        (" ", "' ' has blanks or invisible characters"),
        ("a b ", "'a b ' has blanks or invisible characters"),
        ("x\n", "'x\\n' has blanks or invisible characters"),
        ("\n", "'\\n' has blanks or invisible characters"),
        ("a\u200bb", "'a\\u200bb' has blanks or invisible characters"),
        ("\ufeffa", "'\\ufeffa' has blanks or invisible characters"),
        ("a\x1b[0m", "'a\\x1b[0m' has blanks or invisible characters"),
        ("x" * 257, "has 257 characters, and at most 256 are taken"),
        ("x" * 100_000, "has 100,000 characters, and at most 256 are taken"),
    ],
    ids=["empty", "blank", "end", "line", "lines", "zero-width", "mark", "escape", "257", "100000"],
)
@pytest.mark.parametrize("more", [(), ("--no-check",)])
def test_what_can_be_no_id_is_refused_as_usage(
    project: Project, there: Emulator, audience_id: str, said: str, more: tuple[str, ...]
) -> None:
    before = (project.root / "state/prod.json").read_bytes()
    result = adopt(project, audience_id, *more)
    assert result.code == 64
    assert said in result.err
    assert len(result.err) < 1000
    assert (project.root / "state/prod.json").read_bytes() == before
    assert project.run("plan").code == 0


def test_an_id_of_256_characters_is_one(project: Project, there: Emulator) -> None:
    assert adopt(project, "x" * 256, "--no-check").code == 0
    assert project.run("plan").code == 0


def test_an_id_that_does_not_exist_is_refused(project: Project, there: Emulator) -> None:
    result = adopt(project, "nowhere")
    assert result.code == 3
    assert "the platform has no nowhere in the sandbox prod: nothing was recorded" in result.err
    assert "`aepctl state resolve gold --adopt nowhere --no-check`" in result.err
    assert "gold" not in project.ids()
    assert project.run("state", "intents").out.startswith("? gold")


@pytest.mark.parametrize("state", ["archived", "deleted"])
def test_one_that_is_gone_is_refused(project: Project, there: Emulator, state: str) -> None:
    there.behaviour = Behaviour(lifecycle=state)
    result = adopt(project, make(there))
    assert result.code == 3
    assert f" as {state} in the sandbox prod: nothing was recorded" in result.err


@pytest.mark.parametrize("state", ["draft", "inactive"])
def test_one_that_is_not_at_work_may_be_chosen(
    project: Project, there: Emulator, state: str
) -> None:
    there.behaviour = Behaviour(lifecycle=state, hide_inactive=True)
    audience_id = make(there)
    assert adopt(project, audience_id).code == 0
    assert project.ids()["gold"] == audience_id


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Name bronze"}, "its name is 'Name bronze', not 'Name gold'"),
        ({"namespace": "other"}, "its namespace is 'other', not 'agora'"),
        ({"originName": "Others"}, "its originName is 'Others', not 'Tests'"),
    ],
)
def test_another_audience_is_refused(
    project: Project, there: Emulator, fields: dict[str, str], said: str
) -> None:
    audience_id = make(there, **fields)
    result = adopt(project, audience_id)
    assert result.code == 3
    assert f"{audience_id} is another audience than `gold`: {said}" in result.err
    assert "gold" not in project.ids()
    assert adopt(project, audience_id, "--no-check").code == 0


def test_one_of_another_key_is_refused(project: Project, there: Emulator) -> None:
    silver = project.ids()["silver"]
    for more in ((), ("--no-check",)):
        result = adopt(project, silver, *more)
        assert result.code == 3
        assert "is the audienceId of `silver`; `gold` cannot have it as well" in result.err
        assert "to give it the other key: `aepctl state mv silver gold`" in result.err


def test_where_both_keys_have_one_both_are_moved_at_once(project: Project, there: Emulator) -> None:
    assert adopt(project, make(there)).code == 0
    result = project.run("import", "gold", project.ids()["silver"])
    assert result.code == 3
    assert "the key NEW: `aepctl state mv silver gold gold NEW`\n" in result.err
    gone = project.ids()
    assert project.run("state", "mv", "silver", "gold", "gold", "bronze").code == 0
    assert project.ids() == {"gold": gone["silver"], "bronze": gone["gold"]}


def test_one_of_another_environment_is_refused(project: Project, there: Emulator) -> None:
    text = (project.root / "aepctl.yaml").read_text()
    stage = text.replace("environments:\n", "").replace("prod", "stage")
    project.write("aepctl.yaml", text + stage)
    assert project.run("--env", "stage", "apply", "--auto-approve", "--fresh").code == 0
    other = project.ids("stage")["gold"]
    for more in ((), ("--no-check",)):
        result = project.run("--env", "prod", "state", "resolve", "gold", "--adopt", other, *more)
        assert result.code == 3
        assert (
            f"{other} is the audienceId of `gold` in the environment `stage` (state/stage.json)"
            in result.err
        )
    project.write("state/stage.json", "{")  # told to whoever uses it
    result = project.run("--env", "prod", "state", "resolve", "gold", "--adopt", other)
    assert result.code == 3
    assert f"the platform has no {other} in the sandbox prod" in result.err


def test_what_the_platform_has_is_recorded_and_not_what_the_manifest_says(
    project: Project, there: Emulator
) -> None:
    audience_id = make(there, description="As it is")
    assert adopt(project, audience_id).code == 0
    gold = project.state()["audiences"]["gold"]
    (one,) = (one for one in there.audiences if one["audienceId"] == audience_id)
    assert gold == {
        "audienceId": audience_id,
        "id": one["id"],
        "name": "Name gold",
        "description": "As it is",
        "namespace": "agora",
        "originName": "Tests",
    }
    assert "description" in project.run("plan").out


def test_without_the_platform_it_is_said_how_to_do_without(
    project: Project, there: Emulator
) -> None:
    there.stop()
    project.setenv("AEP_ACCESS_TOKEN", "")
    result = adopt(project, "some-id")
    assert result.code == 1
    assert "`aepctl state resolve gold --adopt some-id --no-check`" in result.err
    assert adopt(project, "some-id", "--no-check").code == 0


def test_a_platform_that_does_not_answer_is_told_likewise(
    project: Project, platform: Start
) -> None:
    there = platform(forbid_list=True)
    project.settle_on(there)
    project.want("gold")
    result = adopt(project, "some-id")
    assert result.code == 3
    assert "`aepctl state resolve gold --adopt some-id --no-check`" in result.err


def test_no_check_is_for_adopting(project: Project, there: Emulator) -> None:
    assert project.run("state", "resolve", "gold", "--recreate", "--no-check").code == 64


def pasted(result: Result) -> list[str]:
    """The command that is named to undo a decision."""
    return result.out.split("To undo: `aepctl ")[1].split("`")[0].split()


def test_each_decision_names_the_command_that_undoes_it(project: Project, there: Emulator) -> None:
    audience_id = make(there)
    undo = pasted(adopt(project, audience_id))
    assert undo == ["state", "rm", "gold"]
    forgotten = project.run(*undo)
    assert forgotten.code == 0
    assert "`gold` is forgotten; " in forgotten.out
    assert set(project.ids()) == {"silver"}
    assert project.run(*pasted(forgotten)).code == 0
    assert project.ids()["gold"] == audience_id
    assert pasted(project.run("state", "mv", "gold", "aurum")) == ["state", "mv", "aurum", "gold"]


def test_a_create_decided_for_is_undone_by_abandoning_it(project: Project, there: Emulator) -> None:
    audience_id = make(there)
    undo = pasted(project.run("state", "resolve", "gold", "--recreate"))
    assert project.run(*undo).code == 0
    assert project.apply().code == 0
    assert project.ids()["gold"] == audience_id


def test_what_is_forgotten_is_looked_for_and_adopted_again(
    project: Project, there: Emulator
) -> None:
    silver = project.ids()["silver"]
    assert project.run("state", "rm", "silver").code == 0
    project.apply()
    assert project.ids()["silver"] == silver


def test_what_is_not_known_or_open_is_not_forgotten(project: Project, there: Emulator) -> None:
    result = project.run("state", "rm", "nobody")
    assert result.code == 1
    assert "no audience `nobody` in the state state/prod.json" in result.err
    assert "its keys are gold, silver; see `aepctl state list`" in result.err
    assert project.run("state", "rm", "gold").code == 1
    assert project.run("state", "rm", "").code == 1


def test_the_embedded_platform_is_asked_as_well(project: Project, tmp_path: Path) -> None:
    project.write("aepctl.yaml", "environments: {prod: {endpoint: emulator, sandbox: dev}}\n")
    project.want("gold")
    assert project.apply().code == 0
    gold = project.ids()["gold"]
    assert project.run("state", "rm", "gold").code == 0
    assert adopt(project, "nowhere").code == 3
    assert adopt(project, gold).code == 0


def test_a_state_outside_is_no_trouble_for_who_allows_it(
    project: Project, there: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Other environments' states are read as well: theirs may be outside, too."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    project.settle_on(there, state=f"{elsewhere}/prod.json")
    result = project.run(
        "--allow-outside",
        "state",
        "resolve",
        "gold",
        "--adopt",
        make(there),
        "--lock-timeout",
        "1s",
    )
    assert (result.code, result.err) == (0, "")
