"""Which fields of an audience differ."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.model.audience import FIELDS, Audience
from aepctl.plan.compare import field_diffs
from aepctl.plan.plan import FieldDiff

GOLD = Audience("Gold", "agora", "Agora", "Loyal")


def test_equal_audiences_differ_in_nothing() -> None:
    assert field_diffs(GOLD, known=replace(GOLD)) == ()
    assert field_diffs(GOLD, observed=replace(GOLD)) == ()


def test_where_there_is_nothing_to_compare_with_nothing_differs() -> None:
    assert field_diffs(GOLD) == ()


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_differs_is_shown_on_each_side(field: object) -> None:
    name, attribute = field.name, field.attribute  # type: ignore[attr-defined]
    wanted = replace(GOLD, **{attribute: "x"})
    seen = replace(GOLD, **{attribute: "y"})
    was = GOLD.fields()[name]
    assert field_diffs(wanted, known=GOLD) == (FieldDiff(name, was, None, "x"),)
    assert field_diffs(wanted, observed=GOLD) == (FieldDiff(name, None, was, "x"),)
    assert field_diffs(wanted, known=GOLD, observed=seen) == (FieldDiff(name, was, "y", "x"),)


def test_what_only_the_platform_has_otherwise_is_a_difference_as_well() -> None:
    seen = replace(GOLD, name="Renamed there")
    renamed = FieldDiff("name", "Gold", "Renamed there", "Gold")
    assert field_diffs(GOLD, known=GOLD, observed=seen) == (renamed,)
    wanted = replace(GOLD, description="New")
    diffs = field_diffs(wanted, known=GOLD, observed=seen)
    assert diffs == (renamed, FieldDiff("description", "Loyal", "Loyal", "New"))


def test_of_what_nobody_wants_any_more_two_sides_are_compared() -> None:
    seen = replace(GOLD, name="Renamed there")
    expected = (FieldDiff("name", "Gold", "Renamed there", None),)
    assert field_diffs(None, known=GOLD, observed=seen) == expected


def test_the_sides_are_shown_beside_each_other_where_the_platform_has_another_text() -> None:
    """A side without the field is one as well; one that nobody looked at is none."""
    bare = replace(GOLD, description=None)
    (gone,) = field_diffs(GOLD, known=GOLD, observed=bare)
    assert gone.columns == (("manifest", "Loyal"), ("state", "Loyal"), ("platform", None))
    (unwanted,) = field_diffs(None, known=bare, observed=GOLD)
    assert unwanted.columns == (("state", None), ("platform", "Loyal"))
    assert field_diffs(bare, known=GOLD, observed=GOLD)[0].columns == ()
    assert field_diffs(bare, known=GOLD)[0].columns == ()


def test_a_description_can_come_and_go() -> None:
    without = replace(GOLD, description=None)
    assert field_diffs(GOLD, known=without) == (FieldDiff("description", None, None, "Loyal"),)
    assert field_diffs(without, known=GOLD) == (FieldDiff("description", "Loyal", None, None),)
    empty = replace(GOLD, description="")
    assert field_diffs(empty, known=without) == (FieldDiff("description", None, None, ""),)


@pytest.mark.parametrize(
    ("before", "after"),
    [("1", "1.0"), ("a", "A"), ("a", "a "), ("é", "e\u0301"), ("", " "), ("a\nb", "a\nc")],
)
def test_texts_are_compared_character_by_character(before: str, after: str) -> None:
    found = field_diffs(replace(GOLD, name=after), known=replace(GOLD, name=before))
    assert found == (FieldDiff("name", before, None, after),)


TEXTS = st.text(max_size=3)
AUDIENCES = st.builds(Audience, TEXTS, TEXTS, TEXTS, st.none() | TEXTS)


@given(AUDIENCES, st.none() | AUDIENCES, st.none() | AUDIENCES)
def test_it_is_the_plain_comparison_field_by_field_in_their_order(
    wanted: Audience, known: Audience | None, observed: Audience | None
) -> None:
    given = [one.fields() for one in (known, observed, wanted) if one]
    sides = [one.fields() if one else {} for one in (known, observed, wanted)]
    expected = tuple(
        FieldDiff(field.name, *(side.get(field.name) for side in sides))
        for field in FIELDS
        if len({one.get(field.name) for one in given}) > 1
    )
    assert field_diffs(wanted, known=known, observed=observed) == expected
