"""What holds of every plan, whatever is wanted, known, observed and begun."""

import copy
from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st
from plan_samples import AT, found
from plan_worlds import KEYS, World, worlds

from aepctl.errors import NoSuchTarget
from aepctl.model.audience import Identity, Ids
from aepctl.model.steps import Adopt, Create, Forget, Patch, Record
from aepctl.plan.plan import Action
from aepctl.state.events import Begun, Ended, Ending, Noted
from aepctl.state.model import Intent, Phase
from aepctl.state.reducer import Draft

KINDS = {
    Action.CREATE: [Create],
    Action.ADOPT: [Adopt],
    Action.UPDATE: [Patch],
    Action.RECORD: [Record],
    Action.FORGET: [Forget],
}


def in_doubt(world: World) -> dict[str, Intent]:
    """The intents to settle first: open ones, and those left over that nobody wants any more."""
    known = world.state.audiences
    new = {one.audience.identity for one in world.wanted if one.key not in known}
    intents = world.state.intents.values()
    left_over = [
        one
        for one in intents
        if one.phase is Phase.ABSENT and _creates(one) and one.step.audience.identity not in new
    ]
    open_ones = [one for one in intents if one.in_doubt("this-run")]
    return {one.key: one for one in (*left_over, *open_ones)}


@given(worlds())
def test_each_key_counts_exactly_once(world: World) -> None:
    made = world.plan()
    keys = [change.key for change in made.changes]
    assert len(keys) == len(set(keys))
    assert made.counts() == Counter(change.action for change in made.changes)
    everyone = {one.key for one in world.wanted} | {*world.state.audiences, *in_doubt(world)}
    # What may have another key now is told with that one, unless something is in doubt there.
    everyone -= {old for old, _ in made.renames} - in_doubt(world).keys()
    assert len(keys) + made.unchanged == len(everyone)
    assert set(keys) <= everyone


@given(worlds())
def test_a_plan_says_of_each_key_what_is_true(world: World) -> None:
    wanted = {one.key: one.audience for one in world.wanted}
    known, doubts = world.state.audiences, in_doubt(world)
    removed = {one.audience.identity for key, one in known.items() if key not in wanted}
    doubted = {one.step.audience.identity for one in doubts.values() if _creates(one)}
    actions = {change.key: change.action for change in world.plan().changes}
    for key in {*wanted, *known, *doubts}:
        expected: set[Action | None]
        if key in doubts:
            expected = {Action.SETTLE}
        elif key not in wanted:
            expected = {Action.FORGET, Action.DRIFT, Action.DECIDE, None}
        elif key in known and known[key].audience == wanted[key]:
            expected = {None}
        elif key in known:
            expected = {Action.UPDATE, Action.RECORD, Action.DRIFT, Action.DECIDE}
        elif wanted[key].identity in removed:
            expected = {Action.DECIDE}
        elif wanted[key].identity in doubted:
            expected = {Action.SETTLE}
        else:
            expected = {Action.CREATE, Action.ADOPT, Action.DECIDE}
        assert actions.get(key) in expected


def _creates(intent: Intent) -> bool:
    return isinstance(intent.step, Create)


@given(worlds())
def test_a_key_in_doubt_never_gets_steps(world: World) -> None:
    doubts = in_doubt(world)
    for change in world.plan().changes:
        if change.key in doubts:
            assert (change.action, change.steps) == (Action.SETTLE, ())
            assert change.intent == doubts[change.key]


@given(worlds())
def test_never_two_creates_for_one_audience(world: World) -> None:
    """Neither in one plan, nor beside one that may still arrive."""
    identities: Counter[Identity] = Counter()
    identities.update({_identity_of(intent) for intent in in_doubt(world).values()})
    for change in world.plan().changes:
        for step in change.steps:
            if isinstance(step, Create):
                identities[step.audience.identity] += 1
    assert max(identities.values(), default=0) <= 1


def _identity_of(intent: Intent) -> Identity:
    assert isinstance(intent.step, Create)
    return intent.step.audience.identity


@given(worlds())
def test_steps_and_action_agree(world: World) -> None:
    for change in world.plan().changes:
        kinds = KINDS.get(change.action, [])
        assert [type(step) for step in change.steps] == kinds
        if change.action is Action.CREATE:
            (step,) = change.steps
            assert isinstance(step, Create)
            assert step.audience == change.wanted
            assert (step.audience_id is not None) == world.client_ids
        if change.action is Action.ADOPT:
            (adopt,) = change.steps
            assert isinstance(adopt, Adopt)
            assert change.observed is not None
            assert adopt.known.ids == change.observed.ids
            assert adopt.known.audience == change.observed.audience
        if change.action in {Action.DECIDE, Action.DRIFT}:
            assert change.reason
        else:
            assert change.matches == ()


@given(worlds(looked=True))
def test_what_is_adopted_is_free_and_is_what_is_wanted(world: World) -> None:
    owned = {one.ids.audience_id for one in world.state.audiences.values()}
    adopted = [change for change in world.plan().changes if change.action is Action.ADOPT]
    ids = [change.observed.ids.audience_id for change in adopted if change.observed]
    assert len(ids) == len(set(ids)) == len(adopted)
    assert not owned & set(ids)
    for change in adopted:
        assert change.wanted is not None
        assert change.observed is not None
        assert change.observed.audience.identity == change.wanted.identity


@given(worlds(looked=True))
def test_what_is_created_is_not_there_unless_somebody_meant_it(world: World) -> None:
    there = {one.audience.identity for one in world.observed or ()}
    for change in world.plan().changes:
        if change.action is not Action.CREATE or change.wanted is None:
            continue
        meant = change.intent is not None and change.intent.phase is Phase.RECREATE
        if not meant and (world.existing != "ignore" or change.intent is not None):
            assert change.wanted.identity not in there


@given(worlds())
def test_once_its_steps_are_done_nothing_is_left_to_create_or_adopt(world: World) -> None:
    before = world.plan()
    draft = Draft(world.state)
    for number, change in enumerate(before.changes):
        for step in change.steps:
            if isinstance(step, Create):
                intent = Intent(f"new-{number}", "this-run", change.key, step, AT)
                draft.take(Begun(intent))
                ids = Ids(step.audience_id or f"created-{number}")
                draft.take(Ended(intent.id, Ending.DONE, "this-run", AT, ids=ids))
            elif isinstance(step, Patch):
                intent = Intent(f"new-{number}", "this-run", change.key, step, AT)
                draft.take(Begun(intent))
                draft.take(Ended(intent.id, Ending.DONE, "this-run", AT, ids=step.ids))
            else:
                assert isinstance(step, Adopt | Record | Forget)
                draft.take(Noted(change.key, step, AT))
    after = replace(world, state=draft.state()).plan()
    assert (after.of(Action.CREATE), after.of(Action.ADOPT)) == ((), ())
    done = {change.key for change in before.changes if change.steps}
    created = before.counts()[Action.CREATE]
    # What a rename has left over is looked for once more, when its audience is nobody's candidate.
    settling = {one.key for one in before.of(Action.SETTLE)}
    left_over = {key for key, one in in_doubt(replace(world, state=draft.state())).items()}
    assert after.unchanged >= before.unchanged + created - len(left_over - settling)
    assert {one.key for one in after.of(Action.SETTLE)} >= settling
    assert {one.key for one in after.of(Action.SETTLE)} <= settling | left_over
    assert done <= draft.state().audiences.keys()


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_known_intents_and_observed_makes_no_difference(
    world: World, random: Random
) -> None:
    state = world.state
    known, intents = [*state.audiences.items()], [*state.intents.values()]
    observed = None if world.observed is None else [*world.observed]
    for some in (known, intents, observed or []):
        random.shuffle(some)  # type: ignore[arg-type]
    shuffled = replace(
        world,
        state=found(known, intents),
        observed=None if observed is None else tuple(observed),
    )
    assert shuffled.plan() == world.plan()


@given(worlds(), st.lists(KEYS | st.sampled_from(["a*", "?", "*b"]), min_size=1, max_size=2))
def test_targets_choose_among_the_same_changes(world: World, targets: list[str]) -> None:
    whole = world.plan()
    try:
        some = world.plan(*targets)
    except NoSuchTarget:
        assume(False)
    chosen = [change for change in whole.changes if change in some.changes]
    assert list(some.changes) == chosen
    left_out = {change.key for change in whole.changes} - {change.key for change in chosen}
    assert not any(key == target for key in left_out for target in targets)


@given(worlds())
def test_a_plan_changes_nothing_and_comes_out_the_same_again(world: World) -> None:
    before = copy.deepcopy(world)
    first = world.plan()
    assert first == world.plan() == before.plan()
    assert world == before
