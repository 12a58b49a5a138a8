"""Plans as people read them: data/plans/*.txt."""

import re
from dataclasses import replace

import pytest
from goldens import Golden
from plans import PLANS

from aepctl.render.display import Paint
from aepctl.render.plan_text import plan_text
from aepctl.settings import Target

PLAIN = Paint(on=False)


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_as_text(name: str, golden: Golden) -> None:
    golden(f"plans/{name}.txt", plan_text(PLANS[name], PLAIN))


def test_a_plan_in_colours(golden: Golden) -> None:
    golden("plans/everything-in-colours.txt", plan_text(PLANS["everything"], Paint(on=True)))


@pytest.mark.parametrize("name", PLANS)
def test_colours_do_not_change_the_text(name: str) -> None:
    coloured = plan_text(PLANS[name], Paint(on=True))
    assert re.sub("\x1b\\[[0-9;]+m", "", coloured) == plan_text(PLANS[name], PLAIN)


def test_nothing_hostile_comes_through() -> None:
    target = Target("\x1b[2J", "##[error]", "\u202e")
    made = replace(PLANS["hostile"], environment="\x07", target=target, targets=("\x9b*",))
    text = plan_text(made, PLAIN)
    assert all(line.isprintable() for line in text.split("\n"))
    assert "##[" not in text
    assert not re.search(r"^\s*::", text, re.MULTILINE)


def test_an_intents_time_is_a_text_from_a_file_like_others() -> None:
    (change, *_) = PLANS["hostile"].changes
    assert change.intent is not None
    intent = replace(change.intent, at="\x1b[2J", doubt="\u202e")
    made = replace(PLANS["hostile"], changes=(replace(change, intent=intent),))
    assert r"a create was begun at \x1b[2J: \u202e" in plan_text(made, PLAIN)
