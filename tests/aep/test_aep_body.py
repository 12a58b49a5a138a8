"""The JSON of an answer, and what of it says two things at once."""

import pytest

from aepctl.aep.body import read_json, read_plain_json, twice


def test_names_that_stand_twice_are_known_and_the_last_value_is_there() -> None:
    data = read_json(b'{"id": 1, "name": "a", "id": 2, "in": {"x": 1, "x": 1}}')
    assert data == {"id": 2, "name": "a", "in": {"x": 1}}
    assert (twice(data), twice(data["in"]), twice([data])) == ({"id"}, {"x"}, frozenset())


def test_what_contradicts_itself_is_no_plain_answer() -> None:
    for body in (b'{"id": 1, "id": 1}', b'{"in": {"x": 1, "x": 2}}'):
        with pytest.raises(ValueError, match=r"^a name stands twice in one object$"):
            read_plain_json(body, "in")
    assert read_plain_json(b'{"other": {"x": 1, "x": 2}}', "in") == {"other": {"x": 2}}
    assert read_plain_json(b"[1]", "in") == [1]


def test_what_is_nested_without_end_is_an_error_like_others() -> None:
    with pytest.raises(ValueError, match=r"^nested too deeply$"):
        read_json(b"[" * 100_000)
