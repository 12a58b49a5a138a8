"""Which run it is, and who holds the state meanwhile."""

import os
import socket

import pytest
from fakes import FakeClock, Ids

from aepctl.state.model import Run
from aepctl.state.run import holder, new_id, this_run

AT = "2026-01-31T12:00:00.000+00:00"
GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "agora/audiences",
    "GITHUB_RUN_ID": "77",
}


def run(environ: dict[str, str]) -> Run:
    return this_run(environ, "aepctl apply", clock=FakeClock(), ids=Ids("run"))


def test_a_run_begins_now_and_says_what_is_run() -> None:
    assert run({}) == Run("run-1", AT, "aepctl apply")


def test_no_two_runs_have_the_same_id() -> None:
    made = this_run({}, "aepctl apply", clock=FakeClock())
    assert made.id not in {new_id(), this_run({}, "aepctl apply", clock=FakeClock()).id}


@pytest.mark.parametrize(
    ("environ", "job"),
    [
        ({}, None),
        ({"CI_JOB_URL": "https://gitlab/1"}, "https://gitlab/1"),
        ({"CI_JOB_URL": "", "BUILD_URL": "https://jenkins/2"}, "https://jenkins/2"),
        ({"BUILDKITE_BUILD_URL": "https://buildkite/3"}, "https://buildkite/3"),
        ({"CIRCLE_BUILD_URL": "https://circle/4"}, "https://circle/4"),
        (GITHUB, "https://github.com/agora/audiences/actions/runs/77"),
    ],
)
def test_a_run_names_its_ci_job(environ: dict[str, str], job: str | None) -> None:
    assert run(environ).job == job
    assert holder(run(environ)).get("job") == job


@pytest.mark.parametrize("missing", GITHUB)
def test_half_of_a_ci_job_is_none(missing: str) -> None:
    assert run({**GITHUB, missing: ""}).job is None


@pytest.mark.parametrize(
    ("environ", "by"),
    [
        ({"USER": "mia"}, "mia"),
        ({"USER": "runner", "GITHUB_ACTOR": "mia"}, "mia"),
        ({"GITLAB_USER_LOGIN": "mia"}, "mia"),
        ({"BUILDKITE_BUILD_CREATOR": "Mia"}, "Mia"),
        ({"USER": ""}, None),
    ],
)
def test_a_run_says_who_started_it_where_that_is_known(environ: dict[str, str], by: str) -> None:
    assert run(environ).by == by


@pytest.mark.parametrize(
    "name",
    ["GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT", "BUILDKITE_COMMIT", "CIRCLE_SHA1"],
)
def test_a_run_says_which_commit_it_is_for(name: str) -> None:
    assert run({name: "abc123"}).commit == "abc123"


def test_the_holder_is_this_process_on_this_machine_since_the_run_began() -> None:
    assert holder(run({})) == {
        "pid": str(os.getpid()),
        "host": socket.gethostname(),
        "since": AT,
        "command": "aepctl apply",
    }
