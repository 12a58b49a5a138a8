"""Small pieces of messages."""

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from aepctl.wording import MAX_LISTED, command, first_error, listed


def test_a_few_are_all_named() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(str(number) for number in range(MAX_LISTED)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"


def test_of_many_the_first_are_named_and_the_others_counted() -> None:
    assert listed(map(str, range(11))) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1 more"
    assert listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"


def test_a_command_can_be_pasted() -> None:
    assert command("aepctl --env prod", "state", "mv", "a b", "c") == (
        "aepctl --env prod state mv 'a b' c"
    )


class Inner(BaseModel):
    model_config = ConfigDict(strict=True)
    number: int


class Outer(BaseModel):
    items: list[Inner]


def test_the_first_error_is_told_with_its_place_and_without_the_value() -> None:
    with pytest.raises(ValidationError) as raised:
        Outer.model_validate({"items": [{"number": 1}, {"number": "test-token"}, {}]})
    path, message = first_error(raised.value)
    assert path == ("items", "1", "number")
    assert message == "input should be a valid integer"
