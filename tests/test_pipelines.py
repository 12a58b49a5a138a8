"""The pipelines of docs/pull-requests.md, promotion.md and committed-state.md, carried out."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from pipeline_page import (
    ACTION,
    FILES,
    action_environment,
    bash,
    inputs_of,
    jobs,
    started,
    step,
)
from projects import ORG

from aepctl.emulator import Emulator
from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.target import Target
from aepctl.state.codec import decode_state
from aepctl.state.encoder import encode_state
from aepctl.state.model import State

IDENTITY = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
BIN = Path(sys.executable).parent
PATH = f"{BIN}:{os.environ['PATH']}"
LEASE_SECONDS = 12.0
"""Short, so that nobody waits long for a runner that is gone; `file://` minds no pushes."""
MARKERS = ("<<<<<<<", "=======", ">>>>>>>")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, *words], cwd=folder, capture_output=True, text=True, check=True,
        env={"PATH": PATH, "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"},
    )  # fmt: skip
    return done.stdout


def state(serial: int, **ids: str) -> str:
    """A state that knows these."""
    known = {
        key: Known(Audience(name=key, namespace="agora", origin_name="Tests"), Ids(one))
        for key, one in ids.items()
    }
    return encode_state(State("L", serial, Target("org", "prod", "https://e"), known))


@pytest.mark.rig
class TestTheStateFileIsCommittedBack:
    """The appendix: somebody else has pushed since this runner has cloned."""

    @pytest.fixture
    def other(self, tmp_path: Path) -> Path:
        remote, other = tmp_path / "remote.git", tmp_path / "other"
        git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
        git(remote, "config", "receive.advertisePushOptions", "true")
        git(tmp_path, "clone", "-q", str(remote), str(other))
        (other / "state").mkdir()
        (other / ".gitattributes").write_text("state/*.json merge=aepctl\n")
        (other / "state/prod.json").write_text(state(1, gold="1"))
        self.push(other)
        return other

    @pytest.fixture
    def clone(self, other: Path) -> Path:
        """What the runner has, which has created `silver`, and then crashed."""
        clone = other.parent / "clone"
        remote = f"file://{other.parent / 'remote.git'}"
        git(other.parent, "clone", "-q", "--depth", "1", remote, str(clone))
        (clone / "state/prod.json").write_text(state(2, gold="1", silver="2"))
        (clone / "state/prod.journal").write_text("open\n")
        (clone / "plan.json").write_text("{}\n")
        return clone

    def push(self, folder: Path) -> None:
        git(folder, "checkout", "-q", "-B", "main")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "Something")
        git(folder, "push", "-q", "origin", "HEAD:main")

    @pytest.fixture(params=["github", "gitlab"])
    def commit(self, request: pytest.FixtureRequest) -> Callable[[Path], bool]:
        """Run the script in a clone; whether it says that the state is committed."""
        return self.on_github if request.param == "github" else self.on_gitlab

    def on_github(self, clone: Path) -> bool:
        return bash(step("Commit the state")["run"], clone, PATH=PATH).returncode == 0

    def on_gitlab(self, clone: Path) -> bool:
        committing = jobs("recorded")
        (script,) = committing["apply"]["after_script"]
        git(clone, "checkout", "-q", "--detach")
        bash(
            script.replace("/tmp/aepctl/bin/aepctl", "aepctl"), clone, PATH=PATH,
            GIT_CONFIG_COUNT="1",
            GIT_CONFIG_KEY_0=f"url.file://{clone.parent / 'remote.git'}.insteadOf",
            GIT_CONFIG_VALUE_0="https://aepctl:token@gitlab/o/r.git",
            AEPCTL_PUSH_TOKEN="token", CI_SERVER_HOST="gitlab", CI_PROJECT_PATH="o/r",
            CI_DEFAULT_BRANCH="main",
        )  # fmt: skip
        (check,) = committing["recorded"]["script"]
        return bash(check, clone).returncode == 0

    def check(self, clone: Path, *keys: str) -> None:
        remote = clone.parent / "remote.git"
        known = decode_state(git(remote, "show", "main:state/prod.json").encode(), "x").audiences
        assert set(known) == set(keys)
        listed = git(remote, "ls-tree", "-r", "--name-only", "main").split()
        assert "plan.json" not in listed
        assert "state/prod.journal" in listed

    def test_upon_somebody_elses_commit(
        self, other: Path, clone: Path, commit: Callable[[Path], bool]
    ) -> None:
        (other / "README.md").write_text("Something else\n")
        self.push(other)
        for _ in range(2):
            assert commit(clone)
            self.check(clone, "gold", "silver")

    def test_upon_another_applys_state_merged_by_key(
        self, other: Path, clone: Path, commit: Callable[[Path], bool]
    ) -> None:
        (other / "state/prod.json").write_text(state(2, gold="1", bronze="3"))
        self.push(other)
        assert commit(clone)
        self.check(clone, "gold", "silver", "bronze")

    def test_what_a_person_has_to_decide_fails_and_leaves_no_markers_anywhere(
        self, other: Path, clone: Path, commit: Callable[[Path], bool]
    ) -> None:
        (other / "state/prod.json").write_text(state(2, gold="1", silver="other"))
        self.push(other)
        before = (clone / "state/prod.json").read_text()
        assert not commit(clone)
        assert (clone / "state/prod.json").read_text() == before
        for file in (clone / "state").iterdir():
            assert not [line for line in file.read_text().splitlines() if line.startswith(MARKERS)]
        there = git(clone.parent / "remote.git", "show", "main:state/prod.json")
        assert there == state(2, gold="1", silver="other")

    def test_without_the_driver_too(
        self, other: Path, clone: Path, commit: Callable[[Path], bool]
    ) -> None:
        (other / "state/prod.json").write_text(state(2, gold="1", bronze="3"))
        (other / ".gitattributes").unlink()
        self.push(other)
        (clone / ".gitattributes").unlink()
        before = (clone / "state/prod.json").read_text()
        git(clone, "commit", "-q", "-am", "no driver")
        assert not commit(clone)
        assert (clone / "state/prod.json").read_text() == before

    def test_a_push_that_is_refused_fails(
        self, other: Path, clone: Path, commit: Callable[[Path], bool]
    ) -> None:
        hook = other.parent / "remote.git/hooks/pre-receive"
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
        assert not commit(clone)
        assert (clone / "state/prod.json").read_text() == state(2, gold="1", silver="2")


class Team:
    """A repository with `state: git:origin`, runners that are thrown away, and a platform."""

    def __init__(self, folder: Path, platform: Emulator) -> None:
        self.folder = folder
        self.platform = platform
        self.remote = folder / "remote.git"
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.remote))
        person = self.clone("person", fresh=True)
        (person / "aepctl.yaml").write_text(self._settings())
        self.merge(person, "gold")
        assert bash("aepctl state init", person, **self.environment()).returncode == 0

    def _settings(self) -> str:
        settings = yaml.safe_load(FILES["aepctl.yaml"])
        settings["environments"]["prod"] |= {
            "ais_url": f"{self.platform.url}/core/ais",
            "ups_url": f"{self.platform.url}/data/core/ups",
            "ims_url": self.platform.url,
            "settle_seconds": 2,
            "lock_lease_seconds": LEASE_SECONDS,
        }
        return yaml.safe_dump(settings)

    def environment(self) -> dict[str, str]:
        return {
            "PATH": PATH, "AEP_PROD_ORG": ORG, "AEP_ACCESS_TOKEN": "test-token",
            "AEP_API_KEY": "test-key", "GIT_AUTHOR_NAME": "tests", "GIT_AUTHOR_EMAIL": "t@e.org",
            "GIT_COMMITTER_NAME": "tests", "GIT_COMMITTER_EMAIL": "t@e.org",
        }  # fmt: skip

    def clone(self, name: str, *, fresh: bool = False) -> Path:
        """A runner's checkout, as shallow as a pipeline's, or a person's."""
        depth = () if fresh else ("--depth", "1")
        git(self.folder, "clone", "-q", *depth, f"file://{self.remote}", name)
        return self.folder / name

    def merge(self, person: Path, *keys: str) -> None:
        """A pull request that wants these is merged."""
        for key in keys:
            self.want(person, key)
        git(person, "checkout", "-q", "-B", "main")
        git(person, "add", "aepctl.yaml", "audiences")
        git(person, "commit", "-q", "-m", " ".join(keys))
        git(person, "push", "-q", "origin", "main")

    def want(self, clone: Path, key: str) -> None:
        (clone / "audiences").mkdir(exist_ok=True)
        (clone / f"audiences/{key}.yaml").write_text(
            f"audiences:\n  {key}: {{name: Name {key}, namespace: agora, originName: Tests}}\n"
        )

    def tip(self) -> str:
        return git(self.remote, "rev-parse", "main")

    def names(self) -> list[str]:
        """What the platform has."""
        return sorted(str(one["name"]) for one in self.platform.audiences)

    def known(self) -> set[str]:
        raw = git(self.remote, "show", "aepctl-state:prod.json")
        assert '"lock"' not in raw
        assert '"intents"' not in raw
        return set(decode_state(raw.encode(), "state").audiences)


class GitHub:
    """The workflows' steps, with the action's script as GitHub runs it."""

    def __init__(self, team: Team) -> None:
        self.team = team

    def _start(self, clone: Path, name: str, file: str, temp: Path) -> subprocess.Popen[str]:
        (temp / "aepctl/bin").mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            (temp / "aepctl/bin/aepctl").symlink_to(BIN / "aepctl")
        inputs = inputs_of(step(name, f".github/workflows/{file}.yml")["with"], temp)
        more = {name: str(temp / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        return started(
            ACTION["runs"]["steps"][1]["run"], clone,
            **action_environment(1, temp, **inputs), **self.team.environment(), **more,
        )  # fmt: skip

    def plan(self, clone: Path) -> str:
        """The pull request's job: the plan that is reviewed."""
        process = self._start(clone, "Plan", "plan", clone.parent / f"{clone.name}-temp")
        _, err = process.communicate()
        assert process.returncode == 0, err
        return (clone / "plan.json").read_text()

    def apply(self, name: str, plan: str) -> subprocess.Popen[str]:
        """A new runner that begins to apply what was reviewed."""
        clone, temp = self.team.clone(name), self.team.folder / f"{name}-temp"
        temp.mkdir()
        (temp / "plan.json").write_text(plan)
        return self._start(clone, "Apply", "apply", temp)


class GitLab:
    """The jobs' scripts."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.jobs = yaml.safe_load(FILES[".gitlab-ci.yml"])

    def _start(self, clone: Path, job: str) -> subprocess.Popen[str]:
        script = "\n".join(self.jobs[job]["script"])
        environment = self.team.environment() | {"CI_DEFAULT_BRANCH": "main"}
        return started(script, clone, **environment)

    def plan(self, clone: Path) -> str:
        process = self._start(clone, "plan")
        _, err = process.communicate()
        assert process.returncode == 2, err
        return (clone / "plan.json").read_text()

    def apply(self, name: str, plan: str) -> subprocess.Popen[str]:
        clone = self.team.clone(name)
        (clone / "plan.json").write_text(plan)
        return self._start(clone, "apply")


@pytest.mark.rig
@pytest.mark.timeout(300)
class TestWithAStateThatIsShared:
    @pytest.fixture
    def team(self, tmp_path: Path, platform: Callable[..., Emulator]) -> Team:
        return Team(tmp_path, platform(latency=0.3, list_lag=1.0))

    @pytest.fixture(params=[GitHub, GitLab])
    def pipeline(self, request: pytest.FixtureRequest, team: Team) -> GitHub | GitLab:
        made: GitHub | GitLab = request.param(team)
        return made

    @pytest.fixture
    def ended(self) -> Callable[..., str]:
        def wait(process: subprocess.Popen[str], *codes: int) -> str:
            try:
                out, err = process.communicate(timeout=200)
            finally:
                process.kill()
            assert process.returncode in (codes or (0,)), out + err
            return out + err

        return wait

    def reviewed(self, team: Team, pipeline: GitHub | GitLab, *keys: str) -> str:
        """The plan of a pull request that wants these as well."""
        clone = team.clone(f"review-{keys[0]}")
        for key in keys:
            team.want(clone, key)
        return pipeline.plan(clone)

    def test_two_merges_at_once_are_both_applied_and_nothing_twice(
        self, team: Team, pipeline: GitHub | GitLab, ended: Callable[..., str]
    ) -> None:
        one = self.reviewed(team, pipeline, "silver", "gold")
        two = self.reviewed(team, pipeline, "bronze")
        person = team.folder / "person"
        team.merge(person, "silver")
        team.merge(person, "bronze")
        before = team.tip()
        runs = [pipeline.apply("runner-1", one), pipeline.apply("runner-2", two)]
        for run in runs:
            ended(run)
        assert team.names() == ["Name bronze", "Name gold", "Name silver"]
        assert team.known() == {"gold", "silver", "bronze"}
        assert team.tip() == before
        again = ended(pipeline.apply("runner-3", one))
        assert "All changes of this plan are done: it can do nothing more." in again
        assert len(team.names()) == 3

    def test_a_runner_that_vanishes_with_its_disk_is_made_up_for_by_the_next(
        self, team: Team, pipeline: GitHub | GitLab, ended: Callable[..., str]
    ) -> None:
        keys = [f"k{number:02}" for number in range(40)]
        plan = self.reviewed(team, pipeline, *keys)
        team.merge(team.folder / "person", *keys)
        process = pipeline.apply("runner-1", plan)
        while len(team.platform.audiences) < 5:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        shutil.rmtree(team.folder / "runner-1")
        ended(pipeline.apply("runner-2", plan), 0, 4)
        ended(pipeline.apply("runner-3", plan))
        assert team.names() == sorted(f"Name {key}" for key in (*keys, "gold"))
        assert team.known() == {*keys, "gold"}

    def test_a_cancelled_job_ends_cleanly_and_running_it_again_does_the_rest(
        self, team: Team, pipeline: GitHub | GitLab, ended: Callable[..., str]
    ) -> None:
        keys = [f"k{number:02}" for number in range(40)]
        plan = self.reviewed(team, pipeline, *keys)
        team.merge(team.folder / "person", *keys)
        process = pipeline.apply("runner-1", plan)
        while len(team.platform.audiences) < 5:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 130
        ended(pipeline.apply("runner-2", plan))
        assert team.names() == sorted(f"Name {key}" for key in (*keys, "gold"))


class Promotion:
    """dev and prod, each on a platform of its own, and the state of both on one branch."""

    def __init__(self, folder: Path, **platforms: Emulator) -> None:
        self.folder, self.platforms = folder, platforms
        self.remote = folder / "remote.git"
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.remote))
        git(folder, "clone", "-q", f"file://{self.remote}", "person")
        person = folder / "person"
        settings = yaml.safe_load(FILES["promote/aepctl.yaml"])
        for name, one in settings["environments"].items():
            url = platforms[name].url
            one |= {"ais_url": f"{url}/core/ais", "ups_url": f"{url}/data/core/ups", "ims_url": url}
        (person / "aepctl.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
        self.merge("gold")
        for name in ("dev", "prod"):
            done = bash(f"aepctl --env {name} state init", person, **self.environment())
            assert done.returncode == 0, done.stderr

    def environment(self) -> dict[str, str]:
        return {
            "PATH": PATH, "AEP_DEV_ORG": ORG, "AEP_PROD_ORG": ORG, "CI_DEFAULT_BRANCH": "main",
            "AEP_ACCESS_TOKEN": "test-token", "AEP_API_KEY": "test-key",
            **{f"GIT_{who}_{what}": "t@e.org" for who in ("AUTHOR", "COMMITTER")
               for what in ("NAME", "EMAIL")},
        }  # fmt: skip

    def merge(self, key: str) -> None:
        person = self.folder / "person"
        (person / "audiences").mkdir(exist_ok=True)
        (person / f"audiences/{key}.yaml").write_text(
            f"audiences:\n  {key}: {{name: Name {key}, namespace: agora, originName: Tests}}\n"
        )
        git(person, "checkout", "-q", "-B", "main")
        git(person, "add", "aepctl.yaml", "audiences")
        git(person, "commit", "-q", "-m", key)
        git(person, "push", "-q", "origin", "main")

    def clone(self, name: str) -> Path:
        git(self.folder, "clone", "-q", "--depth", "1", f"file://{self.remote}", name)
        return self.folder / name

    def names(self) -> dict[str, list[str]]:
        return {
            name: [str(one["name"]) for one in platform.audiences]
            for name, platform in self.platforms.items()
        }


def by_action(there: Promotion, name: str, clone: Path) -> subprocess.CompletedProcess[str]:
    """A step of the workflow: the plans of an earlier job are where the page puts them."""
    temp = there.folder / "temp"
    (temp / "aepctl/bin").mkdir(parents=True, exist_ok=True)
    if name == "Plan":
        (temp / "aepctl/bin/aepctl").symlink_to(BIN / "aepctl")
    given = step(name, ".github/workflows/promote.yml")["with"]
    more = {one: str(temp / one) for one in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    environment = action_environment(1, temp, **inputs_of(given, temp))
    script = ACTION["runs"]["steps"][1]["run"]
    done = bash(script, clone, **environment, **there.environment(), **more)
    if name == "Plan":
        assert done.returncode == 0, done.stderr
        (clone / "plans").rename(temp / "plans")
    return done


def by_job(there: Promotion, name: str, clone: Path) -> subprocess.CompletedProcess[str]:
    """A job of GitLab, with the artifacts of the one before."""
    plans = there.folder / "plans"
    if plans.exists():
        plans.rename(clone / "plans")
    script = "\n".join(yaml.safe_load(FILES["promote/.gitlab-ci.yml"])[name]["script"])
    done = bash(script, clone, **there.environment())
    assert (clone / "plans").exists(), done.stderr
    (clone / "plans").rename(plans)
    return done


@pytest.mark.rig
@pytest.mark.parametrize(
    ("run", "planner", "applies", "changes"),
    [
        (by_action, "Plan", {"dev": "Apply to dev", "prod": "Apply to prod"}, 0),
        (by_job, "plan", {"prod": "prod"}, 2),
    ],
    ids=["github", "gitlab"],
)
def test_the_plan_of_prod_that_was_approved_is_the_one_that_is_applied(
    tmp_path: Path,
    platform: Callable[..., Emulator],
    run: Callable[..., subprocess.CompletedProcess[str]],
    planner: str,
    applies: dict[str, str],
    changes: int,
) -> None:
    there = Promotion(tmp_path, dev=platform(), prod=platform())
    made = run(there, planner, there.clone("planner"))
    assert made.returncode == changes, made.stderr
    there.merge("silver")  # after the plan, and before the approval
    for name, job in applies.items():
        applied = run(there, job, there.clone(name))
        assert applied.returncode == 0, applied.stdout + applied.stderr
        assert "1 left alone" in applied.stdout
    assert there.names() == {"dev": [], "prod": []} | {one: ["Name gold"] for one in applies}
