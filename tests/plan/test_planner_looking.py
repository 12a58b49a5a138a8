"""Look before creating: what the platform has already is adopted, or a person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from plan_samples import audience, found, intend, know, plan, there, want

from aepctl.model.audience import Ids, Known, Observed, Wanted
from aepctl.model.lifecycle import Lifecycle
from aepctl.model.problem import Origin
from aepctl.model.steps import Adopt, Create
from aepctl.plan.plan import Action, Change, FieldDiff
from aepctl.state.model import Intent, Phase

GOLD = audience("Gold", "Shiny")
ORIGIN = Origin("audiences/all.yaml", 2, 3)
CREATE = Change("gold", Action.CREATE, wanted=GOLD, steps=(Create(GOLD),), source=ORIGIN)


def gold(
    *observed: Observed,
    known: Mapping[str, Known] | None = None,
    intents: Sequence[Intent] = (),
    audience_id: str | None = None,
    **policy: Any,
) -> Change:
    """What becomes of gold, which is wanted and not known, where this was observed."""
    known = known or {}
    (one,) = want(("gold", GOLD))
    others = [
        Wanted(key, there.audience, Origin("audiences/other.yaml", 1, 1))
        for key, there in known.items()
    ]
    made = plan(
        [replace(one, audience_id=audience_id), *others],
        found(known.items(), intents),
        observed=observed,
        **policy,
    )
    return next(change for change in made.changes if change.key == "gold")


def owned(audience_id: str, name: str = "Gold") -> dict[str, Known]:
    """An audience that state has under another key, which is still wanted."""
    return {"aurum": Known(audience(name), Ids(audience_id))}


def test_what_is_not_there_is_created() -> None:
    assert gold(there(audience("Silver"), "S")) == CREATE
    assert gold() == CREATE


def test_what_is_there_is_adopted_as_the_platform_has_it() -> None:
    dull = there(audience("Gold", "Dull"), "A")
    assert gold(dull) == Change(
        "gold",
        Action.ADOPT,
        observed=dull,
        wanted=GOLD,
        diff=(FieldDiff("description", None, "Dull", "Shiny"),),
        steps=(Adopt(Known(audience("Gold", "Dull"), Ids("A", "p-A"))),),
        reason="the platform has another description, until the next plan changes that",
        source=ORIGIN,
    )


def test_what_its_manifest_ignores_is_adopted_as_it_is() -> None:
    (one,) = want(("gold", GOLD))
    one = replace(one, lifecycle=Lifecycle(ignored=frozenset({"description"})))
    dull = there(audience("Gold", "Dull"), "A")
    (change,) = plan([one], found(), observed=(dull,)).changes
    assert (change.action, change.diff, change.reason) == (Action.ADOPT, (), None)


def test_what_is_there_as_it_is_wanted_has_no_diff() -> None:
    assert gold(there(GOLD, "A")).diff == ()


def test_what_a_removed_key_has_may_be_it_by_another_name_since() -> None:
    """Renamed on the platform, or by a run whose state was lost."""
    (one,) = want(("gold", GOLD))
    state = found([("old-gold", Known(audience("Old gold"), Ids("A")))])
    shown = there(GOLD, "A")
    change = next(c for c in plan([one], state, observed=[shown]).changes if c.key == "gold")
    assert (change.action, change.matches) == (Action.DECIDE, (shown,))
    assert change.reason is not None
    assert "`old-gold`, which was removed" in change.reason
    assert "state mv old-gold gold`" in change.reason
    assert (
        plan([one], state, observed=[shown], existing="ignore").changes[0].action is Action.CREATE
    )


@pytest.mark.parametrize("field", ["name", "namespace", "origin_name"])
def test_another_identity_is_another_audience(field: str) -> None:
    assert gold(there(replace(GOLD, **{field: "other"}), "A")) == CREATE


@pytest.mark.parametrize("known_as", ["Gold", "Aurum"])
@pytest.mark.parametrize("name", ["Gold", "GOLD"])
def test_what_another_key_owns_is_neither_adopted_nor_made_beside_it(
    known_as: str, name: str
) -> None:
    """One ID that was shown for several audiences; or one that got this name on the platform."""
    shown = there(audience(name), "A")
    change = gold(shown, known=owned("A", known_as))
    assert (change.action, change.steps, change.matches) == (Action.DECIDE, (), (shown,))
    assert change.reason == (
        "the platform shows A, which state has for `aurum`, with the name, namespace and "
        "originName of `gold`. If it is `gold`: `aepctl --env prod state mv aurum gold`, and "
        "`aurum` is looked for after that; if `gold` is another one, to be created beside it: "
        "`aepctl --env prod state resolve gold --recreate`"
    )


def test_of_several_keys_that_own_one_the_removed_one_is_named() -> None:
    """It is the likelier one to have been renamed."""
    known = [("aurum", Known(audience("Aurum"), Ids("A"))), ("old", Known(audience("X"), Ids("B")))]
    wanted = want(("gold", GOLD), ("aurum", audience("Aurum")))
    seen = [there(GOLD, "A"), there(GOLD, "B")]
    change = plan(wanted, found(known), observed=seen).changes[0]
    assert (change.key, change.matches) == ("gold", (seen[1],))
    assert "B, the audience of `old`, which was removed" in str(change.reason)


def test_one_of_its_own_beside_it_is_adopted() -> None:
    change = gold(there(GOLD, "A"), there(GOLD, "B"), known=owned("A"))
    assert change.steps == (Adopt(Known(GOLD, Ids("B", "p-B"))),)


def test_what_another_key_owns_is_of_no_interest_where_what_exists_is_ignored() -> None:
    assert gold(there(GOLD, "A"), known=owned("A"), existing="ignore") == CREATE


def test_a_person_may_have_decided_to_create_it_beside_what_another_key_owns() -> None:
    intent = intend("gold", GOLD, phase=Phase.RECREATE)
    change = gold(there(GOLD, "A"), known=owned("A", "Aurum"), intents=[intent])
    assert change == replace(CREATE, intent=intent)


def test_several_need_a_decision_and_are_all_named() -> None:
    first, second = there(GOLD, "A"), there(audience("Gold"), "B")
    assert gold(second, first) == Change(
        "gold",
        Action.DECIDE,
        wanted=GOLD,
        reason="the platform has 2 audiences with this name, namespace and originName: A, B. "
        "Choose one: `aepctl --env prod state resolve gold --adopt ID`",
        source=ORIGIN,
        matches=(first, second),
    )


def test_very_many_are_counted() -> None:
    reason = gold(*(there(GOLD, f"A{number:02}") for number in range(13))).reason
    assert "the platform has 13 audiences" in str(reason)
    assert "A08, A09 and 3 more. Choose one: " in str(reason)


def test_one_that_the_list_shows_twice_is_one() -> None:
    older, newer = there(audience("Gold", "a"), "A"), there(audience("Gold", "b"), "A")
    assert gold(older, older).observed == older
    assert gold(older, newer) == gold(newer, older)
    assert gold(older, newer).action is Action.ADOPT


def test_a_new_key_for_a_removed_one_is_not_looked_for() -> None:
    state = found([know("old", GOLD)])
    made = plan(want(("gold", GOLD)), state, observed=[there(GOLD, "A"), there(GOLD, "id-of-old")])
    (change,) = made.changes
    assert (change.action, change.steps, change.matches) == (Action.DECIDE, (), ())


def test_what_is_in_doubt_is_not_adopted_either() -> None:
    assert gold(there(GOLD, "A"), intents=[intend("gold", GOLD)]).action is Action.SETTLE
    assert gold(there(GOLD, "A"), intents=[intend("old", GOLD)]).action is Action.SETTLE


def test_an_attempt_that_came_to_nothing_is_looked_for_again() -> None:
    intent = intend("gold", GOLD, phase=Phase.ABSENT)
    assert gold(intents=[intent]) == replace(CREATE, intent=intent)
    change = gold(there(GOLD, "A"), intents=[intent])
    assert (change.action, change.intent) == (Action.ADOPT, intent)


@pytest.mark.parametrize("exists", [False, True])
def test_what_an_attempt_made_is_known_as_it_was_sent_and_what_was_there_as_it_is(
    exists: bool,
) -> None:
    intent = replace(intend("gold", GOLD, phase=Phase.ABSENT), exists=exists)
    edited = replace(GOLD, description="Somebody's")
    change = gold(there(edited, "A"), intents=[intent])
    assert change.steps == (Adopt(Known(edited if exists else GOLD, Ids("A", "p-A"))),)


@pytest.mark.parametrize("existing", ["adopt", "fail", "ignore"])
def test_a_person_who_decided_to_create_is_obeyed(existing: str) -> None:
    intent = intend("gold", GOLD, phase=Phase.RECREATE)
    change = gold(there(GOLD, "A"), intents=[intent], existing=existing)
    assert change == replace(CREATE, intent=intent)


class TestWhatIsKnown:
    """Shown with what the platform has, where that was seen."""

    def test_what_somebody_edited_has_three_sides(self) -> None:
        seen = there(audience("Gold", "Edited"), "id-of-gold")
        state = found([know("gold", audience("Gold"))])
        (change,) = plan(want(("gold", GOLD)), state, observed=[seen]).changes
        assert change.observed == seen
        assert change.diff == (FieldDiff("description", None, "Edited", "Shiny"),)
        assert (change.action, change.steps) == (Action.DRIFT, ())

    def test_one_that_was_not_seen_has_two(self) -> None:
        state = found([know("gold", audience("Gold"))])
        (change,) = plan(want(("gold", GOLD)), state, observed=[there(GOLD, "A")]).changes
        assert change.observed is None
        assert change.diff == (FieldDiff("description", None, None, "Shiny"),)

    def test_what_is_as_it_should_be_is_unchanged_whatever_was_seen(self) -> None:
        seen = there(audience("Gold", "Edited"), "id-of-gold")
        made = plan(want(("gold", GOLD)), found([know("gold", GOLD)]), observed=[seen])
        assert (made.changes, made.unchanged) == ((), 1)


class TestIgnoringWhatExists:
    """existing="ignore": only an earlier attempt of ours is looked for."""

    def test_it_is_created_beside_it(self) -> None:
        assert gold(there(GOLD, "A"), existing="ignore") == CREATE

    def test_but_not_where_an_earlier_attempt_may_have_made_it(self) -> None:
        intent = intend("gold", GOLD, phase=Phase.ABSENT)
        change = gold(there(GOLD, "A"), intents=[intent], existing="ignore")
        assert change.steps == (Adopt(Known(GOLD, Ids("A", "p-A"))),)
        change = gold(there(GOLD, "A"), there(GOLD, "B"), intents=[intent], existing="ignore")
        assert change.action is Action.DECIDE

    def test_ids_that_clients_give_are_not_checked_either(self) -> None:
        change = gold(
            there(audience("Silver"), "mine"),
            audience_id="mine",
            client_ids=True,
            existing="ignore",
        )
        assert change.steps == (Create(GOLD, "mine"),)


@pytest.mark.parametrize("existing", ["adopt", "fail"])
def test_the_plan_says_what_is_there_even_where_that_will_be_refused(existing: str) -> None:
    assert gold(there(GOLD, "A"), existing=existing).action is Action.ADOPT


class TestGivenIds:
    """audience_ids: client."""

    def mine(self, *observed: Observed, known: Mapping[str, Known] | None = None) -> Change:
        return gold(*observed, known=known, audience_id="mine", client_ids=True)

    def test_what_is_not_there_is_created_with_it(self) -> None:
        assert self.mine() == replace(CREATE, steps=(Create(GOLD, "mine"),))

    def test_the_id_decides_between_several(self) -> None:
        change = self.mine(there(GOLD, "other"), there(GOLD, "mine"))
        assert change.steps == (Adopt(Known(GOLD, Ids("mine", "p-mine"))),)

    def test_one_without_the_id_is_adopted_as_any_other(self) -> None:
        change = self.mine(there(GOLD, "other"))
        assert change.steps == (Adopt(Known(GOLD, Ids("other", "p-other"))),)

    def test_the_id_of_another_audience_needs_a_decision(self) -> None:
        other = there(audience("Silver"), "mine")
        assert self.mine(other, there(GOLD, "A")) == Change(
            "gold",
            Action.DECIDE,
            wanted=GOLD,
            reason="its audienceId mine is that of another audience on the platform, 'Silver'. "
            "Give it another `audienceId` in the manifest",
            source=ORIGIN,
            matches=(other,),
        )

    @pytest.mark.parametrize("existing", ["adopt", "fail", "ignore"])
    @pytest.mark.parametrize("phase", [None, Phase.ABSENT, Phase.RECREATE])
    @pytest.mark.parametrize("observed", [(), (there(GOLD, "mine"),), (there(GOLD, "A"),)])
    def test_the_id_of_another_key_needs_a_decision_whatever_the_platform_has(
        self, existing: str, phase: Phase | None, observed: tuple[Observed, ...]
    ) -> None:
        intents = [intend("gold", GOLD, phase=phase)] if phase else []
        change = gold(
            *observed,
            known=owned("mine", "Silver"),
            intents=intents,
            audience_id="mine",
            client_ids=True,
            existing=existing,
        )
        assert (change.action, change.steps, change.matches) == (Action.DECIDE, (), ())
        assert change.reason == (
            "its audienceId mine is the one that state has for `aurum`. "
            "Give it another `audienceId` in the manifest"
        )

    def test_one_that_changed_while_the_list_was_read_is_still_itself(self) -> None:
        before, after = there(audience("Silver"), "mine"), there(GOLD, "mine")
        for order in ((before, after), (after, before)):
            assert self.mine(*order).steps == (Adopt(Known(GOLD, Ids("mine", "p-mine"))),)


def test_one_that_was_seen_as_two_audiences_is_adopted_once() -> None:
    silver = audience("Silver")
    seen = [there(GOLD, "A"), there(silver, "A")]
    adopted, waiting = plan(want(("gold", GOLD), ("silver", silver)), observed=seen).changes
    assert adopted.steps == (Adopt(Known(GOLD, Ids("A", "p-A"))),)
    assert (waiting.action, waiting.steps, waiting.matches) == (Action.DECIDE, (), (seen[1],))
    assert waiting.reason == (
        "the platform showed audienceId A as this audience and as that of `gold`: "
        "somebody changed it meanwhile. Plan again"
    )


def test_several_keys_are_adopted_each_for_itself() -> None:
    silver = audience("Silver")
    changes = plan(
        want(("gold", GOLD), ("silver", silver)), observed=[there(silver, "S"), there(GOLD, "A")]
    ).changes
    assert [change.steps for change in changes] == [
        (Adopt(Known(GOLD, Ids("A", "p-A"))),),
        (Adopt(Known(silver, Ids("S", "p-S"))),),
    ]
