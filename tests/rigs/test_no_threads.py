"""A user who may start no more threads: the real program, limited by the system."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig import APPLY, CODE, PROGRAM, Site, creates, duplicates, lost

from aepctl.emulator import serve

pytestmark = [pytest.mark.rig, pytest.mark.timeout(120)]
NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
WANTED = 20


@pytest.fixture
def ground_folder() -> Iterator[Path]:
    """A folder within reach of a user who is nobody else's: root itself knows no limit."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and `setpriv`, to become another user")
    imports = [*AS_NOBODY, sys.executable, "-c", "import aepctl.cli.main"]
    environ = {**os.environ, "PYTHONPATH": str(CODE)}
    tried = subprocess.run(imports, check=False, capture_output=True, env=environ)
    if tried.returncode:
        pytest.skip("the program, or its Python, is out of another user's reach")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name) / "ground"


def limited(site: Site, threads: int, *command: str) -> tuple[int, str, str]:
    """Run a command as a user who may have so many threads, that of the process included."""
    for path in (site.folder, *site.folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    return site.run(
        *AS_NOBODY,
        *command,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NPROC, (threads, threads)),
    )


def test_without_a_thread_nothing_is_sent_and_the_report_says_so(ground_folder: Path) -> None:
    with serve() as emulator, Site(ground_folder, emulator.url) as site:
        site.want(WANTED)
        code, out, err = limited(site, 1, *APPLY)
        assert (code, err) == (1, "")
        assert "Stopped: this system starts no worker (can't start new thread" in out
        assert f"Apply for rig: {WANTED} not started." in out
        assert (creates(emulator), site.left_over()) == (0, [])


def test_with_few_threads_all_is_done(ground_folder: Path) -> None:
    with serve() as emulator, Site(ground_folder, emulator.url) as site:
        site.want(WANTED)
        code, out, err = limited(site, 3, *APPLY, "--parallelism", "8")
        assert (code, err) == (0, ""), out
        assert (creates(emulator), duplicates(emulator)) == (WANTED, 0)
        assert lost(emulator, site.known()) == []


def test_the_embedded_platform_says_what_it_lacks(ground_folder: Path) -> None:
    with Site(ground_folder, "http://127.0.0.1") as site:
        settings = "environments:\n  rig:\n    endpoint: emulator\n    sandbox: dev\n"
        (site.folder / "aepctl.yaml").write_text(settings)
        site.want(1)
        for command in (APPLY, (*PROGRAM, "emulator", "serve", "--port", "0")):
            code, _, err = limited(site, 1, *command)
            assert code == 1
            assert "the emulator's server did not start (can't start new thread)" in err
