"""For minutes the platform's lists show what was deleted, and what was changed as it was."""

import json
from collections.abc import Callable

import pytest
from lives import GOLD, Life
from projects import Project

from aepctl.emulator import Emulator

Start = Callable[..., Emulator]


@pytest.fixture
def life(project: Project, platform: Start) -> Life:
    life = Life(project, platform(revision=3, delete_lag=600.0, update_lag=600.0))
    project.settle_on(life.there, on_removal="delete")
    life.want(GOLD)
    assert project.apply("--fresh").code == 0
    return life


def test_a_change_of_our_own_is_no_drift(life: Life) -> None:
    life.want(GOLD.replace("Old", "New"))
    assert life.project.apply().code == 0
    assert life.project.run("drift").code == 0
    assert life.project.run("plan", "--refresh", "--detailed-exitcode").code == 0
    life.project.run("refresh", "--auto-approve")
    assert life.project.state()["audiences"]["gold"]["description"] == "New"


def test_what_somebody_else_deletes_is_gone_also_without_an_id_in_the_state(life: Life) -> None:
    """As where the platform did not say it when it was created."""
    file = life.project.root / "state" / "prod.json"
    state = json.loads(file.read_text())
    assert state["audiences"]["gold"].pop("id")
    file.write_text(json.dumps(state))
    life.delete("Gold")
    life.want(GOLD.replace("Old", "New"))
    assert "gone from the platform" in life.project.apply().out
