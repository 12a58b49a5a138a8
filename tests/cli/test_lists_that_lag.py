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


def test_nobody_takes_up_what_was_deleted_because_it_is_listed(life: Life) -> None:
    project, file = life.project, life.project.root / "audiences/all.yaml"
    dead = project.ids()["gold"]
    assert project.run("state", "rm", "gold").code == 0
    life.delete("Gold")
    for words in (("import", "gold"), ("state", "resolve", "gold", "--adopt")):
        result = project.run(*words, dead)
        assert (result.code, result.out) == (3, "")
        assert result.err.startswith(
            f"error: the platform lists {dead}, but has no such audience under its id in the "
            "sandbox prod: nothing was recorded [listed-but-gone]\n"
        )
        assert "`aepctl apply` makes `gold` anew" in result.err
    for entries in ((GOLD,), ()):
        life.want(*entries)
        text, result = file.read_text(), project.run("export", "--to", "audiences", "--adopt")
        assert "1 left out, 3 defined already.\n" in result.out
        assert "! Gold\n    the platform lists it, but has no such audience" in result.out
        assert file.read_text() == text
    assert "gold" not in project.ids()
    assert project.run("drift", "--unmanaged").code == 0


def test_what_was_deleted_and_made_anew_is_not_there_twice(life: Life) -> None:
    project = life.project
    assert project.run("state", "rm", "gold").code == 0
    life.delete("Gold")
    assert project.run("state", "resolve", "gold", "--recreate").code == 0
    assert project.apply().code == 0
    said = project.run("export", "--to", "audiences", "--dry-run").out
    assert "! Gold\n    the platform lists it, but has no such audience" in said
    assert "twice" not in said
