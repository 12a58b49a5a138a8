"""The README's tour, taken: what it shows is what the program prints on a terminal today."""

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from projects import ORG, Project, Terminal

from aepctl.cli.main import run
from aepctl.emulator import Emulator, Fault, FaultKind

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()
TOUR = README.partition("\n## A tour of 60 seconds\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```(yaml|text)\n(.*?)```", TOUR, re.DOTALL)
SESSIONS = [text for kind, text in BLOCKS if kind == "text"]
MANIFEST = "audiences/loyalty.yaml"
SILVER = "  loyalty-silver:\n    name: Loyalty - Silver tier\n"
UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
PORT = re.compile(r"127\.0\.0\.1:\d+")
CONTROL = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")


class Screen(Terminal):
    """Where standard output and standard error meet, and what is typed shows."""

    def read(self, size: int | None = -1, /) -> str:
        """What can be read on it: a carriage return begins its line anew."""
        lines = CONTROL.sub("", self.getvalue()).split("\n")
        return "\n".join(line.rpartition("\r")[2] for line in lines).strip("\n")


class Keyboard(Terminal):
    """A standard input that somebody types on, in front of a screen."""

    def __init__(self, typed: str, screen: Screen) -> None:
        super().__init__(typed)
        self._screen = screen

    def readline(self, size: int | None = -1, /) -> str:
        line = super().readline()
        self._screen.write(line)
        return line


class Shell:
    """Runs command lines as a shell would, and gives what then stands on the screen."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._code = 0

    def show(self, line: str) -> str:
        if line == "echo $?":
            return str(self._code)
        program, *words = shlex.split(line)
        assert program == "aepctl"
        screen = Screen()
        self._monkeypatch.setattr("sys.stdin", Keyboard("yes\n", screen))
        with redirect_stdout(screen), redirect_stderr(screen):
            self._code = run(words)
        return screen.read()


def commands(session: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a session, and the lines that the README shows of it."""
    for one in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        line, _, shown = one.partition("\n")
        yield line, comparable(shown)


def comparable(text: str) -> list[str]:
    """The lines without what is new each day: IDs and ports."""
    return PORT.sub("127.0.0.1:PORT", UUID.sub("ID", text.strip("\n"))).split("\n")


def shortened(lines: list[str], like: list[str]) -> list[str]:
    """The lines with `…` for the first ones, where the README leaves those out."""
    return lines if like[0] != "…" else ["…", *lines[len(lines) - len(like) + 1 :]]


@pytest.fixture
def tour(project: Project, platform: Callable[..., Emulator]) -> Project:
    """The project of the tour; `trial` leads to a platform with the fault that the tour names."""
    named = re.search(r"--fault ([a-z-]+)@(\w+)`", TOUR)
    assert named
    url = platform(Fault(kind=FaultKind(named[1]), match=named[2])).url
    project.write(MANIFEST, dict(BLOCKS)["yaml"])
    project.write(
        "aepctl.yaml",
        "default_environment: local\nenvironments:\n"
        "  local: {endpoint: emulator, sandbox: dev}\n"
        f"  trial: {{org: {ORG}, sandbox: dev, settle_seconds: 0, ims_url: {url},\n"
        f"    ais_url: {url}/core/ais, ups_url: {url}/data/core/ups}}\n",
    )
    project.setenv("AEP_ACCESS_TOKEN", "test-token")
    project.setenv("AEP_API_KEY", "test-key")
    return project


def edit(project: Project, line: str) -> None:
    """What the tour says was done to the manifest before a command."""
    text = (project.root / MANIFEST).read_text()
    if "--env trial" in line and SILVER not in text:
        text += SILVER
    if line == "aepctl validate":
        text = text.replace("name: Loyalty - Gold", "nmae: Loyalty - Gold")
    project.write(MANIFEST, text)


def test_the_tour_shows_what_the_program_prints(
    tour: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, taken = Shell(monkeypatch), []
    for line, shown in (one for session in SESSIONS for one in commands(session)):
        edit(tour, line)
        printed = comparable(terminal.show(line))
        assert (line, shortened(printed, shown)) == (line, shown)
        taken.append(line)
    assert taken == [
        "aepctl plan",
        "aepctl apply",
        "aepctl --env trial apply --auto-approve",
        "echo $?",
        "aepctl --env trial apply --auto-approve",
        "aepctl validate",
    ]
