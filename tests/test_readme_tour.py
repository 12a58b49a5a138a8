"""The README's tour, taken: what it shows is what the program prints on a terminal today."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from emulator_client import HEADERS
from projects import ORG, Project
from shell import Page, Shell, commands

from aepctl.emulator import Emulator, Fault, FaultKind

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()
TOUR = README.partition("\n## A tour of 60 seconds\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```(yaml|text)\n(.*?)```", TOUR, re.DOTALL)
SESSIONS = [text for kind, text in BLOCKS if kind == "text"]
MOVED = "".join(re.findall(r"^moved:\n(?:  - .*\n)+", TOUR, re.MULTILINE))
MANIFEST = "audiences/loyalty.yaml"
SILVER = "  loyalty-silver:\n    name: Loyalty - Silver tier\n"


@pytest.fixture
def there(platform: Callable[..., Emulator]) -> Emulator:
    """A platform with the fault that the tour names."""
    named = re.search(r"--fault ([a-z-]+)@(\w+)`", TOUR)
    assert named
    return platform(Fault(kind=FaultKind(named[1]), match=named[2]))


@pytest.fixture
def tour(project: Project, there: Emulator) -> Project:
    """The project of the tour."""
    url = there.url
    project.write(MANIFEST, dict(BLOCKS)["yaml"])
    project.write(
        "aepctl.yaml",
        f"environments:\n  trial: {{org: {ORG}, sandbox: dev, settle_seconds: 0, ims_url: {url},\n"
        f"    ais_url: {url}/core/ais, ups_url: {url}/data/core/ups}}\n",
    )
    project.setenv("AEP_ACCESS_TOKEN", "test-token")
    project.setenv("AEP_API_KEY", "test-key")
    return project


class Life:
    """What the tour says was done before a command: to the manifest, or in the platform's pages."""

    def __init__(self, project: Project, there: Emulator) -> None:
        self._project, self._there = project, there

    def nothing(self) -> None:
        pass

    def wants_silver(self) -> None:
        self._add(SILVER)

    def changes(self) -> None:
        self._project.edit(MANIFEST, "10,000", "12,000")

    def renames(self) -> None:
        self._project.edit(MANIFEST, "loyalty-gold:", "loyalty-top:")

    def pastes(self) -> None:
        self._add(MOVED)

    def somebody_edits(self) -> None:
        (one,) = (one for one in self._there.audiences if "Gold" in one["name"])
        httpx.patch(
            f"{self._there.url}/data/core/ups/audiences/{one['id']}",
            headers={**HEADERS, "x-gw-ims-org-id": ORG, "x-sandbox-name": "dev"},
            json=[{"op": "add", "path": "/description", "value": "Our best members."}],
            trust_env=False,
        ).raise_for_status()

    def removes(self) -> None:
        text = (self._project.root / MANIFEST).read_text().replace(MOVED, "")
        block = re.search(r"  loyalty-top:\n(?:    .*\n)+", text)
        assert block
        self._project.write(MANIFEST, text.replace(block[0], ""))

    def mistypes(self) -> None:
        self._add("    descripton: Members with 5,000 points or more.\n")

    def _add(self, lines: str) -> None:
        self._project.write(MANIFEST, (self._project.root / MANIFEST).read_text() + lines)


def test_the_tour_shows_what_the_program_prints(
    tour: Project, there: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, page, life = Shell(monkeypatch), Page(), Life(tour, there)
    steps = (
        (life.nothing, "aepctl plan"),
        (life.nothing, "aepctl apply"),
        (life.wants_silver, "aepctl apply --auto-approve"),
        (life.nothing, "echo $?"),
        (life.nothing, "aepctl apply --auto-approve"),
        (life.changes, "aepctl plan"),
        (life.nothing, "aepctl apply --auto-approve"),
        (life.renames, "aepctl plan"),
        (life.pastes, "aepctl apply --auto-approve"),
        (life.somebody_edits, "aepctl drift"),
        (life.nothing, "aepctl apply --refresh --overwrite --auto-approve"),
        (life.removes, "aepctl apply --auto-approve"),
        (life.nothing, "aepctl apply --auto-approve --yes-delete 1"),
        (life.mistypes, "aepctl validate"),
    )
    told = [one for session in SESSIONS for one in commands(session)]
    assert [line for line, _ in told] == [line for _, line in steps]
    for (done, _), (line, shown) in zip(steps, told, strict=True):
        done()
        printed = terminal.show(line)
        assert page.shows(shown, printed), f"$ {line}\n{printed}\n\nThe README shows:\n{shown}"
    assert [one["name"] for one in there.audiences] == ["Loyalty - Silver tier"]


def test_what_is_not_as_shown_is_noticed() -> None:
    ours, other = (f"{n}e0c637f-d212-4a0f-aed2-33a26c73dd43" for n in (1, 2))
    page = Page()
    assert page.shows(f"…\ncreated {ours}", f"any\nlines\ncreated {other}")
    assert page.shows(f"Plan (…): {ours}", f"Plan (for x): {other}")
    assert not page.shows(f"updated {ours}", f"updated {ours}")  # it stands for the other one
    assert not page.shows("Plan (…).", "Plan (a\nb).")
    assert not page.shows("1 created", "1 created\n1 unknown")
