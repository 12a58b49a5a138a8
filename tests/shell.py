"""A shell in which the sessions of a page are typed, and what a page shows of them."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

import pytest
from projects import Terminal

from aepctl.cli.main import run

LEFT_OUT = r"(?P<lines>^…$)|(?P<some>…)"
UUID = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
TOKEN = re.compile(rf"{LEFT_OUT}|(?P<id>{UUID})", re.MULTILINE)
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
        if program != "aepctl":
            return self._other(program, words, line)
        screen = Screen()
        self._monkeypatch.setattr("sys.stdin", Keyboard("yes\n", screen))
        with redirect_stdout(screen), redirect_stderr(screen):
            self._code = run(words)
        return screen.read()

    def _other(self, program: str, words: list[str], line: str) -> str:
        """What is no aepctl: the folder that is gone to, else a program of the machine."""
        if program == "cd":
            self._monkeypatch.chdir(*words)
            return ""
        done = subprocess.run(
            ["bash", "-c", line], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        self._code = done.returncode
        return (done.stdout + done.stderr).strip("\n")


def commands(session: str) -> Iterator[tuple[str, str]]:
    """Each command of a session, and what the page shows of it."""
    for one in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        line, _, shown = one.partition("\n")
        yield line, shown.strip("\n")


class Page:
    """Compares what a page shows with what is printed: one ID there is one ID here."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def shows(self, shown: str, printed: str) -> bool:
        """`…` is what the page leaves out: lines, or the rest of one."""
        found = re.fullmatch(self._pattern(shown), printed)
        if found is None:
            return False
        self._ids |= {name: one for name, one in self._named(found.groupdict()).items() if one}
        return len(set(self._ids.values())) == len(self._ids)

    def _pattern(self, shown: str) -> str:
        pattern, end, new = "", 0, set[str]()
        for token in TOKEN.finditer(shown):
            pattern += re.escape(shown[end : token.start()])
            end = token.end()
            if token["id"] is None:
                pattern += r"[\s\S]*" if token["lines"] else ".*"
            elif token["id"] in self._ids:
                pattern += re.escape(self._ids[token["id"]])
            else:
                group = f"id_{token['id'].replace('-', '_')}"
                pattern += f"(?P={group})" if group in new else f"(?P<{group}>{UUID})"
                new.add(group)
        return pattern + re.escape(shown[end:])

    @staticmethod
    def _named(groups: dict[str, str]) -> dict[str, str]:
        return {name.removeprefix("id_").replace("_", "-"): one for name, one in groups.items()}
