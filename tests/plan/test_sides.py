"""What a run has to ask the platform before it plans."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from plan_samples import NOTHING, POLICY, audience, found, intend, know, want
from plan_worlds import World, worlds

from aepctl.errors import NoSuchTarget
from aepctl.model.audience import Deposed, Ids, Known, Wanted
from aepctl.model.lifecycle import Lifecycle
from aepctl.model.steps import Create
from aepctl.model.wants import Wants
from aepctl.plan.candidates import Candidate
from aepctl.plan.plan import Action
from aepctl.plan.questions import Questions, to_look_up
from aepctl.state.model import Phase, State

GOLD, SILVER = audience("Gold"), audience("Silver")
PAIRS = (("gold", GOLD), ("silver", SILVER))
WANTED = want(*PAIRS)


def asked(state: State, *targets: str, **policy: Any) -> Questions:
    return to_look_up(Wants(WANTED), state, replace(POLICY, **policy), targets)


def test_where_everything_is_known_there_is_nothing_to_ask() -> None:
    nothing = asked(found([know("gold", GOLD), know("silver", SILVER), know("x", audience("X"))]))
    assert nothing == Questions((), ())
    assert not nothing


def test_what_would_be_changed_is_read_first() -> None:
    known = dict([know("gold", GOLD), know("silver", audience("S"))])
    questions = asked(found(known.items()))
    assert questions == Questions((), (), {"silver": known["silver"]})
    assert questions


def test_but_not_what_is_in_doubt_nor_what_no_target_chooses() -> None:
    known = dict([know("a", audience("A")), know("gold", audience("G")), know("silver", GOLD)])
    doubted = found(known.items(), [intend("a", audience("A")), intend("gold", GOLD, 2)])
    assert asked(doubted).known == {"silver": known["silver"]}
    assert asked(found(known.items()), "silver").known == {"silver": known["silver"]}


def test_and_what_is_still_to_be_deleted_of_its_key() -> None:
    half = Known(GOLD, Ids("A"), deposed=Deposed(Ids("B"), SILVER))
    assert asked(found([("gold", half)]), "gold").known == {"gold": half}


def test_what_takes_the_place_of_another_is_looked_for() -> None:
    """Where its block says so, and it is neither in doubt nor left out by the targets."""
    wanted = [replace(one, lifecycle=Lifecycle(replaces=True)) for one in WANTED]
    old = [(key, Known(replace(one, namespace="old"), Ids(key))) for key, one in PAIRS]
    first, second = [
        Candidate(one, Create(one.audience, None, Ids(one.key)), None, None) for one in wanted
    ]

    def candidates(state: State, *targets: str, wanted: Sequence[Wanted] = wanted) -> object:
        return to_look_up(Wants(tuple(wanted)), state, POLICY, targets).candidates

    assert candidates(found(old)) == (first, second)
    assert candidates(found(old), "silver") == (second,)
    assert candidates(found([know("gold", GOLD), old[1]])) == (second,)
    assert candidates(found(old, [intend("gold", GOLD)])) == (second,)
    assert candidates(found(old), wanted=[WANTED[0], wanted[1]]) == (second,)
    assert candidates(found(old[1:])) == (replace_step(first), second)


def replace_step(one: Candidate) -> Candidate:
    """The same, where nothing is known of it."""
    return one._replace(step=replace(one.step, replaces=None))


def test_with_a_refresh_everything_known_is_read() -> None:
    known = dict([know("gold", GOLD), know("silver", SILVER), know("x", audience("X"))])
    assert asked(found(known.items()), refresh=True).known == known


def test_what_is_not_known_is_to_be_looked_for() -> None:
    questions = asked(found([know("gold", GOLD)]))
    assert questions == Questions((), (Candidate(WANTED[1], Create(SILVER)),))
    assert questions
    assert questions.candidates[0].key == "silver"
    assert [one.key for one in asked(NOTHING).candidates] == ["gold", "silver"]


def test_what_is_in_doubt_is_to_be_settled_first_wanted_or_not() -> None:
    intents = [intend("x", audience("X"), 1), intend("gold", GOLD, 2)]
    known = [know("silver", SILVER), know("x", audience("X"))]
    questions = asked(found(known, intents))
    assert questions == Questions((intents[1], intents[0]), ())
    assert questions


def test_the_same_audience_in_doubt_under_another_key_is_to_be_settled_first() -> None:
    intent = intend("aurum", GOLD)
    assert asked(found([know("silver", SILVER)], [intent]), "gold") == Questions((intent,), ())


def test_a_new_key_for_a_removed_one_is_not_looked_for() -> None:
    assert not asked(found([know("old", GOLD), know("silver", SILVER)]))
    assert [one.key for one in asked(found([know("old", GOLD)])).candidates] == ["silver"]
    doubted = found([know("old", GOLD), know("silver", SILVER)], [intend("aurum", GOLD)])
    assert not asked(doubted, "gold")


def test_one_whose_id_another_key_has_is_not_looked_for() -> None:
    wanted = (replace(WANTED[0], audience_id="id-of-x"),)
    state = found([know("x", audience("X"))])
    policy = replace(POLICY, client_ids=True)
    assert not to_look_up(Wants(wanted), state, policy)
    assert to_look_up(Wants(wanted), state, POLICY)
    assert to_look_up(Wants(wanted), NOTHING, policy).candidates[0].step == Create(GOLD, "id-of-x")


@pytest.mark.parametrize(
    ("phase", "tried", "decided"),
    [(Phase.ABSENT, True, False), (Phase.RECREATE, False, True)],
)
def test_an_earlier_attempt_is_looked_for_again_unless_a_person_decided(
    phase: Phase, tried: bool, decided: bool
) -> None:
    intent = intend("gold", GOLD, phase=phase, absent_since="earlier-run")
    questions = asked(found([know("silver", SILVER)], [intent]))
    (candidate,) = questions.candidates
    assert candidate == Candidate(WANTED[0], Create(GOLD), intent)
    assert (candidate.was_tried, candidate.is_decided) == (tried, decided)
    assert questions.tried == ((candidate,) if tried else ())
    assert asked(found([know("silver", SILVER)])).tried == ()


def test_a_decision_to_create_again_is_about_the_audience_that_it_was_made_for() -> None:
    earlier = intend("gold", replace(GOLD, name="Old gold"), phase=Phase.RECREATE)
    (candidate,) = asked(found(intents=[earlier]), "gold").candidates
    assert candidate == Candidate(WANTED[0], Create(GOLD))
    other_text = intend("gold", replace(GOLD, description="Dull"), phase=Phase.RECREATE)
    absent = intend("x", audience("X"), 2, phase=Phase.ABSENT)
    for intents in ([other_text], [other_text, absent]):
        (candidate,) = asked(found(intents=intents), "gold").candidates
        assert candidate.is_decided


def test_an_attempt_at_what_is_known_by_now_is_looked_for_once_more() -> None:
    """Nothing would be made of it: it is no candidate, though its block may be replaced."""
    wanted = Wants((replace(WANTED[0], lifecycle=Lifecycle(replaces=True)),))
    absent = intend("x", GOLD, phase=Phase.ABSENT)
    state = found([know("gold", GOLD)], [absent])
    assert to_look_up(wanted, state, POLICY).in_doubt == (absent,)


def test_only_what_the_targets_choose() -> None:
    state = found(intents=[intend("x", audience("X"))])
    assert [one.key for one in asked(state, "gold").candidates] == ["gold"]
    assert asked(state, "gold").in_doubt == ()
    assert len(asked(state, "x").in_doubt) == 1
    with pytest.raises(NoSuchTarget):
        asked(state, "nothing-like-it")


@given(worlds(looked=False))
def test_it_is_what_the_offline_plan_would_create_or_settle(world: World) -> None:
    policy = replace(POLICY, client_ids=world.client_ids, existing=world.existing)  # type: ignore[arg-type]
    questions = to_look_up(Wants(world.wanted), world.state, policy)
    made = world.plan()
    creates = [(one.key, one.steps, one.intent) for one in made.of(Action.CREATE)]
    assert [(one.key, (one.step,), one.intent) for one in questions.candidates] == creates
    settle = {one.intent.id for one in made.of(Action.SETTLE) if one.intent}
    assert {one.id for one in questions.in_doubt} == settle
