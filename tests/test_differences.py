"""Where two nested documents differ."""

import pytest

from aepctl.differences import differing_places

ONE = {"serial": 3, "audiences": {"gold": {"name": "Gold", "ids": ["a", "b"]}}}


def test_equal_documents_differ_nowhere() -> None:
    assert differing_places(ONE, {**ONE}) == ()


@pytest.mark.parametrize(
    ("other", "places"),
    [
        ({**ONE, "serial": 4}, ("serial",)),
        ({**ONE, "serial": "3"}, ("serial",)),
        ({"serial": 3}, ("audiences",)),
        (
            {**ONE, "audiences": {"gold": {"name": "Silver", "ids": ["a"]}}},
            ("audiences.gold.ids.1", "audiences.gold.name"),
        ),
        (
            {**ONE, "audiences": {"silver": ONE["audiences"]["gold"]}},
            ("audiences.gold", "audiences.silver"),
        ),
    ],
)
def test_each_place_is_named_and_no_value(other: object, places: tuple[str, ...]) -> None:
    assert differing_places(ONE, other) == places
