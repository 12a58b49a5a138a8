"""What is said beside the result: how much, for whom, and on what kind of standard error."""

import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from projects import Project, Result
from raw_server import RawServer, answer

from aepctl.__main__ import last_words
from aepctl.cli.invocation import Invocation
from aepctl.cli.status import StatusLog
from aepctl.emulator import Emulator, Fault, FaultKind, Operation
from aepctl.log import Level, Notice

Start = Callable[..., Emulator]


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Screen]:
    """Have standard error be a terminal from now on."""

    def start(kind: str = "xterm") -> Screen:
        made = Screen()
        monkeypatch.setattr("sys.stderr", made)
        monkeypatch.setenv("TERM", kind)
        monkeypatch.setenv("COLUMNS", "60")
        return made

    return start


def lines(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.err.splitlines()]


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    made = platform(Fault(kind=FaultKind.LIST_RATE_LIMIT, times=1, retry_after="25"))
    project.settle_on(made)
    project.want("gold", "silver")
    return made


class TestHowMuch:
    def test_quiet_leaves_the_result_alone(self, project: Project, there: Emulator) -> None:
        result = project.apply("-q")
        assert (result.code, result.err) == (0, "")
        assert result.out.endswith("Apply for prod: 2 created.\n")

    def test_quiet_tells_errors(self, project: Project) -> None:
        result = project.run("-q", "plan")
        assert result.err.startswith("error: no aepctl.yaml in ")

    def test_verbose_tells_what_was_read_and_asked(self, project: Project, there: Emulator) -> None:
        said = project.apply("--verbose").err
        for words in (
            f"environment prod (aepctl.yaml): {there.url}, ",
            "audiences: 2 audiences in 1 files, read in ",
            "state/prod.json: there is none yet",
            "listed 0 audiences in 1 pages",
            "waiting 25 s: ",
        ):
            assert words in said
        assert "serial 1, " in project.run("plan", "-v").err

    def test_both_are_a_usage_error_wherever_they_stand(self, project: Project) -> None:
        result = project.run("-v", "plan", "-q")
        assert result.code == 64
        assert "--verbose and --quiet: choose one of them" in result.err

    def test_in_a_machine_format_outcomes_are_not_told_quietly(
        self, project: Project, there: Emulator
    ) -> None:
        assert "created  gold" in project.run("apply", "--auto-approve", "-o", "json").err
        project.want("gold", "silver", "tin")
        assert project.run("apply", "--auto-approve", "-o", "json", "-q").err == ""


class TestJson:
    @pytest.fixture(autouse=True)
    def asked_for(self, project: Project) -> None:
        project.setenv("AEPCTL_LOG", "json")

    def test_each_line_is_an_object(self, project: Project, there: Emulator) -> None:
        said = lines(project.run("apply", "--auto-approve", "-o", "json", "-v"))
        assert {tuple(one) for one in said} == {("time", "level", "event", "message", "fields")}
        events = [one["event"] for one in said]
        assert {"environment", "plan", "waiting", "outcome"} <= {*events}
        first, *later = [one["fields"] for one in said if one["event"] == "waiting"]
        assert first["seconds"] == 25.0
        assert [round(one["left"]) for one in later] == [15, 5]
        told = [one["fields"] for one in said if one["event"] == "outcome"]
        assert {one["key"]: one["outcome"] for one in told} == {
            "gold": "created",
            "silver": "created",
        }

    def test_the_final_error_is_one(self, project: Project) -> None:
        (error,) = lines(project.run("plan"))
        assert (error["level"], error["event"]) == ("error", "error")
        assert error["fields"]["exitCode"] == 1
        assert error["fields"]["next"].startswith("`aepctl init`")

    def test_each_problem_of_a_file_is_one(self, project: Project, there: Emulator) -> None:
        project.write("audiences/all.yaml", "audiences:\n  gold: {}\n  silver: {}\n")
        *problems, error = lines(project.run("validate"))
        assert {one["event"] for one in problems} == {"problem"}
        assert {one["fields"]["line"] for one in problems} == {2, 3}
        assert error["event"] == "error"

    def test_an_interrupt_is_one(self, project: Project) -> None:
        def interrupted(folder: str) -> None:
            raise KeyboardInterrupt

        result = project.run("validate", read_manifests=interrupted)
        assert result.code == 130
        (told,) = lines(result)
        assert (told["event"], told["fields"]["code"]) == ("interrupted", "interrupted")
        assert told["fields"]["exitCode"] == 130

    def test_the_last_words_before_any_work_are_one_as_well(self) -> None:
        said = json.loads(last_words("json"))
        assert tuple(said) == ("time", "level", "event", "message", "fields")
        assert datetime.fromisoformat(said["time"]).tzinfo is not None
        assert last_words(None) == b"interrupted\n"

    def test_no_line_holds_what_a_terminal_or_a_pipelines_log_obeys(self, project: Project) -> None:
        (error,) = lines(result := project.run("--chdir", "##vso[task]\x1b[2J\u202e", "plan"))
        assert "##vso[task]\x1b[2J\u202e" in error["message"]
        assert result.err.isascii()
        assert "##vso[" not in result.err

    def test_a_usage_error_is_one(self, project: Project) -> None:
        (error,) = lines(project.run("plan", "--nothing"))
        assert (error["event"], error["message"]) == ("usage", "No such option '--nothing'.")


def test_another_form_is_an_error(project: Project) -> None:
    project.setenv("AEPCTL_LOG", "xml")
    result = project.run("validate")
    assert (result.code, result.out) == (1, "")
    assert "AEPCTL_LOG is 'xml', and can be text or json" in result.err


class TestTheTerminal:
    def progress(self, done: int) -> Notice:
        fields = {"done": done, "total": 4}
        return Notice(Level.INFO, "progress", f"applied {done} of 4", fields, passing=True)

    def test_what_passes_is_one_line_drawn_anew(self, look: Callable[..., Screen]) -> None:
        screen = look()
        log = StatusLog(Invocation())
        log.tell(self.progress(1))
        log.tell(self.progress(4))
        log.say("done", "all of it")
        first, second, last = screen.getvalue().split("\r\x1b[2K")
        assert first == f"[{'#' * 6}{'-' * 18}] applied 1 of 4"
        assert second == f"[{'#' * 24}] applied 4 of 4"
        assert last == "all of it\n"

    def test_it_never_takes_more_than_a_line(self, look: Callable[..., Screen]) -> None:
        screen = look()
        StatusLog(Invocation()).passing("waiting", "so long\n" * 50)
        assert len(screen.getvalue()) == 59

    def test_what_stays_is_broken_between_words(self, look: Callable[..., Screen]) -> None:
        screen = look()
        StatusLog(Invocation()).caution("x", f"the platform {'is looked at once more ' * 3}soon")
        said = screen.getvalue().rstrip("\n").split("\n")
        assert max(map(len, said)) <= 60
        assert " ".join(one.strip() for one in said).endswith("at once more soon")
        assert said[1].startswith("  ")

    def test_quiet_draws_nothing(self, look: Callable[..., Screen]) -> None:
        screen = look()
        log = StatusLog(Invocation(quiet=True))
        log.tell(self.progress(1))
        log.passed()
        assert screen.getvalue() == ""

    @pytest.mark.parametrize("kind", ["dumb", ""])
    def test_one_that_cannot_draw_gets_lines(self, look: Callable[..., Screen], kind: str) -> None:
        screen = look(kind)
        log = StatusLog(Invocation())
        log.tell(self.progress(1))
        assert (screen.getvalue(), log.every) == ("applied 1 of 4\n", 10.0)


class TestHttp:
    def test_each_exchange_is_told_without_secrets(self, project: Project, platform: Start) -> None:
        fault = Fault(kind=FaultKind.ERROR_BEFORE, on=Operation.GET, times=1)
        there = platform(fault, client_secret="p8e-test-secret")
        project.settle_on(there)
        project.setenv("AEP_ACCESS_TOKEN", "")
        project.setenv("AEP_API_KEY", "")
        project.setenv("AEP_CLIENT_ID", "test-client")
        project.setenv("AEP_CLIENT_SECRET", "p8e-test-secret")
        project.want("gold")
        result = project.apply("--debug-http", "-q")
        assert result.code == 0
        said = result.err.splitlines()
        assert said[0].startswith(f"POST {there.url}/ims/token/v3: 200, ")
        assert said[1].startswith(f"GET {there.url}/data/core/ups/audiences?start=0&limit=500: 200")
        assert ", x-request-id " in said[1]
        assert said[-1].startswith(f"POST {there.url}/core/ais/audiences?")
        assert len(said) == len(there.requests) + 1
        for secret in ("p8e-test-secret", "test-client", "Bearer"):
            assert secret not in result.err

    def test_those_of_a_state_on_a_server_are_told_too(
        self, project: Project, there: Emulator
    ) -> None:
        with RawServer(answer(404), answer(404)) as server:
            state = f"{server.url}/state/prod"
            project.edit(
                "aepctl.yaml", "    sandbox: prod\n", f"    sandbox: prod\n    state: {state}\n"
            )
            project.setenv("AEPCTL_HTTP_USERNAME", "me")
            project.setenv("AEPCTL_HTTP_PASSWORD", "p8e-test-word")
            result = project.run("plan", "--debug-http")
        assert result.err.startswith(f"GET {state}: 404, ")
        assert "p8e-test-word" not in result.err
