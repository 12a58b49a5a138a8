"""The noun: what an audience is, what makes two the same, and how it is spelled."""

from dataclasses import FrozenInstanceError

import pytest

from aepctl.model.audience import Audience, Wanted
from aepctl.model.problem import Origin

GOLD = Audience("Gold", "agora", "Agora", "Loyal")


def test_its_fields_are_adobes_in_the_order_of_the_seed_document() -> None:
    assert list(GOLD.fields().items()) == [
        ("name", "Gold"),
        ("description", "Loyal"),
        ("namespace", "agora"),
        ("originName", "Agora"),
    ]


def test_an_absent_description_is_left_out() -> None:
    assert list(Audience("Gold", "agora", "Agora").fields()) == ["name", "namespace", "originName"]


def test_an_empty_description_is_one() -> None:
    assert Audience("Gold", "agora", "Agora", "").fields()["description"] == ""


def test_name_namespace_and_origin_name_identify_it() -> None:
    assert GOLD.identity == ("Gold", "agora", "Agora")
    assert GOLD.identity == Audience("Gold", "agora", "Agora", "Other words").identity


def test_origins_are_ordered_as_people_read() -> None:
    places = [("a", 2, 1), ("a", 10, 1), ("a", 10, 2), ("b", 1, 1)]
    ordered = [Origin(*place) for place in places]
    assert sorted([ordered[2], ordered[3], ordered[0], ordered[1]]) == ordered


@pytest.mark.parametrize(
    ("noun", "field"),
    [(GOLD, "name"), (Origin("a", 1, 1), "line"), (Wanted("g", GOLD, Origin("a", 1, 1)), "key")],
)
def test_nouns_do_not_change(noun: object, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(noun, field, "other")
