"""Wanted and known in, a plan out, where nobody looked at the platform."""

from dataclasses import replace

import pytest
from plan_samples import POLICY, TARGET, audience, found, intend, know, plan, there, want

from aepctl.errors import AepctlError, NoSuchTarget
from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.problem import Origin
from aepctl.model.steps import Create, Delete, Forget, Patch
from aepctl.model.wants import Wants
from aepctl.plan.ids import computed_id
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.plan.planner import make_plan
from aepctl.plan.seen import Seen
from aepctl.state.model import Phase

GOLD, SILVER = audience("Gold"), audience("Silver", "Less so")
FIRST = Origin("audiences/all.yaml", 2, 3)


def shown(made: Plan) -> list[tuple[str, str]]:
    return [(change.action.value, change.key) for change in made.changes]


def test_nothing_wanted_and_nothing_known_is_nothing_to_do() -> None:
    assert plan(()) == Plan("prod", TARGET, (), 0, ())


def test_what_is_wanted_and_not_known_is_to_be_created() -> None:
    (change,) = plan(want(("gold", GOLD))).changes
    expected = Change("gold", Action.CREATE, wanted=GOLD, steps=(Create(GOLD),), source=FIRST)
    assert change == expected


def test_what_is_known_as_it_is_wanted_is_unchanged() -> None:
    made = plan(want(("gold", GOLD)), found([know("gold", GOLD, "platform-id")]))
    assert (made.changes, made.unchanged) == ((), 1)


def test_what_is_known_otherwise_is_changed_and_shown_field_by_field() -> None:
    other = audience("Golden", "New")
    made = plan(want(("gold", other)), found([know("gold", GOLD)]))
    expected = Change(
        "gold",
        Action.UPDATE,
        known=Known(GOLD, Ids("id-of-gold")),
        wanted=other,
        diff=(
            FieldDiff("name", "Gold", None, "Golden"),
            FieldDiff("description", None, None, "New"),
        ),
        steps=(Patch(Ids("id-of-gold"), GOLD, other),),
        source=FIRST,
    )
    assert (made.changes, made.unchanged) == ((expected,), 0)


@pytest.mark.parametrize(
    "wanted",
    [
        audience("gold", "d"),
        audience("Gold", "D"),
        audience("Gold"),
    ],
)
def test_one_field_is_enough_to_be_changed(wanted: Audience) -> None:
    made = plan(want(("gold", wanted)), found([know("gold", audience("Gold", "d"))]))
    assert shown(made) == [("update", "gold")]
    assert len(made.changes[0].diff) == 1


def test_what_is_known_and_no_longer_wanted_is_retained_unless_somebody_says_otherwise() -> None:
    (change,) = plan((), found([know("gold", GOLD)])).changes
    known = Known(GOLD, Ids("id-of-gold"))
    assert change == Change("gold", Action.FORGET, known=known, steps=(Forget(retain=True),))


def test_a_plan_says_by_what_rules_it_was_made() -> None:
    state = found([know("gold", GOLD), know("silver", SILVER)])
    rules = {"max_creates": 1, "refresh": True, "overwrite": True, "program": "aepctl --env x"}
    seen = Seen((there(GOLD, "id-of-gold"),), missing=frozenset({"id-of-silver"}))
    wants = Wants(want(("gold", GOLD), ("silver", SILVER)))
    made = make_plan(wants, state, seen, replace(POLICY, **rules))
    assert made == Plan(
        "prod", TARGET, (), 2, max_creates=1, refreshed=True, overwrites=True, known=2,
        not_listed=("silver",),
    )  # fmt: skip
    assert made.program == "aepctl --env x"
    for target, missing in (("gold", ()), ("silver", ("silver",))):
        told = make_plan(wants, state, seen, replace(POLICY, **rules), [target])
        assert told.not_listed == missing
    unlooked = replace(POLICY, **{**rules, "refresh": False})
    assert make_plan(wants, state, seen, unlooked).not_listed == ()


def test_where_all_is_deleted_what_was_retained_stays_and_is_told() -> None:
    retained = found([("gold", Known(GOLD, Ids("A"), retained=True))])
    assert plan((), retained, destroys=True).stays == ("gold",)
    both = found([*retained.audiences.items(), know("silver", SILVER)])
    assert plan((), both, destroys=True).stays == ("gold",)
    assert plan((), both, "silver", destroys=True).stays == ()
    assert plan((), retained).stays == ()


class TestRenamedKeys:
    """A new key beside a removed one of the same audience."""

    def test_it_needs_a_decision_and_says_how_to_tell(self) -> None:
        made = plan(want(("golden", GOLD)), found([know("gold", GOLD)]))
        assert shown(made) == [("decide", "golden")]
        assert made.changes[0] == Change(
            "golden",
            Action.DECIDE,
            wanted=GOLD,
            reason="`golden` has the same name, namespace and originName as `gold`, which was "
            "removed from the manifests. If it was renamed, say so there: "
            "`moved: [{from: gold, to: golden}]`",
            source=FIRST,
            may_be="gold",
        )
        assert made.renames == (("gold", "golden"),)

    def test_another_audience_beside_one_that_is_gone_is_created(self) -> None:
        made = plan(want(("golden", SILVER)), found([know("gold", GOLD)]))
        assert shown(made) == [("create", "golden"), ("forget", "gold")]

    def test_the_description_makes_no_difference(self) -> None:
        made = plan(want(("golden", audience("Gold", "New"))), found([know("gold", GOLD)]))
        assert shown(made) == [("decide", "golden")]

    def test_an_audience_still_wanted_under_its_key_is_not_renamed(self) -> None:
        made = plan(want(("gold", GOLD), ("golden", GOLD)), found([know("gold", GOLD)]))
        assert shown(made) == [("create", "golden")]

    def test_of_several_removed_keys_the_first_is_named(self) -> None:
        state = found([know("b", GOLD), know("a", GOLD), know("c", GOLD)])
        made = plan(want(("golden", GOLD)), state)
        assert made.renames == (("a", "golden"),)
        assert shown(made) == [("decide", "golden"), ("forget", "b"), ("forget", "c")]

    def test_it_needs_one_even_where_a_person_decided_to_create_it_again(self) -> None:
        intent = intend("golden", GOLD, phase=Phase.RECREATE)
        (change,) = plan(want(("golden", GOLD)), found([know("gold", GOLD)], [intent])).changes
        assert (change.action, change.intent, change.steps) == (Action.DECIDE, intent, ())

    def test_a_target_does_not_hide_the_removed_key(self) -> None:
        made = plan(want(("golden", GOLD)), found([know("gold", GOLD)]), "golden")
        assert shown(made) == [("decide", "golden")]


class TestEarlierAttempts:
    """Intents that are open, or whose outcome did not come."""

    def test_an_open_one_comes_before_anything_else_for_its_key(self) -> None:
        intent = intend("gold", GOLD)
        (change,) = plan(want(("gold", SILVER)), found(intents=[intent])).changes
        expected = Change("gold", Action.SETTLE, wanted=SILVER, source=FIRST, intent=intent)
        assert change == expected

    def test_it_stays_even_where_nobody_wants_the_audience_any_more(self) -> None:
        intent = intend("gold", GOLD)
        (change,) = plan((), found(intents=[intent])).changes
        assert change == Change("gold", Action.SETTLE, intent=intent)

    @pytest.mark.parametrize(
        "step",
        [Create(GOLD), Patch(Ids("id-of-gold"), GOLD, SILVER), Delete(Ids("id-of-gold"), GOLD)],
    )
    @pytest.mark.parametrize("wanted", [(), want(("gold", GOLD)), want(("gold", SILVER))])
    def test_it_hides_whatever_else_holds_for_a_known_key(
        self, step: object, wanted: tuple
    ) -> None:  # type: ignore[type-arg]
        intent = intend("gold", GOLD, step=step)
        made = plan(wanted, found([know("gold", GOLD)], [intent]))
        (change,) = made.changes
        assert (change.action, change.intent) == (Action.SETTLE, intent)
        assert (change.known, change.steps, made.unchanged) == (
            Known(GOLD, Ids("id-of-gold")),
            (),
            0,
        )

    @pytest.mark.parametrize("phase", [Phase.ABSENT, Phase.RECREATE])
    def test_one_that_came_to_nothing_is_created_again(self, phase: Phase) -> None:
        intent = intend("gold", GOLD, phase=phase, absent_since="earlier-run")
        (change,) = plan(want(("gold", GOLD)), found(intents=[intent])).changes
        assert (change.action, change.steps) == (Action.CREATE, (Create(GOLD),))
        assert change.intent == intent

    def test_one_that_nobody_wants_any_more_is_looked_for_once_more(self) -> None:
        intent = intend("gold", GOLD, phase=Phase.ABSENT, absent_since="earlier-run")
        assert shown(plan((), found(intents=[intent]))) == [("settle", "gold")]
        wanted_otherwise = want(("gold", SILVER))
        assert shown(plan(wanted_otherwise, found(intents=[intent]))) == [("settle", "gold")]

    def test_a_decision_to_create_again_waits_until_it_is_wanted(self) -> None:
        intent = intend("gold", GOLD, phase=Phase.RECREATE)
        assert plan((), found(intents=[intent])).changes == ()

    def test_one_that_this_very_run_looked_for_in_vain_stays_in_doubt(self) -> None:
        intent = intend("gold", GOLD, phase=Phase.ABSENT, absent_since="this-run")
        (change,) = plan(want(("gold", GOLD)), found(intents=[intent])).changes
        assert change == Change("gold", Action.SETTLE, wanted=GOLD, source=FIRST, intent=intent)
        assert shown(plan(want(("gold", GOLD)), found(intents=[intent]), run="next-run")) == [
            ("create", "gold")
        ]
        assert shown(plan(want(("gold", GOLD)), found(intents=[intent]), run=None)) == [
            ("create", "gold")
        ]


class TestTheSameAudienceInDoubtUnderAnotherKey:
    """Its create may still arrive, whatever has become of its key."""

    INTENT = intend("gold", GOLD)

    def test_the_new_key_waits(self) -> None:
        made = plan(want(("golden", GOLD)), found(intents=[self.INTENT]))
        assert made.changes == (
            Change("gold", Action.SETTLE, intent=self.INTENT),
            Change(
                "golden",
                Action.SETTLE,
                wanted=GOLD,
                reason="`golden` has the same name, namespace and originName as `gold`, and "
                "whether that was created is not known yet",
                source=FIRST,
                intent=self.INTENT,
            ),
        )

    def test_it_waits_even_where_only_the_new_key_is_a_target(self) -> None:
        made = plan(want(("golden", GOLD)), found(intents=[self.INTENT]), "golden")
        assert shown(made) == [("settle", "golden")]

    def test_it_waits_even_where_the_other_key_is_wanted_otherwise(self) -> None:
        made = plan(want(("golden", GOLD), ("gold", SILVER)), found(intents=[self.INTENT]))
        assert shown(made) == [("settle", "gold"), ("settle", "golden")]

    @pytest.mark.parametrize("phase", [Phase.ABSENT, Phase.RECREATE])
    def test_once_that_came_to_nothing_it_is_free(self, phase: Phase) -> None:
        intent = replace(self.INTENT, phase=phase, absent_since="earlier-run")
        assert shown(plan(want(("golden", GOLD)), found(intents=[intent]))) == [
            ("create", "golden")
        ]

    def test_another_audience_does_not_wait(self) -> None:
        made = plan(want(("silver", SILVER)), found(intents=[self.INTENT]))
        assert shown(made) == [("settle", "gold"), ("create", "silver")]

    def test_what_is_known_does_not_wait(self) -> None:
        state = found([know("golden", GOLD)], [self.INTENT])
        assert shown(plan(want(("golden", GOLD)), state)) == [("settle", "gold")]

    def test_a_patch_or_delete_in_doubt_makes_nobody_wait(self) -> None:
        ids = Ids("id-of-gold")
        for step in (Patch(ids, GOLD, SILVER), Delete(ids, SILVER)):
            intent = replace(self.INTENT, step=step)
            made = plan(want(("silver", SILVER)), found([know("gold", GOLD)], [intent]))
            assert shown(made) == [("settle", "gold"), ("create", "silver")]

    def test_of_several_the_first_key_is_named(self) -> None:
        state = found(intents=[intend("b", GOLD, 1), intend("a", GOLD, 2)])
        (change,) = plan(want(("golden", GOLD)), state, "golden").changes
        assert change.intent == intend("a", GOLD, 2)


def test_intents_come_first_then_the_manifests_order_then_what_is_gone() -> None:
    made = plan(
        want(("z", GOLD), ("y", SILVER), ("m", audience("M")), ("l", audience("N"))),
        found(
            [know("y", audience("Y")), know("x", audience("X")), know("b", audience("B"))],
            [intend("n", audience("N"), 1), intend("m", audience("M"), 2)],
        ),
    )
    assert shown(made) == [
        ("settle", "l"),
        ("settle", "m"),
        ("settle", "n"),
        ("create", "z"),
        ("update", "y"),
        ("forget", "b"),
        ("forget", "x"),
    ]


def test_where_the_client_gives_ids_a_create_has_one() -> None:
    (mine, made) = want(("mine", GOLD), ("made", SILVER))
    mine = replace(mine, audience_id="my-id")
    changes = plan([mine, made], client_ids=True).changes
    assert changes[0].steps == (Create(GOLD, "my-id"),)
    assert changes[1].steps == (Create(SILVER, computed_id(TARGET.org, TARGET.sandbox, "made")),)
    assert plan([made]).changes[0].given_id is None


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
        assert shown(made) == [("create", key) for key in keys]
        assert (made.unchanged, made.targets) == (0, tuple(targets))

    def test_they_choose_among_what_is_gone_and_what_is_open_as_well(self) -> None:
        state = found(
            [know("old-a", audience("A")), know("old-b", audience("B"))],
            [intend("open-a", audience("C"), 1), intend("open-b", audience("D"), 2)],
        )
        made = plan(self.wanted, state, "*-a", "guests")
        assert shown(made) == [("settle", "open-a"), ("create", "guests"), ("forget", "old-a")]

    def test_what_is_unchanged_counts_only_among_them(self) -> None:
        state = found(know(one.key, one.audience) for one in self.wanted)
        assert plan(self.wanted, state, "loyalty-*").unchanged == 2

    def test_a_key_is_taken_as_it_is_before_it_is_a_pattern(self) -> None:
        wanted = want(("[a]", GOLD), ("a", SILVER))
        assert shown(plan(wanted, None, "[a]")) == [("create", "[a]"), ("create", "a")]

    @pytest.mark.parametrize("target", ["Guests", "guest", "loyalty-", "x*"])
    def test_one_that_matches_nothing_is_an_error(self, target: str) -> None:
        with pytest.raises(NoSuchTarget) as raised:
            plan(self.wanted, None, "guests", target)
        assert raised.value.message == f"no audience matches --target {target!r}"
        assert isinstance(raised.value, AepctlError)

    def test_one_of_several_environments_may_miss_some_but_never_takes_all_for_none(self) -> None:
        made = plan(self.wanted, None, "guests", "x*", may_miss=True)
        assert shown(made) == [("create", "guests")]
        assert (made.targets, made.missed) == (("guests",), ("x*",))
        made = plan(self.wanted, None, "y", "x*", may_miss=True)
        assert (made.changes, made.targets, made.missed) == ((), ("y", "x*"), ("y", "x*"))

    def test_the_key_of_an_attempt_that_came_to_nothing_is_no_target(self) -> None:
        state = found(intents=[intend("old", GOLD, phase=Phase.ABSENT)])
        with pytest.raises(NoSuchTarget):
            plan(self.wanted, state, "old")

    def test_the_error_suggests_what_may_have_been_meant(self) -> None:
        with pytest.raises(NoSuchTarget) as raised:
            plan(self.wanted, None, "guets")
        assert raised.value.hint == "did you mean guests?"

    def test_the_error_names_the_keys_where_none_is_like_it(self) -> None:
        state = found([know("gone", audience("Gone"))], [intend("open", audience("Open"))])
        with pytest.raises(NoSuchTarget) as raised:
            plan(self.wanted, state, "xyz")
        hint = "the keys are loyalty-gold, loyalty-silver, guests, gone, open"
        assert raised.value.hint == hint
        many = want(*((f"k{number}", audience(f"N{number}")) for number in range(12)))
        with pytest.raises(NoSuchTarget) as raised:
            plan(many, None, "xyz")
        assert str(raised.value.hint).endswith("k8, k9 and 2 more")

    def test_the_error_says_so_where_there_is_nothing_at_all(self) -> None:
        with pytest.raises(NoSuchTarget) as raised:
            plan((), None, "xyz")
        assert raised.value.hint == "there are no audiences in the manifests or the state"
