"""docs/tutorial.md, followed: what it shows is what stands on a terminal, and all of it is done."""

import json
import re
from pathlib import Path

import pytest
from projects import Project
from shell import Page, Shell, commands

PAGE = (Path(__file__).resolve().parent.parent / "docs/tutorial.md").read_text()
BLOCK = re.compile(r"<!-- (run|write): ?(\S*) ?-->\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}


@pytest.fixture
def machine(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty folder, and a Git that knows who somebody is and nothing else."""
    for name, value in {**IDENTITY, "COLUMNS": "120", "GIT_CONFIG_GLOBAL": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    return project


def test_the_hour(machine: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shell, page = Shell(monkeypatch), Page()
    for kind, file, text in BLOCK.findall(PAGE):
        if kind == "write":
            machine.write(f"shop/{file}", text)
            continue
        for line, shown in commands(text):
            printed = shell.show(line)
            assert page.shows(shown, printed), f"$ {line}\n{printed}\n\nThe page shows:\n{shown}"
    assert len(json.loads((machine.root / "shop/state/local.json").read_text())["audiences"]) == 2
