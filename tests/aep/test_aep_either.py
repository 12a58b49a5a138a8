"""One audience by either of its IDs, and whatever else has that ID."""

from typing import Any

import pytest
from fakes import FakeClock
from lists import Connection, element, page

from aepctl.aep.either import Sighting, find_either

OWN = {"id": "s", "audienceId": "s", "name": "s", "type": "SegmentDefinition"}
A, B = element("a"), element("b")


def names(one_id: str, by_id: Any = (), listed: Any = (), inactive: Any = ()) -> list[Any]:
    connection = Connection([page(*by_id), page(*listed), page(*inactive)])
    seen = find_either(connection, FakeClock(), one_id)
    assert connection.queries[0]["property"] == f"audienceId=={one_id}"
    return [one.observed.audience.name if one.observed else one for one in seen]


@pytest.mark.parametrize("one_id", ["a-b", "id-b"])
def test_it_is_found_by_each_of_its_ids_and_is_one(one_id: str) -> None:
    assert names(one_id, [B], [A, B], [B]) == ["b"]


def test_an_inactive_one_may_be_in_its_own_list_alone() -> None:
    assert names("id-b", [], [A], [B]) == ["b"]


def test_an_id_of_two_audiences_is_that_of_both() -> None:
    other = element("c", audienceId="id-b")
    assert sorted(names("id-b", [other], [A, B, other])) == ["b", "c"]


def test_a_filter_that_the_platform_does_not_know_finds_no_other() -> None:
    assert names("a-b", [A, B], [A, B]) == ["b"]
    assert names("nowhere", [A, B], [A, B]) == []


def test_what_is_no_external_audience_or_cannot_be_read_is_seen_as_such() -> None:
    assert names("s", [], [A, OWN]) == [Sighting()]
    odd = element("odd", originName=7, namespace=None, id="o")
    assert names("o", [], [odd]) == [Sighting(doubt="`namespace`, `originName`")]


def test_an_id_that_is_a_number_is_no_text() -> None:
    assert names("7", [], [{**OWN, "id": 7, "audienceId": "x"}]) == [Sighting()]
