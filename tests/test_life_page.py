"""docs/life.md: what a plan can say, and what ends an audience, has its place there."""

from pathlib import Path

from aepctl.plan.plan import Action
from aepctl.render.words import WORDS

PAGE = (Path(__file__).resolve().parent.parent / "docs/life.md").read_text()


def test_every_action_of_a_plan_has_its_place() -> None:
    for action in Action:
        assert f"`{WORDS[action].symbol}`" in PAGE, action
