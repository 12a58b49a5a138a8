"""Wanted and known in, a plan out."""

import copy
from dataclasses import asdict, replace
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from plan_samples import SETTINGS, TARGET, audience, found, intend, know, plan, want

from aepctl.audience import Audience, Origin, Wanted
from aepctl.errors import AepctlError
from aepctl.plan import Action, Change, FieldChange, NoSuchTarget, Plan, Summary, make_plan
from aepctl.plan.ids import given_id
from aepctl.state.model import Known, Phase, Snapshot

GOLD, SILVER = audience("Gold"), audience("Silver", "Less so")


def shown(made: Plan) -> list[tuple[str, str]]:
    return [(change.action.value, change.key) for change in made.changes]


def test_nothing_wanted_and_nothing_known_is_nothing_to_do() -> None:
    made = plan(())
    assert (made.changes, made.summary, made.targets) == ((), Summary(), ())
    assert (made.environment, made.target) == ("prod", TARGET)


def test_what_is_wanted_and_not_known_is_to_be_created() -> None:
    (change,) = plan(want(("gold", GOLD))).changes
    origin = Origin("audiences/all.yaml", 2, 3)
    assert change == Change("gold", Action.CREATE, after=GOLD, source=origin)


def test_what_is_known_as_it_is_wanted_is_unchanged() -> None:
    made = plan(want(("gold", GOLD)), found([know("gold", GOLD, "platform-id")]))
    assert (made.changes, made.summary) == ((), Summary(unchanged=1))


def test_what_is_known_otherwise_is_changed_field_by_field() -> None:
    other = audience("Golden", "New")
    (change,) = plan(want(("gold", other)), found([know("gold", GOLD)])).changes
    assert (change.action, change.after) == (Action.UPDATE, other)
    assert change.before == Known(GOLD, "id-of-gold")
    assert change.fields == (
        FieldChange("name", "Gold", "Golden"),
        FieldChange("description", None, "New"),
    )


@pytest.mark.parametrize(
    "wanted",
    [
        audience("gold", "d"),
        audience("Gold", "D"),
        audience("Gold"),
        audience("Gold", "d", namespace="forum"),
        audience("Gold", "d", origin_name="Forum"),
    ],
)
def test_one_field_is_enough_to_be_changed(wanted: Audience) -> None:
    made = plan(want(("gold", wanted)), found([know("gold", audience("Gold", "d"))]))
    assert shown(made) == [("update", "gold")]
    assert len(made.changes[0].fields) == 1


def test_what_is_known_and_no_longer_wanted_is_said() -> None:
    (change,) = plan((), found([know("gold", GOLD)])).changes
    assert change == Change("gold", Action.REMOVED, before=Known(GOLD, "id-of-gold"))


def test_a_new_key_for_a_known_audience_needs_a_decision() -> None:
    made = plan(want(("golden", GOLD)), found([know("gold", GOLD)]))
    assert shown(made) == [("decide", "golden"), ("removed", "gold")]
    assert "`aepctl state mv gold golden`" in str(made.changes[0].reason)


def test_a_new_audience_beside_one_that_is_gone_is_created() -> None:
    made = plan(want(("golden", SILVER)), found([know("gold", GOLD)]))
    assert shown(made) == [("create", "golden"), ("removed", "gold")]


def test_an_audience_still_wanted_under_its_key_is_not_renamed() -> None:
    made = plan(want(("gold", GOLD), ("golden", GOLD)), found([know("gold", GOLD)]))
    assert shown(made) == [("create", "golden")]


@pytest.mark.parametrize("phase", [Phase.ABSENT, Phase.RECREATE])
def test_an_attempt_that_came_to_nothing_is_created_again(phase: Phase) -> None:
    intent = replace(intend("gold", GOLD), phase=phase)
    (change,) = plan(want(("gold", GOLD)), found(intents=[intent])).changes
    assert (change.action, change.intent) == (Action.CREATE, intent)
    assert plan((), found(intents=[intent])).changes == ()


def test_where_the_client_gives_ids_a_create_has_one() -> None:
    given = replace(SETTINGS, audience_ids="client")
    (mine,) = (replace(one, audience_id="my-id") for one in want(("mine", GOLD)))
    (made,) = want(("made", SILVER))
    changes = make_plan([mine, made], Snapshot(None), given).changes
    assert changes[0].audience_id == "my-id"
    assert changes[1].audience_id == given_id(TARGET.org, TARGET.sandbox, "made")
    assert plan([mine, made]).changes[0].audience_id is None


def test_an_open_intent_comes_before_anything_else_for_its_key() -> None:
    intent = intend("gold", GOLD)
    (change,) = plan(want(("gold", SILVER)), found(intents=[intent])).changes
    origin = Origin("audiences/all.yaml", 2, 3)
    assert change == Change("gold", Action.SETTLE, after=SILVER, source=origin, intent=intent)


def test_an_open_intent_hides_a_change_and_a_removal_too() -> None:
    snapshot = found(
        [know("gold", GOLD), know("silver", SILVER)],
        [intend("gold", GOLD), intend("silver", SILVER)],
    )
    made = plan(want(("gold", audience("Other"))), snapshot)
    assert shown(made) == [("settle", "gold"), ("settle", "silver")]
    assert made.summary == Summary(settle=2)


def test_an_open_intent_stays_even_where_nobody_wants_the_audience_any_more() -> None:
    (change,) = plan((), found(intents=[intend("gold", GOLD)])).changes
    assert (change.action, change.after, change.source) == (Action.SETTLE, None, None)


def test_intents_come_first_then_the_manifests_order_then_what_is_gone() -> None:
    made = plan(
        want(("z", GOLD), ("y", SILVER), ("m", audience("M"))),
        found(
            [know("y", GOLD), know("x", audience("X")), know("b", audience("B"))],
            [intend("n", audience("N")), intend("m", audience("M"))],
        ),
    )
    assert shown(made) == [
        ("settle", "m"),
        ("settle", "n"),
        ("create", "z"),
        ("update", "y"),
        ("removed", "b"),
        ("removed", "x"),
    ]


class TestTargets:
    """Only some of the audiences."""

    wanted = want(("loyalty-gold", GOLD), ("loyalty-silver", SILVER), ("guests", audience("G")))

    @pytest.mark.parametrize(
        ("targets", "keys"),
        [
            (["guests"], ["guests"]),
            (["loyalty-*"], ["loyalty-gold", "loyalty-silver"]),
            (["*-s?lver", "guests"], ["loyalty-silver", "guests"]),
            (["[gx]*"], ["guests"]),
            (["*"], ["loyalty-gold", "loyalty-silver", "guests"]),
            (["guests", "guests", "gu*"], ["guests"]),
        ],
    )
    def test_keys_and_patterns(self, targets: list[str], keys: list[str]) -> None:
        made = plan(self.wanted, None, *targets)
        assert [change.key for change in made.changes] == keys
        assert made.summary == Summary(create=len(keys))
        assert made.targets == tuple(targets)

    def test_they_choose_among_what_is_gone_and_what_is_open_as_well(self) -> None:
        snapshot = found(
            [know("old-a", audience("A")), know("old-b", audience("B"))],
            [intend("open-a", audience("C")), intend("open-b", audience("D"))],
        )
        made = plan(self.wanted, snapshot, "*-a", "guests")
        assert shown(made) == [("settle", "open-a"), ("create", "guests"), ("removed", "old-a")]
        assert made.summary == Summary(settle=1, create=1, removed=1)

    def test_what_is_unchanged_counts_only_among_them(self) -> None:
        snapshot = found(know(one.key, one.audience) for one in self.wanted)
        assert plan(self.wanted, snapshot, "loyalty-*").summary == Summary(unchanged=2)

    @pytest.mark.parametrize("target", ["Guests", "guest", "loyalty-", "x*"])
    def test_one_that_matches_nothing_is_an_error(self, target: str) -> None:
        with pytest.raises(NoSuchTarget) as raised:
            plan(self.wanted, None, "guests", target)
        assert raised.value.what == f"no audience matches --target {target!r}"
        assert isinstance(raised.value, AepctlError)

    @pytest.mark.parametrize(
        ("target", "next_"),
        [("guets", "did you mean guests?"), ("xyz", "`aepctl plan` lists the keys")],
    )
    def test_the_error_suggests_what_may_have_been_meant(self, target: str, next_: str) -> None:
        with pytest.raises(NoSuchTarget) as raised:
            plan(self.wanted, None, target)
        assert raised.value.next == next_


World = tuple[tuple[Wanted, ...], Snapshot]
NAMES = st.sampled_from("ABC")
AUDIENCES = st.builds(audience, NAMES, st.none() | NAMES, namespace=NAMES)
KEYS = st.text("abcd", min_size=1, max_size=2)
INTENTS = st.dictionaries(KEYS, AUDIENCES, max_size=3)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Anything wanted, anything known, anything open."""
    wanted = want(*draw(st.dictionaries(KEYS, AUDIENCES)).items())
    known = [know(key, one) for key, one in draw(st.dictionaries(KEYS, AUDIENCES)).items()]
    known += [know(one.key, one.audience) for one in wanted if draw(st.booleans())]
    intents = [intend(key, one, number) for number, (key, one) in enumerate(draw(INTENTS).items())]
    return wanted, found(known, intents)


@given(worlds())
def test_each_audience_counts_exactly_once(world: World) -> None:
    wanted, snapshot = world
    made = plan(wanted, snapshot)
    keys = [change.key for change in made.changes]
    assert len(keys) == len(set(keys))
    for action in Action:
        assert getattr(made.summary, action.value) == len(made.of(action))
    everyone = {one.key for one in wanted} | {*snapshot.audiences}
    everyone |= {intent.key for intent in snapshot.intents}
    assert sum(asdict(made.summary).values()) == len(everyone)


@given(worlds())
def test_a_plan_says_of_each_key_what_is_true(world: World) -> None:
    wanted, snapshot = world
    by_key = {one.key: one for one in wanted}
    known, intents = snapshot.audiences, {intent.key: intent for intent in snapshot.intents}
    actions = {change.key: change.action for change in plan(wanted, snapshot).changes}
    for key in {*by_key, *known, *intents}:
        if key in intents:
            expected: Action | None = Action.SETTLE
        elif key not in known:
            orphans = {one.audience.identity for k, one in known.items() if k not in by_key}
            renamed = by_key[key].audience.identity in orphans
            expected = Action.DECIDE if renamed else Action.CREATE
        elif key not in by_key:
            expected = Action.REMOVED
        else:
            same = known[key].audience == by_key[key].audience
            expected = None if same else Action.UPDATE
        assert actions.get(key) is expected


@given(worlds())
def test_once_its_creates_are_known_they_are_no_longer_planned(
    world: World,
) -> None:
    wanted, snapshot = world
    before = plan(wanted, snapshot)
    created = [
        know(change.key, change.after) for change in before.of(Action.CREATE) if change.after
    ]
    after = plan(wanted, found([*snapshot.audiences.items(), *created], snapshot.intents))
    assert after.of(Action.CREATE) == ()
    assert [one for one in before.changes if one.action is not Action.CREATE] == list(after.changes)
    assert after.summary.unchanged == before.summary.unchanged + before.summary.create


@given(st.dictionaries(KEYS, AUDIENCES))
def test_from_nothing_the_creates_are_all_there_is_to_do(wanted: dict[str, Audience]) -> None:
    pairs = want(*wanted.items())
    creates = plan(pairs).of(Action.CREATE)
    done = found(know(change.key, change.after) for change in creates if change.after)
    assert plan(pairs, done).changes == ()


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_known_makes_no_difference(world: World, random: Random) -> None:
    wanted, snapshot = world
    known, intents = [*snapshot.audiences.items()], [*snapshot.intents]
    random.shuffle(known)
    random.shuffle(intents)
    assert plan(wanted, found(known, intents)) == plan(wanted, snapshot)


@given(worlds(), st.lists(KEYS | st.sampled_from(["a*", "?", "*b"]), min_size=1, max_size=2))
def test_targets_choose_among_the_same_changes(world: World, targets: list[str]) -> None:
    wanted, snapshot = world
    whole = plan(wanted, snapshot)
    try:
        some = plan(wanted, snapshot, *targets)
    except NoSuchTarget:
        assume(False)
    chosen = [change for change in whole.changes if change in some.changes]
    assert list(some.changes) == chosen
    left_out = {change.key for change in whole.changes} - {change.key for change in chosen}
    assert not any(key == target for key in left_out for target in targets)


@given(worlds())
def test_a_plan_changes_nothing_and_comes_out_the_same_again(
    world: World,
) -> None:
    before = copy.deepcopy(world)
    wanted, snapshot = world
    first = make_plan(list(wanted), snapshot, SETTINGS)
    assert first == make_plan(wanted, snapshot, SETTINGS)
    assert world == before
