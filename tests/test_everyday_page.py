"""docs/everyday.md: its sessions show what the program prints, and its words are all there."""

import re
import shlex
from pathlib import Path

from projects import Project

from aepctl.cli.completion import SHELLS
from aepctl.render.listed import WORDS

PAGE = (Path(__file__).resolve().parent.parent / "docs/everyday.md").read_text()


def test_the_sessions(project: Project) -> None:
    sessions = re.findall(r"<!-- run -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    commands = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", "".join(sessions), re.MULTILINE)
    assert len(commands) == 5
    for command, shown in commands:
        _, *words = shlex.split(command)
        begins, left_out, _ = shown.partition("…\n")
        printed = project.run(*words).out
        assert (printed[: len(begins)] if left_out else printed) == begins, command


def test_the_lines_for_a_shells_settings_print_what_it_reads(project: Project) -> None:
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    lines = re.findall(r"aepctl (completion \w+)", script)
    assert len(lines) == len(script.splitlines()) == len(SHELLS)
    for line in lines:
        result = project.run(*line.split())
        assert result.code == 0
        assert "_AEPCTL_COMPLETE" in result.out


def test_every_status_and_every_shell_is_on_the_page() -> None:
    rows = [f"| {said} | `{status}` |" for status, said in WORDS.items()]
    assert [row for row in rows if row not in PAGE] == []
    assert [one for one in SHELLS if f"aepctl completion {one}" not in PAGE] == []
