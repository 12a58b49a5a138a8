"""Commands about where state is kept, over a real Git repository."""

import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from projects import Project, Result

from aepctl.emulator import Emulator

pytestmark = pytest.mark.rig


class Team:
    """A project, and a bare repository whose branch has its state."""

    def __init__(self, project: Project, platform: Emulator) -> None:
        self.project = project
        self.platform = platform
        self.origin = project.root / "origin.git"
        self.address = f"git:file://{self.origin}"
        self.git("init", "--quiet", "--bare", str(self.origin))
        for name in ("AUTHOR", "COMMITTER"):
            project.setenv(f"GIT_{name}_NAME", "Ada")
            project.setenv(f"GIT_{name}_EMAIL", "ada@example.org")

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=True)
        return done.stdout

    def log(self) -> list[str]:
        words = ("--git-dir", str(self.origin), "log", "--format=%s", "aepctl-state")
        return self.git(*words).splitlines()

    def use(self, state: str) -> None:
        self.project.settle_on(self.platform, state=f'"{state}"')

    def state(self, *words: str) -> Result:
        return self.project.run("state", *words)


@pytest.fixture
def team(project: Project, platform: Callable[..., Emulator]) -> Team:
    return Team(project, platform())


def test_from_its_beginning_to_its_move(team: Team) -> None:
    team.use(team.address)
    team.project.want("gold")
    absent = team.project.run("plan")
    assert absent.code == 1
    assert "`aepctl state init` makes it, once" in absent.err
    history = team.state("history")  # not found is never empty
    assert (history.code, history.out, history.err) == (1, "", absent.err)

    assert team.state("init").code == 0
    assert team.state("init").out.count("has a state already (serial 1)") == 1
    assert team.project.apply().code == 0

    pulled = team.state("pull")
    assert set(pulled.json["audiences"]) == {"gold"}
    team.project.write("pulled", pulled.out)
    assert team.state("push", "pulled").code == 0

    moved = team.state("migrate", team.address, "state/prod.json")
    assert moved.code == 0, moved.err
    assert team.project.state()["audiences"] == pulled.json["audiences"]
    refused = team.project.apply()
    assert refused.code == 1
    assert "this state was moved to state/prod.json" in refused.err
    team.use("state/prod.json")
    assert "Nothing to do" in team.project.apply().out

    back = team.state("migrate", "state/prod.json", team.address)
    assert back.code == 0, back.err
    team.use(team.address)
    assert "Nothing to do" in team.project.apply().out
    assert team.state("verify").out == "1 audience, nothing found.\n"
    assert team.log()[0] == "state migrate: here"
    assert "state push: pulled" in team.log()


def test_history_is_the_log_of_the_branch(team: Team) -> None:
    team.use(team.address)
    team.state("init")
    log = team.log()
    history = team.state("history", "-o", "json").json["history"]
    assert [one["subject"] for one in history] == log
    assert {(one["source"], one["by"]) for one in history} == {("git", "Ada")}
    assert all(datetime.fromisoformat(one["at"]).tzinfo for one in history)
    lines = team.state("history").out.splitlines()
    assert [line.split("  ")[2:] for line in lines] == [[subject, "by Ada"] for subject in log]
    assert lines[0].split("  ")[1] == history[0]["commit"][:12]


def test_a_history_can_be_looked_at_after_the_state_has_moved(team: Team) -> None:
    team.use(team.address)
    team.state("init")
    team.state("migrate", team.address, "state/prod.json")
    assert team.state("history").out.splitlines()[0].endswith("migrate: to state/prod.json  by Ada")


def test_no_file_of_the_project_comes_of_it_but_what_git_passes_over(team: Team) -> None:
    team.use(team.address)
    team.state("init")
    assert {one.name for one in Path.cwd().iterdir()} == {".aepctl", "aepctl.yaml", "origin.git"}
