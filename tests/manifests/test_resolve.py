"""What is wanted in one environment."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from aepctl.manifests import Manifests, resolve
from aepctl.manifests.scope import Scope
from aepctl.model.audience import Audience, Wanted
from aepctl.model.problem import Origin
from aepctl.model.wants import Moved, Removed, Wants

HERE = Origin("a.yaml", 2, 3)
GOLD = Wanted("gold", Audience("Gold", "agora", "Agora"), HERE)
GIVEN = Wanted("own", Audience("Own", "agora", "Agora"), HERE, "my-id")
MOVED, REMOVED = Moved("loyal", "gold", HERE), Removed("old", delete=True, origin=HERE)
NAMES = ("dev", "stage", "prod")


def test_all_that_the_manifests_say() -> None:
    manifests = Manifests((GOLD, GIVEN), (MOVED,), (REMOVED,))
    assert resolve(manifests, "prod") == Wants((GOLD, GIVEN), (MOVED,), (REMOVED,))


def test_what_is_said_twice_of_a_removed_key_is_there_once() -> None:
    again, other = replace(REMOVED, origin=Origin("b.yaml", 1, 1)), replace(REMOVED, key="other")
    manifests = Manifests(removed=(REMOVED, other, again))
    assert resolve(manifests, "prod").removed == (REMOVED, other)


def test_an_override_and_what_is_for_others_alone() -> None:
    there = replace(GOLD, audience_id="x")
    scopes = {"gold": Scope(overrides={"prod": there}), "own": Scope(frozenset({"dev"}))}
    manifests = Manifests((GOLD, GIVEN), scopes=scopes)
    assert resolve(manifests, "prod") == Wants((there,), elsewhere=(GIVEN,))
    assert resolve(manifests, "dev") == Wants((GOLD, GIVEN))


def read(said: dict[str, tuple[frozenset[str] | None, frozenset[str]]]) -> Manifests:
    """Manifests that say so of each key: for which environments it is, and which override it."""
    wanted = tuple(Wanted(key, Audience(key, "agora", "Agora"), HERE) for key in said)
    scopes = {}
    for one in wanted:
        only, names = said[one.key]
        there = {name: replace(one, audience_id=f"{one.key}-{name}") for name in names}
        if only is not None or there:
            scopes[one.key] = Scope(only, there)
    return Manifests(wanted, scopes=scopes)


some = st.frozensets(st.sampled_from(NAMES))
manifests = st.dictionaries(st.sampled_from("abcd"), st.tuples(st.none() | some, some)).map(read)


@given(manifests, st.sampled_from(NAMES))
@settings(max_examples=25)
def test_each_audience_is_on_one_side_in_the_order_of_the_manifests(
    manifests: Manifests, name: str
) -> None:
    wants = resolve(manifests, name)
    here, elsewhere = ([one.key for one in side] for side in (wants.audiences, wants.elsewhere))
    keys = [one.key for one in manifests.wanted]
    assert sorted(here + elsewhere) == sorted(keys)
    assert here == [key for key in keys if key in here]
    for one in manifests.wanted:
        scope = manifests.scopes.get(one.key, Scope())
        assert (one.key in here) == (scope.only is None or name in scope.only)
    for one in wants.audiences:
        overridden = name in manifests.scopes.get(one.key, Scope()).overrides
        assert one.audience_id == (f"{one.key}-{name}" if overridden else None)


@given(manifests, st.sampled_from(NAMES))
@settings(max_examples=25)
def test_an_environment_sees_nothing_of_what_is_said_of_others(
    manifests: Manifests, name: str
) -> None:
    others = {
        key: Scope(
            None if one.has(name) else frozenset(),
            {name: one.overrides[name]} if name in one.overrides else {},
        )
        for key, one in manifests.scopes.items()
    }
    assert resolve(manifests, name) == resolve(replace(manifests, scopes=others), name)
