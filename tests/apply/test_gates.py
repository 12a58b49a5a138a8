"""What is refused between a plan and its first step."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from plan_samples import NOTHING, POLICY, audience, found, intend, know, plan, there, want

from aepctl.apply.gates import (
    Approval,
    check,
    check_creates,
    check_deletes,
    check_emptied,
    check_empty_state,
    check_environment,
    check_existing,
    check_protected,
    check_saved,
    checks_empty_state,
    undecided,
)
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.errors import SafetyRefusal
from aepctl.model.audience import Observed
from aepctl.model.failure import Failure
from aepctl.model.lifecycle import AtRemoval, Lifecycle, OnRemoval
from aepctl.model.problem import Origin
from aepctl.model.wants import Removed, Wants
from aepctl.plan.binding import Binding, bind
from aepctl.plan.plan import Action, Plan
from aepctl.plan.planner import make_plan
from aepctl.state.model import Phase, State, UsedPlan

GOLD, SILVER, BRONZE = audience("Gold"), audience("Silver"), audience("Bronze")
WANTED = want(("gold", GOLD), ("silver", SILVER), ("bronze", BRONZE))
NOBODY = Approval()


def many(count: int) -> tuple[Any, ...]:
    return want(*((f"k{number:02}", audience(f"N{number:02}")) for number in range(count)))


class TestApproval:
    """Who approved what beforehand."""

    def test_a_review_covers_any_number_of_creates(self) -> None:
        assert Approval(reviewed=True).covers(10**6)

    def test_a_number_covers_up_to_so_many(self) -> None:
        approval = Approval(yes_create=3)
        assert [approval.covers(creates) for creates in (2, 3, 4)] == [True, True, False]
        assert not Approval(yes_create=0).covers(1)

    def test_creates_and_deletes_are_approved_apart(self) -> None:
        assert Approval(reviewed=True).covers_deletes(10**6)
        approval = Approval(yes_delete=3)
        assert [approval.covers_deletes(deletes) for deletes in (3, 4)] == [True, False]
        assert not approval.covers(1)
        assert not Approval(yes_create=3).covers_deletes(1)

    def test_nobody_covers_nothing(self) -> None:
        assert not NOBODY.covers(0)
        assert not NOBODY.covers_deletes(0)


class TestTooManyCreates:
    """max_creates."""

    @pytest.mark.parametrize(
        "approval", [Approval(reviewed=True), Approval(yes_create=3), Approval(yes_create=4)]
    )
    def test_what_somebody_approved_passes(self, approval: Approval) -> None:
        check_creates(plan(WANTED, max_creates=2), POLICY, approval)

    @pytest.mark.parametrize("most", [3, 4])
    def test_up_to_the_most_needs_no_word(self, most: int) -> None:
        check_creates(plan(WANTED, max_creates=most), POLICY, NOBODY)

    @pytest.mark.parametrize("approval", [NOBODY, Approval(yes_create=2)])
    def test_more_is_refused_with_the_command_that_allows_it(self, approval: Approval) -> None:
        with pytest.raises(SafetyRefusal) as raised:
            check_creates(plan(WANTED, max_creates=2), POLICY, approval)
        assert raised.value.code == "too-many-creates"
        assert raised.value.message == "3 audiences would be created, more than max_creates (2)"
        assert raised.value.hint == (
            "to allow it once: `aepctl --env prod apply --yes-create 3`; "
            "for good: `max_creates` in aepctl.yaml"
        )

    def test_the_command_names_targets_and_policy_again(self) -> None:
        policy = replace(POLICY, existing="ignore")
        with pytest.raises(SafetyRefusal) as raised:
            check_creates(plan(WANTED, None, "*", "gold", max_creates=2), policy, NOBODY)
        assert raised.value.code == "too-many-creates"
        assert (
            "`aepctl --env prod apply --existing ignore --yes-create 3 --target '*' --target gold`"
        ) in str(raised.value.hint)

    def test_what_was_given_already_is_given_again(self) -> None:
        policy = replace(POLICY, refresh=True, overwrite=True)
        with pytest.raises(SafetyRefusal) as raised:
            check_creates(plan(WANTED, max_creates=2), policy, Approval(yes_delete=7))
        assert raised.value.code == "too-many-creates"
        assert (
            "`aepctl --env prod apply --yes-create 3 --yes-delete 7 --refresh --overwrite`"
        ) in str(raised.value.hint)

    def test_only_creates_count(self) -> None:
        state = found([know("gold", audience("Old")), know("x", SILVER)])
        made = plan(WANTED, state, observed=[there(BRONZE, "B")], max_creates=0)
        assert made.counts() == {"update": 1, "decide": 1, "adopt": 1}
        check_creates(made, POLICY, NOBODY)


class TestExistingFail:
    """existing: fail."""

    POLICY = replace(POLICY, existing="fail")

    def made(self, *observed: Observed, state: State = NOTHING, targets: Iterable[str] = ()) -> Any:
        return plan(WANTED, state, *targets, observed=observed, existing="fail")

    def test_where_the_platform_has_none_it_passes(self) -> None:
        check_existing(self.made(there(audience("X"), "X")), self.POLICY)

    def test_what_is_there_is_refused_and_named(self) -> None:
        made = self.made(there(SILVER, "S"), there(GOLD, "A"), there(GOLD, "B"), targets=["*"])
        with pytest.raises(SafetyRefusal) as raised:
            check_existing(made, self.POLICY)
        assert raised.value.code == "already-on-platform"
        assert raised.value.message == (
            "the platform already has 2 of the audiences to create: gold, silver"
        )
        assert raised.value.hint == (
            "to record them in state: `aepctl --env prod apply --existing adopt --target '*'`"
        )

    def test_very_many_are_counted(self) -> None:
        wanted = many(12)
        seen = [there(one.audience, one.key) for one in wanted]
        with pytest.raises(SafetyRefusal) as raised:
            check_existing(plan(wanted, observed=seen, existing="fail"), self.POLICY)
        assert raised.value.code == "already-on-platform"
        assert "already has 12 of" in raised.value.message
        assert raised.value.message.endswith("k08, k09 and 2 more")

    def test_another_decision_is_not_taken_for_one_that_is_there(self) -> None:
        state = found([know("aurum", GOLD)])
        made = self.made(there(GOLD, "id-of-aurum"), state=state)
        assert made.counts()[Action.DECIDE] == 1
        check_existing(made, self.POLICY)

    @pytest.mark.parametrize("existing", ["adopt", "ignore"])
    def test_other_policies_do_not_ask(self, existing: str) -> None:
        check_existing(self.made(there(GOLD, "A")), replace(POLICY, existing=existing))  # type: ignore[arg-type]


class TestIgnoringWithAnEmptyState:
    """Missing or empty state is not "nothing exists"."""

    POLICY = replace(POLICY, existing="ignore")

    def check(
        self,
        observed: Sequence[Observed] | None,
        state: State = NOTHING,
        approval: Approval = NOBODY,
        *targets: str,
    ) -> None:
        made = plan(WANTED, state, *targets, observed=observed, existing="ignore")
        check_empty_state(made, self.POLICY, state, observed, approval)

    def test_what_is_there_is_refused_with_both_ways_on(self) -> None:
        with pytest.raises(SafetyRefusal) as raised:
            self.check([there(SILVER, "S"), there(GOLD, "A"), there(GOLD, "B")])
        assert raised.value.code == "state-empty"
        assert raised.value.message == (
            "the state is empty, but the platform already has 2 of the 3 audiences to create: "
            "gold, silver"
        )
        assert raised.value.hint == (
            "to record them in state: `aepctl --env prod apply --existing adopt`; to create them "
            "a second time: `aepctl --env prod apply --existing ignore --yes-create 3`"
        )

    def test_the_commands_name_the_targets_again(self) -> None:
        with pytest.raises(SafetyRefusal) as raised:
            self.check([there(GOLD, "A")], NOTHING, NOBODY, "gold")
        assert raised.value.code == "state-empty"
        assert "has 1 of the 1 audiences" in raised.value.message
        assert str(raised.value.hint).count(" --target gold`") == 2

    def test_an_earlier_attempt_that_is_there_counts_as_well(self) -> None:
        for phase in (Phase.ABSENT, Phase.RECREATE):
            intent = intend("gold", GOLD, phase=phase)
            with pytest.raises(SafetyRefusal) as raised:
                self.check([there(GOLD, "A")], found(intents=[intent]))
            assert raised.value.code == "state-empty"
            assert "has 1 of the 3 audiences to create: gold" in raised.value.message
            with pytest.raises(SafetyRefusal):
                self.check([there(GOLD, "A"), there(GOLD, "B")], found(intents=[intent]))

    def test_where_none_is_there_it_passes(self) -> None:
        self.check([there(audience("X"), "X")])

    def test_where_nobody_may_list_it_passes(self) -> None:
        self.check(None)

    @pytest.mark.parametrize("approval", [Approval(reviewed=True), Approval(yes_create=3)])
    def test_what_somebody_approved_passes(self, approval: Approval) -> None:
        self.check([there(GOLD, "A")], NOTHING, approval)

    def test_too_small_a_number_does_not(self) -> None:
        with pytest.raises(SafetyRefusal):
            self.check([there(GOLD, "A")], NOTHING, Approval(yes_create=2))

    def test_a_state_that_knows_something_is_believed(self) -> None:
        self.check([there(GOLD, "A")], found([know("x", audience("X"))]))

    @pytest.mark.parametrize("existing", ["adopt", "fail"])
    def test_other_policies_have_looked_already(self, existing: str) -> None:
        policy = replace(POLICY, existing=existing)  # type: ignore[arg-type]
        observed = [there(GOLD, "A")]
        made = plan(WANTED, observed=observed, existing=existing)
        check_empty_state(made, policy, NOTHING, observed, NOBODY)

    def test_the_whole_list_is_needed_only_where_it_decides(self) -> None:
        known = found([know("x", audience("X"))])
        assert checks_empty_state(self.POLICY, NOTHING, 3, NOBODY)
        assert checks_empty_state(self.POLICY, NOTHING, 3, Approval(yes_create=2))
        assert not checks_empty_state(self.POLICY, NOTHING, 3, Approval(yes_create=3))
        assert not checks_empty_state(self.POLICY, known, 3, NOBODY)
        assert not checks_empty_state(POLICY, NOTHING, 3, NOBODY)


def known(count: int, *, retained: int = 0) -> State:
    names = [f"k{number:02}" for number in range(count)]
    pairs = (know(key, audience(key), f"p-{key}") for key in names)
    return found(
        (key, replace(one, retained=number < retained)) for number, (key, one) in enumerate(pairs)
    )


def removing(state: State, count: int, **policy: Any) -> Plan:
    """The plan where the manifests have all that is known but so many, which are deleted."""
    left = want(*((key, one.audience) for key, one in [*state.audiences.items()][count:]))
    return plan(left, state, on_removal=OnRemoval.DELETE, **policy)


class TestTooManyDeletes:
    """max_deletes, and never more than a part of what is known."""

    @pytest.mark.parametrize(("deletes", "of"), [(10, 40), (3, 10), (0, 1)])
    def test_up_to_the_most_needs_no_word(self, deletes: int, of: int) -> None:
        state = known(of)
        made = removing(state, deletes, max_deletes=10)
        assert made.deletes == deletes
        check_deletes(made, replace(POLICY, max_deletes=10), state, NOBODY)

    @pytest.mark.parametrize(
        ("deletes", "of", "why", "good"),
        [
            (11, 40, "more than max_deletes (10)", "; for good: `max_deletes` in aepctl.yaml"),
            (4, 10, "more than 30% of the 10 that are known", ""),
            (1, 3, "more than 30% of the 3 that are known", ""),
        ],
    )
    def test_more_is_refused_with_the_command_that_allows_it(
        self, deletes: int, of: int, why: str, good: str
    ) -> None:
        state, policy = known(of), replace(POLICY, max_deletes=10)
        for approval in (NOBODY, Approval(yes_delete=deletes - 1), Approval(yes_create=99)):
            with pytest.raises(SafetyRefusal) as raised:
                check_deletes(removing(state, deletes, max_deletes=10), policy, state, approval)
            assert raised.value.code == "too-many-deletes"
            many = "audience" if deletes == 1 else "audiences"
            assert raised.value.message == (
                f"{deletes} {many} would be deleted on the platform, {why}"
            )
            assert raised.value.hint == (
                f"to allow it once: `aepctl --env prod apply --yes-delete {deletes}`{good}"
            )

    def test_creates_beyond_their_limit_were_approved_already_and_are_again(self) -> None:
        state, policy = known(10), replace(POLICY, max_deletes=0, max_creates=0)
        made = plan(WANTED, state, on_removal=OnRemoval.DELETE, max_deletes=0, max_creates=0)
        with pytest.raises(SafetyRefusal) as raised:
            check_deletes(made, policy, state, Approval(yes_create=3))
        assert raised.value.code == "too-many-deletes"
        assert "apply --yes-create 3 --yes-delete 10`" in str(raised.value.hint)

    @pytest.mark.parametrize("approval", [Approval(reviewed=True), Approval(yes_delete=4)])
    def test_what_somebody_approved_passes(self, approval: Approval) -> None:
        state, policy = known(10), replace(POLICY, max_deletes=10)
        check_deletes(removing(state, 4, max_deletes=10), policy, state, approval)

    def test_without_a_limit_none_is_asked_for(self) -> None:
        state = known(10)
        check_deletes(removing(state, 9), POLICY, state, NOBODY)

    def test_the_old_half_of_a_replace_counts(self) -> None:
        """It is deleted as well."""
        state = known(3)
        (one, *others) = want(*((key, one.audience) for key, one in state.audiences.items()))
        lifecycle = Lifecycle(replaces=True)
        other = replace(one, audience=audience("k00", namespace="other"), lifecycle=lifecycle)
        made = plan([other, *others], state, max_deletes=10)
        assert (made.creates, made.deletes) == (1, 1)
        with pytest.raises(SafetyRefusal):
            check_deletes(made, replace(POLICY, max_deletes=10), state, NOBODY)


class TestEmptiedManifests:
    """An empty folder with a full state is a mistake more often than not."""

    @pytest.mark.parametrize("on_removal", OnRemoval)
    def test_it_is_refused_naming_what_would_end(self, on_removal: OnRemoval) -> None:
        state = known(3)
        with pytest.raises(SafetyRefusal) as raised:
            check_emptied(plan((), state, on_removal=on_removal), POLICY, state)
        assert raised.value.code == "manifests-emptied"
        assert raised.value.message == (
            "the manifests want none of the 3 audiences that the state knows, and no "
            "`removed:` names k00, k01, k02"
        )
        assert raised.value.hint == (
            "if the folder of manifests is the right one: list them under `removed:` there, or "
            "delete all of them with `aepctl --env prod destroy`"
        )

    def test_what_was_retained_before_is_known_no_more_to_the_manifests(self) -> None:
        state = known(3, retained=2)
        with pytest.raises(SafetyRefusal, match="none of the 1 audience that"):
            check_emptied(plan((), state), POLICY, state)
        state = known(3, retained=3)
        check_emptied(plan((), state), POLICY, state)

    def test_where_the_manifests_say_so_themselves_they_mean_it(self) -> None:
        state = known(2)
        origin = Origin("audiences/all.yaml", 2, 3)
        wants = Wants((), (), tuple(Removed(key, True, origin) for key in state.audiences))
        check_emptied(make_plan(wants, state, None, POLICY), POLICY, state)

    def test_one_that_is_named_or_protected_does_not_speak_for_the_others(self) -> None:
        state = known(3)
        named = Wants((), (), (Removed("k00", True, Origin("audiences/all.yaml", 2, 3)),))
        with pytest.raises(SafetyRefusal, match="no `removed:` names k01, k02"):
            check_emptied(make_plan(named, state, None, POLICY), POLICY, state)
        guarded = replace(state.audiences["k00"], at_removal=AtRemoval(prevent_destroy=True))
        state = replace(state, audiences={**state.audiences, "k00": guarded})
        with pytest.raises(SafetyRefusal, match="no `removed:` names k01, k02"):
            check_emptied(plan((), state, on_removal=OnRemoval.DELETE), POLICY, state)

    def test_where_they_want_anything_they_are_not_empty(self) -> None:
        state = known(3)
        check_emptied(plan(want(("new", GOLD)), state), POLICY, state)
        check_emptied(plan(want(("k00", audience("k00"))), state), POLICY, state)

    def test_a_target_is_no_empty_folder(self) -> None:
        state = known(1)
        check_emptied(plan((), state, "k00"), POLICY, state)


class TestProtected:
    """A protected environment is changed by saved plans alone."""

    def test_a_plan_that_was_not_saved_is_refused_with_the_way_to_save_one(self) -> None:
        with pytest.raises(SafetyRefusal) as raised:
            check_protected(plan(WANTED), POLICY, Approval(yes_create=99, yes_delete=99))
        assert raised.value.code == "protected"
        assert raised.value.message == (
            "the environment `prod` is protected: only a saved plan is applied"
        )
        assert raised.value.hint == (
            "`aepctl --env prod plan --out plan.json`, have it reviewed, then "
            "`aepctl --env prod apply plan.json`"
        )

    def test_a_saved_one_passes_and_so_does_one_that_does_nothing(self) -> None:
        check_protected(plan(WANTED), POLICY, Approval(reviewed=True))
        check_protected(plan(()), POLICY, NOBODY)


class TestAllAtOnce:
    """check: each gate is asked."""

    @pytest.mark.parametrize(
        ("policy", "protected", "words"),
        [
            ({"existing": "fail"}, False, "the platform already has 1 "),
            ({"existing": "ignore"}, False, "the state is empty"),
            ({"max_creates": 1}, False, "2 audiences would be created"),
            ({}, True, "the environment `prod` is protected"),
        ],
    )
    def test_each_gate_can_refuse(
        self, policy: dict[str, Any], protected: bool, words: str
    ) -> None:
        asked = replace(POLICY, **policy)
        observed = [there(GOLD, "A")]
        made = plan(WANTED, observed=observed, **policy)
        with pytest.raises(SafetyRefusal) as raised:
            check(made, asked, NOTHING, observed, protected=protected, approval=NOBODY)
        assert raised.value.message.startswith(words)

    def test_so_can_those_of_what_ends(self) -> None:
        state, policy = known(10), replace(POLICY, max_deletes=1)
        for count, words in ((2, "2 audiences would be deleted"), (10, "the manifests want none")):
            made = removing(state, count, max_deletes=1)
            with pytest.raises(SafetyRefusal, match=words):
                check(made, policy, state, None, protected=False, approval=NOBODY)
            check(made, policy, state, None, protected=True, approval=Approval(reviewed=True))

    def test_what_no_gate_refuses_passes(self) -> None:
        observed = [there(GOLD, "A")]
        for most, approval in ((2, NOBODY), (1, Approval(yes_create=2))):
            policy = replace(POLICY, max_creates=most)
            made = plan(WANTED, observed=observed, max_creates=most)
            check(made, policy, NOTHING, observed, protected=False, approval=approval)
        check(plan(WANTED), POLICY, NOTHING, None, protected=False, approval=NOBODY)


class TestSavedPlans:
    """Each change holds or is done, or nothing is sent."""

    STATE = found([know("gold", GOLD)])
    NOW = plan(WANTED, STATE)
    SAVED = bind(NOW, STATE, "1.0")
    ANEW = "create a new plan with `aepctl --env prod plan --out plan.json` and have it reviewed"

    def refusal(self, saved: Binding, now: Plan, name: str = "plan.json") -> SafetyRefusal:
        with pytest.raises(SafetyRefusal) as raised:
            check_saved(name, saved, now, self.STATE, POLICY)
        assert raised.value.code in {"plan-does-not-fit", "plan-out-of-date"}
        return raised.value

    def test_of_one_that_holds_all_is_left(self) -> None:
        left = check_saved("plan.json", self.SAVED, self.NOW, self.STATE, POLICY)
        assert left == replace(self.NOW, unchanged=0)

    def test_of_one_that_is_done_nothing_is_left(self) -> None:
        state = replace(self.STATE, plans={self.SAVED.id: UsedPlan(1)})
        left = check_saved("plan.json", self.SAVED, self.NOW, state, POLICY)
        assert (left.changes, left.done) == ((), len(self.SAVED.effects))

    def test_one_for_another_place_is_refused_with_all_that_differs(self) -> None:
        saved = replace(self.SAVED, serial=4, environment="dev")
        refusal = self.refusal(saved, self.NOW)
        assert refusal.message == (
            "plan.json does not fit: environment was dev, is now prod; "
            "state serial was 4, is now 1: an older copy took its place"
        )
        assert refusal.hint == f"nothing of it was sent; {self.ANEW}"

    def test_each_change_that_no_longer_holds_is_named_with_what_differs(self) -> None:
        refusal = self.refusal(self.SAVED, plan((), self.STATE))
        first, *named = refusal.message.split("\n")
        count = len(self.SAVED.effects)
        assert first == f"plan.json no longer holds for {count} of its {count} changes"
        assert named == [f"{key}: the manifests no longer want it" for key in self.SAVED.effects]
        assert refusal.hint == f"nothing of it was sent; {self.ANEW}"

    def test_of_very_many_the_others_are_counted(self) -> None:
        many = want(*((f"k{number:03}", audience(f"N{number}")) for number in range(203)))
        saved = bind(plan(many, self.STATE), self.STATE, "1.0")
        lines = self.refusal(saved, plan((), self.STATE)).message.split("\n")
        assert len(lines) == 202
        assert lines[-1] == "and 3 more"

    def test_the_command_that_plans_anew_has_its_targets_and_is_quoted(self) -> None:
        saved = replace(self.SAVED, targets=("gold", "s*"), lineage="other")
        refusal = self.refusal(saved, self.NOW, "my plan.json")
        command = "aepctl --env prod plan --out 'my plan.json' --target gold --target 's*'"
        assert f"`{command}`" in str(refusal.hint)

    @pytest.mark.parametrize("given", [None, "prod"])
    def test_its_environment_may_be_given_as_well(self, given: str | None) -> None:
        check_environment("plan.json", self.SAVED, given)

    @pytest.mark.parametrize("given", ["dev", ""])
    def test_another_environment_may_not(self, given: str) -> None:
        with pytest.raises(SafetyRefusal) as raised:
            check_environment("plan.json", self.SAVED, given)
        assert raised.value.code == "another-environment"
        assert raised.value.message == (
            f"plan.json is a plan for the environment `prod`, not for `{given}`"
        )
        assert raised.value.hint == "leave out --env, or give the environment of the plan"


def test_what_waits_for_a_person_is_an_outcome_with_its_reason() -> None:
    made = plan(WANTED, found([know("aurum", GOLD)]), observed=[there(SILVER, "A")])
    reason = made.changes[0].reason
    assert reason is not None
    assert undecided(made) == (
        Outcome("gold", Action.DECIDE, OutcomeKind.UNDECIDED, failure=Failure(reason)),
    )
    assert undecided(plan(())) == ()
