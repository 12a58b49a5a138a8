"""docs/operating.md: its sessions are what is printed, and it has every exit code."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import Project
from sandbox import create
from sessions import commands, sessions, without_ids

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind
from aepctl.emulator.faults import Operation
from aepctl.render.catalogue import catalogue

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/operating.md").read_text()
MANIFEST = """\
defaults: {namespace: agora, originName: Agora_Collaboration}
audiences:
  loyalty-gold: {name: Loyalty - Gold tier}
  loyalty-silver: {name: Loyalty - Silver tier}
"""
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")


@pytest.fixture
def there(project: Project, platform: Callable[..., Emulator]) -> Emulator:
    """A platform for which the project has settings and manifests."""
    there = platform()
    project.settle_on(there)
    project.write("audiences/loyalty.yaml", MANIFEST)
    return there


def comparable(text: str) -> str:
    """The text without what is new each time."""
    return TIME.sub("TIME", without_ids(text.replace("https://platform.adobe.io", "ID")))


def follow(project: Project, name: str) -> None:
    """Type a session, which may leave out what comes first (`…`)."""
    (session,) = sessions(PAGE, name)
    for words, shown in commands(session):
        result = project.run(*words[1:])
        printed = comparable(result.out + result.err)
        rest = comparable(shown.removeprefix("…\n"))
        assert printed.endswith(rest), words
        assert rest == printed or shown.startswith("…"), words


def test_a_killed_pipeline_is_run_again(project: Project, there: Emulator) -> None:
    there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.DROP_AFTER, match="Silver"),))
    assert project.apply("--fresh").code == 4
    there.behaviour = Behaviour()
    follow(project, "killed")


def test_expired_credentials(project: Project, there: Emulator) -> None:
    faults = (Fault(kind=FaultKind.UNAUTHORIZED, on=one) for one in Operation)
    there.behaviour = Behaviour(faults=tuple(faults))
    follow(project, "expired")


def test_an_audience_that_is_there_twice(project: Project, there: Emulator) -> None:
    assert project.apply("--fresh").code == 0
    create(there, "Loyalty - Gold tier", originName="Agora_Collaboration")
    follow(project, "twice")


def test_every_session_is_taken_here() -> None:
    assert set(re.findall(r"<!-- run: (\w+) -->", PAGE)) == {"killed", "expired", "twice"}


def test_every_exit_code_has_what_to_do() -> None:
    told = set(re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE))
    assert told == {code.removeprefix("exit-") for code in catalogue() if code.startswith("exit-")}


def test_what_it_lists_as_refused_ends_with_that_exit_code() -> None:
    table = PAGE.partition("(exit 3)\n\n|")[2].partition("\n\n")[0]
    codes = re.findall(r"\[([a-z-]+)\]\(errors", table)
    assert len(codes) == 8
    assert [code for code in codes if catalogue()[code].exit_code != 3] == []
