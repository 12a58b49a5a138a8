"""aepctl state: what is open, and deciding about it."""

import json
from collections.abc import Callable

import httpx
import pytest
from projects import ORG, Project

from aepctl.aep.writer import CREATE_ACCEPT
from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind
from aepctl.model.audience import Audience
from aepctl.model.steps import Create
from aepctl.model.target import Target
from aepctl.state.events import Begun
from aepctl.state.frames import framed
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.model import Intent, Run

Start = Callable[..., Emulator]


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    """A platform on which nobody knows whether gold was created; silver was."""
    there = platform(Fault(kind=FaultKind.DROP_BEFORE, match="gold"))
    project.settle_on(there)
    project.want("gold", "silver")
    assert project.apply().code == 4
    there.behaviour = Behaviour()
    return there


def crashed_while_creating(key: str, project: Project) -> str:
    """The journal of a run that ended before it knew what came of a create."""
    state = project.state()
    org, sandbox, endpoint = (state["target"][name] for name in ("org", "sandbox", "endpoint"))
    run = Run("crashed", "2026-01-01T00:00:00.000+00:00", "apply")
    step = Create(Audience(f"Name {key}", "agora", "Tests"))
    intent = Intent("intent-1", run.id, key, step, run.at)
    target = Target(org, sandbox, endpoint)
    lines = encode_header(state["lineage"], state["serial"], target, run)
    return (lines + encode_event(Begun(intent))).decode()


class TestIntents:
    def test_lists_what_is_open_why_and_what_happens_next(
        self, project: Project, there: Emulator
    ) -> None:
        result = project.run("state", "intents")
        assert result.code == 0
        assert result.out.startswith("? gold\n    create started at ")
        assert "the connection was closed without an answer" in result.out
        assert "`aepctl state resolve gold --adopt ID` (or `--recreate`, `--abandon`)" in result.out

    def test_in_json(self, project: Project, there: Emulator) -> None:
        (intent,) = project.run("state", "intents", "-o", "json").json["intents"]
        assert (intent["key"], intent["phase"]) == ("gold", "open")

    def test_says_when_nothing_is_open(self, project: Project, platform: Start) -> None:
        project.settle_on(platform())
        assert project.run("state", "intents").out == "No open intents.\n"

    def test_needs_no_credentials(self, project: Project, there: Emulator) -> None:
        project.setenv("AEP_ACCESS_TOKEN", "")
        assert project.run("state", "intents").code == 0


class TestResolve:
    def test_without_a_look_it_records_the_id_as_it_is_given(
        self, project: Project, there: Emulator
    ) -> None:
        words = ("state", "resolve", "gold", "--adopt", "some-id", "--no-check")
        result = project.run(*words)
        assert result.out == (
            "`gold` now has the audienceId some-id (not checked on the platform).\n"
            "Next: the next plan compares it with the manifests; nothing is created for it. "
            "To undo: `aepctl state rm gold`.\n"
        )
        assert project.ids()["gold"] == "some-id"
        assert project.files == ["prod.json"]
        assert "Nothing to do" in project.apply().out

    def test_adopting_the_same_id_again_changes_nothing(
        self, project: Project, there: Emulator
    ) -> None:
        words = ("state", "resolve", "gold", "--adopt", "some-id", "--no-check")
        project.run(*words)
        result = project.run(*words)
        assert result.code == 0
        assert "already" in result.out

    def test_the_id_of_another_key_is_refused(self, project: Project, there: Emulator) -> None:
        silver = project.ids()["silver"]
        result = project.run("state", "resolve", "gold", "--adopt", silver)
        assert result.code == 3
        assert "is the audienceId of `silver`" in result.err

    def test_a_known_key_is_refused(self, project: Project, there: Emulator) -> None:
        assert project.run("state", "resolve", "silver", "--adopt", "x").code == 3
        assert project.run("state", "resolve", "silver", "--recreate").code == 3

    def test_recreate_creates_in_the_next_apply(self, project: Project, there: Emulator) -> None:
        result = project.run("state", "resolve", "gold", "--recreate")
        assert "`gold` will be created whatever the platform has" in result.out
        assert "creates it without checking" in project.run("state", "intents").out
        assert project.apply().code == 0
        assert sorted(str(one["name"]) for one in there.audiences) == ["Name gold", "Name silver"]

    def test_abandon_forgets_and_looks_again(self, project: Project, there: Emulator) -> None:
        result = project.run("state", "resolve", "gold", "--abandon")
        assert "is forgotten" in result.out
        assert project.run("state", "intents").out == "No open intents.\n"
        assert project.apply().code == 0

    def test_unknown_keys_are_told(self, project: Project, there: Emulator) -> None:
        assert (
            "no audience `nobody` in the manifests and no open intent for it"
            in project.run("state", "resolve", "nobody", "--adopt", "x").err
        )
        assert (
            "no open intent for `nobody`"
            in project.run("state", "resolve", "nobody", "--abandon").err
        )


class TestMove:
    def test_gives_another_key(self, project: Project, there: Emulator) -> None:
        ids, serial = project.ids(), project.state()["serial"]
        result = project.run("state", "mv", "silver", "argentum")
        assert result.out.startswith("`silver` is now `argentum`.\n")
        assert project.ids() == {"argentum": ids["silver"]}
        assert project.state()["serial"] == serial + 1

    def test_an_attempt_that_was_looked_for_in_vain_is_no_hindrance(
        self, project: Project, there: Emulator
    ) -> None:
        assert project.apply().code == 4  # gold is looked for, and not found
        assert "not found on the platform by " in project.run("state", "intents").out
        assert project.run("state", "mv", "silver", "gold").code == 0
        assert project.run("state", "intents").out == "No open intents.\n"
        assert project.files == ["prod.json"]

    def test_refuses_what_would_lose_something(self, project: Project, there: Emulator) -> None:
        assert project.run("state", "mv", "nobody", "x").code == 1
        assert project.run("state", "mv", "silver", "silver").code == 3
        assert project.run("state", "mv", "silver", "gold").code == 3


class TestRecover:
    @pytest.fixture
    def rescued(self, project: Project, there: Emulator) -> str:
        """What an apply printed that could not record the ID of bronze."""
        state = project.state()
        header = {
            "type": "journal", "format": "1.0", "lineage": state["lineage"],
            "serial": state["serial"], "target": state["target"],
        }  # fmt: skip
        adopted = {
            "type": "adopted", "key": "bronze", "at": "", "audienceId": "rescued-id",
            "audience": {"name": "Name bronze", "namespace": "agora", "originName": "Tests"},
        }  # fmt: skip
        return f"{json.dumps(header)}\n{json.dumps(adopted)}\n"

    def test_takes_the_ids_into_state(self, project: Project, rescued: str) -> None:
        project.write("rescued", rescued)
        result = project.run("state", "recover", "rescued")
        assert result.out.startswith("recovered 1 audience.\n")
        assert project.ids()["bronze"] == "rescued-id"

    def test_is_harmless_when_run_again(self, project: Project, rescued: str) -> None:
        project.write("rescued", rescued)
        project.run("state", "recover", "rescued")
        before = (project.root / "state/prod.json").read_bytes()
        assert project.run("state", "recover", "rescued").out.startswith(
            "recovered 0 audiences; 1 already recorded"
        )
        assert (project.root / "state/prod.json").read_bytes() == before

    def test_reads_a_piece_of_a_log(self, project: Project, rescued: str) -> None:
        log = "".join(f"2026-11-23T10:00:00Z  {line}\n" for line in framed(rescued).splitlines())
        project.write("rescued", f"Run aepctl apply\n{log}error: nothing else\n")
        assert project.run("state", "recover", "rescued").code == 0
        assert project.ids()["bronze"] == "rescued-id"

    def test_refuses_another_lineage(self, project: Project, rescued: str) -> None:
        lineage = project.state()["lineage"]
        project.write("rescued", rescued.replace(lineage, "another"))
        result = project.run("state", "recover", "rescued")
        assert result.code == 1
        assert "was written for another state" in result.err

    def test_refuses_a_second_id_for_a_key(self, project: Project, rescued: str) -> None:
        project.write("rescued", rescued.replace("bronze", "silver"))
        result = project.run("state", "recover", "rescued")
        assert result.code == 3
        assert "has it twice" in result.err

    def test_brings_back_a_state_that_is_gone(self, project: Project, rescued: str) -> None:
        for file in project.files:
            (project.root / "state" / file).unlink()
        project.write("rescued", rescued)
        assert project.run("state", "recover", "rescued").code == 0
        assert project.ids() == {"bronze": "rescued-id"}

    def test_says_when_there_is_nothing_in_it(self, project: Project, there: Emulator) -> None:
        project.write("rescued", "just a log\n")
        assert (
            "contains nothing that aepctl has rescued"
            in project.run("state", "recover", "rescued").err
        )

    def test_takes_over_open_intents_of_a_rescued_journal(
        self, project: Project, there: Emulator
    ) -> None:
        project.write("rescued", crashed_while_creating("gold", project))
        assert project.run("state", "resolve", "gold", "--abandon").code == 0
        assert project.run("state", "intents").out == "No open intents.\n"
        assert project.run("state", "recover", "rescued").code == 0
        assert "? gold" in project.run("state", "intents").out


class TestBadInput:
    """What would make the state unusable is refused before it is looked at."""

    @pytest.mark.parametrize("audience_id", ["", " ", "a\nb", " a", "a\u200b"])
    def test_an_id_must_be_one(self, project: Project, there: Emulator, audience_id: str) -> None:
        before = (project.root / "state/prod.json").read_bytes()
        result = project.run("state", "resolve", "gold", "--adopt", audience_id)
        assert result.code == 64
        assert "an audienceId was expected" in result.err
        assert (project.root / "state/prod.json").read_bytes() == before

    @pytest.mark.parametrize("key", ["", "b c", ".a", "größe"])
    def test_a_new_key_must_be_one(self, project: Project, there: Emulator, key: str) -> None:
        result = project.run("state", "mv", "silver", key)
        assert result.code == 64
        assert "is not a valid key: letters, digits" in result.err
        assert "silver" in project.ids()


class TestAnOpenCreateOfAKnownKey:
    """A crash, and another machine's newer state: the way out that is suggested is one."""

    @pytest.fixture
    def two(self, project: Project, platform: Start) -> Emulator:
        """The platform has silver twice; state knows one, and an intent may have made the other."""
        there = platform()
        project.settle_on(there)
        project.want("silver")
        assert project.apply().code == 0
        crashed = crashed_while_creating("silver", project)
        project.write("state/prod.journal", crashed)
        (silver,) = there.audiences
        headers = {
            "Authorization": "Bearer test-token",
            "x-api-key": "test-key",
            "x-gw-ims-org-id": ORG,
            "x-sandbox-name": "prod",
            "Accept": CREATE_ACCEPT,
        }
        url = f"{there.url}/core/ais/audiences?createAudienceMetaOnly=true"
        twin = {name: silver[name] for name in ("name", "namespace", "originName")}
        httpx.post(url, json=twin, headers=headers, trust_env=False).raise_for_status()
        return there

    def test_needs_a_decision_that_can_be_made(self, project: Project, two: Emulator) -> None:
        known = project.ids()["silver"]
        result = project.apply()
        assert result.code == 3
        assert "undecided  silver: " in result.out
        twin = next(one["audienceId"] for one in two.audiences if one["audienceId"] != known)
        other = project.run("state", "resolve", "silver", "--adopt", twin)
        assert other.code == 3
        assert f"to keep that one: `aepctl state resolve silver --adopt {known}`" in other.err
        kept = project.run("state", "resolve", "silver", "--adopt", known)
        assert kept.out == (
            f"`silver` already has the audienceId {known}; its open intent is closed.\n"
        )
        assert project.apply().code == 0
        assert project.ids() == {"silver": known}
