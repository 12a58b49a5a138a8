"""What whoever runs an apply sees while it is at work."""

import io

import click
import pytest
from plans import TARGET, audience, known

from aepctl.cli.approval import approved
from aepctl.cli.console import TextConsole
from aepctl.cli.main import cli
from aepctl.model.steps import Adopt, Create, Forget, Record
from aepctl.plan.plan import Action, Change, Plan

GOLD = audience("Gold")


def test_the_progress_bar_counts_what_has_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of several steps has one outcome; what is only shown has none."""
    err = io.StringIO()
    monkeypatch.setattr(err, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", err)
    steps = (Forget(), Create(GOLD), Record(GOLD), Adopt(known("gold", GOLD)))
    change = Change("gold", Action.CREATE, wanted=GOLD, steps=steps)
    plan = Plan("prod", TARGET, (change, Change("silver", Action.UPDATE)), 0)
    with click.Context(cli), TextConsole(approved) as console:
        console.begin(plan)
    assert "0/1" in err.getvalue()
