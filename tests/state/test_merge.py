"""Merging two states that grew out of one: what comes of each key, and laws that always hold."""

from dataclasses import replace
from itertools import combinations

import pytest
from fakes import AT, TARGET, audience
from histories import KEYS, known
from hypothesis import assume, given
from hypothesis import strategies as st

from aepctl.model.audience import Deposed, Ids, Known
from aepctl.model.lifecycle import AtRemoval
from aepctl.model.steps import Create, Patch
from aepctl.model.target import Target
from aepctl.state.codec import decode_state
from aepctl.state.encoder import encode_state
from aepctl.state.merge import Merged, Unrelated, merge
from aepctl.state.model import Intent, Phase, Run, State, UsedPlan

BASE = State("L", 3, TARGET, {"gold": known("A", "Gold")})


def state(*, serial: int = 4, **audiences: Known | None) -> State:
    """BASE after somebody has recorded these; None: forgotten."""
    every = {**BASE.audiences, **audiences}
    return replace(
        BASE, serial=serial, audiences={key: one for key, one in every.items() if one is not None}
    )


def create(number: str, key: str, phase: Phase = Phase.OPEN, **more: object) -> Intent:
    return Intent(number, "run", key, Create(audience(key)), AT, phase, **more)  # type: ignore[arg-type]


def with_intents(one: State, *intents: Intent) -> State:
    return replace(one, intents={intent.id: intent for intent in intents})


def said(merged: Merged) -> list[str]:
    return [one.said for one in merged.conflicts]


class TestAudiences:
    def test_what_each_side_has_added_is_kept(self) -> None:
        merged = merge(BASE, state(silver=known("B")), state(bronze=known("C")))
        assert merged.conflicts == ()
        assert {key: one.ids.audience_id for key, one in merged.state.audiences.items()} == {
            "gold": "A", "silver": "B", "bronze": "C",
        }  # fmt: skip
        assert list(merged.state.audiences) == sorted(merged.state.audiences)

    def test_what_one_side_has_forgotten_is_forgotten(self) -> None:
        merged = merge(BASE, state(gold=None), state(silver=known("B")))
        assert set(merged.state.audiences) == {"silver"}

    def test_without_a_common_ancestor_nothing_counts_as_forgotten(self) -> None:
        merged = merge(None, state(gold=None), state(silver=known("B")))
        assert set(merged.state.audiences) == {"gold", "silver"}

    def test_of_one_audience_each_side_may_change_another_field(self) -> None:
        ours = state(gold=Known(audience("Gold", "New"), Ids("A")))
        theirs = state(gold=Known(audience("Gold II"), Ids("A", "platform")))
        merged = merge(BASE, ours, theirs)
        assert merged.state.audiences["gold"] == Known(
            audience("Gold II", "New"), Ids("A", "platform")
        )

    def test_a_spelling_of_the_platform_goes_with_what_the_other_side_changed(self) -> None:
        ours = state(gold=Known(audience("GOLD"), Ids("A"), audience("Gold")))
        theirs = state(gold=Known(audience("Gold", "New"), Ids("A")))
        merged = merge(BASE, ours, theirs)
        assert merged.state.audiences["gold"] == Known(
            audience("GOLD", "New"), Ids("A"), audience("Gold", "New")
        )

    def test_two_ids_for_one_key_are_a_conflict(self) -> None:
        merged = merge(BASE, state(silver=known("B")), state(silver=known("C")))
        assert said(merged) == ["`silver` has the audienceId B on our side, C on theirs"]
        assert set(merged.state.audiences) == {"gold"}

    def test_what_one_side_replaced_is_deleted_as_the_other_side_left_it(self) -> None:
        edited, protected = known("A", "Gilt"), AtRemoval(prevent_destroy=True)
        old = known("A", "Gold")
        new = replace(known("B", "Gold"), deposed=Deposed(old.ids, old.audience))
        other = replace(edited, at_removal=protected)
        for sides in ((new, other), (other, new)):
            merged = merge(BASE, *(state(gold=one) for one in sides))
            assert merged.conflicts == ()
            left = Deposed(edited.ids, edited.audience)
            assert merged.state.audiences["gold"] == replace(
                new, at_removal=protected, deposed=left
            )

    def test_what_both_sides_replaced_is_a_conflict(self) -> None:
        old = known("A", "Gold")
        left = Deposed(old.ids, old.audience)
        sides = [replace(known(one, "Gold"), deposed=left) for one in ("B", "C")]
        assert said(merge(BASE, *(state(gold=one) for one in sides)))

    def test_what_was_retained_on_one_side_and_changed_on_the_other_is_both(self) -> None:
        retained = replace(known("A", "Gold"), retained=True)
        merged = merge(BASE, state(gold=retained), state(gold=known("A", "Gilt")))
        assert merged.state.audiences["gold"] == replace(known("A", "Gilt"), retained=True)

    def test_one_field_that_both_have_changed_is_a_conflict(self) -> None:
        merged = merge(BASE, state(gold=known("A", "X")), state(gold=known("A", "Y")))
        assert said(merged) == ["`gold` has the name 'X' on our side, 'Y' on theirs"]

    def test_what_both_have_changed_alike_is_none(self) -> None:
        one = state(gold=known("A", "X"))
        assert merge(BASE, one, replace(one, serial=5)).conflicts == ()

    def test_a_change_of_what_the_other_has_forgotten_is_a_conflict(self) -> None:
        merged = merge(BASE, state(gold=known("A", "X")), state(gold=None, silver=known("B")))
        assert said(merged) == ["`gold` (A) is gone on their side, and was changed on ours"]

    def test_a_change_of_what_the_other_has_moved_is_a_conflict_that_names_the_new_key(
        self,
    ) -> None:
        moved = state(gold=None, golden=known("A", "Gold"))
        merged = merge(BASE, moved, state(gold=known("A", "X")))
        assert said(merged)[0] == (
            "`gold` (A) was moved to `golden` on our side, and was changed on theirs"
        )

    @pytest.mark.parametrize(("mine", "other"), [("golden", "gilded"), ("gilded", "golden")])
    def test_one_id_under_two_keys_is_a_conflict(self, mine: str, other: str) -> None:
        moved = known("A", "Gold")
        merged = merge(BASE, state(gold=None, **{mine: moved}), state(gold=None, **{other: moved}))
        assert said(merged) == [f"A is known as `{mine}` on our side, as `{other}` on theirs"]
        (conflict,) = merged.conflicts
        assert (conflict.ours, conflict.theirs) == ({mine: moved}, {other: moved})
        assert merged.state.audiences == {}

    def test_of_another_audience_than_both_began_with_nothing_is_as_it_was(self) -> None:
        merged = merge(BASE, state(gold=known("B", "Gold")), state(gold=known("B", "New")))
        assert said(merged) == ["`gold` has the name 'Gold' on our side, 'New' on theirs"]

    def test_two_platform_ids_for_one_audience_are_a_conflict(self) -> None:
        ours = state(gold=Known(audience("Gold"), Ids("A", "p-1")))
        theirs = state(gold=Known(audience("Gold"), Ids("A", "p-2")))
        assert said(merge(BASE, ours, theirs)) == [
            "`gold` has the id 'p-1' on our side, 'p-2' on theirs"
        ]


class TestTheWhole:
    @pytest.mark.parametrize(
        "theirs",
        [replace(BASE, lineage="M"), replace(BASE, target=Target("o", "s", "e"))],
        ids=["lineage", "target"],
    )
    def test_two_different_states_are_not_merged(self, theirs: State) -> None:
        with pytest.raises(Unrelated):
            merge(BASE, state(), theirs)

    def test_an_ancestor_that_is_another_state_says_nothing(self) -> None:
        other = replace(BASE, lineage="M")
        merged = merge(other, state(gold=None), state(silver=known("B")))
        assert set(merged.state.audiences) == {"gold", "silver"}

    def test_the_serial_is_higher_than_both(self) -> None:
        assert merge(BASE, state(serial=7), state(serial=5, gold=None)).state.serial == 8

    def test_runs_are_merged_in_the_order_of_their_beginning(self) -> None:
        first, second = Run("a", "2026-01-02", "apply"), Run("b", "2026-01-01", "apply")
        ours = replace(state(silver=known("B")), runs=(first,))
        theirs = replace(state(), runs=(second, replace(first, part=10)))
        ours = replace(ours, runs=(replace(first, part=2),))
        assert merge(BASE, ours, theirs).state.runs == (second, replace(first, part=10))

    def test_plans_that_were_used_on_either_side_are_used(self) -> None:
        ours = replace(state(), plans={"p": UsedPlan(3), "r": UsedPlan(4)})
        theirs = replace(state(), plans={"p": UsedPlan(5), "q": UsedPlan(4)})
        assert merge(BASE, ours, theirs).state.plans == {
            "p": UsedPlan(5), "q": UsedPlan(4), "r": UsedPlan(4),
        }  # fmt: skip

    def test_what_either_side_has_done_of_a_plan_is_not_left_of_it(self) -> None:
        ours = replace(state(), plans={"p": UsedPlan(3, ("a",), frozenset({"gold", "silver"}))})
        theirs = replace(state(), plans={"p": UsedPlan(4, ("b",), frozenset({"silver", "tin"}))})
        done = UsedPlan(4, ("a", "b"), frozenset({"silver"}))
        assert merge(BASE, ours, theirs).state.plans == {"p": done}
        ended = replace(theirs, plans={"p": UsedPlan(4)})
        assert merge(BASE, ours, ended).state.plans == {"p": UsedPlan(4)}


class TestIntents:
    def test_one_that_one_side_has_ended_is_ended(self) -> None:
        base = with_intents(BASE, create("i", "silver"))
        ended = with_intents(state(silver=known("B")))
        merged = merge(base, ended, with_intents(state(bronze=known("C")), *base.intents.values()))
        assert merged.state.intents == {}
        assert set(merged.state.audiences) == {"gold", "silver", "bronze"}

    def test_those_of_both_sides_are_kept_in_the_order_of_their_beginning(self) -> None:
        later = replace(create("a", "silver"), at="2026-02-01T00:00:00.000+00:00")
        merged = merge(BASE, with_intents(state(), later), with_intents(state(), create("b", "x")))
        assert list(merged.state.intents) == ["b", "a"]

    def test_one_that_is_open_on_a_side_stays_open(self) -> None:
        before = create("i", "silver", Phase.ABSENT)
        ours = with_intents(state(), replace(before, phase=Phase.RECREATE))
        theirs = with_intents(state(), replace(before, phase=Phase.OPEN, exists=True))
        (intent,) = merge(with_intents(BASE, before), ours, theirs).state.intents.values()
        assert (intent.phase, intent.exists) == (Phase.OPEN, True)

    def test_what_the_other_side_was_told_of_it_counts_and_where_it_was_moved_to(self) -> None:
        before = create("i", "silver", Phase.ABSENT)
        ours = with_intents(state(), replace(before, phase=Phase.OPEN))
        told = replace(before, key="argent", phase=Phase.RECREATE, exists=True)
        (intent,) = merge(
            with_intents(BASE, before), ours, with_intents(state(), told)
        ).state.intents.values()
        assert intent == replace(before, key="argent", phase=Phase.OPEN, exists=True)

    def test_an_open_create_of_a_key_that_the_other_side_knows_is_settled_by_looking(self) -> None:
        merged = merge(BASE, with_intents(state(), create("i", "silver")), state(silver=known("B")))
        assert set(merged.state.intents) == {"i"}
        assert merged.state.audiences["silver"] == known("B")

    @pytest.mark.parametrize("phase", [Phase.ABSENT, Phase.RECREATE])
    def test_leave_to_create_what_the_other_side_knows_by_now_is_gone(self, phase: Phase) -> None:
        ours = with_intents(state(), create("i", "silver", phase))
        assert merge(BASE, ours, state(silver=known("B"))).state.intents == {}

    @pytest.mark.parametrize("phase", [Phase.ABSENT, Phase.RECREATE])
    def test_leave_to_create_what_takes_the_place_of_that_is_not(self, phase: Phase) -> None:
        step = Create(audience("Gold"), replaces=BASE.audiences["gold"].ids)
        ours = with_intents(state(), replace(create("i", "gold", phase), step=step))
        assert set(merge(BASE, ours, state(silver=known("B"))).state.intents) == {"i"}

    def test_a_change_goes_with_its_audience_to_the_key_that_the_other_side_gave_it(self) -> None:
        change = Patch(Ids("A"), audience("Gold"), audience("Gold", "New"))
        ours = with_intents(state(), Intent("i", "run", "gold", change, AT))
        merged = merge(BASE, ours, state(gold=None, golden=known("A", "Gold")))
        assert merged.state.intents["i"].key == "golden"


entries = st.none() | st.builds(
    Known,
    st.builds(audience, st.sampled_from(["Gold", "GOLD", "Silver"]), st.none() | st.just("New")),
    st.builds(Ids, st.sampled_from("ABCDEF"), st.none() | st.just("p")),
)
intents = st.builds(create, st.sampled_from("ijk"), st.sampled_from(KEYS), st.sampled_from(Phase))


left = st.frozensets(st.sampled_from(KEYS), min_size=1)
plans = st.dictionaries(
    st.sampled_from("pqr"),
    st.builds(UsedPlan, st.integers(1, 9))
    | st.builds(UsedPlan, st.integers(1, 9), st.sampled_from([("a",), ("b",)]), left),
    max_size=2,
)


@st.composite
def changes(draw: st.DrawFn, before: State) -> State:
    """A state some runs later: entries added, changed and forgotten, intents begun and ended."""
    audiences, now = dict(before.audiences), dict(before.intents)
    for key in draw(st.sets(st.sampled_from(KEYS), max_size=2)):
        audiences[key] = draw(entries)
    for name in draw(st.sets(st.sampled_from(sorted(now) or [""]), max_size=2)) & set(now):
        del now[name]
    begun = draw(st.lists(intents, max_size=2))
    unknown = [one for one in begun if audiences.get(one.key) is None]
    now |= {one.id: one for one in unknown if one.id not in before.intents}
    known_now = {key: one for key, one in audiences.items() if one is not None}
    ids = [one.ids.audience_id for one in known_now.values()]
    assume(len(set(ids)) == len(ids))
    runs = (*before.runs, *draw(st.lists(st.sampled_from(RUNS), max_size=2, unique=True)))
    return replace(
        before, serial=before.serial + draw(st.integers(1, 3)), audiences=known_now, intents=now,
        plans={**before.plans, **draw(plans)},
        runs=tuple(dict.fromkeys(runs)),
    )  # fmt: skip


RUNS = [Run(name, f"2026-01-0{number}", "apply") for number, name in enumerate("xyz", 1)]


@st.composite
def branches(draw: st.DrawFn, count: int) -> list[State]:
    """A state, and what became of it on so many branches. Each run happens on one of them."""
    base = draw(changes(BASE))
    grown = [draw(changes(base)) for _ in range(count)]
    for one, other in combinations(grown, 2):  # an intent is begun once, wherever that is
        begun = set(one.intents) & set(other.intents) - set(base.intents)
        assume(all(one.intents[name] == other.intents[name] for name in begun))
    return [base, *grown]


def content(one: State) -> object:
    """What a state says, in whatever order."""
    return one.audiences, one.intents, one.plans, set(one.runs)


@given(branches(2))
def test_it_does_not_matter_which_side_is_ours(states: list[State]) -> None:
    base, ours, theirs = states
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert content(one.state) == content(other.state)
    assert one.state.serial == other.state.serial
    assert len(one.conflicts) == len(other.conflicts)


@given(branches(1))
def test_merged_with_a_side_that_changed_nothing_the_other_is_as_it_was(
    states: list[State],
) -> None:
    base, one = states
    assert merge(base, base, one) == merge(base, one, base) == merge(base, one, one) == Merged(one)


@given(branches(2), st.booleans())
def test_no_id_is_lost_but_those_that_a_side_has_forgotten(
    states: list[State], ancestor: bool
) -> None:
    base, ours, theirs = states
    merged = merge(base if ancestor else None, ours, theirs)
    kept = {one.ids.audience_id for one in merged.state.audiences.values()}
    for conflict in merged.conflicts:
        for side in (conflict.ours, conflict.theirs):
            kept |= {one.ids.audience_id for one in side.values()}
    sides = [{one.ids.audience_id for one in side.audiences.values()} for side in (ours, theirs)]
    before = {one.ids.audience_id for one in base.audiences.values()} if ancestor else set()
    assert sides[0] | sides[1] >= kept >= (sides[0] & sides[1]) | ((sides[0] | sides[1]) - before)


@given(branches(2), st.booleans())
def test_what_is_merged_can_be_read_again(states: list[State], ancestor: bool) -> None:
    base, ours, theirs = states
    merged = merge(base if ancestor else None, ours, theirs).state
    assert decode_state(encode_state(merged).encode(), "prod.json") == merged


@given(branches(2))
def test_an_open_intent_ends_only_where_a_side_has_ended_it(states: list[State]) -> None:
    base, ours, theirs = states
    merged = merge(base, ours, theirs).state
    for side, other in ((ours, theirs), (theirs, ours)):
        for name, intent in side.intents.items():
            if intent.phase is Phase.OPEN and not (
                name in base.intents and name not in other.intents
            ):
                assert merged.intents[name].phase is Phase.OPEN


@given(branches(3))
def test_the_order_of_merges_does_not_matter_where_nothing_is_to_be_decided(
    states: list[State],
) -> None:
    base, one, two, three = states
    left, right = merge(base, one, two), merge(base, two, three)
    assume(not left.conflicts and not right.conflicts)
    first, second = merge(base, left.state, three), merge(base, one, right.state)
    assume(not first.conflicts and not second.conflicts)
    assert content(first.state) == content(second.state)
