"""docs/export.md: what its session shows is what the program prints."""

from collections.abc import Callable
from pathlib import Path

from projects import Project
from sandbox import create
from sessions import commands, sessions, without_ids

from aepctl.cli.main import cli
from aepctl.emulator import Emulator

PAGE = (Path(__file__).resolve().parent.parent / "docs/export.md").read_text()
AGORA = {"originName": "Agora_Collaboration"}
CRM = {"namespace": "crm", "originName": "CRM"}


def test_the_session(project: Project, platform: Callable[..., Emulator]) -> None:
    there = platform()
    project.settle_on(there)
    gold = "Members with 10,000 points or more."
    create(there, "Loyalty - Gold tier", description=gold, **AGORA)
    create(there, "Loyalty - Silver tier", **AGORA)
    lines = "Opened one of the last three.\nWithout bounces."
    create(there, "Newsletter: readers", description=lines, **CRM)
    create(there, "Männer  40+", **CRM)
    create(there, "Old campaign", "inactive", **CRM)
    (session,) = sessions(PAGE)
    for (program, *words), shown in commands(session):
        if program == "cat":
            printed = (project.root / words[0]).read_text()
        else:
            printed = project.run(*words).out
        assert without_ids(shown) == without_ids(printed), words


def test_every_option_is_on_the_page() -> None:
    own = {"--to", "--namespace", "--origin", "--name", "--mine", "--inactive", "--adopt"}
    known = {name for one in cli.commands["export"].params for name in one.opts}
    assert own < known
    assert not [name for name in own if f"`{name}" not in PAGE]
