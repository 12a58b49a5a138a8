"""A saved plan, later: what of it holds, is done, or no longer holds, and what is left alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_samples import NOTHING, POLICY, audience, found, intend, know, plan, there, want
from plan_worlds import World, worlds

from aepctl.model.audience import Audience, Deposed, Ids, Known, Wanted
from aepctl.model.lifecycle import AtRemoval
from aepctl.model.steps import Adopt, Create, Delete, Forget, Move, Patch, Remember
from aepctl.plan.binding import Binding, bind
from aepctl.plan.plan import Action, Change, Plan
from aepctl.plan.reviewed import compare, left_of, misfits
from aepctl.plan.stale import MAX_VALUE
from aepctl.state.model import Phase, State, UsedPlan
from aepctl.state.used_plans import MAX_PLANS

GOLD, SILVER, OLD = audience("Gold"), audience("Silver"), audience("Old")
LONGER = audience("Gold", "Longer")
WANTED = want(("gold", GOLD), ("silver", SILVER))
BEFORE = found([know("old", OLD)])
"""A removed key beside what is new."""


def saved(wanted: tuple[Wanted, ...] = WANTED, state: State = BEFORE, *targets: str) -> Binding:
    return bind(plan(wanted, state, *targets), state, "1.0")


SAVED = saved()


@dataclass(frozen=True)
class Found:
    """What a comparison found, as a reader would put it."""

    todo: tuple[str, ...] = ()
    done: int = 0
    stale: str | None = None
    alone: tuple[str, ...] = ()


def compared(one: Binding, now: Plan, state: State) -> Found:
    seen = compare(one, now, state)
    return Found(
        tuple(f"{change.action} {change.key}" for change in seen.plan.changes),
        seen.plan.done,
        "\n".join(f"{key}: {why}" for key, why in seen.stale.items()) or None,
        tuple(f"{change.action} {change.key}" for change in seen.plan.left_alone),
    )


def later(
    *known: tuple[str, Known], intents: Iterable[object] = (), used: UsedPlan | None = None
) -> State:
    """The state some time later."""
    plans = {} if used is None else {SAVED.id: used}
    state = found([know("old", OLD), *known], intents)  # type: ignore[arg-type]
    return replace(state, serial=5, plans=plans)


def used(*left: str) -> UsedPlan:
    return UsedPlan(2, ("earlier-run",) if left else (), frozenset(left))


BOTH = ("create gold", "create silver", "forget old")
SILVER_ONLY = ("create silver", "forget old")
MORE = (*WANTED, *want(("new", audience("New"))))
EDITED = want(("gold", LONGER), ("silver", SILVER))
NO_GOLD = WANTED[1:]
MOVED = want(("aurum", GOLD), ("silver", SILVER))
ON_ITS_WAY = intend("gold", GOLD)
TRIED = replace(ON_ITS_WAY, phase=Phase.ABSENT, absent_since="earlier-run")
ADOPTED_OTHERWISE = ("gold", Known(LONGER, Ids("A")))

CASES: dict[str, tuple[State, tuple[Wanted, ...], Found]] = {
    "nothing has changed": (later(), WANTED, Found(BOTH)),
    "another merge asks for more": (later(), MORE, Found(BOTH, alone=("create new",))),
    "another merge was applied": (later(know("new", audience("New"))), MORE, Found(BOTH)),
    "another key is edited": (
        later(know("new", audience("New"))),
        (*WANTED, *want(("new", audience("Newer")))),
        Found(BOTH, alone=("update new",)),
    ),
    "another key waits for a person": (
        later(know("x", audience("Gone"))),
        (*WANTED, *want(("y", audience("Gone")))),
        Found(BOTH, alone=("decide y",)),
    ),
    "another key is in doubt": (
        later(intents=[intend("new", audience("New"))]),
        MORE,
        Found(("settle new", *BOTH)),
    ),
    "its key is edited": (
        later(),
        EDITED,
        Found(
            SILVER_ONLY,
            stale="gold: description was none, is now 'Longer'",
            alone=("create gold",),
        ),
    ),
    "its key is removed from the manifests": (
        later(),
        NO_GOLD,
        Found(SILVER_ONLY, stale="gold: the manifests no longer want it"),
    ),
    "its key is another one now": (
        later(),
        MOVED,
        Found(SILVER_ONLY, stale="gold: the manifests no longer want it", alone=("create aurum",)),
    ),
    "another plan made it": (later(know("gold", GOLD)), WANTED, Found(SILVER_ONLY, 1)),
    "another plan made it otherwise": (
        later(ADOPTED_OTHERWISE),
        WANTED,
        Found(
            SILVER_ONLY,
            stale="gold: it is known now, as A (known description was none, is now 'Longer')",
            alone=("update gold",),
        ),
    ),
    "another plan made what is wanted by now": (
        later(ADOPTED_OTHERWISE),
        EDITED,
        Found(
            SILVER_ONLY,
            stale="gold: it is known now, as A (known description was none, is now 'Longer')",
        ),
    ),
    "another plan made it, and it was renamed": (
        later(know("aurum", GOLD)),
        MOVED,
        Found(SILVER_ONLY, stale="gold: the manifests no longer want it"),
    ),
    "this plan made it": (later(know("gold", GOLD), used=used("silver", "old")), WANTED,
                          Found(SILVER_ONLY, 1)),
    "this plan adopted it with other words": (
        later(ADOPTED_OTHERWISE, used=used("silver", "old")),
        WANTED,
        Found(SILVER_ONLY, 1, alone=("update gold",)),
    ),
    "this plan made it, and it was edited since": (
        later(know("gold", GOLD), used=used("silver", "old")),
        EDITED,
        Found(SILVER_ONLY, 1, alone=("update gold",)),
    ),
    "this plan made it, and it was forgotten since": (
        later(used=used("silver", "old")),
        WANTED,
        Found(SILVER_ONLY, 1, alone=("create gold",)),
    ),
    "this plan made it, and it was renamed since": (
        later(know("aurum", GOLD), used=used("silver", "old")),
        MOVED,
        Found(SILVER_ONLY, 1),
    ),
    "this plan was killed before it began": (
        later(used=used("gold", "silver", "old")), WANTED, Found(BOTH),
    ),
    "this plan was killed while it was made": (
        later(intents=[ON_ITS_WAY], used=used("gold", "silver", "old")),
        WANTED,
        Found(("settle gold", *SILVER_ONLY)),
    ),
    "it was looked for in vain": (
        later(intents=[TRIED], used=used("gold", "silver", "old")), WANTED, Found(BOTH),
    ),
    "it was looked for in vain by this run": (
        later(
            intents=[replace(TRIED, absent_since="this-run")],
            used=used("gold", "silver", "old"),
        ),
        WANTED,
        Found(("settle gold", *SILVER_ONLY)),
    ),
    "it was looked for in vain, and its key is edited": (
        later(intents=[TRIED], used=used("gold", "silver", "old")),
        EDITED,
        Found(
            SILVER_ONLY,
            stale="gold: description was none, is now 'Longer'",
            alone=("create gold",),
        ),
    ),
    "the platform says that it exists": (
        later(intents=[replace(TRIED, exists=True)], used=used("gold", "silver", "old")),
        WANTED,
        Found(("decide gold", *SILVER_ONLY)),
    ),
    "a person decided to make it again": (
        later(intents=[replace(TRIED, phase=Phase.RECREATE)], used=used("gold", "silver", "old")),
        WANTED,
        Found(BOTH),
    ),
    "another step for it is in doubt": (
        later(intents=[intend("gold", LONGER)]),
        WANTED,
        Found(SILVER_ONLY, stale="gold: another step for it has no known outcome",
              alone=("settle gold",)),
    ),
    "the same audience is in doubt under another key": (
        later(intents=[intend("aurum", GOLD)]),
        WANTED,
        Found(
            ("settle aurum", *SILVER_ONLY),
            stale="gold: `gold` has the same name, namespace and originName as `aurum`, and "
            "whether that was created is not known yet",
            alone=("settle gold",),
        ),
    ),
    "all was made by others": (
        later(know("gold", GOLD), know("silver", SILVER)), WANTED, Found(("forget old",), 2),
    ),
    "all is done": (later(know("gold", GOLD), know("silver", SILVER), used=used()), WANTED,
                    Found((), 3)),
    "all is done, then forgotten": (later(used=used()), WANTED, Found((), 3)),
    "all is done, then edited": (later(know("gold", GOLD), used=used()), EDITED, Found((), 3)),
    "what was to be forgotten is not known any more": (
        replace(later(), audiences={}), WANTED, Found(("create gold", "create silver"), 1),
    ),
    "what was to be forgotten is wanted again, and not known any more": (
        replace(later(), audiences={}),
        (*WANTED, *want(("old", OLD))),
        Found(("create gold", "create silver"), 1, alone=("create old",)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("state", "wanted", "expected"), CASES.values(), ids=CASES)
def test_what_became_of_a_saved_plan(
    state: State, wanted: tuple[Wanted, ...], expected: Found
) -> None:
    assert compared(SAVED, plan(wanted, state), state) == expected


def test_what_is_there_by_now_is_recorded_instead_of_created() -> None:
    seen = plan(WANTED, later(), observed=[there(LONGER, "A")])
    assert compared(SAVED, seen, later()) == Found(("adopt gold", *SILVER_ONLY))


def test_what_is_there_in_another_spelling_waits_for_a_person_and_no_longer_holds() -> None:
    seen = compare(SAVED, plan(WANTED, later(), observed=[there(audience("GOLD"), "A")]), later())
    assert list(seen.stale) == ["gold"]
    assert "the platform has it in another spelling: name 'GOLD' (A)" in seen.stale["gold"]


def test_what_the_platform_keeps_otherwise_is_done_all_the_same() -> None:
    odd = ("gold", Known(audience("GOLD"), Ids("A"), sent=GOLD))
    assert compared(SAVED, plan(WANTED, later(odd)), later(odd)) == Found(SILVER_ONLY, 1)


def test_another_given_id_is_another_effect() -> None:
    first = bind(plan(WANTED, BEFORE, client_ids=True), BEFORE, "1.0")
    now = plan((replace(WANTED[0], audience_id="mine"), WANTED[1]), BEFORE, client_ids=True)
    (why,) = compare(first, now, BEFORE).stale.values()
    assert why.startswith("audienceId was ")
    assert why.endswith(", is now mine")


def test_of_what_is_only_shown_by_now_no_given_id_is_told() -> None:
    first = bind(plan(WANTED[:1], BEFORE, client_ids=True), BEFORE, "1.0")
    state = later(ADOPTED_OTHERWISE)
    (why,) = compare(first, plan(WANTED[:1], state, client_ids=True), state).stale.values()
    assert why == "it is known now, as A (known description was none, is now 'Longer')"


def test_what_needs_no_change_is_not_counted_beside_what_is_done() -> None:
    state = later(know("gold", GOLD), know("new", audience("New")))
    now = plan(MORE, state)
    assert now.unchanged == 2
    left = compare(SAVED, now, state).plan
    assert (left.done, left.unchanged) == (1, 0)
    ended = later(know("gold", GOLD), used=used())
    assert compare(SAVED, plan(MORE, ended), ended).plan.unchanged == 0


def test_its_targets_stay_its_own() -> None:
    one = saved((*WANTED, *want(("silver-2", audience("Second")))), BEFORE, "silver*")
    wanted = (*MORE, *want(("silver-2", audience("Second")), ("silver-3", audience("Third"))))
    now = compare(one, plan(wanted, later()), later())
    assert [change.key for change in now.plan.changes] == ["silver", "silver-2"]
    assert [change.key for change in now.plan.left_alone] == ["silver-3"]
    assert now.plan.targets == ("silver*",)


def test_what_is_left_is_what_has_an_effect_and_is_not_done() -> None:
    state = later(intents=[ON_ITS_WAY], used=used("gold", "silver", "old"))
    now = compare(SAVED, plan(WANTED, state), state).plan
    assert left_of(SAVED, now) == ("gold", "silver", "old")
    assert left_of(SAVED, compare(SAVED, plan(WANTED, BEFORE), later(used=used())).plan) == ()


def test_long_values_are_cut() -> None:
    now = plan(want(("gold", audience("Gold", "x" * 500)), ("silver", SILVER)), later())
    (why,) = compare(SAVED, now, later()).stale.values()
    assert why == f"description was none, is now {'x' * (MAX_VALUE - 1) + '…'!r}"


# Steps that no plan has yet

IDS = Ids("A", "P")


def one_of(change: Change) -> Binding:
    return bind(replace(plan(()), changes=(change,)), NOTHING, "1.0")


def patch(before: Audience = SILVER, after: Audience = GOLD, ids: Ids = IDS) -> Change:
    step = Patch(ids, before, after)
    return Change("k", Action.UPDATE, known=Known(before, ids), wanted=after, steps=(step,))


DELETE = Change("k", Action.DELETE, known=Known(GOLD, IDS), steps=(Delete(IDS, GOLD),))


def knows(one: Audience | None, ids: Ids = IDS, **fields: object) -> State:
    return found([] if one is None else [("k", Known(one, ids))])


@pytest.mark.parametrize(
    ("change", "now", "state", "expected"),
    [
        (patch(), patch(), knows(SILVER), Found(("update k",))),
        (patch(), None, knows(GOLD), Found(done=1)),
        (
            patch(),
            patch(OLD),
            knows(OLD),
            Found(stale="k: known name was 'Silver', is now 'Old'", alone=("update k",)),
        ),
        (
            patch(),
            patch(ids=Ids("B")),
            knows(SILVER, Ids("B")),
            Found(stale="k: it was known as A, is now known as B", alone=("update k",)),
        ),
        (patch(), None, knows(None), Found(
            stale="k: it is no longer known; the manifests no longer want it")),
        (
            patch(),
            Change("k", Action.ADOPT, wanted=GOLD, steps=(Adopt(Known(GOLD, IDS)),)),
            knows(None),
            Found(stale="k: it is no longer known", alone=("adopt k",)),
        ),
        (DELETE, DELETE, knows(GOLD), Found(("delete k",))),
        (DELETE, None, knows(None), Found(done=1)),
        (DELETE, None, knows(GOLD), Found(stale="k: the manifests want it again")),
        (
            replace(DELETE, steps=(Adopt(Known(GOLD, IDS)),)),
            DELETE,
            knows(GOLD),
            Found(stale="k: something else would be done", alone=("delete k",)),
        ),
    ],
)  # fmt: skip
def test_changes_and_deletes_are_compared_alike(
    change: Change, now: Change | None, state: State, expected: Found
) -> None:
    plan_now = replace(plan(()), changes=() if now is None else (now,))
    assert compared(one_of(change), plan_now, state) == expected


@pytest.mark.parametrize(
    ("change", "step", "mine"),
    [
        (patch(), Patch(IDS, OLD, GOLD), True),
        (patch(), Patch(IDS, SILVER, OLD), False),
        (DELETE, Delete(IDS, OLD), True),
        (patch(), Delete(IDS, OLD), False),
        (patch(), Create(GOLD), True),
        (patch(), Create(GOLD, "mine"), False),
    ],
)
def test_of_what_is_in_doubt_the_step_says_whether_it_is_this(
    change: Change, step: Create | Patch | Delete, mine: bool
) -> None:
    state = knows(OLD)
    intent = replace(ON_ITS_WAY, key="k", step=step)
    settle = Change("k", Action.SETTLE, known=state.audiences["k"], intent=intent)
    seen = compare(one_of(change), replace(plan(()), changes=(settle,)), state)
    assert (seen.stale == {}) is mine
    other = replace(settle, intent=replace(intent, key="another"))
    assert compare(one_of(change), replace(plan(()), changes=(other,)), state).stale


# Where it is for

MISFITS: dict[str, tuple[Callable[[Plan], Plan], State]] = {
    "environment was prod, is now dev": (lambda now: replace(now, environment="dev"), later()),
    "organisation was ORG@AdobeOrg, is now X": (
        lambda now: replace(now, target=replace(now.target, org="X")), later(),
    ),
    "sandbox was dev, is now prod": (
        lambda now: replace(now, target=replace(now.target, sandbox="prod")), later(),
    ),
    "endpoint was https://platform.adobe.io, is now emulator": (
        lambda now: replace(now, target=replace(now.target, endpoint="emulator")), later(),
    ),
    "state lineage was lineage, is now other": (
        lambda now: now, replace(later(), lineage="other"),
    ),
    "state lineage was lineage, is now none": (lambda now: now, NOTHING),
}  # fmt: skip


@pytest.mark.parametrize(("words", "change", "state"), [(k, *v) for k, v in MISFITS.items()])
def test_another_place_is_named(words: str, change: Callable[[Plan], Plan], state: State) -> None:
    assert misfits(SAVED, change(plan(WANTED, state)), state) == (words,)


def test_an_older_copy_of_the_state_is_named() -> None:
    told = "state serial was 9, is now 5: an older copy took its place"
    assert misfits(replace(SAVED, serial=9), plan(WANTED), later()) == (told,)


def test_all_of_it_is_told() -> None:
    now = replace(plan(()), target=replace(POLICY.target, org="X", sandbox="prod"))
    assert len(misfits(SAVED, now, NOTHING)) == 3


def test_a_later_serial_and_another_version_do_not_matter() -> None:
    assert misfits(replace(SAVED, version="9.9"), plan(WANTED), later()) == ()


def test_one_from_before_the_first_state_is_for_the_one_that_began_since() -> None:
    early = saved(WANTED, NOTHING)
    assert early.lineage is None
    assert misfits(early, plan(WANTED), NOTHING) == ()
    assert misfits(early, plan(WANTED), later()) == ()


def test_one_that_is_older_than_all_that_state_remembers_is_refused() -> None:
    plans = {f"p-{number}": UsedPlan(2 + number) for number in range(MAX_PLANS)}
    full = replace(later(), serial=999, plans=plans)
    told = (f"it is older than the last {MAX_PLANS} saved plans that were applied",)
    assert misfits(SAVED, plan(WANTED), full) == told
    assert misfits(replace(SAVED, serial=2), plan(WANTED), full) == told
    assert misfits(replace(SAVED, serial=3), plan(WANTED), full) == ()
    remembered = replace(full, plans={**dict(list(plans.items())[1:]), SAVED.id: UsedPlan(1)})
    assert misfits(SAVED, plan(WANTED), remembered) == ()
    del plans["p-7"]
    assert misfits(SAVED, plan(WANTED), replace(full, plans=plans)) == ()


# Properties

LATE = worlds().map(lambda world: replace(world, client_ids=False))
EARLY = worlds(looked=False).map(lambda world: replace(world, client_ids=False))


@st.composite
def reviewed(draw: st.DrawFn) -> tuple[World, World, Binding, State]:
    """A world that was reviewed, a later one that has something of it, and its state."""
    early, late = draw(EARLY), draw(LATE)
    kept = [one for one in early.wanted if draw(st.booleans())]
    keys = {one.key for one in kept}
    names = {one.audience.identity for one in kept}
    others = [o for o in late.wanted if o.key not in keys and o.audience.identity not in names]
    late = replace(late, wanted=(*kept, *others))
    one = bind(early.plan(), early.state, "1.0")
    runs = draw(st.none() | st.sets(st.sampled_from(sorted(one.effects) or [""])))
    plans = {} if runs is None else {one.id: UsedPlan(3, ("earlier-run",), frozenset(runs))}
    return early, late, one, replace(late.state, plans=plans)


@given(reviewed())
def test_it_never_does_what_was_not_in_it_or_would_not_be_done_without_it(
    drawn: tuple[World, World, Binding, State],
) -> None:
    early, late, one, state = drawn
    now = replace(late, state=state).plan()
    seen = compare(one, now, state)
    wanted = {change.key: change.wanted for change in early.plan().changes if change.steps}
    for change in seen.plan.changes:
        assert change in now.changes
        if change.steps:
            assert change.wanted == wanted[change.key]
            used = state.plans.get(one.id)
            assert used is None or change.key in used.left


@given(reviewed())
def test_each_reviewed_effect_is_left_or_done_or_stale_and_nothing_is_passed_over(
    drawn: tuple[World, World, Binding, State],
) -> None:
    _, late, one, state = drawn
    now = replace(late, state=state).plan()
    seen = compare(one, now, state)
    left = left_of(one, seen.plan)
    assert len(left) + seen.plan.done + len(seen.stale) == len(one.effects)
    assert not {*left} & seen.stale.keys()
    finished = one.id in state.plans and not state.plans[one.id].left
    told = [*seen.plan.changes, *seen.plan.left_alone]
    assert finished or sorted(told, key=id) == sorted(now.changes, key=id)


@given(EARLY)
def test_a_plan_holds_where_it_was_made(early: World) -> None:
    one = bind(early.plan(), early.state, "1.0")
    seen = compare(one, early.plan(), early.state)
    assert (seen.stale, seen.plan.done, seen.plan.left_alone) == ({}, 0, ())
    assert seen.plan.changes == early.plan().changes


# What was begun


def test_a_change_that_was_begun_holds_by_what_is_left_of_it() -> None:
    whole = patch()
    first = (Move("former"), Remember(AtRemoval(prevent_destroy=True)))
    whole = replace(whole, steps=(*first, *whole.steps))
    for left in range(3):
        now = replace(whole, steps=whole.steps[left:])
        seen = compare(one_of(whole), replace(plan(()), changes=(now,)), knows(OLD))
        assert (seen.stale, seen.plan.changes) == ({}, (now,))
    other = replace(whole, steps=(first[0], whole.steps[2]))
    assert compare(one_of(whole), replace(plan(()), changes=(other,)), knows(OLD)).stale


def test_what_is_made_anew_is_left_where_what_is_gone_was_forgotten() -> None:
    whole = replace(patch(), action=Action.CREATE, steps=(Forget(), Create(GOLD)))
    now = replace(whole, known=None, steps=(Create(GOLD),))
    later_plan = replace(plan(()), changes=(now,))
    assert compare(one_of(whole), later_plan, NOTHING).stale == {}
    other = replace(now, steps=(Create(SILVER),))
    assert compare(one_of(whole), replace(plan(()), changes=(other,)), NOTHING).stale


def test_a_replace_is_not_done_before_the_old_one_is_gone() -> None:
    old = Known(OLD, IDS)
    whole = Change("k", Action.REPLACE, known=old, wanted=GOLD, steps=(
        Create(GOLD, replaces=IDS), Delete(IDS, OLD),
    ))  # fmt: skip
    half = Known(GOLD, Ids("NEW"), deposed=Deposed(IDS, OLD))
    state = found([("k", half)])
    left = replace(whole, known=half, steps=(Delete(IDS, OLD),))
    seen = compare(one_of(whole), replace(plan(()), changes=(left,)), state)
    assert (seen.stale, seen.plan.changes, seen.plan.done) == ({}, (left,), 0)
    intent = replace(ON_ITS_WAY, key="k", step=Delete(IDS, OLD))
    settle = Change("k", Action.SETTLE, known=half, intent=intent)
    seen = compare(one_of(whole), replace(plan(()), changes=(settle,)), state)
    assert (seen.stale, seen.plan.done) == ({}, 0)
    done = found([("k", replace(half, deposed=None))])
    assert compare(one_of(whole), plan(()), done).plan.done == 1


def test_what_state_knows_is_not_done_where_the_platform_shows_otherwise() -> None:
    seen_there = replace(patch(), steps=(Patch(IDS, SILVER, GOLD),))
    now = replace(seen_there, steps=(Patch(IDS, LONGER, GOLD),))
    compared_ = compare(one_of(seen_there), replace(plan(()), changes=(now,)), knows(GOLD))
    assert (set(compared_.stale), compared_.plan.done) == ({"k"}, 0)
