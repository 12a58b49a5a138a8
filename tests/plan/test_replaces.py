"""A replace whose old or new half is there already, or wanted again by now."""

from collections.abc import Sequence
from dataclasses import replace

from plan_samples import POLICY, audience, found, intend, plan, there, want

from aepctl.model.audience import Audience, Deposed, Ids, Known, Observed, Wanted
from aepctl.model.lifecycle import AtRemoval, Lifecycle, OnRemoval
from aepctl.model.steps import Adopt, Create, Delete, Forget, Remember, Step
from aepctl.model.wants import Wants
from aepctl.plan.plan import Action
from aepctl.plan.planner import make_plan
from aepctl.plan.seen import Seen
from aepctl.state.model import Phase

OLD, NEW = audience("Gold", namespace="old"), audience("Gold", namespace="new")
OLD_IDS, NEW_IDS = Ids("A", "p-A"), Ids("B", "p-B")
OLD_THERE, NEW_THERE = there(OLD, "A"), there(NEW, "B")
HALF = Known(NEW, NEW_IDS, deposed=Deposed(OLD_IDS, OLD))
"""The new one was made; the old one is still to be deleted."""


def wanting(one: Audience) -> Wanted:
    return replace(want(("gold", one))[0], lifecycle=Lifecycle(replaces=True))


def steps(
    wanted: Audience, known: Known, observed: Sequence[Observed] | None = None, **how: object
) -> tuple[Action, tuple[Step, ...]]:
    state = found([("gold", known)])
    (change,) = plan([wanting(wanted)], state, observed=observed, **how).changes
    return change.action, change.steps


def test_another_one_is_made_and_the_old_one_deleted() -> None:
    done = (Action.REPLACE, (Create(NEW, None, OLD_IDS), Delete(OLD_IDS, OLD)))
    assert steps(NEW, Known(OLD, OLD_IDS)) == done
    assert steps(NEW, Known(OLD, OLD_IDS), [OLD_THERE]) == done


def test_the_new_one_is_remembered_as_its_block_is_by_now() -> None:
    """Else it would be deleted with its block though nothing says so any more."""
    known = Known(OLD, OLD_IDS, at_removal=AtRemoval(OnRemoval.DELETE))
    _, done = steps(NEW, known)
    assert done == (Create(NEW, None, OLD_IDS), Remember(AtRemoval()), Delete(OLD_IDS, OLD))


def test_what_is_there_in_its_place_already_is_adopted() -> None:
    adopted = Adopt(Known(NEW, NEW_IDS, deposed=Deposed(OLD_IDS, OLD)))
    assert steps(NEW, Known(OLD, OLD_IDS), [OLD_THERE, NEW_THERE]) == (
        Action.REPLACE, (adopted, Delete(OLD_IDS, OLD))
    )  # fmt: skip


def test_one_in_another_case_is_the_same_to_the_platform_and_stays() -> None:
    """A platform that keeps its own spelling would keep the next one so as well."""
    other = replace(OLD, namespace="OLD")
    state = found([("gold", Known(OLD, OLD_IDS))])
    assert plan([wanting(other)], state).changes == ()


def test_what_the_platform_has_as_it_is_wanted_is_not_replaced() -> None:
    action, done = steps(NEW, Known(OLD, OLD_IDS), [there(NEW, "A")])
    assert action is Action.RECORD
    assert not any(isinstance(step, Create | Delete) for step in done)


def test_a_half_done_one_is_finished() -> None:
    for observed in (None, [OLD_THERE, NEW_THERE], [NEW_THERE]):
        assert steps(NEW, HALF, observed) == (Action.REPLACE, (Delete(OLD_IDS, OLD),))
    unread = replace(HALF, deposed=Deposed(Ids("A"), OLD))
    assert steps(NEW, unread, [OLD_THERE, NEW_THERE])[1] == (Delete(OLD_IDS, OLD),)


def test_an_old_one_that_somebody_edited_is_deleted_only_where_that_is_overwritten() -> None:
    odd = replace(OLD, description="Odd")
    seen = [there(odd, "A"), NEW_THERE]
    assert steps(NEW, HALF, seen)[1] == (Delete(OLD_IDS, OLD),)  # which is not sent then
    assert steps(NEW, HALF, seen, overwrite=True)[1] == (Delete(OLD_IDS, odd),)


def test_the_old_one_that_is_wanted_again_is_kept_and_the_new_one_deleted() -> None:
    kept = Adopt(Known(OLD, OLD_IDS, deposed=Deposed(NEW_IDS, NEW)))
    again = replace(OLD_THERE, created=2.0)  # the same one on two pages
    for observed in ([OLD_THERE, NEW_THERE], [OLD_THERE, again, NEW_THERE]):
        assert steps(OLD, HALF, observed) == (Action.REPLACE, (kept, Delete(NEW_IDS, NEW)))


def test_the_old_one_that_somebody_made_what_is_wanted_now_is_kept() -> None:
    third = audience("Gold", namespace="third")
    kept = Adopt(Known(third, OLD_IDS, deposed=Deposed(NEW_IDS, NEW)))
    assert steps(third, HALF, [there(third, "A"), NEW_THERE]) == (
        Action.REPLACE, (kept, Delete(NEW_IDS, NEW))
    )  # fmt: skip
    state, spelled = found([("gold", HALF)]), there(replace(third, namespace="THIRD"), "A")
    (change,) = plan([wanting(third)], state, observed=[spelled, NEW_THERE]).changes
    assert (change.action, change.matches) == (Action.DECIDE, (spelled,))
    assert "the platform has it in another spelling" in str(change.reason)
    tried = intend("gold", spelled.audience, phase=Phase.ABSENT)
    state = found([("gold", HALF)], [tried])
    (change,) = plan([wanting(third)], state, observed=[spelled, NEW_THERE]).changes
    assert (change.action, change.intent) == (Action.REPLACE, tried)


def test_and_in_the_platforms_spelling() -> None:
    kept = replace(OLD, namespace="OLD")
    half = replace(HALF, deposed=Deposed(OLD_IDS, kept))
    action, (adopt, *_) = steps(OLD, half, [there(kept, "A"), NEW_THERE])
    assert action is Action.REPLACE
    assert adopt == Adopt(Known(kept, OLD_IDS, OLD, deposed=Deposed(NEW_IDS, NEW)))


def test_so_it_is_where_the_new_one_is_gone() -> None:
    state = found([("gold", HALF)])
    seen = Seen((OLD_THERE,), {"B": None})
    policy = replace(POLICY, refresh=True)
    (change,) = make_plan(Wants((wanting(OLD),)), state, seen, policy).changes
    assert change.steps == (Forget(), Adopt(Known(OLD, OLD_IDS)))
