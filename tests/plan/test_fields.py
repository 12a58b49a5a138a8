"""Which fields of an audience differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.audience import Audience
from aepctl.plan import FieldChange
from aepctl.plan.fields import ORDER, field_changes

GOLD = Audience("Gold", "agora", "Agora", "Loyal").fields()


def test_the_order_is_that_of_an_audiences_fields() -> None:
    assert tuple(GOLD) == ORDER


def test_equal_audiences_differ_in_nothing() -> None:
    assert field_changes(GOLD, dict(GOLD)) == ()


@pytest.mark.parametrize("field", ORDER)
def test_a_field_that_differs_is_shown_before_and_after(field: str) -> None:
    assert field_changes(GOLD, {**GOLD, field: "x"}) == (FieldChange(field, GOLD[field], "x"),)


def test_a_description_can_come_and_go() -> None:
    without = {field: GOLD[field] for field in GOLD if field != "description"}
    assert field_changes(without, GOLD) == (FieldChange("description", None, "Loyal"),)
    assert field_changes(GOLD, without) == (FieldChange("description", "Loyal", None),)


@pytest.mark.parametrize(
    ("before", "after"),
    [("1", "1.0"), ("a", "A"), ("a", "a "), ("é", "e\u0301"), ("", " "), ("a\nb", "a\nc")],
)
def test_texts_are_compared_character_by_character(before: str, after: str) -> None:
    found = field_changes({"name": before}, {"name": after})
    assert found == (FieldChange("name", before, after),)


FIELDS = st.dictionaries(st.sampled_from(ORDER), st.text(max_size=3))


@given(FIELDS, FIELDS)
def test_it_is_the_plain_comparison_of_two_mappings(
    before: dict[str, str], after: dict[str, str]
) -> None:
    assert field_changes(before, after) == tuple(
        FieldChange(field, before.get(field), after.get(field))
        for field in ORDER
        if before.get(field) != after.get(field)
    )
