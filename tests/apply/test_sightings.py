"""When a person has to decide about what a create may have made."""

from dataclasses import replace

import pytest
from plan_samples import audience, there

from aepctl.apply.sightings import doubt_about, may_be_of
from aepctl.model.audience import Ids, Observed
from aepctl.model.steps import Create
from aepctl.plan.matching import ObservedIndex
from aepctl.state.model import Intent

GOLD = Create(audience("Gold"), "mine")
PROGRAM = "aepctl --env prod"


def doubt(*found: Observed, known: Ids | None = None) -> str | None:
    return doubt_about("gold", GOLD, found, known, PROGRAM)


@pytest.mark.parametrize("state", ["draft", "inactive"])
def test_what_is_not_at_work_is_asked_about(state: str) -> None:
    shown = replace(there(audience("Gold"), "A"), lifecycle=state)
    said = str(doubt(shown))
    assert f"the platform has it as 'Gold' (A, {state}). " in said
    assert "`aepctl --env prod state resolve gold --adopt A`" in said
    assert doubt(shown, known=Ids("A")) is None


@pytest.mark.parametrize("state", [None, "published", "active"])
def test_what_is_at_work_is_plain(state: str | None) -> None:
    assert doubt(replace(there(audience("Gold"), "A"), lifecycle=state)) is None


@pytest.mark.parametrize("name", ["GOLD", "Gold ", "Go\u200bld"], ids=ascii)
def test_an_id_of_our_own_is_ours_in_any_spelling(name: str) -> None:
    assert doubt(there(audience(name), "mine")) is None
    assert "is that of another audience" in str(doubt(there(audience("Silver"), "mine")))


def test_of_several_that_have_the_given_id_the_one_that_is_just_so_counts() -> None:
    other, exact = there(audience("Silver"), "mine"), there(audience("Gold"), "mine")
    intent = Intent("i-1", "run-1", "gold", GOLD, "2026-01-31T12:00:00+00:00")
    for found in ([other, exact], [exact, other]):
        assert may_be_of(intent, GOLD, ObservedIndex(found, lambda _: None)) == (exact,)
    assert may_be_of(intent, GOLD, ObservedIndex([other], lambda _: None)) == (other,)
