"""`aepctl emulator serve`, as other programs start it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from aepctl.cli.emulator import emulator
from aepctl.emulator import FaultKind
from aepctl.project.load import load_project

COMMAND = [sys.executable, "-c", "from aepctl.cli.emulator import emulator; emulator()", "serve"]


@contextmanager
def serving(
    folder: Path, *options: str, **kwargs: Any
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and the address that it printed."""
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [*COMMAND, "--port", "0", *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **kwargs,
    ) as process:
        try:
            line = process.stdout.readline()
            assert line.startswith("emulator listening on http://127.0.0.1:"), process.stderr.read()
            yield process, line.split()[-1]
        finally:
            process.kill()


def ends(process: subprocess.Popen[str], number: int) -> int:
    process.send_signal(number)
    return process.wait(30)


@pytest.mark.rig
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(
    tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path) as (process, url):
        assert httpx.get(url, trust_env=False).status_code == 404
        assert ends(process, number) == 0
        rest, hint = process.stdout.read(), process.stderr.read()
    assert rest == ""
    monkeypatch.chdir(tmp_path)
    settings, variables = hint.split("aepctl.yaml:\n")[1].split("and in the environment:\n")
    (tmp_path / "aepctl.yaml").write_text(settings)
    trial = load_project({}).environment({})
    assert (trial.name, trial.ims_url) == ("trial", url)
    assert (trial.ais_url, trial.ups_url) == (f"{url}/core/ais", f"{url}/data/core/ups")
    assert trial.settle_seconds == 0  # its list does not lag unless it is told to
    assert "AEP_ACCESS_TOKEN=test-token" in variables
    assert (tmp_path / ".aepctl" / "emulator.sqlite3").exists()


@pytest.mark.rig
def test_it_stops_even_where_a_shell_made_it_ignore_interrupts(tmp_path: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    with serving(tmp_path, preexec_fn=ignore) as (process, _):
        assert ends(process, signal.SIGINT) == 0


def test_every_option_reaches_the_server(tmp_path: Path) -> None:
    options = ["--revision", "3", "--strict-tokens", "--token-ttl", "7", "--list-lag", "60"]
    options += ["--fault", "error-before=1.0@Gold", "--retry-after", "3", "--seed", "1"]
    options += ["--latency", "0.01", "--db", "deep/er/db", "--host", "127.0.0.1"]
    options += [
        "--update-lag",
        "60",
        "--delete-lag",
        "60",
        "--statuses",
        "openapi",
        "--max-length",
        "20",
    ]
    options += ["--fault", "delete-error-before=1.0@Silver"]
    with serving(tmp_path, *options) as (process, url):
        form = {"grant_type": "client_credentials", "client_id": "k", "client_secret": "s"}
        granted = httpx.post(f"{url}/ims/token/v3", data=form, trust_env=False).json()
        assert granted["expires_in"] == 7

        def call(method: str, path: str, **kwargs: Any) -> httpx.Response:
            headers = {
                "Authorization": f"Bearer {granted['access_token']}",
                "x-api-key": "k",
                "x-gw-ims-org-id": "1@AdobeOrg",
                "x-sandbox-name": "dev",
                "Accept": "application/vnd.adobe.external.audiences+json; version=2",
                "Content-Type": "application/json",
            }
            return httpx.request(method, url + path, headers=headers, trust_env=False, **kwargs)

        def create(name: object) -> httpx.Response:
            path = "/core/ais/audiences?createAudienceMetaOnly=true"
            return call("POST", path, json={"name": name, "namespace": "n", "originName": "o"})

        failed = create("Gold")
        assert (failed.status_code, failed.headers["retry-after"]) == (503, "3")
        made = create("Silver").json()
        assert set(made) == {"id", "name", "audienceId"}
        assert create("x" * 21).status_code == 400
        change = [{"op": "add", "path": "/description", "value": "new"}]
        path = f"/data/core/ups/audiences/{made['id']}"
        assert call("PATCH", path, json=change).status_code == 201
        assert call("DELETE", path).status_code == 503
        ends(process, signal.SIGTERM)
        assert "AEP_CLIENT_SECRET=test-secret" in process.stderr.read()
    assert (tmp_path / "deep" / "er" / "db").exists()


@pytest.mark.rig
def test_audiences_survive_a_killed_process(tmp_path: Path) -> None:
    def call(url: str, method: str, path: str, **kwargs: Any) -> Any:
        headers = {
            "Authorization": "Bearer t",
            "x-api-key": "k",
            "x-gw-ims-org-id": "1@AdobeOrg",
            "x-sandbox-name": "dev",
            "Accept": "application/vnd.adobe.external.audiences+json; version=2",
        }
        return httpx.request(method, url + path, headers=headers, trust_env=False, **kwargs).json()

    with serving(tmp_path) as (process, url):
        wanted = {"name": "Gold", "namespace": "n", "originName": "o"}
        path = "/core/ais/audiences?createAudienceMetaOnly=true"
        created = call(url, "POST", path, json=wanted)
        process.kill()
        process.wait()
    with serving(tmp_path) as (_, url):
        (found,) = call(url, "GET", "/data/core/ups/audiences")["children"]
    assert found["audienceId"] == created["audienceId"]


def refused(*options: str) -> str:
    result = CliRunner().invoke(emulator, ["serve", *options])
    assert result.exit_code == 2
    return result.output


def test_an_unknown_fault_is_answered_with_the_kinds(tmp_path: Path) -> None:
    output = " ".join(refused("--fault", "explode").split())
    assert "'explode' is no kind of fault" in output
    for kind in (*FaultKind, "delete-dependents", "bulk-get-stale"):
        assert kind in output


@pytest.mark.parametrize(
    ("rate", "why"),
    [
        *((rate, "could not convert") for rate in ("", "often")),
        *((rate, "between 0 and 1") for rate in ("2", "-1", "nan")),
    ],
)
def test_a_rate_is_a_number_between_0_and_1(rate: str, why: str) -> None:
    output = " ".join(refused("--fault", f"refuse={rate}").split())
    assert f"'refuse={rate}'" in output
    assert why in output


@pytest.mark.parametrize(
    "options",
    [
        *(("--port", "65536"), ("--latency", "-1"), ("--revision", "2"), ("--token-ttl", "-1")),
        *(("--delete-lag", "-1"), ("--max-length", "0")),
    ],
)
def test_impossible_options_are_usage_errors(options: tuple[str, ...]) -> None:
    assert options[0] in refused(*options)


def test_endless_latency_is_a_usage_error() -> None:
    assert "finite" in refused("--latency", "inf")


def test_a_retry_after_that_no_header_can_hold_is_a_usage_error() -> None:
    assert "ASCII" in refused("--fault", "rate-limit", "--retry-after", "später")


def test_a_folder_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "--db" in refused("--port", "0", "--db", str(tmp_path / "file" / "db"))


@pytest.mark.parametrize("db", ["aepctl.yaml", "state/default.json", "audiences/a.yaml", "~/db"])
def test_what_a_project_reads_is_no_place_for_its_database(folder: Path, db: str) -> None:
    from aepctl.cli.main import run

    assert run(["emulator", "serve", "--port", "0", "--db", db]) == 64
    assert list(folder.iterdir()) == []
