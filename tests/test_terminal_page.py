"""docs/terminal.md: what it shows is what is printed, and the variables it names are read."""

import re
from pathlib import Path

from plans import TARGET, at, audience, create, delete, update

from aepctl.cli.paper import wants_colour
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.plan.policy import Policy
from aepctl.plan.reasons import edited as edited_reason
from aepctl.render.display import Paint
from aepctl.render.text import plan_text

PAGE = (Path(__file__).resolve().parent.parent / "docs/terminal.md").read_text()
NIGHTLY = (
    "Members with 10,000 points or more, refreshed nightly from the warehouse; households are "
    "counted once, and staff accounts are left out."
)
LINES = "Opened one of the last three newsletters.\nWithout bounces.\nOwner: CRM team\n"


def edited() -> Change:
    """Somebody has written something else on the platform."""
    gold = audience("VIP", "Our best customers.")
    sides = FieldDiff("description", "Our best customers.", "By hand.", "Our best customers.")
    seen = update("vip", audience("VIP", "By hand."), gold, 9)
    assert seen.known is not None
    why = edited_reason("vip", Policy("prod", TARGET))
    return Change(
        "vip", Action.DRIFT, seen.known, seen.known, gold, (sides,), reason=why, source=at(9)
    )


def reviewed() -> Plan:
    """A plan that has something of everything."""
    hourly = NIGHTLY.replace("10,000", "12,000").replace("nightly", "hourly")
    newsletter = LINES.replace("bounces", "hard bounces")
    return Plan(
        "prod",
        TARGET,
        (
            create("spring", audience("Spring sale"), 20),
            create("summer", audience("Summer sale"), 21),
            update("gold", audience("Gold", NIGHTLY), audience("Gold", hourly), 3),
            update("bronze", audience("Bronze", "All."), audience("Bronze", "All others."), 5),
            update("news", audience("News", LINES), audience("News", newsletter), 7),
            edited(),
            delete("old", audience("Old tier")),
        ),
    )


def test_the_plan() -> None:
    (shown,) = re.findall(r"<!-- plan -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    assert shown == plan_text(reviewed(), Paint(on=False))


def test_each_variable_is_read() -> None:
    table = re.findall(r"^\| `([A-Z_]+)=?([^`]*)`[^|]*\| (on|off)", PAGE, re.MULTILINE)
    assert {name for name, _, _ in table} == {
        "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM",
    }  # fmt: skip
    for name, value, meant in table:
        environ = {"TERM": "xterm"} | {name: value or "1"}
        assert wants_colour(environ, terminal=meant == "off") is (meant == "on"), name
