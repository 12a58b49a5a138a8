"""Plans over a platform that keeps other spellings, other states, or says "already there"."""

from dataclasses import replace

import pytest
from plan_samples import POLICY, audience, found, intend, know, plan, there, want

from aepctl.model.audience import Audience, Ids, Known, Observed
from aepctl.model.steps import Adopt, Create, Patch
from aepctl.model.wants import Wants
from aepctl.plan import reasons
from aepctl.plan.drift import Asked
from aepctl.plan.drifting import find_drift
from aepctl.plan.kinds import Kind
from aepctl.plan.plan import Action, Change
from aepctl.plan.questions import to_look_up
from aepctl.plan.seen import Seen
from aepctl.state.model import Intent, Phase, State

GOLD = audience("Gold")
RESOLVE = "`aepctl --env prod state resolve gold"


def gold(
    *observed: Observed, state: State | None = None, one: Audience = GOLD, **policy: object
) -> Change:
    """The only change, for the key `gold`."""
    (change,) = plan(want(("gold", one)), state, observed=observed, **policy).changes
    return change


SPELLINGS = [
    {"name": "gold"}, {"name": "GOLD"}, {"name": "Gold "}, {"name": "Go\u200bld"},
    {"namespace": "AGORA"}, {"origin_name": "AGORA"},
]  # fmt: skip


@pytest.mark.parametrize("fields", SPELLINGS, ids=ascii)
def test_another_spelling_on_the_platform_needs_a_decision(fields: dict[str, str]) -> None:
    shown = there(replace(GOLD, **fields), "A")
    change = gold(shown)
    assert (change.action, change.steps, change.matches) == (Action.DECIDE, (), (shown,))
    assert change.reason is not None
    assert "the platform has it in another spelling: " in change.reason
    assert "(A). If that is it: " + RESOLVE + " --adopt A`" in change.reason
    assert f"if it is not: {RESOLVE} --recreate`" in change.reason


def test_the_fields_that_are_spelled_otherwise_are_named() -> None:
    change = gold(there(replace(GOLD, name="GOLD", origin_name="AGORA"), "A"))
    assert "spelling: name 'GOLD', originName 'AGORA' (A)" in str(change.reason)


def test_several_are_all_named_and_none_is_chosen() -> None:
    change = gold(there(audience("gold"), "A"), there(audience("GOLD"), "B"))
    assert "name 'gold' (A), name 'GOLD' (B)" in str(change.reason)
    assert "--adopt ID`" in str(change.reason)


def test_the_very_spelling_goes_before_another() -> None:
    change = gold(there(audience("GOLD"), "B"), there(GOLD, "A"))
    assert change.steps == (Adopt(Known(GOLD, Ids("A", "p-A"))),)


def test_another_spelling_that_another_key_owns_is_no_match() -> None:
    state = found([("other", Known(audience("GOLD"), Ids("A")))])
    wanted = want(("gold", GOLD), ("other", audience("Other")))
    # `other` shall become another audience, so it is asked about; but nothing is adopted.
    (change,) = (
        one
        for one in plan(wanted, state, observed=[there(audience("GOLD"), "A")]).changes
        if one.key == "gold"
    )
    assert change.action is Action.DECIDE
    assert change.matches == ()


def test_who_decided_to_create_it_gets_it_created() -> None:
    state = found(intents=[intend("gold", GOLD, phase=Phase.RECREATE)])
    assert gold(there(audience("GOLD"), "A"), state=state).action is Action.CREATE


def test_what_exists_may_be_ignored_in_any_spelling_but_not_what_may_be_ours() -> None:
    shown = there(audience("GOLD"), "A")
    assert gold(shown, existing="ignore").action is Action.CREATE
    tried = found(intents=[intend("gold", GOLD, phase=Phase.ABSENT, absent_since="earlier-run")])
    assert gold(shown, existing="ignore", state=tried).action is Action.DECIDE


def test_an_id_of_our_own_is_proof_whatever_the_spelling() -> None:
    from aepctl.plan.ids import computed_id

    mine = computed_id(POLICY.target.org, POLICY.target.sandbox, "gold")
    kept = audience("GOLD")
    change = gold(there(kept, mine), client_ids=True)
    assert change.action is Action.ADOPT
    assert change.steps == (Adopt(Known(kept, Ids(mine, f"p-{mine}"), GOLD)),)
    assert change.diff == ()


def test_a_remembered_spelling_does_not_make_a_plan_dirty() -> None:
    kept = Known(audience("GOLD"), Ids("A"), sent=GOLD)
    assert plan(want(("gold", GOLD)), found([("gold", kept)])).changes == ()
    (change,) = plan(want(("gold", audience("gold"))), found([("gold", kept)])).changes
    assert (change.action, [one.field for one in change.diff]) == (Action.UPDATE, ["name"])


@pytest.mark.parametrize("edited", [audience("GOLD", "Odd"), audience("Silver", "Old")])
def test_a_remembered_spelling_hides_no_edit(edited: Audience) -> None:
    sent = audience("Gold", "Old")
    state = found([("gold", Known(audience("GOLD", "Old"), Ids("A", "p-A"), sent))])
    seen, looks = [there(edited, "A")], {"refresh": True}
    (change,) = plan(want(("gold", sent)), state, observed=seen, **looks).changes
    assert (change.action, change.steps) == (Action.DRIFT, ())
    for wanted in (want(("gold", sent)), ()):
        policy = replace(POLICY, refresh=True)
        drift = find_drift(Wants(wanted), state, Seen((seen[0],)), policy, Asked())
        assert [one.kind for one in drift.found] == [Kind.CHANGED]
    taken = found([("gold", Known(edited, Ids("A", "p-A"), sent))])  # into state, by a refresh
    (change,) = plan(want(("gold", sent)), taken).changes
    assert change.action is Action.UPDATE


def test_only_what_differs_beyond_the_spelling_is_shown() -> None:
    kept = Known(audience("GOLD", "Old"), Ids("A"), sent=audience("Gold", "Old"))
    (change,) = plan(want(("gold", audience("Gold", "New"))), found([("gold", kept)])).changes
    assert [(one.field, one.known, one.wanted) for one in change.diff] == [
        ("description", "Old", "New")
    ]
    assert change.steps == (Patch(Ids("A"), kept.audience, audience("GOLD", "New")),)


@pytest.mark.parametrize("state", ["archived", "deleted"])
def test_what_is_listed_as_gone_is_not_there(state: str) -> None:
    shown = replace(there(GOLD, "A"), lifecycle=state)
    assert gold(shown).action is Action.CREATE
    change = gold(shown, there(GOLD, "B"))
    assert change.steps == (Adopt(Known(GOLD, Ids("B", "p-B"))),)


@pytest.mark.parametrize("state", ["draft", "inactive"])
@pytest.mark.parametrize("name", ["Gold", "GOLD"])
def test_what_is_not_at_work_needs_a_decision_that_says_so(state: str, name: str) -> None:
    shown = replace(there(audience(name), "A"), lifecycle=state)
    change = gold(shown)
    assert (change.action, change.matches) == (Action.DECIDE, (shown,))
    assert f"'{name}' (A, {state})" in str(change.reason)
    assert f"{RESOLVE} --adopt A`" in str(change.reason)


@pytest.mark.parametrize("state", [None, "published", "active", "something new"])
def test_what_is_at_work_is_adopted(state: str | None) -> None:
    assert gold(replace(there(GOLD, "A"), lifecycle=state)).action is Action.ADOPT


class TestAlreadyThere:
    """The platform answered a create with 409."""

    @staticmethod
    def refused(**fields: object) -> Intent:
        return intend(
            "gold", GOLD, phase=Phase.ABSENT, exists=True, absent_since="earlier-run", **fields
        )

    def test_it_is_never_created_again_by_itself(self) -> None:
        change = gold(state=found(intents=[self.refused()]))
        assert (change.action, change.steps) == (Action.DECIDE, ())
        assert "the platform says that it exists already; it was not found" in str(change.reason)
        assert f"{RESOLVE} --recreate`" in str(change.reason)

    def test_what_it_is_likely_to_be_is_named(self) -> None:
        shown = there(audience("GOLD"), "A")
        change = gold(shown, state=found(intents=[self.refused()]))
        assert (change.action, change.matches) == (Action.DECIDE, (shown,))
        assert "exists already; likely 'GOLD' (A)." in str(change.reason)
        assert f"{RESOLVE} --adopt A`" in str(change.reason)

    def test_where_it_is_another_keys_that_is_said(self) -> None:
        shown = there(GOLD, "id-of-aurum")
        state = found([know("aurum", audience("Aurum"))], [self.refused()])
        wanted = want(("gold", GOLD), ("aurum", audience("Aurum")))
        (change,) = plan(wanted, state, observed=[shown]).changes
        assert change.action is Action.DECIDE
        assert "not found" not in str(change.reason)
        assert "state mv aurum gold`" in str(change.reason)

    def test_without_a_look_it_is_not_shown_as_a_create_either(self) -> None:
        (change,) = plan(want(("gold", GOLD)), found(intents=[self.refused()])).changes
        assert change.action is Action.DECIDE
        assert change.reason == reasons.said_to_exist("gold", (), POLICY.program)

    def test_once_it_shows_it_is_adopted(self) -> None:
        assert gold(there(GOLD, "A"), state=found(intents=[self.refused()])).action is Action.ADOPT

    def test_under_another_key_it_is_asked_about_too(self) -> None:
        state = found(intents=[self.refused()])
        (change,) = plan(want(("aurum", audience("gold"))), state, observed=[]).changes
        assert (change.key, change.action) == ("aurum", Action.DECIDE)

    def test_a_person_may_have_it_created(self) -> None:
        state = found(intents=[replace(self.refused(), phase=Phase.RECREATE)])
        assert gold(state=state).action is Action.CREATE
        assert plan(want(("gold", GOLD)), state).changes[0].action is Action.CREATE

    def test_what_exists_may_not_be_ignored_then(self) -> None:
        state = found(intents=[self.refused()])
        assert gold(state=state, existing="ignore").action is Action.DECIDE


class TestManifestsThatChangeMeanwhile:
    """An outcome is unknown, and its manifest is edited."""

    @pytest.mark.parametrize("name", ["Gold", "gold", "G\u00adold"], ids=ascii)
    def test_another_key_waits_for_what_is_in_doubt_however_it_is_spelled(self, name: str) -> None:
        state = found(intents=[intend("gold", audience("GOLD"))])
        changes = plan(want(("aurum", audience(name))), state, observed=[]).changes
        assert [(one.key, one.action, one.steps) for one in changes] == [
            ("aurum", Action.SETTLE, ()),
            ("gold", Action.SETTLE, ()),
        ]

    def test_what_an_attempt_made_is_adopted_in_the_spelling_that_it_asked_for(self) -> None:
        tried = audience("GOLD", "Shiny")
        state = found(intents=[intend("gold", tried, phase=Phase.ABSENT)])
        change = gold(there(replace(tried, description=None), "A"), state=state)
        assert change.steps == (Adopt(Known(tried, Ids("A", "p-A"))),)
        change = gold(there(GOLD, "B"), state=state)  # as it is wanted now: somebody else's
        assert change.steps == (Adopt(Known(GOLD, Ids("B", "p-B"))),)

    def test_a_removed_key_in_another_spelling_is_asked_about(self) -> None:
        state = found([know("old", audience("GOLD"))])
        changes = plan(want(("gold", GOLD)), state, observed=[]).changes
        assert [(one.key, one.action) for one in changes] == [
            ("gold", Action.DECIDE),
        ]

    def test_an_audience_that_another_key_shall_give_away_is_no_free_name(self) -> None:
        """`gold` was created as Gold; now `gold` wants Silver, and a new key wants Gold.

        If it moved, it is not to be changed, or deleted, as if it had not.
        """
        state = found([know("gold", GOLD)])
        wanted = want(("gold", audience("Silver")), ("new", GOLD))
        changes = {one.key: one for one in plan(wanted, state, observed=[]).changes}
        for one in changes.values():
            assert (one.action, one.steps) == (Action.DECIDE, ())
            assert "`aepctl --env prod state mv gold new`" in str(one.reason)
        assert changes.keys() == {"gold", "new"}
        (change,) = plan(wanted, state, "gold", observed=[]).changes
        assert change.steps == ()
        assert to_look_up(Wants(wanted), state, POLICY).candidates == ()

    def test_of_several_that_give_it_away_the_first_is_asked_about(self) -> None:
        state = found([know("b", GOLD), know("a", GOLD)])
        wanted = want(("b", audience("B")), ("a", audience("A")), ("new", GOLD))
        told = [(one.key, one.action) for one in plan(wanted, state, observed=[]).changes]
        assert told == [("b", Action.UPDATE), ("a", Action.DECIDE), ("new", Action.DECIDE)]

    def test_a_person_may_have_it_made_beside_the_one_that_changes(self) -> None:
        decided = intend("new", GOLD, phase=Phase.RECREATE)
        state = found([know("gold", GOLD)], [decided])
        wanted = want(("gold", audience("Silver")), ("new", GOLD))
        changes = {one.key: one for one in plan(wanted, state, observed=[]).changes}
        assert changes["new"].steps == (Create(GOLD),)
        assert changes["gold"].action is Action.UPDATE

    def test_a_name_whose_case_alone_changes_is_given_away_to_nobody(self) -> None:
        state = found([know("gold", audience("GOLD"))])
        (change,) = plan(want(("gold", GOLD)), state, observed=[]).changes
        assert change.action is Action.UPDATE
