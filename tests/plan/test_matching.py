"""What was observed, found again."""

from plan_samples import audience, there

from aepctl.plan.matching import ObservedIndex

GOLD = audience("Gold")
A, B = there(GOLD, "A"), there(audience("Gold", "Shiny"), "B")
SILVER = there(audience("Silver"), "S")


def nobody(_audience_id: str) -> str | None:
    """Nothing is known."""
    return None


def test_the_free_ones_of_an_identity_come_in_the_order_of_their_ids() -> None:
    seen = ObservedIndex([B, SILVER, A], nobody)
    assert seen.free(GOLD, "gold") == (A, B)
    assert seen.free(audience("Bronze"), "bronze") == ()


def test_one_that_another_key_owns_is_not_free_and_ones_own_is() -> None:
    seen = ObservedIndex([A, B], {"A": "aurum"}.get)
    assert seen.free(GOLD, "gold") == (B,)
    assert seen.free(GOLD, "aurum") == (A, B)


def test_one_that_is_listed_twice_is_one_whatever_the_order() -> None:
    changed = there(audience("Gold", "New"), "A")
    (one,) = ObservedIndex([A, changed, A], nobody).free(GOLD, "gold")
    assert one in {A, changed}
    assert ObservedIndex([changed, A], nobody).free(GOLD, "gold") == (one,)


def test_an_id_has_all_that_was_seen_under_it() -> None:
    renamed = there(audience("Gilt"), "A")
    assert set(ObservedIndex([A, renamed, B], nobody).with_id("A")) == {A, renamed}
    assert ObservedIndex([A, renamed], nobody).with_id("A") == ObservedIndex(
        [renamed, A], nobody
    ).with_id("A")
    assert ObservedIndex([A], nobody).with_id("Z") == ()


def test_who_owns_one_is_asked_anew_each_time() -> None:
    owners: dict[str, str] = {}
    seen = ObservedIndex([A], owners.get)
    assert seen.free(GOLD, "gold") == (A,)
    owners["A"] = "aurum"
    assert seen.free(GOLD, "gold") == ()
