"""What the platform has that state does not know: told, by kind, and nothing else."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from fakes import replay
from hypothesis import given
from hypothesis import strategies as st
from plan_samples import AT, NOTHING, POLICY, audience, found, intend, know, there, want

from aepctl.errors import NoSuchTarget
from aepctl.model.audience import Audience, Deposed, Ids, Known, Observed, Wanted
from aepctl.model.lifecycle import Lifecycle
from aepctl.model.problem import Origin
from aepctl.model.steps import Forget, Record
from aepctl.model.wants import Moved, Wants
from aepctl.plan.drift import Asked, Drift, Drifted, Ignore
from aepctl.plan.drifting import find_drift
from aepctl.plan.kinds import Kind
from aepctl.plan.plan import FieldDiff
from aepctl.plan.refreshing import plan_refresh
from aepctl.plan.seen import Seen
from aepctl.state.events import Noted
from aepctl.state.model import State

GOLD, EDITED, OLD = audience("Gold", "ten"), audience("Gold", "edited"), audience("Gold", "old")
PLACE = Origin("audiences/all.yaml", 9, 3)
LOOKING = replace(POLICY, refresh=True)


def drift(
    wanted: Iterable[Wanted],
    state: State,
    *observed: Observed,
    gone: dict[str, str | None] | None = None,
    moved: Iterable[Moved] = (),
    **asked: Any,
) -> Drift:
    seen = Seen(observed, gone or {})
    return find_drift(Wants(tuple(wanted), tuple(moved)), state, seen, LOOKING, Asked(**asked))


def only(found_: Drift) -> Drifted:
    (one,) = found_.found
    return one


def kinds(found_: Drift) -> list[tuple[str | None, Kind]]:
    return [(one.key, one.kind) for one in found_.found]


WANTED = want(("gold", GOLD))
KNOWN = found([know("gold", GOLD)])


class TestChanged:
    def test_a_field_that_somebody_edited_shows_three_sides(self) -> None:
        state = found([know("gold", OLD)])
        one = only(drift(WANTED, state, there(EDITED, "id-of-gold")))
        assert (one.kind, one.is_drift, one.audience) == (Kind.CHANGED, True, EDITED)
        assert one.fields == (FieldDiff("description", "old", "edited", "ten"),)
        assert one.source == WANTED[0].origin
        assert one.fields[0].columns == (
            ("manifest", "ten"), ("state", "old"), ("platform", "edited"),
        )  # fmt: skip

    def test_a_description_that_somebody_removed_is_a_side_as_well(self) -> None:
        one = only(drift(WANTED, KNOWN, there(audience("Gold"), "id-of-gold")))
        assert one.fields[0].columns[2] == ("platform", None)

    def test_what_no_manifest_wants_any_more_shows_two(self) -> None:
        one = only(drift((), KNOWN, there(EDITED, "id-of-gold")))
        assert (one.is_wanted, one.source) == (False, None)
        assert one.fields[0].columns == (("state", "ten"), ("platform", "edited"))

    def test_it_is_drift_also_where_the_manifests_want_it_just_so(self) -> None:
        """State does not know it, whoever is right."""
        assert drift(want(("gold", EDITED)), KNOWN, there(EDITED, "id-of-gold")).is_any

    def test_what_the_manifests_want_otherwise_is_none(self) -> None:
        """That is what a plan is for."""
        told = drift(want(("gold", EDITED)), KNOWN, there(GOLD, "id-of-gold"))
        assert (told.found, told.compared, told.in_step) == ((), 1, 1)

    def test_fields_that_the_manifest_ignores_are_left_out(self) -> None:
        lifecycle = Lifecycle(ignored=frozenset({"description"}))
        wanted = (replace(WANTED[0], lifecycle=lifecycle),)
        assert not drift(wanted, KNOWN, there(EDITED, "id-of-gold")).is_any

    @pytest.mark.parametrize("wanted", [WANTED, want(("gold", audience("Other"))), ()])
    def test_blanks_and_unicode_forms_are_no_drift(self, wanted: tuple[Wanted, ...]) -> None:
        state = found([know("gold", audience("Café gold"))])
        seen = there(audience("Cafe\u0301  gold"), "id-of-gold")
        assert not drift(wanted, state, seen).is_any

    def test_a_key_that_moves_in_the_manifests_is_told_under_its_new_one(self) -> None:
        told = drift(
            want(("new", GOLD)), KNOWN, there(EDITED, "id-of-gold"),
            moved=[Moved("gold", "new", PLACE)],
        )  # fmt: skip
        assert kinds(told) == [("new", Kind.CHANGED)]


class TestWhatIsNotThere:
    @pytest.mark.parametrize("word", [None, "archived"])
    def test_gone_is_what_the_platform_says_itself(self, word: str | None) -> None:
        one = only(drift(WANTED, KNOWN, gone={"id-of-gold": word}))
        assert (one.kind, one.is_drift, one.lifecycle) == (Kind.GONE, True, word)

    def test_what_is_only_not_listed_proves_nothing(self) -> None:
        told = drift(WANTED, KNOWN)
        assert kinds(told) == [("gold", Kind.NOT_LISTED)]
        assert (told.is_any, told.in_step) == (False, 0)

    def test_what_is_inactive_is_told_and_no_drift(self) -> None:
        asleep = replace(there(GOLD, "id-of-gold"), lifecycle="inactive")
        told = drift(WANTED, KNOWN, asleep)
        assert (only(told).kind, told.is_any, told.in_step) == (Kind.ASLEEP, False, 1)

    def test_what_is_inactive_and_edited_is_changed(self) -> None:
        asleep = replace(there(EDITED, "id-of-gold"), lifecycle="draft")
        one = only(drift(WANTED, KNOWN, asleep))
        assert (one.kind, one.lifecycle) == (Kind.CHANGED, "draft")

    def test_a_step_without_an_outcome_makes_all_comparing_vain(self) -> None:
        state = found([know("gold", GOLD)], [intend("gold", GOLD)])
        told = drift(WANTED, state, there(EDITED, "id-of-gold"))
        assert (only(told).kind, told.is_any) == (Kind.IN_DOUBT, False)


class TestEnded:
    RETAINED = found([("gold", Known(GOLD, Ids("id-of-gold"), retained=True))])

    def test_texts_of_what_is_retained_are_nobodys_concern(self) -> None:
        told = drift((), self.RETAINED, there(EDITED, "id-of-gold"))
        assert (told.found, told.compared, told.retained) == ((), 0, 1)

    def test_that_it_is_gone_is_told_and_no_drift(self) -> None:
        told = drift((), self.RETAINED, gone={"id-of-gold": None})
        assert (only(told).kind, told.is_any) == (Kind.OVER, False)

    def test_one_that_is_wanted_again_is_compared_as_any_other(self) -> None:
        assert drift(WANTED, self.RETAINED, there(EDITED, "id-of-gold")).is_any

    @pytest.mark.parametrize(
        ("old_half", "gone", "kind"),
        [(EDITED, {}, Kind.CHANGED), (None, {"old": None}, Kind.OVER), (OLD, {}, None)],
    )
    def test_the_old_half_of_a_replace_is_told_where_it_is_not_as_it_was(
        self, old_half: Audience | None, gone: dict[str, str | None], kind: Kind | None
    ) -> None:
        known = Known(GOLD, Ids("id-of-gold"), deposed=Deposed(Ids("old"), OLD))
        seen = [there(GOLD, "id-of-gold")]
        seen += [there(old_half, "old")] if old_half else []
        told = drift(WANTED, found([("gold", known)]), *seen, gone=gone)
        assert [(one.kind, one.old_half) for one in told.found] == ([(kind, True)] if kind else [])
        assert told.in_step == 1


class TestUnmanaged:
    @pytest.mark.parametrize("namespace", ["agora", "AGORA"])
    def test_it_has_our_namespace_and_origin_name_and_nobody_named_it(self, namespace: str) -> None:
        mine, other = there(GOLD, "id-of-gold"), there(audience("X", namespace=namespace), "x")
        told = drift(WANTED, KNOWN, mine, other, unmanaged=True)
        assert kinds(told) == [(None, Kind.UNMANAGED)]
        assert (told.is_any, only(told).audience_id) == (True, "x")
        assert drift(WANTED, KNOWN, mine, other).found == ()

    @pytest.mark.parametrize(
        "theirs",
        [
            there(audience("X", namespace="theirs"), "x"),
            replace(there(audience("X"), "x"), lifecycle="archived"),
        ],
    )
    def test_what_is_somebody_elses_or_gone_is_none(self, theirs: Observed) -> None:
        mine = there(GOLD, "id-of-gold")
        assert drift(WANTED, KNOWN, mine, theirs, unmanaged=True).found == ()

    def test_nor_is_what_an_apply_would_take_for_its_own(self) -> None:
        wanted, state = want(("gold", GOLD), ("new", audience("New"))), KNOWN
        tried = found([know("gold", GOLD)], [intend("lost", audience("Lost"))])
        seen = there(GOLD, "id-of-gold"), there(audience("New"), "n")
        assert drift(wanted, state, *seen, unmanaged=True).found == ()
        told = drift(WANTED, tried, seen[0], there(audience("Lost"), "l"), unmanaged=True)
        assert told.found == ()

    def test_a_second_one_of_a_known_key_says_whose_name_it_has(self) -> None:
        told = drift(
            WANTED, KNOWN, there(GOLD, "id-of-gold"), there(GOLD, "second"), unmanaged=True
        )
        assert (only(told).audience_id, only(told).like) == ("second", "gold")


class TestAsked:
    def test_only_the_targets(self) -> None:
        state = found([know("gold", GOLD), know("silver", GOLD)])
        seen = there(EDITED, "id-of-gold"), there(EDITED, "id-of-silver")
        assert kinds(drift((), state, *seen, targets=("g*",))) == [("gold", Kind.CHANGED)]
        with pytest.raises(NoSuchTarget):
            drift((), state, *seen, targets=("x",))

    @pytest.mark.parametrize("pattern", ["gold", "go*"])
    def test_a_field_may_differ_where_it_is_ignored(self, pattern: str) -> None:
        ignore = Ignore(pattern, "description")
        renamed = there(audience("Other", "edited"), "id-of-gold")
        told = drift(WANTED, KNOWN, renamed, ignores=(ignore,))
        assert [one.field for one in only(told).fields] == ["name"]
        assert told.idle == ()
        told = drift(WANTED, KNOWN, there(EDITED, "id-of-gold"), ignores=(ignore,))
        assert (told.found, told.in_step) == ((), 1)

    def test_an_ignore_that_is_about_no_key_is_told(self) -> None:
        ignores = (Ignore("gold", "name"), Ignore("x*", "name"))
        assert drift(WANTED, KNOWN, ignores=ignores).idle == ignores[1:]

    @pytest.mark.parametrize("text", ["gold", ".name", "gold.nmae", "gold.", "gold.audienceId"])
    def test_what_names_no_field_is_no_ignore(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"name, description, namespace, originName"):
            Ignore.of(text)

    def test_a_key_may_have_dots(self) -> None:
        assert Ignore.of("a.b.originName") == Ignore("a.b", "originName")
        assert str(Ignore.of("a.b.originName")) == "a.b.originName"


NAMES = st.sampled_from(["A", "B", "A  "])
AUDIENCES = st.builds(audience, NAMES, st.none() | NAMES, namespace=st.sampled_from("AB"))
KEYS = ("a", "b", "c")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Wants, State, Seen]:
    """Anything wanted and known, and each known one there in some form, gone, or not listed."""
    known, observed, gone, missing = {}, [], {}, set()
    for key in KEYS:
        if not draw(st.booleans()):
            continue
        deposed = Deposed(Ids(f"old-{key}"), draw(AUDIENCES)) if draw(st.booleans()) else None
        ids = Ids(f"id-of-{key}", draw(st.none() | st.just(f"p-id-of-{key}")))
        retained = draw(st.booleans())
        known[key] = Known(draw(AUDIENCES), ids, retained=retained, deposed=deposed)
        for audience_id in known[key].all_ids:
            match draw(st.integers(0, 3)):
                case 0:
                    gone[audience_id] = None
                case 1:
                    missing.add(audience_id)
                case _:
                    one = there(draw(AUDIENCES), audience_id)
                    asleep = draw(st.sampled_from([None, "inactive"]))
                    observed.append(replace(one, lifecycle=asleep))
    ignored = st.frozensets(st.sampled_from(["name", "description"]))
    wanted = [
        replace(one, lifecycle=Lifecycle(ignored=draw(ignored)))
        for one in want(*((key, draw(AUDIENCES)) for key in KEYS if draw(st.booleans())))
    ]
    observed += [there(draw(AUDIENCES), "another")] if draw(st.booleans()) else []
    state = found(known.items())
    return Wants(tuple(wanted)), state, Seen(tuple(observed), gone, frozenset(missing))


@given(worlds(), st.booleans())
def test_what_is_told_holds_in_any_world(world: tuple[Wants, State, Seen], unmanaged: bool) -> None:
    wants, state, seen = world
    asked = Asked(ignores=(Ignore("a", "name"),), unmanaged=unmanaged)
    told = find_drift(wants, state, seen, LOOKING, asked)
    turned = Seen(tuple(reversed(seen.found)), seen.gone, seen.missing)
    assert find_drift(wants, state, turned, LOOKING, asked) == told
    for one in told.found:
        assert (one.kind is Kind.CHANGED) is bool(one.fields)
        assert all(each.known != each.observed for each in one.fields)
        ignored = {name for each in wants.audiences if each.key == one.key and not one.old_half
                   for name in each.lifecycle.ignored}  # fmt: skip
        ignored |= {"name"} if one.key == "a" else set()
        assert not {each.field for each in one.fields} & ignored
        assert (one.key is None) is (one.kind is Kind.UNMANAGED)
        assert one.audience_id not in seen.missing or one.kind is Kind.NOT_LISTED
    assert told.compared + told.retained == len(state.audiences)


@given(worlds())
def test_after_a_refresh_no_text_has_drifted_and_nothing_is_gone(
    world: tuple[Wants, State, Seen],
) -> None:
    """But for what waits for an apply: the old half of a replace, and what has one."""
    wants, state, seen = world
    made = plan_refresh(wants, state, seen, LOOKING)
    steps = [(change.key, step) for change in made.changes for step in change.steps]
    assert all(isinstance(step, Forget | Record) for _, step in steps)
    after = replay(state, [Noted(key, step, AT, "run") for key, step in steps])  # type: ignore[arg-type]
    left = find_drift(wants, after, seen, LOOKING, Asked()).found
    waits = {key for key, one in state.audiences.items() if one.deposed is not None}
    retained = {key for key, one in state.audiences.items() if one.retained}
    drifted = {one.key for one in left if one.is_drift and not one.old_half}
    assert drifted <= {
        key
        for key in (*waits, *retained)
        if key in retained or after.audiences[key].ids.audience_id in seen.gone
    }
    assert plan_refresh(wants, after, seen, LOOKING).changes == tuple(
        change for change in made.changes if not change.steps
    )


def test_nothing_known_and_nothing_wanted_is_no_drift() -> None:
    assert drift((), NOTHING, there(GOLD, "x"), unmanaged=True) == Drift(Asked(unmanaged=True))
