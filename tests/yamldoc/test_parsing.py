"""Bytes become documents, or problems with the line they are in; never an exception."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aepctl.model.problem import Origin, Problem
from aepctl.yamldoc import Finding, parse

SUITE = Path(__file__).parent.parent / "data" / "yaml-test-suite.json"
INPUTS: list[str] = json.loads(SUITE.read_text("utf-8"))


def only_problem(raw: bytes) -> Problem:
    yaml_file = parse("a.yaml", raw)
    (problem,) = yaml_file.problems
    assert yaml_file.broken
    assert yaml_file.documents == ()
    return problem


def test_text_becomes_documents_and_marks() -> None:
    yaml_file = parse("a.yaml", "a: {b: Größe ☂}\n---\nc\n".encode(), positions_under="a")
    assert yaml_file.documents == ({"a": {"b": "Größe ☂"}}, "c")
    assert yaml_file.key_positions == ({"b": (1, 5)}, {})
    assert (yaml_file.problems, yaml_file.broken) == ((), False)


def test_a_byte_order_mark_is_refused_as_such() -> None:
    problem = only_problem(b"\xef\xbb\xbfa: b\n")
    assert (problem.origin, problem.rule) == (Origin("a.yaml", 1, 1), "bom")
    assert (problem.source, problem.hint) == ("a: b", "save it as UTF-8 without BOM")


@pytest.mark.parametrize(
    ("raw", "line", "column", "byte"),
    [
        (b"name: M\xfcller\n", 1, 8, "0xfc"),
        ("ä: b\nc: ☂".encode() + b"\xe2\x98", 2, 5, "0xe2"),
        (b"a:\r  b\r\nc: \xc0\x80", 3, 4, "0xc0"),
        (b"a: \xed\xa0\x80", 1, 4, "0xed"),
        (b"\xff: b", 1, 1, "0xff"),
    ],
)
def test_the_first_byte_that_is_not_utf_8_is_named(
    raw: bytes, line: int, column: int, byte: str
) -> None:
    problem = only_problem(raw)
    assert (problem.origin, problem.rule) == (Origin("a.yaml", line, column), "not-utf-8")
    assert problem.message.startswith(f"not UTF-8: the byte {byte} (")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_wide_encoding_is_told_by_its_name(encoding: str) -> None:
    problem = only_problem("audiences:\n  gold: {}\n".encode(encoding))
    assert (problem.origin, problem.rule) == (Origin("a.yaml", 1, 1), "not-utf-8")
    assert problem.message == f"is in {encoding[:6].upper()}"


CONFLICT = ["<<<<<<< HEAD", "    name: Gold", "=======", "    name: Silver", ">>>>>>> other"]


@pytest.mark.parametrize("left", [CONFLICT, CONFLICT[:3], CONFLICT[2:], CONFLICT[3:], CONFLICT[:1],
                                  ["||||||| base", *CONFLICT[2:4]]])  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_merge_conflict_is_told_at_its_first_line(left: list[str], end: str) -> None:
    text = end.join(["audiences:", "  gold:", *left, "    namespace: x", ""])
    problem = only_problem(text.encode())
    first = next(number for number, line in enumerate(left) if line[0] in "<=>|")
    assert (problem.origin, problem.rule) == (Origin("a.yaml", 3 + first, 1), "merge-conflict")
    assert (problem.message, problem.source) == ("Git left a merge conflict here", left[first])


def test_a_conflict_is_told_even_where_it_could_be_read() -> None:
    problem = only_problem(b'{a: "\n<<<<<<< HEAD\n=======\n>>>>>>> x\n"}')
    assert (problem.origin.line, problem.rule) == (2, "merge-conflict")


def test_markers_within_a_text_are_text() -> None:
    text = "a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> x\n"
    assert parse("a.yaml", text.encode()).documents == (
        {"a": "<<<<<<< HEAD\n=======\n>>>>>>> x\n"},
    )


@pytest.mark.parametrize("code", [0x00, 0x07, 0x0C, 0x1B, 0x7F, 0x85, 0x9B, 0x2028, 0xFEFF, 0xFFFE])
def test_a_character_that_is_no_text_is_named(code: int) -> None:
    problem = only_problem(f"a: b\nc: d{chr(code)}e\n".encode())
    assert (problem.origin, problem.rule) == (Origin("a.yaml", 2, 5), "control-character")
    assert problem.message == f"the character U+{code:04X} is not allowed in YAML"


def test_many_such_characters_are_one_problem_with_a_count() -> None:
    message = only_problem(b"a: " + b"\x00" * 1_235).message
    assert message == "the character U+0000 is not allowed in YAML (and 1,234 more)"


def test_every_other_character_is_text() -> None:
    characters = [
        chr(code) for code in (0x20, 0x7E, 0xA0, 0xD7FF, 0xE000, 0xFFFD, 0x1F600, 0x10FFFF)
    ]
    for character in characters:
        assert parse("a.yaml", f"a: 'b{character}c'".encode()).documents == (
            {"a": f"b{character}c"},
        )


@pytest.mark.parametrize("raw", [b"", b"\n \n", b"# nothing\n"])
def test_a_text_with_nothing_in_it_has_no_documents(raw: bytes) -> None:
    assert parse("a.yaml", raw).documents == ()


def test_a_problem_shows_its_line() -> None:
    yaml_file = parse("a.yaml", b"a: 1\r\nb: 2\rc: 3\n")
    findings = [Finding((2, 1), "rule", "message", "hint"), Finding((4, 1), "rule", "at the end")]
    assert yaml_file.problems_at(findings) == (
        Problem(Origin("a.yaml", 2, 1), "rule", "message", "hint", "b: 2"),
        Problem(Origin("a.yaml", 4, 1), "rule", "at the end", None, ""),
    )
    assert yaml_file.problems_at([]) == ()


def test_the_places_of_keys_and_of_values_can_be_asked_for() -> None:
    yaml_file = parse("a.yaml", b"a: b\n")
    assert yaml_file.places() == ({(0, "a"): (1, 1)}, {(0,): (1, 1), (0, "a"): (1, 4)})


def test_every_input_of_the_public_test_suite_is_read_or_has_a_problem() -> None:
    assert len(INPUTS) == 406
    for text in INPUTS:
        yaml_file = parse("a.yaml", text.encode("utf-8", "surrogatepass"))
        assert yaml_file.problems or not yaml_file.broken, text
        lines = text.count("\n") + text.count("\r") + 1
        for problem in yaml_file.problems:
            assert 1 <= problem.origin.line <= lines, text
            assert problem.origin.column >= 1, text
            assert problem.message, text


@given(st.binary())
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf\xff")
@example(b"&a [*a]")
@example(b"--- !<")
def test_any_bytes_are_read_or_have_a_problem(raw: bytes) -> None:
    yaml_file = parse("a.yaml", raw, positions_under="a")
    assert yaml_file.problems or not yaml_file.broken


@given(st.text("ab:-?[]{},&*!|>'\"%@`#\t\n\r ~<\\\u00e9", max_size=60))
def test_any_text_made_of_signs_is_read_or_has_a_problem(text: str) -> None:
    yaml_file = parse("a.yaml", text.encode(), positions_under="a")
    assert yaml_file.problems or not yaml_file.broken
    keys, values = yaml_file.places()
    assert all(line >= 1 and column >= 1 for line, column in (*keys.values(), *values.values()))
