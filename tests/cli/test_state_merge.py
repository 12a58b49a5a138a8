"""aepctl state merge: a state file that a team commits, merged by Git."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import AT
from projects import Project

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind
from aepctl.model.audience import Audience
from aepctl.model.steps import Create
from aepctl.state.codec import decode_state
from aepctl.state.events import Begun
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.model import Intent, Run

PAGE = (Path(__file__).resolve().parents[2] / "docs/committed-state.md").read_text()
(ATTRIBUTES,) = re.findall(r"<!-- file: .gitattributes -->\n *```text\n *(.*?\n) *```", PAGE)
DRIVER = "git config merge.aepctl.driver 'aepctl state merge %O %A %B'"
WHO = ("-c", "user.name=tests", "-c", "user.email=tests@example.com")


class Repository:
    """A project in Git, whose state is committed and merged as docs/committed-state.md says."""

    def __init__(self, project: Project, platform: Emulator) -> None:
        self.project = project
        self.platform = platform
        project.settle_on(platform)
        project.write(".gitattributes", ATTRIBUTES)
        self.git("init", "--quiet", "--initial-branch=main")
        subprocess.run(DRIVER, shell=True, cwd=project.root, check=True)
        project.want("gold", file="audiences/gold.yaml")
        self.applied("gold")

    def git(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        kept = {"PATH": path, "HOME": str(self.project.root), "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *WHO, *words], cwd=self.project.root, env=kept | {"GIT_EDITOR": "true"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def applied(self, *keys: str, code: int = 0) -> None:
        """What the manifests want is applied and committed."""
        result = self.project.apply()
        assert result.code == code, result.err
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", " ".join(keys))

    def branch(self, name: str, *keys: str, code: int = 0) -> None:
        """A branch from main, on which these were wanted and applied."""
        self.git("switch", "--quiet", "-c", name, "main")
        for key in keys:
            self.project.want(key, file=f"audiences/{key}.yaml")
        self.applied(*keys, code=code)

    def check(self, *keys: str) -> None:
        """The state knows these, each as the platform has it, and nothing is left to do."""
        there = {str(one["name"]): str(one["audienceId"]) for one in self.platform.audiences}
        assert self.project.ids() == {key: there[f"Name {key}"] for key in keys}
        assert len(there) == len(self.platform.audiences) == len(keys)
        assert "Nothing to do" in self.project.apply().out


@pytest.fixture
def repository(project: Project, platform: Callable[..., Emulator]) -> Repository:
    return Repository(project, platform())


def test_the_page_has_the_lines() -> None:
    assert f"`{DRIVER}`" in PAGE
    assert ATTRIBUTES == "state/*.json merge=aepctl\n"


class TestWithGit:
    @pytest.fixture
    def two(self, repository: Repository) -> Repository:
        """Two branches; each has applied another audience. The second one is checked out."""
        repository.branch("one", "silver")
        repository.branch("two", "bronze")
        return repository

    def test_a_merge_has_what_both_branches_have_created(self, two: Repository) -> None:
        two.git("merge", "--quiet", "--no-edit", "one")
        two.check("bronze", "gold", "silver")
        assert [run["command"] for run in two.project.state()["runs"]] == ["aepctl apply"] * 3

    def test_a_rebase(self, two: Repository) -> None:
        two.git("rebase", "--quiet", "one")
        two.check("bronze", "gold", "silver")

    def test_a_cherry_pick(self, two: Repository) -> None:
        two.git("cherry-pick", "one")
        two.check("bronze", "gold", "silver")

    def test_what_is_open_on_one_branch_is_settled_by_what_the_other_has_created(
        self, repository: Repository
    ) -> None:
        repository.platform.behaviour = Behaviour(faults=(Fault(kind=FaultKind.DROP_BEFORE),))
        repository.branch("one", "silver", code=4)
        repository.platform.behaviour = Behaviour()
        repository.branch("two", "silver")
        repository.git("merge", "--quiet", "--no-edit", "one")
        (intent,) = repository.project.state()["intents"].values()
        assert intent["key"] == "silver"
        assert repository.project.apply().code == 0
        assert "intents" not in repository.project.state()
        repository.check("gold", "silver")

    def test_the_journal_of_a_run_that_was_killed_is_taken_in_after_the_merge(
        self, repository: Repository
    ) -> None:
        repository.git("switch", "--quiet", "-c", "one", "main")
        repository.project.want("silver", file="audiences/silver.yaml")
        state = repository.project.root / "state/prod.json"
        before = decode_state(state.read_bytes(), "prod.json")
        run = Run("killed", AT, "aepctl apply")
        step = Create(Audience("Name silver", "agora", "Tests"))
        lines = encode_header(before.lineage, before.serial, before.target, run)
        lines += encode_event(Begun(Intent("intent-1", run.id, "silver", step, AT)))
        state.with_suffix(".journal").write_bytes(lines)
        repository.git("add", "--all")
        repository.git("commit", "--quiet", "-m", "killed")
        repository.branch("two", "bronze")
        repository.git("merge", "--quiet", "--no-edit", "one")
        (intent,) = repository.project.run("state", "intents", "-o", "json").json["intents"]
        assert intent["key"] == "silver"
        repository.project.apply()
        assert not state.with_suffix(".journal").exists()

    def test_the_driver_needs_no_settings_and_no_variables(self, two: Repository) -> None:
        two.git("rm", "--quiet", "aepctl.yaml")
        two.git("commit", "--quiet", "-m", "no settings")
        two.git("merge", "--quiet", "--no-edit", "one")
        assert set(two.project.ids()) == {"gold", "silver", "bronze"}

    def test_two_states_that_were_each_made_anew_are_not_merged(
        self, repository: Repository
    ) -> None:
        repository.git("rm", "--quiet", "-r", "state")
        repository.git("commit", "--quiet", "-m", "away")
        repository.branch("one", "silver")
        repository.git("switch", "--quiet", "-c", "other", "main")
        (repository.project.root / "state/prod.json").unlink(missing_ok=True)
        repository.branch("two", "bronze")
        done = repository.git("merge", "one", code=1)
        assert "these are two different states: lineage" in done.stderr
        assert repository.project.run("plan").code == 1


class TestAConflict:
    @pytest.fixture
    def conflict(self, repository: Repository) -> Repository:
        """Both branches have created `silver`, so the platform has it twice."""
        repository.branch("one", "silver", "bronze")
        self.theirs = repository.project.ids()["silver"]
        repository.git("switch", "--quiet", "-c", "two", "main")
        repository.project.want("silver", file="audiences/silver.yaml")
        repository.project.run("state", "resolve", "silver", "--recreate")
        repository.applied("silver")
        self.ours = repository.project.ids()["silver"]
        return repository

    def test_is_told_and_git_marks_the_file(self, conflict: Repository) -> None:
        done = conflict.git("merge", "one", code=1)
        assert (
            f"error: `silver` has the audienceId {self.ours} on our side, {self.theirs} on theirs "
            "[state-conflict]\n"
            "  look on the platform which of the two is to stay and keep its line; delete the "
            "other one there, for nothing knows of it then\n"
            "Both sides stand in the file, between markers; remove these then.\n"
        ) in done.stderr
        assert "UU state/prod.json" in conflict.git("status", "--porcelain").stdout

    def test_no_command_goes_on_with_the_file(self, conflict: Repository) -> None:
        conflict.git("merge", "one", code=1)
        before = len(conflict.platform.audiences)
        result = conflict.project.apply()
        assert result.code == 1
        assert "Git left a merge conflict here" in result.err
        assert len(conflict.platform.audiences) == before

    @pytest.mark.parametrize("side", ["ours", "theirs"])
    def test_a_person_decides_by_leaving_one_side(self, conflict: Repository, side: str) -> None:
        conflict.git("merge", "one", code=1)
        file = conflict.project.root / "state/prod.json"
        file.write_text(keep(file.read_text(), side))
        assert conflict.project.ids()["silver"] == getattr(self, side)
        assert set(conflict.project.ids()) == {"gold", "silver", "bronze"}
        assert conflict.project.apply().code == 0


def keep(text: str, side: str) -> str:
    """What is left of a text with markers where one side is kept of each conflict."""
    kept, now = [], "both"
    for line in text.splitlines(keepends=True):
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            now = {"<": "ours", "=": "theirs", ">": "both"}[line[0]]
        elif now in {"both", side}:
            kept.append(line)
    return "".join(kept)


class TestByHand:
    @pytest.fixture
    def files(self, repository: Repository) -> Project:
        project = repository.project
        for name in ("base", "ours", "theirs"):
            project.write(name, (project.root / "state/prod.json").read_text())
        return project

    def test_a_side_that_is_no_state_leaves_both_between_markers(self, files: Project) -> None:
        ours = (files.root / "ours").read_text()
        files.write("theirs", "not a state\n")
        result = files.run("state", "merge", "base", "ours", "theirs")
        assert result.code == 1
        assert result.err == (
            "error: the state cannot be merged: their side:1: not valid JSON: Expecting value, "
            "column 1 [state-not-merged]\n"
            "  both sides stand there whole, between markers: choose one, or mend the wrong one\n"
        )
        assert (files.root / "ours").read_text() == (
            f"<<<<<<< ours\n{ours}=======\nnot a state\n>>>>>>> theirs\n"
        )

    def test_a_file_that_is_not_there_is_an_error_that_names_the_setting(
        self, files: Project
    ) -> None:
        result = files.run("state", "merge", "base", "ours", "nowhere")
        assert result.code == 1
        assert "nowhere: cannot be read: No such file" in result.err
        assert DRIVER in result.err

    def test_an_empty_ancestor_is_none(self, files: Project) -> None:
        files.write("base", "")
        assert files.run("state", "merge", "base", "ours", "theirs").code == 0
        assert (files.root / "ours").read_text() == (files.root / "theirs").read_text()
