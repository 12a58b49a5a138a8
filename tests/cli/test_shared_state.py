"""Commands on a state that a team shares, kept in memory here."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from memory_documents import MemoryDocuments, MemoryServer
from projects import Project, Result
from sandbox import edit

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind
from aepctl.project.environment import Environment
from aepctl.state.codec import decode_written
from aepctl.state.encoder import StateEncoder
from aepctl.state.lease import Lease
from aepctl.state.model import State
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.documents import Document
from aepctl.state.written import Written

THEIRS = Lease("lock-1", 60.0, {"command": "aepctl apply", "host": "runner-8", "since": "noon"})


class Team:
    """A project whose state is shared, and the server that it is on."""

    def __init__(self, project: Project, platform: Emulator) -> None:
        self.project = project
        self.platform = platform
        self.server = MemoryServer()
        project.settle_on(platform)

    def open(self, environment: Environment) -> SharedStore:
        if self.server.document is None:
            data = StateEncoder().encode(Written(State("L", 1, environment.target))).encode()
            MemoryDocuments(self.server).put(data, None, "made")
        return SharedStore(
            MemoryDocuments(self.server),
            Path(".aepctl", "rescue"),
            environment.name,
            lineage=environment.lineage,
            program=environment.program,
        )

    def run(self, *words: str) -> Result:
        return self.project.run(*words, open_store=self.open)

    def apply(self, *words: str) -> Result:
        return self.run("apply", "--auto-approve", *words)

    @property
    def there(self) -> Written:
        assert self.server.document is not None
        return decode_written(self.server.document.data, "document")

    def write(self, **changes: Any) -> None:
        assert self.server.document is not None
        data = StateEncoder().encode(replace(self.there, **changes)).encode()
        MemoryDocuments(self.server).put(data, self.server.document.version, "theirs")


@pytest.fixture
def team(project: Project, platform: Callable[..., Emulator]) -> Team:
    return Team(project, platform())


def test_an_apply_creates_records_and_gives_the_lock_back(team: Team) -> None:
    team.project.want("gold", "silver")
    result = team.apply()
    assert (result.code, result.err) == (0, "")
    assert "2 created" in result.out
    assert set(team.there.state.audiences) == {"gold", "silver"}
    assert team.there.lock is None
    assert not (team.project.root / "state").exists()


def test_a_drift_writes_nothing_nor_does_a_refresh_that_finds_nothing_new(team: Team) -> None:
    """A pipeline may look every hour. Nor is either kept from it by the lock of another run."""
    team.project.want("gold")
    assert team.apply().code == 0
    edit(team.platform, "Name gold", description="edited")
    before = list(team.server.history)
    assert team.run("drift").code == 2
    assert team.server.history == before
    assert team.run("refresh", "--auto-approve").code == 0
    assert team.there.state.audiences["gold"].audience.description == "edited"
    team.write(lock=THEIRS)
    before = list(team.server.history)
    assert team.run("drift").code == 0
    assert team.run("refresh").code == 0
    assert team.server.history == before


def test_an_apply_without_work_writes_nothing_to_the_store(team: Team) -> None:
    team.project.want("gold")
    team.apply()
    before = list(team.server.history)
    result = team.apply()
    assert (result.code, result.out) == (0, "Nothing to do.\n") or "Nothing to do." in result.out
    assert team.server.history == before
    assert team.run("plan").code == 0
    assert team.server.history == before


class Overheard(MemoryDocuments):
    """What another run makes of the document is there from the second reading on."""

    def __init__(self, server: MemoryServer, before: Document | None) -> None:
        super().__init__(server)
        self._before = [before]

    def get(self) -> Document | None:
        return self._before.pop() if self._before else super().get()


@pytest.mark.parametrize("command", ["apply", "refresh"])
def test_one_that_waited_and_finds_all_done_gives_the_lock_back(team: Team, command: str) -> None:
    team.project.want("gold")
    team.apply()
    if command == "apply":
        team.project.want("gold", "silver")
    else:
        edit(team.platform, "Name gold", description="edited")
    before = team.server.document
    assert team.run(command, "--auto-approve").code == 0
    written = len(team.server.history)

    def later(environment: Environment) -> SharedStore:
        return replace(team.open(environment), documents=Overheard(team.server, before))

    result = team.project.run(command, "--auto-approve", open_store=later)
    assert (result.code, result.err) == (0, "")
    assert len(team.server.history) == written + 2
    assert team.there.lock is None


def test_an_apply_that_a_person_has_to_decide_about_gives_the_lock_back(team: Team) -> None:
    team.project.want(*(f"k{number}" for number in range(501)))
    result = team.apply()
    assert result.code == 3
    assert team.there.lock is None


def test_a_locked_state_is_exit_5_and_says_who_and_what_to_do(team: Team) -> None:
    team.project.want("gold")
    team.run("plan")
    team.write(lock=THEIRS, write_id="x")
    result = team.apply()
    assert result.code == 5
    assert "is locked by `aepctl apply` on runner-8, since noon" in result.err
    assert "state unlock lock-1" in result.err
    assert team.there.lock == THEIRS


def test_verify_reads_beside_a_lock_and_says_who_has_it(team: Team) -> None:
    team.project.want("gold")
    team.apply()
    assert team.run("state", "verify").out == "1 audience, nothing found.\n"
    team.write(lock=THEIRS, write_id="x")
    before = list(team.server.history)
    result = team.run("state", "verify")
    assert result.code == 1
    assert result.out.startswith(
        "! memory:test\n    it is locked by `aepctl apply` on runner-8, since noon; "
        "`aepctl state unlock lock-1` gives it back, if that runner is gone; else wait for it to "
        "end [verify-locked]\n"
    )
    assert team.server.history == before
    assert team.there.lock == THEIRS


def test_verify_of_a_store_that_is_down_is_an_error_and_no_finding(team: Team) -> None:
    team.project.want("gold")
    team.apply()
    team.server.down = True
    result = team.run("state", "verify")
    assert (result.code, result.out) == (1, "")
    assert "cannot be read: nobody answers" in result.err


def test_doctor_calls_no_run_killed_that_may_be_at_work(team: Team) -> None:
    team.project.want("gold")
    team.apply()
    team.project.write(".aepctl/rescue/prod@run-1.journal", "")
    said = "prod@run-1.journal of a run that was killed here"
    assert f"{said}\n" in team.run("doctor").out
    team.write(lock=THEIRS, write_id="x")
    assert f"{said}, or of the one that has the lock\n" in team.run("doctor").out


def test_a_plan_needs_no_lock(team: Team) -> None:
    team.project.want("gold")
    team.run("plan")
    team.write(lock=THEIRS, write_id="x")
    assert team.run("plan", "--detailed-exitcode").code == 2


def test_state_commands_work_on_it_as_on_a_file(team: Team) -> None:
    team.project.want("gold")
    team.apply()
    assert team.run("state", "mv", "gold", "golden").code == 0
    assert set(team.there.state.audiences) == {"golden"}
    assert team.run("state", "rm", "golden").code == 0
    assert team.there.state.audiences == {}
    (made,) = team.platform.audiences
    assert team.run("import", "golden", made["id"]).code == 1
    assert team.there.lock is None
    assert team.run("import", "gold", made["id"]).code == 0
    assert team.there.state.audiences["gold"].ids.audience_id == made["audienceId"]
    assert team.there.lock is None
    before = list(team.server.history)
    team.write(lock=THEIRS)
    assert "gold" in team.run("state", "list").out
    assert "Name gold" in team.run("state", "show", "gold").out
    assert team.server.history == [*before, "theirs"]


def test_another_lineage_than_the_pinned_one_is_refused_and_nothing_is_sent(team: Team) -> None:
    team.project.settle_on(team.platform, lineage="M")
    team.project.want("gold")
    result = team.apply()
    assert result.code == 1
    assert "is another state than the one that aepctl.yaml names (lineage L, not M)" in result.err
    assert team.platform.requests == []


def test_a_store_that_is_down_is_an_error_and_nothing_is_sent(team: Team) -> None:
    team.project.want("gold")
    team.run("plan")
    team.server.down = True
    result = team.apply()
    assert result.code == 1
    assert "cannot be read: nobody answers" in result.err
    assert team.platform.requests == []


class TestSavedPlans:
    """The state is read anew under the lock, so what others did meanwhile counts."""

    def test_a_merge_of_another_runner_in_between_does_not_matter(self, team: Team) -> None:
        team.project.want("gold")
        assert team.run("plan", "--out", "plan.json").code == 0
        team.project.want("gold", "silver")
        assert team.apply("--target", "silver").code == 0
        assert team.run("plan", "--check", "plan.json").code == 0
        assert team.run("apply", "plan.json").code == 0
        assert set(team.there.state.audiences) == {"gold", "silver"}
        (used,) = team.there.state.plans.values()
        assert (used.left, used.runs) == (frozenset(), ())

    def test_of_two_at_once_the_second_is_turned_away_and_then_finds_all_done(
        self, team: Team
    ) -> None:
        team.project.want("gold")
        team.run("plan", "--out", "plan.json")
        free = team.there
        team.write(lock=THEIRS, write_id="x")
        assert team.run("apply", "plan.json").code == 5
        team.write(lock=free.lock, write_id="y")
        assert team.run("apply", "plan.json").code == 0
        before = list(team.server.history)
        result = team.run("apply", "plan.json")
        assert (result.code, team.server.history) == (0, before)
        assert "All changes of this plan are done" in result.out
        assert len(team.platform.audiences) == 1

    def test_one_that_no_longer_holds_gives_the_lock_back(self, team: Team) -> None:
        team.project.want("gold")
        team.run("plan", "--out", "plan.json")
        team.project.want("silver")
        result = team.run("apply", "plan.json")
        assert result.code == 3
        assert "- gold: the manifests no longer want it" in result.err
        assert team.there.lock is None
        assert team.platform.requests == []

    def test_on_another_disk_it_is_finished(self, team: Team) -> None:
        """All that it needs to know is in the store."""
        team.project.want("gold", "silver")
        team.run("plan", "--out", "plan.json")
        team.platform.behaviour = Behaviour(
            faults=(Fault(kind=FaultKind.DROP_AFTER, match="gold"),)
        )
        assert team.run("apply", "plan.json").code == 4
        shutil.rmtree(team.project.root / ".aepctl", ignore_errors=True)
        (used,) = team.there.state.plans.values()
        assert used.left == {"gold"}
        team.platform.behaviour = Behaviour()
        result = team.run("apply", "plan.json")
        assert result.code == 0
        assert "1 adopted, 2 done already." in result.out
        assert len(team.platform.audiences) == 2
