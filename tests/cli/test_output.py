"""Standard output and standard error: written whole, or the exit code tells."""

import fcntl
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from projects import ORG, Project

pytestmark = pytest.mark.rig

PROGRAM = [sys.executable, "-m", "aepctl"]
PIPE = 65_536


@pytest.fixture
def many(project: Project) -> Project:
    """A project whose plan is far larger than a pipe takes."""
    project.write(
        "aepctl.yaml", f"environments:\n  prod: {{org: {ORG}, sandbox: prod, endpoint: emulator}}\n"
    )
    project.want(*(f"key-{number}" for number in range(4000)))
    return project


def pipe() -> tuple[int, int]:
    """Reader and writer of a pipe that does not make its writer wait."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    return reading, writing


def read_late(reading: int) -> bytes:
    """All of it, by somebody who is slow to begin and takes little at a time."""
    time.sleep(0.8)
    parts = []
    while part := os.read(reading, 30_000):
        parts.append(part)
        time.sleep(0.001)
    os.close(reading)
    return b"".join(parts)


@pytest.mark.parametrize(
    "words", [["plan"], ["plan", "-o", "json"], ["plan", "--out", "/dev/stdout"]]
)
def test_a_reader_that_comes_late_gets_all_of_it(many: Project, words: list[str]) -> None:
    whole = subprocess.run([*PROGRAM, *words], capture_output=True, check=True).stdout
    assert len(whole) > 3 * PIPE
    reading, writing = pipe()
    process = subprocess.Popen([*PROGRAM, *words], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    got = read_late(reading)
    _, err = process.communicate()
    assert (got, process.returncode, err) == (whole, 0, b"")


def test_so_does_the_reader_of_standard_error(many: Project) -> None:
    many.want(*(f"k?{number}" for number in range(150)))
    whole = subprocess.run([*PROGRAM, "validate"], capture_output=True, check=False).stderr
    reading, writing = pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    process = subprocess.Popen([*PROGRAM, "validate"], stderr=writing)
    os.close(writing)
    assert len(whole) > 4096
    assert read_late(reading) == whole
    assert process.wait() == 1


def test_help_waits_for_room_in_a_pipe_that_is_full(folder: Path) -> None:
    whole = subprocess.run([*PROGRAM, "--help"], capture_output=True, check=True).stdout
    reading, writing = pipe()
    filled = os.write(writing, b"x" * 10 * PIPE)
    process = subprocess.Popen([*PROGRAM, "--help"], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    got = read_late(reading)[filled:]
    assert (process.communicate()[1], process.returncode, got) == (b"", 0, whole)


def test_a_reader_that_goes_away_ends_the_waiting(many: Project) -> None:
    reading, writing = pipe()
    process = subprocess.Popen([*PROGRAM, "plan"], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    time.sleep(0.5)
    os.close(reading)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_a_file_of_formats_is_whole_behind_such_a_pipe(many: Project) -> None:
    reading, writing = pipe()
    words = ["plan", "--write", f"json:/dev/fd/{writing}"]
    process = subprocess.Popen(
        [*PROGRAM, *words], pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    os.close(writing)
    whole = read_late(reading)
    _, err = process.communicate()
    assert (process.returncode, err, len(whole) > 3 * PIPE, whole[-3:]) == (0, b"", True, b"\n}\n")


class TestWhereItCannotBeWritten:
    """A full disk, or no stream at all, is an error; a reader that has gone (`| head`) is none."""

    @pytest.mark.parametrize(
        "words",
        [
            "plan", "plan -o json", "plan -o html", "validate -o markdown", "schema config",
            "state intents -o json", "--help", "plan --help", "--version",
        ],
    )  # fmt: skip
    def test_any_command(self, small: Project, words: str) -> None:
        assert into(">&-", words) == (1, CLOSED)
        assert into(">/dev/full", words) == (1, FULL)
        assert into("| true", words) == (0, "")

    def test_another_error_keeps_its_exit_code(self, small: Project) -> None:
        assert into(">&-", "nonsense")[0] == 64
        small.want("gold", "a b")
        code, err = into(">&-", "plan -o json")
        assert (code, err.endswith(CLOSED), "a b" in err) == (1, True, True)

    @pytest.mark.parametrize("option", ["--out /dev/stdout", "--write json:/dev/stdout"])
    def test_a_file_that_leads_there(self, small: Project, option: str) -> None:
        code, err = into(">&-", f"plan {option}")
        assert code == 1
        assert f"error: {option} cannot be written: it is closed" in err

    @pytest.mark.parametrize("output", ["text", "json", "html"])
    @pytest.mark.parametrize("to", [">&-", ">/dev/full"])
    def test_what_an_apply_did_is_told_on_standard_error(
        self, small: Project, to: str, output: str
    ) -> None:
        small.want("gold", "silver")
        code, err = into(to, f"apply --auto-approve -o {output}")
        assert code == 1
        known = small.state()["audiences"]
        for key in ("gold", "silver"):
            assert f"created  {key}  {known[key]['audienceId']}\n" in err
        assert "Apply for prod: 2 created.\n" in err
        assert err.endswith(CLOSED if to == ">&-" else FULL)

    def test_what_a_decision_did_likewise(self, small: Project) -> None:
        assert into("", "apply --auto-approve")[0] == 0
        code, err = into(">/dev/full", "state mv gold silver")
        assert code == 1
        assert "silver" in err.removesuffix(FULL)
        assert set(small.state()["audiences"]) == {"silver"}


SAID = (
    "error: standard output could not be written ({}) [file-unwritable]\n"
    "  what was done stays done; let it lead to where it can be written, and look again\n"
)
FULL, CLOSED = SAID.format("No space left on device"), SAID.format("it is closed")


@pytest.fixture
def small(project: Project) -> Project:
    project.write(
        "aepctl.yaml", f"environments:\n  prod: {{org: {ORG}, sandbox: prod, endpoint: emulator}}\n"
    )
    project.want("gold")
    return project


def into(to: str, words: str) -> tuple[int, str]:
    """Exit code and standard error of a command whose standard output leads there."""
    command = f"{shlex.join(PROGRAM)} {words} {to}"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr
