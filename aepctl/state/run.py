"""Which run this is: for the state that it changes, and for whoever finds that state locked."""

import os
from collections.abc import Callable, Mapping
from uuid import uuid4

from aepctl.clock import Clock, timestamp
from aepctl.state.model import Run

JOB_URLS = ("CI_JOB_URL", "BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL")
COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT", "BUILDKITE_COMMIT", "CIRCLE_SHA1")
PEOPLE = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR", "USER")


def new_id() -> str:
    """An id that no other run or intent has."""
    return str(uuid4())


def this_run(
    environ: Mapping[str, str], command: str, *, clock: Clock, ids: Callable[[], str] = new_id
) -> Run:
    """The run that begins now; who and where, as far as the environment variables tell."""
    return Run(
        id=ids(),
        at=timestamp(clock),
        command=command,
        by=_first(environ, PEOPLE),
        commit=_first(environ, COMMITS),
        job=_job(environ),
    )


def holder(run: Run) -> dict[str, str]:
    """Who holds the state while `run` is at work."""
    import socket  # noqa: PLC0415 - who only reads holds no lock

    given = {"pid": str(os.getpid()), "host": socket.gethostname(), "since": run.at}
    given["command"] = run.command
    return given if run.job is None else {**given, "job": run.job}


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _job(environ: Mapping[str, str]) -> str | None:
    server, repository = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
    if server and repository and environ.get("GITHUB_RUN_ID"):
        return f"{server}/{repository}/actions/runs/{environ['GITHUB_RUN_ID']}"
    return _first(environ, JOB_URLS)
