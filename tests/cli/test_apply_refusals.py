"""What is true for the whole run, lists that are not whole, and answers that are not ours."""

import json
from collections.abc import Callable

import pytest
from projects import Project
from raw_server import RawServer, answer

from aepctl.emulator import Emulator, Fault, FaultKind

Start = Callable[..., Emulator]
MANY = [f"key-{number:02}" for number in range(60)]
EMPTY = json.dumps({"children": [], "_page": {"totalCount": 0}})


def creates(platform: Emulator) -> int:
    """How many creates arrived."""
    return sum(one.method == "POST" for one in platform.requests)


def refusing(project: Project, status: int, body: object, count: int = 40) -> RawServer:
    """A platform that has nothing, and answers every create like this."""
    step = answer(status, body if isinstance(body, str) else json.dumps(body))
    server = RawServer(answer(200, EMPTY), *[step] * count)
    project.write(
        "aepctl.yaml",
        "environments:\n  prod:\n    org: ORG@AdobeOrg\n    sandbox: prod\n"
        f"    ais_url: {server.url}/core/ais\n    ups_url: {server.url}/data/core/ups\n"
        f"    ims_url: {server.url}\n",
    )
    project.setenv("AEP_ACCESS_TOKEN", "stale-token")
    project.setenv("AEP_CLIENT_ID", "test-client")
    project.setenv("AEP_CLIENT_SECRET", "test-secret")
    project.want(*MANY)
    return server


TOKEN = (
    "the token in AEP_ACCESS_TOKEN is expired, or of no use here: set a new one, or unset it: "
    "AEP_CLIENT_ID and AEP_CLIENT_SECRET are set as well"
)
WHOLE_RUN = {
    "expired token": (401, {"error_code": "401013", "message": "Oauth token is not valid"}, TOKEN),
    "no right": (403, {"message": "You may not create audiences"}, None),
    "no html right": (403, "<html><title>Forbidden</title></html>", None),
    "organisation": (
        403,
        {"type": "https://ns.adobe.com/aep/errors/UPAPI-113740-403", "title": "Not enabled"},
        "this organisation is not enabled for it",
    ),
    "API key": (403, {"error_code": "403003", "message": "Api Key is invalid"}, "AEP_API_KEY"),
    "sandbox": (403, {"message": "Sandbox prod not found"}, "check `sandbox` in aepctl.yaml"),
    "address": (404, "<html>Not Found</html>", "check `ais_url` in aepctl.yaml"),
}


@pytest.mark.parametrize("what", WHOLE_RUN)
def test_what_every_create_meets_with_is_told_once_and_stops_the_run(
    project: Project, what: str
) -> None:
    status, body, cure = WHOLE_RUN[what]
    with refusing(project, status, body) as server:
        result = project.apply("--fresh", "--parallelism", "4", "-o", "json")
        assert 1 <= server.creates <= (3 if cure is None else 1) + 3
        sent = server.creates
    assert result.code == 1
    summary = result.json["summary"]
    assert summary["refused"] == sent
    assert summary["notStarted"] == len(MANY) - sent
    assert summary["stopped"].startswith(f"the platform refuses every request alike: {status}")
    assert (cure or "") in summary["stopped"]
    assert "--existing" not in result.err + summary["stopped"]
    assert (result.err + summary["stopped"]).count(cure or "Stopped") <= 2
    assert project.files == []  # nothing was made, and nothing is open


def test_an_expired_token_is_named_where_the_platform_is_read(project: Project) -> None:
    expired = answer(401, '{"error_code": "401013", "message": "Oauth token is not valid"}')
    with refusing(project, 401, {}) as server, RawServer(expired) as lists:
        file = project.root / "aepctl.yaml"
        text = file.read_text()
        file.write_text(text.replace(f"{server.url}/data/core/ups", f"{lists.url}/data/core/ups"))
        result = project.apply()
        assert server.requests == []
    assert result.code == 1
    assert "cannot list audiences: 401 401013: Oauth token is not valid" in result.err
    assert TOKEN in result.err


def test_one_refused_audience_is_a_matter_of_its_own(project: Project, platform: Start) -> None:
    there = platform(Fault(kind=FaultKind.REFUSE, match="key-0", status=403))
    project.settle_on(there)
    project.want(*[f"key-{number:02}" for number in range(5, 20)])
    result = project.apply("--parallelism", "1")
    assert (result.code, creates(there)) == (1, 3)
    there.behaviour = type(there.behaviour)()
    assert project.apply().code == 0


def test_a_platform_that_asks_for_an_hour_is_not_asked_by_the_others(
    project: Project, platform: Start
) -> None:
    there = platform(Fault(kind=FaultKind.RATE_LIMIT, retry_after="3600"))
    project.settle_on(there)
    project.want(*MANY)
    result = project.apply("--parallelism", "4")
    assert result.code == 1
    assert creates(there) <= 4
    assert "the platform asks to wait 1 h, until " in result.out
    assert "--max-wait is 5 min: run it again then" in result.out
    assert f"{len(MANY) - creates(there)} not started" in result.out


def test_how_long_is_waited_can_be_said(project: Project, platform: Start) -> None:
    there = platform(Fault(kind=FaultKind.RATE_LIMIT, retry_after="3"))
    project.settle_on(there)
    project.want("gold")
    result = project.apply("--max-wait", "2s")
    assert (result.code, creates(there)) == (1, 1)
    assert "asks to wait 3 s" in result.out
    assert "--max-wait is 2 s" in result.out


@pytest.mark.rig
def test_a_wait_of_more_than_two_seconds_is_told_on_standard_error(
    project: Project, platform: Start
) -> None:
    there = platform(Fault(kind=FaultKind.RATE_LIMIT, retry_after="3", times=1))
    project.settle_on(there)
    project.want("gold")
    result = project.apply("-o", "json")
    assert result.code == 0
    assert "waiting 3 s: Too many requests" in result.err
    assert result.json["summary"]["created"] == 1


@pytest.mark.rig
@pytest.mark.parametrize("lost", [True, False], ids=["state lost", "state kept"])
def test_a_list_that_is_not_whole_sends_nothing(
    project: Project, platform: Start, lost: bool
) -> None:
    there = platform()
    project.settle_on(there)
    project.want("gold", "silver")
    assert project.apply().code == 0
    if lost:
        (project.root / "state/prod.json").unlink()
    there.behaviour = type(there.behaviour)(faults=(Fault(kind=FaultKind.LIST_SHORT),))
    project.want("gold", "silver", "bronze")
    result = project.apply("--yes-create", "9")
    assert result.code == 1
    assert "the platform's list of audiences shows 1 of 2" in result.err
    assert creates(there) == 2


def test_an_answer_that_is_another_creates_makes_no_second_owner_of_its_id(
    project: Project, platform: Start
) -> None:
    there = platform(Fault(kind=FaultKind.SWAPPED, match="silver", times=1))
    project.settle_on(there)
    project.want("gold", "silver")
    result = project.apply("--parallelism", "1")
    assert result.code == 4
    assert "the answer is not this request's: it has the name 'Name gold', and" in result.out
    assert list(project.ids()) == ["gold"]
    assert project.apply().code == 0
    made = {str(one["name"]): one["audienceId"] for one in there.audiences}
    assert len(there.audiences) == 2
    assert project.ids() == {"gold": made["Name gold"], "silver": made["Name silver"]}


def test_an_id_of_another_key_without_a_name_needs_a_decision(project: Project) -> None:
    same = answer(200, '{"audienceId": "A"}')
    with refusing(project, 200, "") as server:
        project.setenv("AEPCTL_SETTLE_SECONDS", "0")
        server._script[1:] = [same, same, *[answer(200, EMPTY)] * 20]
        project.want("gold", "silver")
        assert project.apply("--fresh", "--parallelism", "1").code == 4
        for _ in range(3):
            result = project.apply()
            assert result.code == 3
            assert "the platform answered with the audienceId A, which gold has" in result.out
        assert server.creates == 2
    assert project.ids() == {"gold": "A"}


def test_a_state_with_one_id_under_two_keys_is_refused_by_plan_at_its_line(
    project: Project, platform: Start
) -> None:
    there = platform()
    project.settle_on(there)
    project.want("gold", "silver")
    assert project.apply().code == 0
    ids = project.ids()
    file = project.root / "state/prod.json"
    file.write_text(file.read_text().replace(ids["silver"], ids["gold"]))
    line = next(n for n, one in enumerate(file.read_text().splitlines(), 1) if '"silver":' in one)
    result = project.run("plan")
    assert result.code == 1
    assert f"state/prod.json:{line}: `silver` has the audienceId {ids['gold']}" in result.err
    assert "which `gold` has as well" in result.err
    assert "delete the line of the other" in result.err
