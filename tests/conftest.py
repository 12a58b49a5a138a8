"""What all tests share: projects with commands run in them, platforms, golden files, properties."""

import gc
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from goldens import DATA, Golden, compare
from hypothesis import HealthCheck, settings
from projects import Project

from aepctl.emulator import Behaviour, Emulator, Fault, serve

ROUNDS = int(os.environ.get("AEPCTL_RIG_ROUNDS", "1"))
settings.register_profile(
    "aepctl",
    max_examples=35 * ROUNDS,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("aepctl")

# A job in the background, or under nohup, has signals ignored, and so would what the tests start.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)

# What the tests start is one program, hundreds of times: it is compiled once, and kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_xdist_auto_num_workers() -> int:
    """More at a time than processors: a third of what the tests take, they wait."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    return processors + (processors + 1) // 2


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays: looking for garbage in it takes a sixth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def data() -> Path:
    return DATA


@pytest.fixture(scope="session")
def golden() -> Golden:
    return compare


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the `openssl` program to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, cert, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True
    )
    both.write_text(key.read_text() + cert.read_text())
    return both


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine that runs the tests decides how they end."""
    for name in ("AEPCTL_ENV", "AEP_ORG_ID", "AEP_SANDBOX", "AEP_ACCESS_TOKEN", "AEP_CLIENT_ID",
                 "AEP_CLIENT_SECRET", "AEP_API_KEY", "AEP_SCOPES", "AEPCTL_SETTLE_SECONDS",
                 "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "CI_JOB_URL",
                 "GITHUB_RUN_ID"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    for name in os.environ:
        if name.startswith(("AWS_", "AZURE_", "GOOGLE_")):  # obstore and boto3 read them
            monkeypatch.delenv(name)


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Project:
    """An empty project, in which commands run within this process."""
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, monkeypatch, capsys)


@pytest.fixture
def platform() -> Iterator[Callable[..., Emulator]]:
    """Start a platform with these faults and this behaviour; it stops with the test."""
    with ExitStack() as running:

        def start(*faults: Fault, **behaviour: object) -> Emulator:
            chosen = Behaviour(faults=faults, **behaviour)  # type: ignore[arg-type]
            return running.enter_context(serve(behaviour=chosen))

        yield start


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the rigs counted, whichever process ran them."""
    lines = [
        f"{name.removeprefix('rig: ')}: {value}"
        for outcome in ("passed", "failed")
        for one in terminalreporter.stats.get(outcome, ())
        for name, value in one.user_properties
        if name.startswith("rig: ")
    ]
    if lines:
        terminalreporter.section("rigs")
        for line in lines:
            terminalreporter.write_line(line)
