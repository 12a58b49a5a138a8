"""What whoever runs an apply sees while it is at work."""

import io

import click
import pytest
from plans import TARGET, audience, known
from projects import Terminal

from aepctl.cli.approval import ask_yes
from aepctl.cli.main import cli
from aepctl.model.steps import Create, Delete, Patch
from aepctl.plan.plan import Action, Change, Plan

GOLD = audience("Gold")


def test_the_question_counts_each_action_and_says_what_cannot_be_undone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    err = io.StringIO()
    monkeypatch.setattr("sys.stderr", err)
    monkeypatch.setattr("sys.stdin", Terminal("yes\n"))
    had = known("old", GOLD)
    changes = (
        Change("a", Action.CREATE, wanted=GOLD, steps=(Create(GOLD),)),
        Change("b", Action.CREATE, wanted=GOLD, steps=(Create(GOLD),)),
        Change("c", Action.DELETE, known=had, steps=(Delete(had.ids, GOLD),)),
        Change("d", Action.UPDATE, known=had, steps=(Patch(had.ids, GOLD, GOLD),)),
        Change("e", Action.DECIDE),
    )
    with click.Context(cli):
        assert ask_yes(Plan("prod", TARGET, changes))
    assert err.getvalue() == (
        "\nCreate 2, update 1 and delete 1 in prod, sandbox dev? "
        "1 audience is deleted for good. Enter 'yes' to continue: "
    )
