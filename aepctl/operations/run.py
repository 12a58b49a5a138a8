"""Who runs a command, when, for which commit and in which job: what state records of a run."""

import getpass
import socket
from collections.abc import Callable, Mapping

from aepctl.state.model import Run

JOB_URLS = ("CI_JOB_URL", "BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL")
COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT", "BUILDKITE_COMMIT", "CIRCLE_SHA1")
PEOPLE = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR")


def run_of(
    environ: Mapping[str, str],
    run_id: str,
    at: str,
    command: str,
    *,
    user: Callable[[], str] = getpass.getuser,
) -> Run:
    """The run, from the variables of the pipeline where it is one."""
    return Run(
        id=run_id,
        at=at,
        command=command,
        by=_first(environ, PEOPLE) or _person(user),
        commit=_first(environ, COMMITS),
        job=job_url(environ),
    )


def job_url(environ: Mapping[str, str]) -> str | None:
    """The page of the job in which this runs, if it is one."""
    server, repository = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
    if server and repository and environ.get("GITHUB_RUN_ID"):
        return f"{server}/{repository}/actions/runs/{environ['GITHUB_RUN_ID']}"
    return _first(environ, JOB_URLS)


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _person(user: Callable[[], str]) -> str | None:
    try:
        return f"{user()}@{socket.gethostname()}"
    except (OSError, KeyError):  # a container whose user has no name
        return None
