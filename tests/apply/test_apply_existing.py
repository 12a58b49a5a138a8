"""Look before creating: what the platform has already is adopted, or a person decides."""

from dataclasses import replace

import pytest
from fakes import AT, audience

from aepctl.aep.replies import Found
from aepctl.apply.existing import MOST_SHOWN, Existing, several
from aepctl.plan import Action, Change, FieldChange
from aepctl.state.model import Intent, Known, Phase

GOLD = Change("gold", Action.CREATE, after=audience("gold", "Shiny"))


def there(name: str, audience_id: str, description: str | None = "Shiny") -> Found:
    return Found(audience(name, description), audience_id, f"p-{audience_id}", 1.0)


def revise(change: Change, *found: Found, known: dict[str, Known] | None = None) -> Change:
    return Existing(found, known or {}).revise(change)


def test_what_is_not_there_is_created() -> None:
    assert revise(GOLD, there("silver", "S")) is GOLD


def test_what_is_there_is_adopted_as_the_platform_has_it() -> None:
    revised = revise(GOLD, there("gold", "A", "Dull"))
    assert revised.action is Action.ADOPT
    assert revised.before == Known(audience("gold", "Dull"), "A", "p-A")
    assert revised.fields == (FieldChange("description", "Dull", "Shiny"),)
    assert revised.after == GOLD.after


@pytest.mark.parametrize("field", ["name", "namespace", "origin_name"])
def test_another_identity_is_another_audience(field: str) -> None:
    other = replace(audience("gold"), **{field: "Gold"})
    assert revise(GOLD, Found(other, "A", None, None)) is GOLD


def test_what_another_key_owns_is_not_adopted() -> None:
    known = {"aurum": Known(audience("gold"), "A")}
    assert revise(GOLD, there("gold", "A"), known=known) is GOLD
    revised = revise(GOLD, there("gold", "A"), there("gold", "B"), known=known)
    assert revised.before == Known(audience("gold", "Shiny"), "B", "p-B")


def test_several_need_a_decision_and_are_all_listed() -> None:
    revised = revise(GOLD, there("gold", "A"), there("gold", "B"))
    assert revised.action is Action.DECIDE
    assert "2 such audiences: A, B;" in str(revised.reason)
    assert "`aepctl state resolve gold --adopt ID`" in str(revised.reason)


def test_very_many_are_counted() -> None:
    matches = [there("gold", f"A{n}") for n in range(MOST_SHOWN + 3)]
    assert "A9 and 3 more; choose with" in several("gold", matches)
    assert "more" not in several("gold", matches[:MOST_SHOWN])


def test_a_person_who_decided_to_create_is_obeyed() -> None:
    intent = Intent("i", "gold", audience("gold"), AT, phase=Phase.RECREATE)
    change = replace(GOLD, intent=intent)
    assert revise(change, there("gold", "A")) is change
    again = replace(GOLD, intent=replace(intent, phase=Phase.ABSENT))
    assert revise(again, there("gold", "A")).action is Action.ADOPT


class TestGivenIds:
    CHANGE = replace(GOLD, audience_id="mine")

    def test_the_id_decides_between_several(self) -> None:
        revised = revise(self.CHANGE, there("gold", "other"), there("gold", "mine"))
        assert revised.action is Action.ADOPT
        assert revised.before is not None
        assert revised.before.audience_id == "mine"

    def test_one_without_the_id_is_adopted_as_any_other(self) -> None:
        revised = revise(self.CHANGE, there("gold", "other"))
        assert revised.action is Action.ADOPT

    def test_the_id_of_another_audience_needs_a_decision(self) -> None:
        revised = revise(self.CHANGE, there("silver", "mine"))
        assert revised.action is Action.DECIDE
        assert str(revised.reason).startswith(
            "its audienceId mine is that of another audience, 'silver'; give it another"
        )

    def test_the_id_of_another_key_needs_a_decision(self) -> None:
        known = {"aurum": Known(audience("gold"), "mine")}
        revised = revise(self.CHANGE, there("gold", "mine"), known=known)
        assert revised.action is Action.DECIDE
        assert "which state knows as aurum" in str(revised.reason)
