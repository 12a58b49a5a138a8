"""Open intents as people and programs read them: data/plans/intents.*."""

import json
from dataclasses import replace

import pytest
from goldens import Golden
from plan_samples import intend
from plans import GOLD, HOSTILE

from aepctl.render.display import Paint
from aepctl.render.intents import NEXT, intents_json, intents_text
from aepctl.state.model import Phase

PLAIN = Paint(on=False)
INTENTS = [replace(intend(f"key-{phase}", GOLD), phase=phase) for phase in Phase]
EVIL = replace(intend("\x1b{key}", HOSTILE), at="\x9b2J", doubt="##[error]\n\u202e")


def test_intents_as_text(golden: Golden) -> None:
    golden("plans/intents.txt", intents_text(INTENTS, PLAIN))


def test_intents_as_json(golden: Golden) -> None:
    golden("plans/intents.json", intents_json(INTENTS))


def test_none_is_said_too() -> None:
    assert intents_text([], PLAIN) == "Nothing is open.\n"
    assert json.loads(intents_json([]))["intents"] == []


@pytest.mark.parametrize("phase", Phase)
def test_what_happens_next_is_known_for_every_phase(phase: Phase) -> None:
    assert NEXT[phase]


def test_nothing_hostile_comes_through() -> None:
    for text in (intents_text([EVIL], PLAIN), intents_json([EVIL])):
        assert all(line.isprintable() for line in text.split("\n"))
        assert "##[" not in text
    assert json.loads(intents_json([EVIL]))["intents"][0]["reason"] == EVIL.doubt
