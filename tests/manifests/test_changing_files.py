"""A file that changes while it is read: what was parsed is what is shown, and nothing stumbles."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from projects import ORG, Project

import aepctl.manifests.reader
import aepctl.project.load
from aepctl.errors import InvalidInput
from aepctl.files import read_regular
from aepctl.manifests import read_manifests
from aepctl.render.display import Paint
from aepctl.render.text import problems_text

pytestmark = pytest.mark.rig

FAULTY = "audiences:\n" + "\n" * 50 + "  gold: {nmae: Gold}\n"
AFTER = ["", "x", "a: b\n", None]


def change(path: str | Path, text: str | None) -> None:
    if text is None:
        Path(path).unlink()
    else:
        Path(path).write_text(text)


@pytest.mark.parametrize("after", AFTER)
def test_the_line_shown_is_the_one_that_was_parsed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, after: str | None
) -> None:
    Path("audiences").mkdir()
    Path("audiences/a.yaml").write_text(FAULTY)
    Path("audiences/b.yaml").write_text("audiences:\n  gold: {name: x}\n")

    def read(path: str, *, most: int) -> bytes:
        raw = read_regular(path, most=most)
        change(path, after)
        return raw

    monkeypatch.setattr(aepctl.manifests.reader, "read_regular", read)
    with pytest.raises(InvalidInput) as raised:
        read_manifests("audiences")
    told = problems_text(raised.value.problems, Paint(on=False))
    assert " 52 |   gold: {nmae: Gold}" in told
    assert "the key `gold` is already taken in `audiences/a.yaml:52:3`" in told


@pytest.mark.parametrize("after", AFTER)
def test_the_same_holds_for_the_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch, after: str | None
) -> None:
    Path("aepctl.yaml").write_text("manifests: audiences\n" + "\n" * 50 + "x: y\n")

    def read(path: str, *, most: int) -> bytes:
        raw = read_regular(path, most=most)
        change(path, after)
        return raw

    monkeypatch.setattr(aepctl.project.load, "read_regular", read)
    with pytest.raises(InvalidInput) as raised:
        aepctl.project.load.load_project({})
    (problem,) = raised.value.problems
    assert (problem.origin.line, problem.rule) == (52, "unknown-field")


def test_a_file_that_is_written_again_and_again_never_ends_a_command_as_a_bug(
    project: Project,
) -> None:
    project.write(
        "aepctl.yaml", f"environments:\n  prod: {{org: {ORG}, sandbox: prod, endpoint: emulator}}\n"
    )
    file = project.write("audiences/a.yaml", FAULTY)
    over = threading.Event()

    def writing() -> None:
        texts = [FAULTY, "", "a: [", FAULTY * 20, "audiences:\n  gold: {name: Gold}\n"]
        while not over.is_set():
            for text in texts:
                file.write_text(text)

    writer = threading.Thread(target=writing)
    writer.start()
    try:
        for _ in range(6):
            words = [sys.executable, "-m", "aepctl", "plan", "--write", "json:out.json"]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            assert done.returncode in {0, 1}, done.stderr
    finally:
        over.set()
        writer.join()
