"""aepctl apply, whole, against a real platform on loopback with everything that can go wrong."""

from collections.abc import Callable

import pytest
from projects import Project

from aepctl.clock import SystemClock
from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind
from aepctl.state.model import Run
from aepctl.state.run import holder
from aepctl.state.stores.file import FileStore

Start = Callable[..., Emulator]


def names(platform: Emulator) -> list[str]:
    """What exists on the platform."""
    return sorted(str(one["name"]) for one in platform.audiences)


def creates(platform: Emulator) -> int:
    """How many creates arrived."""
    return sum(one.method == "POST" for one in platform.requests)


class TestTheMainJob:
    def test_creates_what_is_missing_and_records_the_ids(
        self, project: Project, platform: Start
    ) -> None:
        there = platform()
        project.settle_on(there)
        project.want("gold", "silver")
        result = project.apply()
        assert result.code == 0
        assert result.out.endswith("Apply for prod: 2 created.\n")
        by_name = {str(one["name"]): one["audienceId"] for one in there.audiences}
        assert project.ids() == {"gold": by_name["Name gold"], "silver": by_name["Name silver"]}
        assert project.files == ["prod.json"]

    def test_a_second_run_says_there_is_nothing_to_do(
        self, project: Project, platform: Start
    ) -> None:
        there = platform()
        project.settle_on(there)
        project.want("gold")
        project.apply()
        before = (project.root / "state/prod.json").read_bytes()
        sent = len(there.requests)
        result = project.apply()
        assert result.code == 0
        assert result.out.endswith("1 unchanged.\nNothing to do.\n")
        assert (project.root / "state/prod.json").read_bytes() == before
        assert len(there.requests) == sent

    def test_nothing_to_do_needs_no_credentials(self, project: Project) -> None:
        project.write("aepctl.yaml", "environments: {x: {org: o@AdobeOrg, sandbox: s}}\n")
        project.want()
        assert project.apply().code == 0

    def test_missing_credentials_are_one_error_before_anything_is_asked(
        self, project: Project
    ) -> None:
        project.write("aepctl.yaml", "environments: {x: {org: o@AdobeOrg, sandbox: s}}\n")
        project.want("gold")
        result = project.run("apply")
        assert result.code == 1
        assert "AEP_CLIENT_ID and AEP_CLIENT_SECRET not set" in result.err
        assert "AEP_ACCESS_TOKEN" in result.err

    def test_only_the_targets_are_created(self, project: Project, platform: Start) -> None:
        there = platform()
        project.settle_on(there)
        project.want("gold", "silver", "bronze")
        assert project.apply("--target", "gold", "--target", "br*").code == 0
        assert names(there) == ["Name bronze", "Name gold"]

    def test_json_is_the_document_and_nothing_else(self, project: Project, platform: Start) -> None:
        there = platform(Fault(kind=FaultKind.REFUSE, match="silver"))
        project.settle_on(there)
        project.want("gold", "silver")
        result = project.apply("-o", "json")
        assert result.code == 1
        gold, silver = result.json["outcomes"]
        assert gold == {
            "key": "gold",
            "action": "create",
            "outcome": "created",
            "audienceId": project.ids()["gold"],
            "decision": False,
            "error": None,
        }
        assert silver["outcome"] == "refused"
        assert silver["error"]["status"] == 400
        assert silver["error"]["requestId"]
        assert result.json["summary"]["created"] == 1
        assert "created  gold" in result.err

    def test_tokens_are_asked_for_with_client_credentials(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(strict_tokens=True, client_secret="test-secret")
        project.settle_on(there)
        project.setenv("AEP_ACCESS_TOKEN", "")
        project.setenv("AEP_API_KEY", "")
        project.setenv("AEP_CLIENT_ID", "test-client")
        project.setenv("AEP_CLIENT_SECRET", "test-wrong")
        project.want("gold")
        result = project.apply()
        assert result.code == 1
        assert "invalid_client" in result.err
        assert "test-wrong" not in result.out + result.err
        assert project.files == []
        project.setenv("AEP_CLIENT_SECRET", "test-secret")
        assert project.apply().code == 0


class TestAsking:
    def test_yes_goes_on(self, project: Project, platform: Start) -> None:
        there = platform()
        project.settle_on(there)
        project.want("gold")
        result = project.run("apply", typed="yes\n")
        assert result.code == 0
        assert "Create 1 in prod, sandbox prod? Enter 'yes' to continue: " in result.err
        assert names(there) == ["Name gold"]

    @pytest.mark.parametrize("typed", ["no\n", "y\n", "\n", ""])
    def test_anything_else_sends_nothing(
        self, project: Project, platform: Start, typed: str
    ) -> None:
        there = platform()
        project.settle_on(there)
        project.want("gold")
        result = project.run("apply", typed=typed)
        assert result.code == 1
        assert "not approved: nothing was sent" in result.err
        assert names(there) == []
        assert project.files == []

    def test_where_nobody_can_be_asked_it_refuses(self, project: Project, platform: Start) -> None:
        there = platform()
        project.settle_on(there)
        project.want("gold")
        result = project.run("apply")
        assert result.code == 3
        assert "--auto-approve" in result.err
        assert project.run("apply", "-o", "json").json["error"]["exitCode"] == 3
        assert names(there) == []


class TestRefused:
    def test_one_refused_audience_does_not_stop_the_others(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(Fault(kind=FaultKind.REFUSE, match="silver"))
        project.settle_on(there)
        project.want("gold", "silver", "bronze")
        result = project.apply()
        assert result.code == 1
        assert names(there) == ["Name bronze", "Name gold"]
        assert "refused  silver: 400 " in result.out
        assert "(x-request-id " in result.out
        there.behaviour = Behaviour()
        assert project.apply().code == 0
        assert names(there) == ["Name bronze", "Name gold", "Name silver"]

    @pytest.mark.rig
    def test_an_unreachable_platform_stops_the_run(self, project: Project) -> None:
        project.write(
            "aepctl.yaml",
            "environments: {x: {org: o@AdobeOrg, sandbox: s, ups_url: 'http://127.0.0.1:9',"
            " ais_url: 'http://127.0.0.1:9'}}\n",
        )
        project.setenv("AEP_ACCESS_TOKEN", "test-token")
        project.setenv("AEP_API_KEY", "test-key")
        project.want("gold", "silver")
        result = project.apply("--existing", "ignore")
        assert result.code == 1
        assert "no connection" in result.out + result.err


COMMITTED = [
    FaultKind.DROP_AFTER,
    FaultKind.ERROR_AFTER,
    FaultKind.CUT_BODY,
    FaultKind.HTML_BODY,
    FaultKind.EMPTY_BODY,
    FaultKind.NO_ID,
]
NOT_COMMITTED = [
    FaultKind.DROP_BEFORE,
    FaultKind.ERROR_BEFORE,
    FaultKind.REDIRECT,
]


class TestUnknown:
    @pytest.mark.parametrize("kind", COMMITTED)
    def test_what_was_created_without_a_word_is_found_by_the_next_run(
        self, project: Project, platform: Start, kind: FaultKind
    ) -> None:
        there = platform(Fault(kind=kind, match="gold"))
        project.settle_on(there)
        project.want("gold", "silver")
        result = project.apply()
        assert result.code == 4
        assert "unknown  gold: " in result.out
        assert "Next: run `aepctl apply` again" in result.out
        assert project.files == ["prod.json"]
        (intent,) = project.state()["intents"].values()
        assert (intent["key"], intent["step"]["type"]) == ("gold", "create")
        plan = project.run("plan", "-o", "json").json
        assert [(one["key"], one["action"]) for one in plan["changes"]] == [("gold", "settle")]
        result = project.apply()
        assert result.code == 0
        assert "adopted  gold  " in result.out
        assert names(there) == ["Name gold", "Name silver"]
        assert project.ids()["gold"] in {str(one["audienceId"]) for one in there.audiences}
        assert project.files == ["prod.json"]

    @pytest.mark.parametrize("kind", NOT_COMMITTED)
    def test_what_never_came_to_be_is_created_by_the_run_after_the_next(
        self, project: Project, platform: Start, kind: FaultKind
    ) -> None:
        there = platform(Fault(kind=kind, match="gold", times=1))
        project.settle_on(there)
        project.want("gold")
        assert project.apply().code == 4
        result = project.apply()
        assert result.code == 4
        assert "the next apply checks again, then creates it" in result.out
        assert names(there) == []
        plan = project.run("plan")
        assert "+ gold" in plan.out
        assert "second attempt; the first (" in plan.out
        assert project.apply().code == 0
        assert names(there) == ["Name gold"]
        assert project.files == ["prod.json"]

    @pytest.mark.rig
    def test_what_the_platform_says_is_there_is_never_sent_again_by_itself(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(Fault(kind=FaultKind.CONFLICT, match="gold", times=1))
        project.settle_on(there)
        project.want("gold")
        assert project.apply().code == 4
        for _ in range(3):
            result = project.apply()
            assert result.code == 3
            assert "the platform says it exists (An audience with this audienceId" in result.out
            assert "`aepctl state resolve gold --adopt ID`" in result.out
        assert creates(there) == 1
        assert project.run("state", "resolve", "gold", "--recreate").code == 0
        assert project.apply().code == 0
        assert names(there) == ["Name gold"]

    @pytest.mark.rig
    def test_a_name_that_is_taken_in_another_spelling_is_a_decision(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(unique=True)
        project.settle_on(there)
        project.want("gold")
        assert project.apply().code == 0
        (made,) = project.ids().values()
        (project.root / "state/prod.json").unlink()
        project.write(
            "audiences/all.yaml",
            "defaults: {namespace: agora, originName: Tests}\n"
            "audiences:\n  gold: {name: NAME Gold}\n",
        )
        assert project.apply("--existing", "ignore", "--yes-create", "1").code == 4
        for _ in range(2):
            result = project.apply()
            assert result.code == 3
            assert f"likely 'Name gold' ({made})" in result.out
        assert creates(there) == 2
        assert project.run("state", "resolve", "gold", "--adopt", made).code == 0
        assert project.ids() == {"gold": made}
        assert names(there) == ["Name gold"]

    @pytest.mark.rig
    def test_a_list_that_lags_is_waited_for(self, project: Project, platform: Start) -> None:
        there = platform(Fault(kind=FaultKind.DROP_AFTER, times=1), list_lag=0.6)
        project.settle_on(there)
        project.setenv("AEPCTL_SETTLE_SECONDS", "5")
        project.want("gold")
        for code in (4, 0):
            result = project.run("apply", "--auto-approve", clock=SystemClock())
            assert result.code == code
        assert names(there) == ["Name gold"]

    def test_several_matches_need_a_decision(self, project: Project, platform: Start) -> None:
        there = platform(Fault(kind=FaultKind.DROP_AFTER))
        project.settle_on(there)
        project.want("gold")
        project.apply()
        (project.root / "state/prod.json").unlink()
        project.apply("--existing", "ignore", "--yes-create", "1")  # a second one, on purpose
        there.behaviour = Behaviour()
        assert names(there) == ["Name gold", "Name gold"]
        result = project.apply()
        assert result.code == 3
        first, second = (str(one["audienceId"]) for one in there.audiences)
        assert first in result.out
        assert second in result.out
        assert "`aepctl state resolve gold --adopt ID`" in result.out
        assert project.run("state", "resolve", "gold", "--adopt", second).code == 0
        assert project.apply().code == 0
        assert project.ids() == {"gold": second}
        assert len(there.audiences) == 2


class TestLookingBeforeCreating:
    @pytest.fixture
    def there(self, project: Project, platform: Start) -> Emulator:
        """A platform that has gold and silver, and a project whose state is lost."""
        there = platform()
        project.settle_on(there)
        project.want("gold", "silver")
        project.apply()
        (project.root / "state/prod.json").rename(project.root / "lost.json")
        return there

    def test_a_lost_state_loses_nothing(self, project: Project, there: Emulator) -> None:
        result = project.apply()
        assert result.code == 0
        assert "= gold" in result.out
        assert "adopted  gold  " in result.out
        assert len(there.audiences) == 2
        assert project.ids() == {
            str(one["name"]).removeprefix("Name "): one["audienceId"] for one in there.audiences
        }

    def test_what_differs_on_the_platform_is_shown_by_the_next_plan(
        self, project: Project, there: Emulator
    ) -> None:
        project.write(
            "audiences/all.yaml",
            "audiences: {gold: {name: Name gold, description: New, namespace: agora,"
            " originName: Tests}}\n",
        )
        assert project.apply().code == 0
        assert "description  (none) -> New" in project.run("plan").out

    def test_existing_fail_refuses(self, project: Project, there: Emulator) -> None:
        result = project.apply("--existing", "fail")
        assert result.code == 3
        assert "already has 2 of the audiences to create: gold, silver" in result.err
        assert len(there.audiences) == 2

    def test_existing_ignore_with_an_empty_state_needs_a_word(
        self, project: Project, there: Emulator
    ) -> None:
        result = project.apply("--existing", "ignore")
        assert result.code == 3
        assert "the state is empty, but the platform already has 2 of the 2" in result.err
        assert len(there.audiences) == 2
        assert project.apply("--existing", "ignore", "--yes-create", "2").code == 0
        assert len(there.audiences) == 4

    def test_several_matches_stop_that_key_and_no_other(
        self, project: Project, there: Emulator
    ) -> None:
        project.apply("--existing", "ignore", "--yes-create", "2", "--target", "gold")
        (project.root / "state/prod.json").unlink()
        project.want("gold", "bronze")
        result = project.apply()
        assert result.code == 3
        assert "decision needed: the platform has 2 audiences with this name" in result.out
        assert "created  bronze" in result.out
        assert project.run("state", "resolve", "gold", "--recreate").code == 0
        assert "+ gold" in project.run("plan").out
        assert project.apply().code == 0
        assert len([one for one in there.audiences if one["name"] == "Name gold"]) == 3

    def test_credentials_that_may_not_list_stop_with_what_ignoring_risks(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(forbid_list=True)
        project.settle_on(there)
        project.want("gold")
        result = project.apply()
        assert result.code == 3
        assert "may not list audiences" in result.err
        assert "--existing ignore" in result.err
        assert "made twice" in result.err
        assert project.apply("--existing", "ignore").code == 0
        assert names(there) == ["Name gold"]

    def test_what_is_unknown_and_may_not_be_listed_waits_for_a_person(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(Fault(kind=FaultKind.DROP_AFTER), forbid_list=True)
        project.settle_on(there)
        project.want("gold")
        assert project.apply("--existing", "ignore").code == 4
        there.behaviour = Behaviour(forbid_list=True)
        result = project.apply("--existing", "ignore")
        assert result.code == 3
        assert "aepctl state resolve" in result.out
        assert names(there) == ["Name gold"]

    def test_an_unreadable_list_sends_nothing(self, project: Project, platform: Start) -> None:
        there = platform(Fault(kind=FaultKind.LIST_ERROR, times=2))
        project.settle_on(there)
        project.want("gold")
        assert project.apply().code == 0  # reads are retried
        assert names(there) == ["Name gold"]

    def test_a_new_key_for_a_known_audience_is_no_second_audience(
        self, project: Project, platform: Start
    ) -> None:
        there = platform()
        project.settle_on(there)
        project.want("gold")
        project.apply()
        project.write(
            "audiences/all.yaml",
            "audiences: {aurum: {name: Name gold, namespace: agora, originName: Tests}}\n",
        )
        result = project.apply()
        assert result.code == 3
        assert "say so there: `moved: [{from: gold, to: aurum}]`" in result.out
        assert len(there.audiences) == 1
        text = (project.root / "audiences/all.yaml").read_text()
        project.write("audiences/all.yaml", f"{text}moved: [{{from: gold, to: aurum}}]\n")
        assert project.apply().code == 0
        assert len(there.audiences) == 1
        assert list(project.ids()) == ["aurum"]


class TestClientGivenIds:
    def test_the_same_key_gets_the_same_id_whatever_was_lost(
        self, project: Project, platform: Start
    ) -> None:
        first, second = platform(revision=3), platform(revision=3)
        project.settle_on(first, audience_ids="client")
        project.want("gold")
        assert project.apply().code == 0
        ids = project.ids()
        (project.root / "state/prod.json").unlink()
        project.settle_on(second, audience_ids="client")
        assert project.apply().code == 0
        assert project.ids() == ids
        assert project.state()["audiences"]["gold"]["id"] == second.audiences[0]["id"]

    def test_a_repeated_create_is_detected_and_adopted(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(revision=3)
        project.settle_on(there, audience_ids="client")
        project.want("gold")
        project.apply()
        (project.root / "state/prod.json").unlink()
        project.want("gold", "silver")
        result = project.apply("--existing", "ignore", "--yes-create", "2")
        assert result.code == 4
        assert "unknown  gold: 409: " in result.out
        assert project.apply().code == 0
        assert len(there.audiences) == 2

    def test_a_manifest_may_give_its_own(self, project: Project, platform: Start) -> None:
        there = platform(revision=3)
        project.settle_on(there, audience_ids="client")
        project.write(
            "audiences/all.yaml",
            "audiences: {gold: {name: G, namespace: n, originName: o, audienceId: my-own}}\n",
        )
        assert project.apply().code == 0
        assert project.ids() == {"gold": "my-own"}

    def test_an_id_that_another_audience_has_needs_a_decision(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(revision=3)
        project.settle_on(there, audience_ids="client")
        entry = (
            "audiences: {{{key}: {{name: {key}, namespace: n, originName: o, audienceId: x}}}}\n"
        )
        project.write("audiences/all.yaml", entry.format(key="gold"))
        project.apply()
        (project.root / "state/prod.json").unlink()
        project.write("audiences/all.yaml", entry.format(key="silver"))
        result = project.apply()
        assert result.code == 3
        assert "its audienceId x is that of another audience on the platform, 'gold'" in result.out


class TestThresholds:
    def test_more_creates_than_max_creates_need_a_word(
        self, project: Project, platform: Start
    ) -> None:
        there = platform()
        project.settle_on(there, max_creates=2)
        project.want("a", "b", "c")
        result = project.apply()
        assert result.code == 3
        assert "3 audiences would be created, more than max_creates (2)" in result.err
        assert "--yes-create 3" in result.err
        assert project.apply("--yes-create", "2").code == 3
        assert names(there) == []
        assert project.apply("--yes-create", "3").code == 0

    def test_adopting_is_no_create(self, project: Project, platform: Start) -> None:
        there = platform()
        project.settle_on(there)
        project.want("a", "b", "c")
        project.apply()
        (project.root / "state/prod.json").unlink()
        project.settle_on(there, max_creates=0)
        assert project.apply().code == 0


class TestState:
    def test_of_another_target_is_refused_and_left_alone(
        self, project: Project, platform: Start
    ) -> None:
        there = platform()
        project.settle_on(there)
        project.want("gold")
        project.apply()
        before = (project.root / "state/prod.json").read_bytes()
        project.edit("aepctl.yaml", "sandbox: prod", "sandbox: other")
        result = project.apply()
        assert result.code == 1
        assert (
            "state/prod.json is the state of another target: sandbox prod, not other" in result.err
        )
        assert (project.root / "state/prod.json").read_bytes() == before

    def test_that_is_broken_is_told_with_its_line(self, project: Project, platform: Start) -> None:
        project.settle_on(platform())
        project.want("gold")
        project.apply()
        text = (project.root / "state/prod.json").read_text()
        broken = text.replace('    "gold"', '<<<<<<< ours\n    "gold"')
        project.write("state/prod.json", broken)
        result = project.run("plan")
        assert result.code == 1
        assert "state/prod.json:7: Git left a merge conflict here" in result.err
        assert (project.root / "state/prod.json").read_text() == broken

    def test_that_is_locked_exits_5_and_names_the_holder(
        self, project: Project, platform: Start
    ) -> None:
        project.settle_on(platform())
        project.want("gold")
        run = Run(
            "run-1", "2027-01-01T00:00:00.000+00:00", "aepctl apply", job="https://ci.example/job/7"
        )
        with FileStore(str(project.root / "state/prod.json")).hold(holder(run), wait=0):
            result = project.apply()
            assert result.code == 5
            assert "`aepctl apply`, process " in result.err
            assert "https://ci.example/job/7" in result.err
            document = project.apply("-o", "json", "--lock-timeout", "0.1s").json
            assert document["error"]["exitCode"] == 5


def test_the_embedded_platform_keeps_its_audiences(project: Project) -> None:
    project.write("aepctl.yaml", "environments: {local: {endpoint: emulator, sandbox: dev}}\n")
    project.want("gold")
    assert project.apply().code == 0
    ids = project.ids("local")
    (project.root / "state/local.json").unlink()
    assert project.apply().code == 0
    assert project.ids("local") == ids
