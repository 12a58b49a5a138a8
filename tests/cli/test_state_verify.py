"""aepctl state verify: state, intents and platform against each other."""

import json
import sys
from collections.abc import Callable

import httpx
import pytest
from emulator_client import HEADERS
from projects import ORG, Project

from aepctl.emulator import Emulator, Fault, FaultKind
from aepctl.state.stores.file import FileStore

Start = Callable[..., Emulator]
FORMATS = ["text", "json", "markdown", "html", "junit", "gitlab", "codequality"]
CALLER = {**HEADERS, "x-gw-ims-org-id": ORG, "x-sandbox-name": "prod"}


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    """A platform on which gold and silver were created."""
    there = platform()
    project.settle_on(there)
    project.want("gold", "silver")
    assert project.apply().code == 0
    return there


def delete(there: Emulator, audience_id: str) -> None:
    """As somebody does it in the platform's own pages."""
    (one,) = [one for one in there.audiences if one["audienceId"] == audience_id]
    url = f"{there.url}/data/core/ups/audiences/{one['id']}"
    assert httpx.delete(url, headers=CALLER).status_code < 300


def create(there: Emulator, name: str) -> str:
    """Another one of this name, made by somebody else."""
    answer = httpx.post(
        f"{there.url}/core/ais/audiences",
        params={"createAudienceMetaOnly": "true"},
        headers={
            **CALLER, "Accept": "application/vnd.adobe.external.audiences+json; version=2",
        },
        json={"name": name, "namespace": "agora", "originName": "Tests"},
    )  # fmt: skip
    return str(answer.json()["audienceId"])


def files(project: Project) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in project.root.rglob("*") if one.is_file()}


def test_nothing_is_found_where_all_fits(project: Project, there: Emulator) -> None:
    result = project.run("state", "verify")
    assert (result.code, result.out, result.err) == (0, "2 audiences, nothing found.\n", "")


def test_without_an_audience_the_platform_is_not_asked(project: Project, platform: Start) -> None:
    there = platform()
    project.settle_on(there)
    assert project.run("state", "verify").out == "0 audiences, nothing found.\n"
    assert there.requests == []


def test_it_only_reads(project: Project, there: Emulator) -> None:
    delete(there, project.ids()["gold"])
    create(there, "Name silver")
    before, asked = files(project), len(there.requests)
    assert project.run("state", "verify").code == 1
    assert files(project) == before
    assert {one.method for one in there.requests[asked:]} == {"GET"}


def test_an_id_that_is_gone(project: Project, there: Emulator) -> None:
    gold = project.ids()["gold"]
    delete(there, gold)
    result = project.run("state", "verify")
    assert result.code == 1
    assert result.out.startswith(
        "! gold\n"
        f"    the platform has no {gold}; `aepctl state rm gold` forgets it; if the manifests "
        "want it, the next apply looks for it and else creates it [verify-gone]\n"
        "\n"
        "State for prod ("
    )
    assert result.out.endswith("): 1 to mend.\n! to mend: each says what mends it.\n")


def test_one_identity_twice_is_mended_by_the_command_that_it_says(
    project: Project, there: Emulator
) -> None:
    other = create(there, "Name gold")
    (finding,) = project.run("state", "verify", "-o", "json").json["findings"]
    assert finding["kind"] == "twice"
    first, second = finding["command"].split(" && ")
    for command in (first, second):
        assert project.run(*command.split()[1:]).code == 0
    assert project.ids()["gold"] == other


def test_what_is_open_for_more_than_an_hour(project: Project, platform: Start) -> None:
    project.settle_on(platform(Fault(kind=FaultKind.DROP_BEFORE, match="gold")))
    project.want("gold")
    assert project.apply().code == 4
    assert project.run("state", "verify").code == 0
    (intent,) = project.state()["intents"].values()
    project.edit("state/prod.json", intent["at"], "2026-01-01T00:00:00.000+00:00")
    result = project.run("state", "verify")
    assert result.code == 1
    assert "`aepctl apply` looks what became of it" in result.out


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only taking a lock tells who has it")
def test_the_lock_of_a_file_and_who_has_it(project: Project, there: Emulator) -> None:
    holder = {"command": "aepctl apply", "pid": "1", "host": "elsewhere", "since": "noon"}
    with FileStore("state/prod.json").hold(holder, wait=0):
        result = project.run("state", "verify")
    assert result.code == 1
    assert result.out.startswith(
        "! state/prod.json\n    it is locked by `aepctl apply`, process 1 on elsewhere, since "
        "noon; `aepctl state verify` looks again; the lock ends with that process "
        "[verify-locked]\n"
    )
    assert project.run("state", "verify").code == 0


def test_two_keys_with_one_id_are_refused_with_their_lines(
    project: Project, there: Emulator
) -> None:
    ids = project.ids()
    project.edit("state/prod.json", ids["silver"], ids["gold"])
    result = project.run("state", "verify", "-o", "json")
    assert result.code == 1
    assert result.json["findings"] == []
    assert f"has the audienceId {ids['gold']}, which" in result.json["error"]["message"]


def test_two_keys_that_are_one_audience_for_people(project: Project, there: Emulator) -> None:
    project.edit("state/prod.json", '"Name silver"', '"name GOLD"')
    kinds = [one["kind"] for one in project.run("state", "verify", "-o", "json").json["findings"]]
    assert kinds == ["same"]


def test_every_format_is_a_whole_document_with_every_finding(
    project: Project, there: Emulator
) -> None:
    delete(there, project.ids()["gold"])
    writes = [word for name in FORMATS for word in ("--write", f"{name}:out.{name}")]
    assert project.run("state", "verify", *writes).code == 1
    for name in FORMATS:
        text = (project.root / f"out.{name}").read_text()
        assert text.endswith("\n")
        assert "the platform has no" in text or name in {"gitlab", "codequality"}
    json.loads((project.root / "out.gitlab").read_text())
    json.loads((project.root / "out.codequality").read_text())


def test_the_json_counts(project: Project, there: Emulator) -> None:
    document = project.run("state", "verify", "-o", "json").json
    assert document["summary"] == {"audiences": 2, "findings": 0}
    assert document["error"] is None


@pytest.mark.rig
def test_a_platform_that_does_not_answer_is_an_error_and_no_finding(
    project: Project, platform: Start, there: Emulator
) -> None:
    there.stop()
    result = project.run("state", "verify")
    assert result.code == 1
    assert "to mend" not in result.out


def test_missing_credentials_are_told_first(project: Project, there: Emulator) -> None:
    project.setenv("AEP_ACCESS_TOKEN", "")
    asked = len(there.requests)
    assert project.run("state", "verify").code == 1
    assert len(there.requests) == asked
