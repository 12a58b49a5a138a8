"""docs/reviewing.md: its comment is what a plan is as Markdown, and every sign is explained."""

import re
from dataclasses import replace
from pathlib import Path

from plans import at, audience, create, delete, known, update

from aepctl.model.audience import Audience
from aepctl.model.steps import Create, Delete
from aepctl.model.target import Target
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.plan.policy import Policy
from aepctl.plan.reasons import edited as edited_reason
from aepctl.render.markdown import render
from aepctl.render.view import view_of_plan
from aepctl.render.words import WORDS

PAGE = (Path(__file__).resolve().parent.parent / "docs/reviewing.md").read_text()
TARGET = Target("1BD6382559DF0C130A49422D@AdobeOrg", "prod", "https://platform.adobe.io")


def loyalty(tier: str, description: str) -> Audience:
    return audience(f"Loyalty - {tier} tier", description, origin_name="Agora_Collaboration")


def replaced(key: str, old: Audience, new: Audience, line: int) -> Change:
    had = known(key, old)
    return Change(
        key,
        Action.REPLACE,
        known=had,
        wanted=new,
        diff=(FieldDiff("namespace", old.namespace, None, new.namespace),),
        steps=(Create(new, replaces=had.ids), Delete(had.ids, old)),
        source=at(line),
    )


def edited(key: str, seen: str, wanted: Audience, line: int) -> Change:
    """Somebody has written something else on the platform."""
    had = known(key, replace(wanted, description=seen))
    sides = FieldDiff("description", wanted.description, seen, wanted.description)
    why = edited_reason(key, Policy("prod", TARGET, program="aepctl --env prod", refresh=True))
    return Change(key, Action.DRIFT, had, had, wanted, (sides,), reason=why, source=at(line))


def sample() -> Plan:
    """Something of everything that a reviewer has to think about."""
    gold = loyalty("Gold", "Members with 10,000 points or more.")
    silver = loyalty("Silver", "Members with 5,000 points or more.")
    bronze = loyalty("Bronze", "Members with 1,000 points or more.")
    return Plan(
        "prod",
        TARGET,
        (
            create("spring-sale", audience("Spring sale"), 20),
            create("summer-sale", audience("Summer sale"), 22),
            update(
                "loyalty-gold",
                gold,
                replace(gold, description="Members with 12,000 points or more."),
                3,
            ),
            replaced("loyalty-bronze", bronze, replace(bronze, namespace="crm"), 9),
            edited("loyalty-silver", "Our best customers.", silver, 6),
            delete("winter-sale", audience("Winter sale")),
        ),
        unchanged=26,
        refreshed=True,
        max_deletes=1,
        known=30,
    )


def test_the_comment_is_what_is_printed() -> None:
    (quoted,) = re.findall(r"<!-- comment: sample -->\n((?:>.*\n)+)", PAGE)
    shown = re.sub(r"^> ?", "", quoted, flags=re.MULTILINE)
    view = view_of_plan(sample(), plan_id="3f9a2c41d0b7e856")
    assert shown == render(replace(view, run="aepctl --env prod apply plan.json"))


def test_every_sign_has_a_row() -> None:
    rows = re.findall(r"^\| `(\S+)` (\w+)", PAGE, re.MULTILINE)
    assert set(rows) == {(WORDS[action].symbol, WORDS[action].word) for action in Action}
