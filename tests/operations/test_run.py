"""Who runs a command, and for what: what state records of a run."""

import getpass
import socket

import pytest

from aepctl.operations.run import job_url, run_of
from aepctl.state.model import Run

AT = "2027-01-02T03:04:05.678+00:00"


def test_a_step_of_github_actions() -> None:
    environ = {
        "GITHUB_ACTOR": "octocat",
        "GITHUB_SHA": "0123abc",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_RUN_ID": "7",
    }
    assert run_of(environ, "run-1", AT, "apply") == Run(
        "run-1", AT, "apply", "octocat", "0123abc", "https://github.com/o/r/actions/runs/7"
    )


def test_a_job_of_gitlab() -> None:
    environ = {
        "GITLAB_USER_LOGIN": "tanuki",
        "CI_COMMIT_SHA": "0123abc",
        "CI_JOB_URL": "https://gitlab.com/o/r/-/jobs/7",
    }
    assert run_of(environ, "run-1", AT, "apply") == Run(
        "run-1", AT, "apply", "tanuki", "0123abc", "https://gitlab.com/o/r/-/jobs/7"
    )


def test_a_person_at_a_machine() -> None:
    by = f"{getpass.getuser()}@{socket.gethostname()}"
    assert run_of({}, "run-1", AT, "state mv a b") == Run("run-1", AT, "state mv a b", by)


def test_a_container_whose_user_has_no_name() -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    assert run_of({}, "run-1", AT, "apply", user=nameless).by is None


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"CI_JOB_URL": ""},
        {"GITHUB_RUN_ID": "7"},
        {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r"},
    ],
)
def test_without_an_address_there_is_no_job(environ: dict[str, str]) -> None:
    assert job_url(environ) is None


@pytest.mark.parametrize("name", ["BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL"])
def test_other_pipelines_say_where_they_are(name: str) -> None:
    assert job_url({name: "https://ci.example/7"}) == "https://ci.example/7"
