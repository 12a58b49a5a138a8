"""A document against a model: what is wrong, in words, at its place."""

from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, Field

from aepctl.model.problem import Problem
from aepctl.yamldoc import check, parse
from aepctl.yamldoc.checking import BELOW, DEEPER, KEYS
from aepctl.yamldoc.patterns import KEY_HINT
from aepctl.yamldoc.types import Key, SingleLine, StrictModel


def even_text(text: str) -> str:
    if len(text) % 2:
        raise ValueError("An even number of letters was expected")
    return text


class Door(StrictModel):
    lock: SingleLine | None = None


class Room(StrictModel):
    title: SingleLine
    door: Door | None = None
    door_colour: SingleLine | None = Field(default=None, alias="doorColour")
    kind: Literal["large"] | None = None
    even: Annotated[SingleLine, AfterValidator(even_text)] | None = None


class House(StrictModel):
    owner: SingleLine = "nobody"
    rooms: dict[Key, Room] = Field(default_factory=dict)


FIELDS = f"{BELOW}: title, door, doorColour, kind, even"


def problems(text: str, number: int = 0) -> tuple[Problem, ...]:
    checked = check(House, parse("a.yaml", text.encode()), number)
    assert not isinstance(checked, House)
    return checked


def only_problem(text: str) -> tuple[str, str, str | None]:
    (problem,) = problems(text)
    return (f"{problem.origin.line}:{problem.origin.column}", problem.message, problem.hint)


def test_a_sound_document_is_a_model() -> None:
    house = check(House, parse("a.yaml", b"rooms: {hall: {title: Hall, doorColour: red}}"))
    assert house == House(
        rooms={"hall": Room.model_validate({"title": "Hall", "doorColour": "red"})}
    )


def test_a_field_is_known_by_the_name_that_people_write() -> None:
    at, message, hint = only_problem("rooms:\n  hall:\n    title: Hall\n    door_colour: red\n")
    assert (at, message) == ("4:5", "unknown field `door_colour`")
    assert hint == "did you mean doorColour?"


def test_a_field_like_no_other_lists_what_is_known() -> None:
    assert only_problem("garden: x") == (
        "1:1",
        "unknown field `garden`",
        "allowed fields: owner, rooms",
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("kind: large", "write it below a key of `rooms`"),
        ("rooms: {a: {title: b, lock: yes}}", "write it under `door`"),
    ],
)
def test_a_field_of_what_stands_below_is_told_to_belong_there(text: str, hint: str) -> None:
    assert only_problem(text)[2] == hint


def test_a_missing_field_is_told_where_its_mapping_is_named() -> None:
    said = ("1:9", "`title` of `hall` is missing", "add `title: …`")
    assert only_problem("rooms: {hall: {}}") == said


def test_a_missing_field_of_a_whole_document_is_told_at_its_start() -> None:
    (problem,) = check(Room, parse("a.yaml", b"# a room\nkind: large\n"))  # type: ignore[misc]
    assert (problem.origin.line, problem.message) == (2, "`title` is missing")


@pytest.mark.parametrize(
    ("text", "at", "message", "hint"),
    [
        ("[a]", "1:1", "this document: expected a mapping, found a list", None),
        ("a", "1:1", "this document: expected a mapping, found text", None),
        ("rooms: a", "1:8", "`rooms`: expected a mapping, found text", BELOW),
        ("rooms: [{title: a}]", "1:8", "`rooms`: expected a mapping, found a list", KEYS),
        ("rooms: {a: [b]}", "1:12", "`a`: expected a mapping, found a list", FIELDS),
        ("rooms: {a: b}", "1:12", "`a`: expected a mapping, found text", FIELDS),
        ("rooms: {title: b}", "1:16", "`title`: expected a mapping, found text", DEEPER),
        ("owner: [a]", "1:8", "`owner`: expected text, found a list", None),
        ("owner: {a: b}", "1:8", "`owner`: expected text, found a mapping", None),
        ("owner:", "1:7", "`owner`: expected text, found empty", None),
        ("rooms:", "1:7", "`rooms`: expected a mapping, found empty", BELOW),
    ],
)
def test_a_value_of_the_wrong_shape(text: str, at: str, message: str, hint: str | None) -> None:
    assert only_problem(text) == (at, message, hint)


def test_a_text_that_breaks_a_rule_is_told_which() -> None:
    assert only_problem('owner: "a\\nb"') == (
        "1:8",
        "`owner` has a line break at position 2",
        "write it as one line",
    )


def test_a_models_own_words_are_used_without_pydantics() -> None:
    said = "`even`: an even number of letters was expected"
    assert only_problem("rooms: {a: {title: b, even: odd}}") == ("1:29", said, None)
    said = "`kind`: input should be 'large'"
    assert only_problem("rooms: {a: {title: b, kind: small}}") == ("1:29", said, None)


@pytest.mark.parametrize("key", ["a b", ".a", "ä", "[key]"])
def test_what_cannot_be_a_key_is_told_at_the_key(key: str) -> None:
    said = f"invalid key `{key}`"
    assert only_problem(f"rooms: {{'{key}': {{title: a}}}}") == ("1:9", said, KEY_HINT)


def test_a_key_that_pydantic_uses_as_a_mark_is_a_key_like_others() -> None:
    found = problems("rooms:\n  '[key]':\n    title: ''\n  a: {'[key]': x, title: y}\n")
    assert [(one.origin.line, one.origin.column, one.message) for one in found] == [
        (2, 3, "invalid key `[key]`"),
        (3, 12, "`title` is blank"),
        (4, 7, "unknown field `[key]`"),
    ]
    assert [one.message for one in problems("rooms: {'[key]': x}")] == [
        "invalid key `[key]`",
        "`[key]`: expected a mapping, found text",
    ]


def test_each_document_has_its_own_places() -> None:
    (problem,) = problems("owner: a\n---\nowners: b\n", 1)
    assert (problem.origin.line, problem.source) == (3, "owners: b")


def test_all_problems_are_told_and_each_only_once() -> None:
    found = problems("ownr: a\nrooms:\n  a: {}\n  b: {title: ' '}\n")
    assert [(one.rule, one.origin.line) for one in found] == [
        ("missing-field", 3),
        ("invalid-text", 4),
        ("unknown-field", 1),
    ]


def test_a_message_does_not_repeat_a_text_of_any_length() -> None:
    long = "x" * 100_000
    found = problems(f"? {long}\n: a\nrooms:\n  ? {long}\n  : {{}}\n")
    assert {one.rule for one in found} == {"unknown-field", "invalid-key", "missing-field"}
    assert all(len(one.message) < 200 for one in found)
