"""aepctl apply looks once more where what it saw may no longer be true."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import projects
import pytest
from projects import ORG, Project, Terminal

from aepctl.aep.writer import CREATE_ACCEPT
from aepctl.clock import SystemClock
from aepctl.emulator import Behaviour, Emulator

Start = Callable[..., Emulator]
LOOK = 2
"""The list, and what it may leave out."""


def names(platform: Emulator) -> list[str]:
    """What exists on the platform."""
    return sorted(str(one["name"]) for one in platform.audiences)


def lists(platform: Emulator) -> int:
    """How often a list was asked for; one audience is read below its path."""
    asked = (one.path for one in platform.requests if one.method == "GET")
    return sum(path.partition("?")[0].endswith("/audiences") for path in asked)


def posts(platform: Emulator) -> int:
    return sum(one.method == "POST" for one in platform.requests)


def make(platform: Emulator, *keys: str, **fields: str) -> None:
    """Somebody else makes these; `fields` are not as Project.want writes them."""
    for key in keys:
        answer = httpx.post(
            f"{platform.url}/core/ais/audiences?createAudienceMetaOnly=true",
            headers={
                "Authorization": "Bearer x",
                "x-api-key": "k",
                "x-gw-ims-org-id": ORG,
                "x-sandbox-name": "prod",
                "Accept": CREATE_ACCEPT,
            },
            json={
                "name": f"Name {key}",
                "namespace": "agora",
                "originName": "Tests",
                **fields,
            },
        )
        assert answer.status_code == 200


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    """A platform, and a state that knows `old` on it."""
    there = platform()
    project.settle_on(there)
    project.want("old")
    assert project.apply("--fresh").code == 0
    return there


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """What happens between the question and its answer."""

    def happens(what: Callable[[], object]) -> None:
        class Busy(Terminal):
            def readline(self, size: int | None = -1, /) -> str:
                what()
                return super().readline(-1 if size is None else size)

        monkeypatch.setattr(projects, "Terminal", Busy)

    return happens


class TestAfterAQuestion:
    def test_what_appeared_meanwhile_is_adopted(
        self,
        project: Project,
        there: Emulator,
        meanwhile: Callable[[Callable[[], object]], None],
    ) -> None:
        project.want("old", "gold", "silver", "bronze")
        meanwhile(lambda: make(there, "gold", "silver"))
        result = project.run("apply", typed="yes\n")
        assert result.code == 0
        assert names(there) == ["Name bronze", "Name gold", "Name old", "Name silver"]
        assert "recorded instead of created: gold, silver" in result.err
        assert "Apply for prod: 2 adopted, 1 created." in result.out
        assert project.ids() == {
            str(one["name"]).removeprefix("Name "): one["audienceId"] for one in there.audiences
        }

    def test_where_all_of_it_appeared_nothing_is_sent(
        self,
        project: Project,
        there: Emulator,
        meanwhile: Callable[[Callable[[], object]], None],
    ) -> None:
        project.want("old", "gold")
        meanwhile(lambda: make(there, "gold"))
        before = posts(there)
        assert project.run("apply", typed="yes\n").code == 0
        assert posts(there) == before + 1  # the other's
        assert "Nothing to do" in project.apply().out

    def test_where_it_must_not_exist_the_run_is_refused(
        self,
        project: Project,
        there: Emulator,
        meanwhile: Callable[[Callable[[], object]], None],
    ) -> None:
        project.want("old", "gold", "silver")
        meanwhile(lambda: make(there, "gold"))
        result = project.run("apply", "--existing", "fail", typed="yes\n")
        assert result.code == 3
        assert "the platform already has 1 of the audiences to create: gold" in result.err
        assert names(there) == ["Name gold", "Name old"]

    def test_what_appeared_in_another_spelling_waits_for_a_decision(
        self,
        project: Project,
        there: Emulator,
        meanwhile: Callable[[Callable[[], object]], None],
    ) -> None:
        project.want("old", "gold", "silver")
        meanwhile(lambda: make(there, "gold", name="NAME GOLD"))
        result = project.run("apply", typed="yes\n")
        assert result.code == 3
        assert "the platform has it in another spelling: name 'NAME GOLD'" in result.out
        assert names(there) == ["NAME GOLD", "Name old", "Name silver"]

    def test_never_more_is_done_than_was_shown(
        self,
        project: Project,
        there: Emulator,
        meanwhile: Callable[[Callable[[], object]], None],
    ) -> None:
        """What was to be adopted goes away while somebody thinks: creating it was not approved."""
        make(there, "gold")
        (gold,) = (one for one in there.audiences if one["name"] == "Name gold")
        project.want("old", "gold", "silver")
        url = f"{there.url}/data/core/ups/audiences/{gold['id']}"
        head = {
            "Authorization": "Bearer x",
            "x-api-key": "k",
            "x-gw-ims-org-id": ORG,
            "x-sandbox-name": "prod",
        }
        meanwhile(lambda: httpx.delete(url, headers=head).raise_for_status())
        result = project.run("apply", typed="yes\n")
        assert result.code == 3
        assert "what would be done for gold is no longer what was shown; nothing was sent" in (
            result.err
        )
        assert names(there) == ["Name old"]

    def test_who_is_not_asked_is_not_looked_for_twice(
        self, project: Project, there: Emulator
    ) -> None:
        project.want("old", "gold")
        before = lists(there)
        assert project.apply().code == 0
        assert lists(there) == before + LOOK

    def test_nothing_to_create_needs_no_other_look(
        self,
        project: Project,
        there: Emulator,
        meanwhile: Callable[[Callable[[], object]], None],
    ) -> None:
        make(there, "gold")
        project.want("old", "gold")
        before = lists(there)
        meanwhile(lambda: None)
        assert project.run("apply", typed="yes\n").code == 0
        assert lists(there) == before + LOOK

    @pytest.mark.rig
    def test_two_checkouts_as_processes(self, tmp_path: Path, platform: Start) -> None:
        """One waits for its answer, the other makes the same three; then somebody says yes."""
        there = platform()
        for name in ("one", "two"):
            folder = tmp_path / name
            (folder / "audiences").mkdir(parents=True)
            (folder / "aepctl.yaml").write_text(
                f"environments:\n  prod:\n    org: {ORG}\n    sandbox: prod\n"
                f"    ais_url: {there.url}/core/ais\n    ups_url: {there.url}/data/core/ups\n"
                f"    ims_url: {there.url}\n    settle_seconds: 0\n"
            )
            (folder / "audiences/all.yaml").write_text(
                "defaults: {namespace: agora, originName: Tests}\naudiences:\n"
                "  a: {name: A}\n  b: {name: B}\n  c: {name: C}\n"
            )
        environ = {**os.environ, "AEP_ACCESS_TOKEN": "test-token", "AEP_API_KEY": "test-key"}
        program = [sys.executable, "-m", "aepctl", "apply", "--fresh"]
        ours, theirs = os.openpty()
        with subprocess.Popen(
            program,
            cwd=tmp_path / "one",
            env=environ,
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as asking:
            assert asking.stderr is not None
            said = b""
            while b"Enter 'yes' to continue: " not in said:
                more = os.read(asking.stderr.fileno(), 4096)
                assert more, said
                said += more
            other = [*program, "--auto-approve"]
            subprocess.run(other, cwd=tmp_path / "two", env=environ, check=True, timeout=60)
            os.write(ours, b"yes\n")
            said += asking.stderr.read()
            assert asking.wait(60) == 0, said
        os.close(ours)
        os.close(theirs)
        assert names(there) == ["A", "B", "C"]
        assert b"recorded instead of created: a, b, c" in said


class TestWithoutAState:
    """What was created a moment ago is known to nobody and not listed yet."""

    def test_it_is_said_and_looked_at_once_more(self, project: Project, platform: Start) -> None:
        there = platform(list_lag=3600)
        project.settle_on(there)
        project.setenv("AEPCTL_SETTLE_SECONDS", "30")
        make(there, "gold")
        project.want("gold")

        class Clock(SystemClock):
            """While it is waited, the list catches up."""

            def sleep(self, seconds: float) -> None:
                slept.append(seconds)
                there.behaviour = Behaviour()

        slept: list[float] = []
        result = project.run("apply", "--auto-approve", clock=Clock())
        assert 0 < sum(slept) <= 30
        assert result.code == 0
        assert names(there) == ["Name gold"]
        said = "there was no state at state/prod.json: what was created a moment ago may not be"
        assert said in result.err
        assert "`aepctl apply --fresh` does not wait" in result.err

    def test_fresh_does_not_wait(self, project: Project, platform: Start) -> None:
        there = platform()
        project.settle_on(there)
        project.setenv("AEPCTL_SETTLE_SECONDS", "3600")
        project.want("gold")
        result = project.apply("--fresh")
        assert result.code == 0
        assert "there was no state" not in result.err
        assert project.clock.slept == 0
        assert lists(there) == 1

    def test_nor_does_one_that_finds_everything(self, project: Project, platform: Start) -> None:
        there = platform()
        project.settle_on(there)
        project.setenv("AEPCTL_SETTLE_SECONDS", "3600")
        make(there, "gold")
        project.want("gold")
        assert project.apply().code == 0
        assert project.clock.slept == 0
        assert names(there) == ["Name gold"]

    def test_nor_does_the_embedded_platform_which_never_lags(self, project: Project) -> None:
        project.write("aepctl.yaml", "environments: {local: {endpoint: emulator, sandbox: dev}}\n")
        project.setenv("AEPCTL_SETTLE_SECONDS", "3600")
        project.want("gold")
        result = project.apply()
        assert result.code == 0
        assert "there was no state" not in result.err
        assert project.clock.slept == 0

    def test_an_inactive_one_that_the_list_leaves_out_is_found(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(lifecycle="inactive", hide_inactive=True)
        project.settle_on(there)
        make(there, "gold")
        there.behaviour = Behaviour(hide_inactive=True)
        project.want("gold")
        result = project.apply()
        assert result.code == 3
        assert "the platform has it as 'Name gold' (" in result.out
        assert ", inactive). If that is it: `aepctl state resolve gold --adopt " in result.out
        assert names(there) == ["Name gold"]

    def test_so_it_is_where_a_run_that_died_has_begun_the_state_anew(
        self, project: Project, there: Emulator
    ) -> None:
        """What state knows says nothing of what it lost."""
        there.behaviour = Behaviour(lifecycle="inactive", hide_inactive=True)
        make(there, "gold")
        project.want("old", "gold")
        result = project.apply()
        assert result.code == 3
        assert ", inactive). If that is it: `aepctl state resolve gold --adopt " in result.out
        assert names(there) == ["Name gold", "Name old"]


class TestLifecycle:
    @pytest.mark.parametrize("state", ["archived", "deleted"])
    def test_what_is_listed_as_gone_is_not_adopted(
        self, project: Project, platform: Start, state: str
    ) -> None:
        there = platform(lifecycle=state)
        project.settle_on(there)
        make(there, "gold")
        (gone,) = there.audiences
        there.behaviour = Behaviour()
        project.want("gold")
        assert project.apply().code == 0
        assert len(there.audiences) == 2
        assert project.ids()["gold"] != gone["audienceId"]

    @pytest.mark.parametrize("state", ["draft", "inactive"])
    def test_what_is_not_at_work_is_decided_by_a_person(
        self, project: Project, there: Emulator, state: str
    ) -> None:
        there.behaviour = Behaviour(lifecycle=state)
        make(there, "gold")
        (one,) = (one for one in there.audiences if one["name"] == "Name gold")
        there.behaviour = Behaviour()
        project.want("old", "gold")
        result = project.apply()
        assert result.code == 3
        assert f"({one['audienceId']}, {state})" in result.out
        decided = project.run("state", "resolve", "gold", "--adopt", str(one["audienceId"]))
        assert decided.code == 0
        assert f"({state} on the platform)" in decided.out
        assert "Nothing to do" in project.apply().out


def test_what_a_list_goes_on_showing_after_its_delete_is_not_adopted(
    project: Project, platform: Start
) -> None:
    """As after a commit that was reverted."""
    there, others = platform(delete_lag=60), ("silver", "bronze", "iron")
    project.settle_on(there, on_removal="delete")
    project.want("gold", *others)
    assert project.apply("--fresh").code == 0
    first = project.ids()["gold"]
    project.want(*others)
    assert project.apply().code == 0
    project.want("gold", *others)
    result = project.apply()
    assert result.code == 3
    assert f"the platform lists `{first}`, but has no such audience under its id" in result.out
    assert "gold" not in project.ids()
    there.behaviour = Behaviour()
    assert project.apply().code == 0
    assert project.ids()["gold"] != first
    assert len(there.audiences) == 4
