"""Every combination of what is wanted, known, observed and begun, and what becomes of the key."""

from itertools import product

import pytest
from plan_samples import audience, found, intend, know, plan, there, want

from aepctl.model.audience import Audience
from aepctl.model.steps import Adopt, Create, Forget, Patch, Record
from aepctl.plan.plan import Action
from aepctl.state.model import Intent, Phase, State

GOLD = audience("Gold")
INTENTS = {
    "no intent": None,
    "open": intend("gold", GOLD),
    "absent": intend("gold", GOLD, phase=Phase.ABSENT, absent_since="earlier-run"),
    "absent in this run": intend("gold", GOLD, phase=Phase.ABSENT, absent_since="this-run"),
    "to be created again": intend("gold", GOLD, phase=Phase.RECREATE),
}
OBSERVED = {
    "not looked": None,
    "nothing": (),
    "itself": (there(GOLD, "id-of-gold"),),
    "another": (there(GOLD, "A"),),
    "several": (there(GOLD, "A"), there(GOLD, "B")),
}
KNOWN = {"unknown": None, "as wanted": GOLD, "otherwise": audience("Gold", "Old")}

KINDS = {
    Action.CREATE: [Create],
    Action.ADOPT: [Adopt],
    Action.UPDATE: [Patch],
    Action.RECORD: [Record],
    Action.FORGET: [Forget],
}

# What becomes of gold for each of OBSERVED, in their order.
WANTED_AND_UNKNOWN = {
    "no intent": ("create", "create", "adopt", "adopt", "decide"),
    "open": ("settle",) * 5,
    "absent": ("create", "create", "adopt", "adopt", "decide"),
    "absent in this run": ("settle",) * 5,
    "to be created again": ("create",) * 5,
}
WANTED_AND_IGNORING = {**WANTED_AND_UNKNOWN, "no intent": ("create",) * 5}
OTHERWISE = {  # whatever was observed, but for what makes it otherwise already
    ("wanted", "as wanted"): None,
    ("wanted", "otherwise"): "update",
    ("not wanted", "unknown"): None,
    ("not wanted", "as wanted"): "forget",
    ("not wanted", "otherwise"): "forget",
}
IN_DOUBT = {"open", "absent in this run"}


def expected(wanted: str, known: str, intent: str, column: int, existing: str) -> str | None:
    if (wanted, known) == ("wanted", "unknown"):
        table = WANTED_AND_IGNORING if existing == "ignore" else WANTED_AND_UNKNOWN
        return table[intent][column]
    # What nobody wants, or has already, is no candidate: an absent create is looked for once more.
    if intent in {*IN_DOUBT, "absent"}:
        return "settle"
    already = column == [*OBSERVED].index("itself") and (wanted, known) == ("wanted", "otherwise")
    return "record" if already else OTHERWISE[wanted, known]


@pytest.mark.parametrize("existing", ["adopt", "fail", "ignore"])
@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("wanted", ["wanted", "not wanted"])
def test_what_becomes_of_a_key(wanted: str, known: str, intent: str, existing: str) -> None:
    for column, observed in enumerate(OBSERVED.values()):
        made = plan(
            want(("gold", GOLD)) if wanted == "wanted" else (),
            state_of(KNOWN[known], INTENTS[intent]),
            observed=observed,
            existing=existing,
        )
        action = expected(wanted, known, intent, column, existing)
        assert [change.action.value for change in made.changes] == ([action] if action else [])
        unchanged = (wanted, known, action) == ("wanted", "as wanted", None)
        assert made.unchanged == int(unchanged)
        for change in made.changes:
            kinds = KINDS.get(change.action, [])
            assert [type(step) for step in change.steps] == kinds
            assert (change.known is None) == (known == "unknown")
            shows_intent = known == "unknown" or change.action is Action.SETTLE
            assert change.intent == (INTENTS[intent] if shows_intent else None)


def test_the_tables_are_whole() -> None:
    assert set(WANTED_AND_UNKNOWN) == set(INTENTS)
    assert {len(row) for row in WANTED_AND_UNKNOWN.values()} == {len(OBSERVED)}
    cases = set(product(("wanted", "not wanted"), KNOWN))
    assert cases - set(OTHERWISE) == {("wanted", "unknown")}


def state_of(known: Audience | None, intent: Intent | None) -> State:
    pairs = [know("gold", known)] if known else []
    return found(pairs, [intent] if intent else [])
