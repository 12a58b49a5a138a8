"""What of the platform is defined, and why the rest is not. Then all together: a clean plan."""

import pytest
from exports import seen, wanted
from fakes import TARGET
from hypothesis import given
from hypothesis import strategies as st

from aepctl.manifests.document import read_manifest
from aepctl.manifests.export import Asked, There, Why, choose
from aepctl.manifests.pages import pages_of
from aepctl.model.audience import Known, Observed
from aepctl.model.wants import Wants
from aepctl.plan.planner import make_plan
from aepctl.plan.policy import Policy
from aepctl.state.model import State

EVERYTHING = Asked()
GOLD, SILVER = seen("Gold"), seen("Silver", namespace="crm", origin="Other")


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        (Asked(), ["gold", "silver"]),
        (Asked(namespaces=("crm", "x")), ["silver"]),
        (Asked(namespaces=("CRM",)), []),
        (Asked(origins=("Tests",)), ["gold"]),
        (Asked(names=("G*", "x")), ["gold"]),
        (Asked(names=("g*",)), []),
        (Asked(names=("*",), origins=("Other",), namespaces=("agora",)), []),
    ],
)
def test_filters_are_exact_and_all_of_them_hold(asked: Asked, keys: list[str]) -> None:
    found = choose([SILVER, GOLD], There(), asked)
    assert [one.key for one in found.definitions] == keys
    assert found.passed == ()


def passed(found: Observed, there: There, asked: Asked = EVERYTHING) -> tuple[Why, str, str | None]:
    chosen = choose([found], there, asked)
    assert chosen.definitions == ()
    (one,) = chosen.passed
    return one.why, one.said, one.key


def test_what_a_manifest_defines_in_whatever_spelling_is_not_defined_twice() -> None:
    for name in ("Gold", "GOLD", " Gold\u200b"):
        there = There((wanted("aurum", name),))
        assert passed(GOLD, there) == (Why.DEFINED, "defined in audiences/all.yaml:3", "aurum")


def test_what_state_knows_under_a_key_that_is_wanted_has_another_name_there_perhaps() -> None:
    there = There((wanted("aurum", "Gold, renamed"),), {"id of Gold": "aurum"})
    assert passed(GOLD, there) == (Why.DEFINED, "state knows it as `aurum`", "aurum")


def test_what_state_knows_under_a_key_that_nobody_wants_keeps_it() -> None:
    there = There((), {"id of Gold": "aurum"}, frozenset({"aurum"}))
    (one,) = choose([GOLD], there, Asked()).definitions
    assert one.key == "aurum"


def test_what_was_ended_on_purpose_is_not_begun_again() -> None:
    there = There((), {"id of Gold": "aurum"}, ended={"id of Gold": "it was retained"})
    assert passed(GOLD, there) == (Why.ENDED, "it was retained", None)
    again = There((wanted("aurum", "Gold"),), {"id of Gold": "aurum"}, ended=there.ended)
    assert passed(GOLD, again)[0] is Why.DEFINED


def test_of_several_the_one_that_state_knows_is_meant() -> None:
    there = There((), {"a": "aurum"})
    chosen = choose([seen("Gold", "a"), seen("gold", "b")], there, Asked())
    assert [one.key for one in chosen.definitions] == ["aurum"]
    assert [one.audience_id for one in chosen.passed] == ["b"]


def test_a_second_one_of_what_is_known_is_left_out() -> None:
    there = There((wanted("aurum", "Gold"),), {"other id": "aurum"})
    why, said, _ = passed(GOLD, there)
    assert why is Why.LEFT_OUT
    assert said == "the same as `aurum`, which is other id: the platform has it twice"


def test_what_is_there_twice_is_left_to_a_person() -> None:
    chosen = choose(
        [seen("Gold", "a"), seen("GOLD", "b"), SILVER], There(program="aepctl -x"), Asked()
    )
    assert [one.key for one in chosen.definitions] == ["silver"]
    assert [one.why for one in chosen.passed] == [Why.LEFT_OUT, Why.LEFT_OUT]
    assert {one.audience_id for one in chosen.passed} == {"a", "b"}
    assert "`aepctl -x state resolve KEY --adopt a`" in " ".join(one.said for one in chosen.passed)
    odd = seen("Gold", "b", "\x07")
    assert choose([seen("Gold", "a"), odd], There(), Asked()).definitions == ()
    only = choose([seen("Gold", "a"), seen("GOLD", "b")], There(), Asked(names=("Gold",)))
    assert [one.found.ids.audience_id for one in only.definitions] == ["a"]


def test_what_counts_because_it_is_listed_are_those_that_no_manifest_defines() -> None:
    """And with `adopt` those whose definition nobody has recorded yet."""
    twin, asleep = seen("GOLD", "b"), seen("Asleep", lifecycle="draft")
    silver = wanted("silver", "Silver", namespace="crm", origin="Other")
    there = There((silver, wanted("aurum", "Au")), {"id of Au": "aurum"})
    chosen = choose([GOLD, twin, SILVER, seen("Au"), asleep], there, Asked())
    assert chosen.believed(adopt=False) == {"id of Gold", "b"}
    assert chosen.believed(adopt=True) == {"id of Gold", "b", "id of Silver"}


@pytest.mark.parametrize("lifecycle", ["inactive", "draft"])
def test_what_is_asleep_is_told_or_asked_for(lifecycle: str) -> None:
    found = seen("Gold", lifecycle=lifecycle)
    assert passed(found, There()) == (Why.ASLEEP, f"its lifecycleState is {lifecycle}", None)
    assert len(choose([found], There(), Asked(inactive=True)).definitions) == 1


@pytest.mark.parametrize("lifecycle", ["archived", "deleted"])
def test_what_is_gone_is_not_there(lifecycle: str) -> None:
    chosen = choose([seen("Gold", lifecycle=lifecycle), seen("Gold", "b")], There(), Asked())
    assert [one.found.ids.audience_id for one in chosen.definitions] == ["b"]


def test_what_a_create_in_doubt_may_have_made_waits_for_apply() -> None:
    there = There(doubtful={GOLD.audience.folded_identity: "aurum"})
    why, said, _ = passed(GOLD, there)
    assert (why, "`aepctl apply`" in said) == (Why.LEFT_OUT, True)


def test_what_no_manifest_can_say_is_left_out() -> None:
    why, said, key = passed(seen("a\x07"), There())
    assert (why, key) == (Why.LEFT_OUT, None)
    assert said.startswith("its name has the control character")


def test_what_has_no_namespace_is_left_out() -> None:
    assert passed(seen("Gold", namespace=""), There())[1] == "its namespace is blank"


def test_keys_differ_from_all_that_are_in_use() -> None:
    there = There((wanted("gold", "x"),), {}, frozenset({"silver"}))
    keys = [one.key for one in choose([GOLD, SILVER], there, Asked()).definitions]
    assert not {"gold", "silver"} & {*keys}
    assert len({*keys}) == 2


class TestWhatCanBeRecorded:
    def keys(self, *found: Observed, asked: Asked = EVERYTHING, **there: object) -> list[str]:
        want = (wanted("aurum", "Gold"), wanted("spaced", "Gold tier"))
        return sorted(choose(found, There(want, **there), asked).adoptable())  # type: ignore[arg-type]

    def test_what_is_defined_now_and_what_was_before(self) -> None:
        assert self.keys(GOLD, SILVER, seen("Gold  tier")) == ["aurum", "silver", "spaced"]

    def test_not_what_has_other_letters_or_is_there_twice_or_asleep(self) -> None:
        assert self.keys(seen("GOLD")) == []
        assert self.keys(GOLD, seen("Gold", "b")) == []
        assert self.keys(seen("Gold", lifecycle="draft")) == []
        asked = Asked(inactive=True)
        assert self.keys(seen("Gold", lifecycle="draft"), asked=asked) == ["aurum"]

    def test_not_what_is_known_or_in_doubt(self) -> None:
        assert self.keys(GOLD, known={"id of Gold": "aurum"}) == []
        assert self.keys(GOLD, known={"other": "aurum"}) == []
        assert self.keys(GOLD, doubtful={("x", "y", "z"): "aurum"}) == []


TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aA \n\t:#-'\"|\u2028\u200b\u0301\u3164\u200d\r~NO1.é"),
    ),
    min_size=1,
    max_size=12,
)
OBSERVED = st.builds(
    seen,
    TEXT,
    st.uuids().map(str),
    st.none() | TEXT | st.sampled_from(["NO", "null", "a\r\nb", "é" * 100, "- x\n- y\n", "x\n\n"]),
    st.sampled_from(["agora", "crm ", "日本"]) | TEXT,
    st.sampled_from(["Tests", "NO"]),
    st.none() | st.floats(1, 1e9),
    st.sampled_from([None, "draft", "archived"]),
)


@given(st.lists(OBSERVED, max_size=6), st.booleans())
def test_exported_and_adopted_a_plan_has_nothing_to_do(
    found: list[Observed], inactive: bool
) -> None:
    chosen = choose(found, There(), Asked(inactive=inactive))
    pages = pages_of(chosen.definitions, "out", {})
    read = [read_manifest(page.file, page.raw) for page in pages]
    assert not any(one.problems for one in read)
    want = tuple(one for each in read for one in each.wanted)
    assert {one.key: one.audience for one in want} == {
        one.key: one.audience for one in chosen.definitions
    }
    adopted = chosen.adoptable()
    assert adopted.keys() == {one.key for one in want}
    audiences = {one.key: one.audience for one in want}
    known = {key: Known.seen(audiences[key], one.audience, one.ids) for key, one in adopted.items()}
    state = State("lineage", 1, TARGET, known)
    plan = make_plan(Wants(tuple(want)), state, None, Policy("prod", TARGET))
    assert plan.changes == ()
    again = choose(found, There(want), Asked(inactive=inactive))
    assert again.definitions == ()
    assert again.adoptable().keys() == adopted.keys()
    alive = {one.ids.audience_id for one in found if not one.is_gone}
    told = {one.audience_id for one in chosen.passed}
    assert told | {one.found.ids.audience_id for one in chosen.definitions} == alive
